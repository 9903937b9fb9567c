<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>hounsfield</name>
    <message>
        <source> slices / s</source>
        <translation> 层 / 秒</translation>
    </message>
    <message>
        <source>#</source>
        <translation>#</translation>
    </message>
    <message>
        <source>&amp;Analysis</source>
        <translation>分析(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Browse…</source>
        <translation>浏览(&amp;B)…</translation>
    </message>
    <message>
        <source>&amp;Choose…</source>
        <translation>选择(&amp;C)…</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>导出(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Image</source>
        <translation>图像(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Measure</source>
        <translation>测量(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Replace the File</source>
        <translation>替换文件(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Segment</source>
        <translation>分割(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>停止(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>(broken)</source>
        <translation>（已损坏）</translation>
    </message>
    <message>
        <source>10 Slices Back</source>
        <translation>后退 10 层</translation>
    </message>
    <message>
        <source>10 Slices On</source>
        <translation>前进 10 层</translation>
    </message>
    <message>
        <source>3D</source>
        <translation>三维</translation>
    </message>
    <message>
        <source>A ball instead of a disc in the slice</source>
        <translation>使用球形而非层内的圆形</translation>
    </message>
    <message>
        <source>A file with the secret behind UIDs and pseudonyms. With the same one, later exports belong to earlier ones. Keep it to yourself.</source>
        <translation>保存生成 UID 和化名所用密钥的文件。使用同一密钥，以后的导出与以前的相互对应。请妥善保管。</translation>
    </message>
    <message>
        <source>A key is a number from 1 to 9, or empty.</source>
        <translation>按键为 1 到 9 的数字，或留空。</translation>
    </message>
    <message>
        <source>A large axial view beside three others</source>
        <translation>一个大的横断面视图，旁边三个其他视图</translation>
    </message>
    <message>
        <source>A new folder with a picture of each slice, in square pixels. The patient is not named.</source>
        <translation>新建文件夹，每层一幅图片，像素为正方形。不含患者姓名。</translation>
    </message>
    <message>
        <source>A new folder with copies of the files by the Basic Profile of DICOM PS3.15: names, IDs, private attributes and overlays go, UIDs are replaced alike everywhere. The files opened here stay as they are.</source>
        <translation>新建文件夹，按 DICOM PS3.15 基本配置文件写入副本：删除姓名、编号、私有属性和叠加层，UID 在各处一致替换。此处打开的文件保持不变。</translation>
    </message>
    <message>
        <source>A preset needs a name.</source>
        <translation>预设需要名称。</translation>
    </message>
    <message>
        <source>A pseudonym for each patient</source>
        <translation>每位患者一个化名</translation>
    </message>
    <message>
        <source>A series of the same frame of reference to lay over this one</source>
        <translation>叠加到当前序列上的同一参考坐标系的序列</translation>
    </message>
    <message>
        <source>A width is at least 1.</source>
        <translation>窗宽至少为 1。</translation>
    </message>
    <message>
        <source>About Hounsfield</source>
        <translation>关于 Hounsfield</translation>
    </message>
    <message>
        <source>Accept Finding</source>
        <translation>接受所见</translation>
    </message>
    <message>
        <source>Actual Pixels</source>
        <translation>实际像素</translation>
    </message>
    <message>
        <source>Add every voxel with a value of the range</source>
        <translation>添加数值在范围内的所有体素</translation>
    </message>
    <message>
        <source>Add the Window in Use</source>
        <translation>添加当前窗宽窗位</translation>
    </message>
    <message>
        <source>Agree with the selected finding; Delete takes one off the list</source>
        <translation>同意选中的所见；按 Delete 可将其从列表中移除</translation>
    </message>
    <message>
        <source>All DICOM attributes of the series, and what varies in it</source>
        <translation>序列的全部 DICOM 属性，以及其中变化的内容</translation>
    </message>
    <message>
        <source>All measurements with their numbers</source>
        <translation>所有测量及其数值</translation>
    </message>
    <message>
        <source>All of its study</source>
        <translation>所属检查的全部序列</translation>
    </message>
    <message>
        <source>All planes are the standard ones.</source>
        <translation>所有平面都是标准方向。</translation>
    </message>
    <message>
        <source>All segments with their volumes and values</source>
        <translation>所有分割及其体积和数值</translation>
    </message>
    <message>
        <source>All that is open</source>
        <translation>所有已打开的序列</translation>
    </message>
    <message>
        <source>All voxels with their values and their place in the patient, for other programs. The patient is not named.</source>
        <translation>供其他程序使用的全部体素，包括数值和在患者体内的位置。不含患者姓名。</translation>
    </message>
    <message>
        <source>An operation is going on.</source>
        <translation>正在执行一项操作。</translation>
    </message>
    <message>
        <source>Analysis</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Analyze</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Analyze the series first.</source>
        <translation>请先分析该序列。</translation>
    </message>
    <message>
        <source>Analyze two series first, an earlier and a later one.</source>
        <translation>请先分析两个序列：一个较早，一个较晚。</translation>
    </message>
    <message>
        <source>Angle</source>
        <translation>角度</translation>
    </message>
    <message>
        <source>Angle: drag or click an end, the vertex and the other end</source>
        <translation>角度：拖动或依次点击一端、顶点和另一端</translation>
    </message>
    <message>
        <source>Arrow</source>
        <translation>箭头</translation>
    </message>
    <message>
        <source>Arrow: drag or click the tip and the tail</source>
        <translation>箭头：拖动或点击箭头和箭尾</translation>
    </message>
    <message>
        <source>As it lies over the view</source>
        <translation>与视图上的叠加一致</translation>
    </message>
    <message>
        <source>As on the screen</source>
        <translation>与屏幕相同</translation>
    </message>
    <message>
        <source>At or above the</source>
        <translation>达到或高于</translation>
    </message>
    <message>
        <source>Attribute</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>Attributes</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Axial</source>
        <translation>横断面</translation>
    </message>
    <message>
        <source>Begin another segment</source>
        <translation>开始一个新的分割</translation>
    </message>
    <message>
        <source>Below the</source>
        <translation>低于</translation>
    </message>
    <message>
        <source>Bidirectional</source>
        <translation>双径线</translation>
    </message>
    <message>
        <source>Bidirectional: drag or click the ends of the long axis</source>
        <translation>双径线：拖动或点击长轴的两端</translation>
    </message>
    <message>
        <source>Bring back the presets that Hounsfield comes with</source>
        <translation>恢复 Hounsfield 自带的预设</translation>
    </message>
    <message>
        <source>Bring back what was open when the window was closed last</source>
        <translation>恢复上次关闭窗口时打开的内容</translation>
    </message>
    <message>
        <source>Bring series of one frame of reference to the same place in the patient</source>
        <translation>使同一参考坐标系的序列显示患者的同一位置</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Change, move, put the label elsewhere</source>
        <translation>修改、移动、换标签位置</translation>
    </message>
    <message>
        <source>Cine</source>
        <translation>电影播放</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Click</source>
        <translation>点击</translation>
    </message>
    <message>
        <source>Click a point: what is joined to it through the range of values is added</source>
        <translation>点击一点：添加在数值范围内与其相连的体素</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close All</source>
        <translation>全部关闭</translation>
    </message>
    <message>
        <source>Close every study</source>
        <translation>关闭所有检查</translation>
    </message>
    <message>
        <source>Cobb Angle</source>
        <translation>Cobb 角</translation>
    </message>
    <message>
        <source>Cobb Angle: drag or click two lines along end plates</source>
        <translation>Cobb 角：沿终板拖动或点击两条线</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>彩色</translation>
    </message>
    <message>
        <source>Colour Map</source>
        <translation>色图</translation>
    </message>
    <message>
        <source>Colour images are shown as they are stored.</source>
        <translation>彩色图像按存储的颜色显示。</translation>
    </message>
    <message>
        <source>Colour images are shown in the plane they were acquired in.</source>
        <translation>彩色图像按采集平面显示。</translation>
    </message>
    <message>
        <source>Colour images can be exported as pictures only.</source>
        <translation>彩色图像只能导出为图片。</translation>
    </message>
    <message>
        <source>Colour images have no values.</source>
        <translation>彩色图像没有数值。</translation>
    </message>
    <message>
        <source>Colour map</source>
        <translation>配色</translation>
    </message>
    <message>
        <source>Colour map of the layer</source>
        <translation>叠加层的色图</translation>
    </message>
    <message>
        <source>Comment on Finding…</source>
        <translation>为所见添加备注…</translation>
    </message>
    <message>
        <source>Comparing {n} of {total} files…</source>
        <translation>正在比较 {n} / {total} 个文件…</translation>
    </message>
    <message>
        <source>Copy Cell</source>
        <translation>复制单元格</translation>
    </message>
    <message>
        <source>Copy Row</source>
        <translation>复制行</translation>
    </message>
    <message>
        <source>Copy the Values of All Files</source>
        <translation>复制所有文件的值</translation>
    </message>
    <message>
        <source>Copy versions</source>
        <translation>复制版本信息</translation>
    </message>
    <message>
        <source>Corner Texts</source>
        <translation>四角文字</translation>
    </message>
    <message>
        <source>Coronal</source>
        <translation>冠状面</translation>
    </message>
    <message>
        <source>Crosshair</source>
        <translation>十字线</translation>
    </message>
    <message>
        <source>Crosshair in all views</source>
        <translation>所有视图的十字线</translation>
    </message>
    <message>
        <source>Ctrl + drag</source>
        <translation>Ctrl + 拖动</translation>
    </message>
    <message>
        <source>DICOM · NIfTI · NRRD · PNG · JPEG · TIFF</source>
        <translation>DICOM · NIfTI · NRRD · PNG · JPEG · TIFF</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Dates</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>De-identified DICOM</source>
        <translation>去标识化 DICOM</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Delete Segment</source>
        <translation>删除分割</translation>
    </message>
    <message>
        <source>Delete the active segment</source>
        <translation>删除当前分割</translation>
    </message>
    <message>
        <source>Delete the selected measurement, or take the selected finding off the list</source>
        <translation>删除选中的测量，或将选中的所见移出列表</translation>
    </message>
    <message>
        <source>Display Shutter</source>
        <translation>显示遮挡</translation>
    </message>
    <message>
        <source>Do not rely on this.</source>
        <translation>请勿依赖此结果。</translation>
    </message>
    <message>
        <source>Double-click</source>
        <translation>双击</translation>
    </message>
    <message>
        <source>Double-click the name to change it, the volume to change the colour</source>
        <translation>双击名称可修改，双击体积可更改颜色</translation>
    </message>
    <message>
        <source>Double-click to go to the slice</source>
        <translation>双击转到该层</translation>
    </message>
    <message>
        <source>Drag</source>
        <translation>拖动</translation>
    </message>
    <message>
        <source>Drag a handle, a line or a label</source>
        <translation>拖动控制点、线或标签</translation>
    </message>
    <message>
        <source>Drag a ring on a crosshair line</source>
        <translation>拖动十字线上的圆环</translation>
    </message>
    <message>
        <source>Drag a series here,
or click one in the list</source>
        <translation>将序列拖到此处，
或在列表中点击</translation>
    </message>
    <message>
        <source>Drag, or click point by point</source>
        <translation>拖动，或逐点点击</translation>
    </message>
    <message>
        <source>Draw the segment's edge smoother</source>
        <translation>使分割边缘更平滑</translation>
    </message>
    <message>
        <source>Draw with the tool in hand</source>
        <translation>用当前工具绘制</translation>
    </message>
    <message>
        <source>Drawn as in the view: {how}.</source>
        <translation>按视图绘制：{how}。</translation>
    </message>
    <message>
        <source>Drop a folder, a zip or files anywhere on this window.</source>
        <translation>将文件夹、zip 压缩包或文件拖放到此窗口的任意位置。</translation>
    </message>
    <message>
        <source>Ellipse</source>
        <translation>椭圆</translation>
    </message>
    <message>
        <source>Ellipse: drag or click two corners of the box around it</source>
        <translation>椭圆：拖动或点击外接矩形的两个对角</translation>
    </message>
    <message>
        <source>English</source>
        <translation>English</translation>
    </message>
    <message>
        <source>Enlarge what is under the pointer</source>
        <translation>放大指针下的区域</translation>
    </message>
    <message>
        <source>Erase with the brush</source>
        <translation>用画笔擦除</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>橡皮擦</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Export Measurements…</source>
        <translation>导出测量…</translation>
    </message>
    <message>
        <source>Export Segments…</source>
        <translation>导出分割…</translation>
    </message>
    <message>
        <source>Export segments</source>
        <translation>导出分割</translation>
    </message>
    <message>
        <source>Export to</source>
        <translation>导出到</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>File {number} of {total}: {name}</source>
        <translation>第 {number} / {total} 个文件：{name}</translation>
    </message>
    <message>
        <source>File: {name}</source>
        <translation>文件：{name}</translation>
    </message>
    <message>
        <source>Files that were left out</source>
        <translation>被略去的文件</translation>
    </message>
    <message>
        <source>Fill Slices</source>
        <translation>填充层间</translation>
    </message>
    <message>
        <source>Fill the slices between those in which the segment is drawn</source>
        <translation>填充已绘制层之间的各层</translation>
    </message>
    <message>
        <source>Film</source>
        <translation>影片</translation>
    </message>
    <message>
        <source>Filter series</source>
        <translation>筛选序列</translation>
    </message>
    <message>
        <source>Filter: “zoom”, “Ctrl”…</source>
        <translation>筛选：“缩放”、“Ctrl”…</translation>
    </message>
    <message>
        <source>Find Series…</source>
        <translation>查找序列…</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>所见</translation>
    </message>
    <message>
        <source>First Slice</source>
        <translation>第一层</translation>
    </message>
    <message>
        <source>Fit all images, upright and straight, under the first window</source>
        <translation>所有图像适合窗口、摆正，并使用初始窗宽窗位</translation>
    </message>
    <message>
        <source>Fit the window to the values of the volume</source>
        <translation>根据体数据的数值设置窗宽窗位</translation>
    </message>
    <message>
        <source>Flip Horizontally</source>
        <translation>水平翻转</translation>
    </message>
    <message>
        <source>Flip Vertically</source>
        <translation>垂直翻转</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Follow the System</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Follow-Up…</source>
        <translation>随访对比…</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Four Series</source>
        <translation>四个序列</translation>
    </message>
    <message>
        <source>Four Views</source>
        <translation>四视图</translation>
    </message>
    <message>
        <source>Four series, one in each view</source>
        <translation>四个序列，每个视图一个</translation>
    </message>
    <message>
        <source>Four times as fine</source>
        <translation>四倍精细</translation>
    </message>
    <message>
        <source>Freehand</source>
        <translation>自由轮廓</translation>
    </message>
    <message>
        <source>Freehand: drag or click an outline, or its corners</source>
        <translation>自由轮廓：拖动画出轮廓，或逐点点击</translation>
    </message>
    <message>
        <source>From Window</source>
        <translation>取自窗口</translation>
    </message>
    <message>
        <source>Full Screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Fusion</source>
        <translation>融合</translation>
    </message>
    <message>
        <source>Fusion…</source>
        <translation>融合…</translation>
    </message>
    <message>
        <source>GIF (animated)</source>
        <translation>GIF（动画）</translation>
    </message>
    <message>
        <source>Give up the drawing, then the selection, then the tool</source>
        <translation>依次放弃绘制、选择和工具</translation>
    </message>
    <message>
        <source>Grey</source>
        <translation>灰度</translation>
    </message>
    <message>
        <source>Grow</source>
        <translation>区域生长</translation>
    </message>
    <message>
        <source>Grow from the point</source>
        <translation>从该点开始生长</translation>
    </message>
    <message>
        <source>Heatmap</source>
        <translation>热力图</translation>
    </message>
    <message>
        <source>Hide values below</source>
        <translation>隐藏低于此值的部分</translation>
    </message>
    <message>
        <source>Hide what the files' shutter leaves out</source>
        <translation>隐藏文件遮挡区以外的部分</translation>
    </message>
    <message>
        <source>I understand</source>
        <translation>我已了解</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Import Measurements…</source>
        <translation>导入测量…</translation>
    </message>
    <message>
        <source>Import Segments…</source>
        <translation>导入分割…</translation>
    </message>
    <message>
        <source>Import segments</source>
        <translation>导入分割</translation>
    </message>
    <message>
        <source>In the series</source>
        <translation>在序列中</translation>
    </message>
    <message>
        <source>Interpolated slice</source>
        <translation>插值层面</translation>
    </message>
    <message>
        <source>Interpolation</source>
        <translation>插值</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>反色</translation>
    </message>
    <message>
        <source>JPEG</source>
        <translation>JPEG</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Key of the export: a new file, or the one of an earlier export</source>
        <translation>导出密钥：新文件，或以前导出的密钥</translation>
    </message>
    <message>
        <source>Keys (*.key);;All files (*)</source>
        <translation>密钥 (*.key);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Keys and mouse</source>
        <translation>快捷键和鼠标</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言 (Language)</translation>
    </message>
    <message>
        <source>Larger Brush</source>
        <translation>增大画笔</translation>
    </message>
    <message>
        <source>Last Slice</source>
        <translation>最后一层</translation>
    </message>
    <message>
        <source>Last colour from</source>
        <translation>最高颜色起始值</translation>
    </message>
    <message>
        <source>Lay another series of the same frame of reference over this one, as PET over CT</source>
        <translation>叠加同一参考坐标系的另一个序列，如 PET 叠加在 CT 上</translation>
    </message>
    <message>
        <source>Lay over this</source>
        <translation>叠加到此图像</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>布局</translation>
    </message>
    <message>
        <source>Leave out what is the same in all files of the series</source>
        <translation>略去序列所有文件中相同的内容</translation>
    </message>
    <message>
        <source>Left Mouse Button</source>
        <translation>鼠标左键</translation>
    </message>
    <message>
        <source>Left drag</source>
        <translation>左键拖动</translation>
    </message>
    <message>
        <source>Left drag brings all views to a point</source>
        <translation>左键拖动将所有视图定位到同一点</translation>
    </message>
    <message>
        <source>Left drag changes the window: right is wider, up is brighter</source>
        <translation>左键拖动调整窗宽窗位：向右加宽，向上变亮</translation>
    </message>
    <message>
        <source>Left drag draws a rectangle; the window is fitted to the values in it</source>
        <translation>左键拖动画矩形；按其中的数值设置窗宽窗位</translation>
    </message>
    <message>
        <source>Left drag moves the image</source>
        <translation>左键拖动移动图像</translation>
    </message>
    <message>
        <source>Left drag zooms</source>
        <translation>左键拖动缩放</translation>
    </message>
    <message>
        <source>Left out ({n})</source>
        <translation>略去 ({n})</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Length: drag or click the ends of a line</source>
        <translation>长度：拖动或点击线段的两端</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>窗位</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Link Positions</source>
        <translation>位置联动</translation>
    </message>
    <message>
        <source>Link Windows</source>
        <translation>窗宽窗位联动</translation>
    </message>
    <message>
        <source>Link Zoom</source>
        <translation>缩放联动</translation>
    </message>
    <message>
        <source>Link series of other frames of reference too, from the slices that they show now</source>
        <translation>以当前显示的层面为准，联动其他参考坐标系的序列</translation>
    </message>
    <message>
        <source>Linked Series</source>
        <translation>序列联动</translation>
    </message>
    <message>
        <source>List of Measurements</source>
        <translation>测量列表</translation>
    </message>
    <message>
        <source>List of Segments</source>
        <translation>分割列表</translation>
    </message>
    <message>
        <source>List only the series that have some words</source>
        <translation>只列出包含所输入文字的序列</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>正在载入</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>正在载入…</translation>
    </message>
    <message>
        <source>Look at linked series through the same window</source>
        <translation>联动的序列使用相同的窗宽窗位</translation>
    </message>
    <message>
        <source>Looking for images</source>
        <translation>正在查找图像</translation>
    </message>
    <message>
        <source>Lossy compression</source>
        <translation>有损压缩</translation>
    </message>
    <message>
        <source>MIP</source>
        <translation>最大密度投影 (MIP)</translation>
    </message>
    <message>
        <source>MP4 (H.264)</source>
        <translation>MP4 (H.264)</translation>
    </message>
    <message>
        <source>Machines of this modality often write names into the image. Look at the images before you pass them on.</source>
        <translation>这类设备常将姓名写入图像。转交之前请先查看图像。</translation>
    </message>
    <message>
        <source>Magnifier</source>
        <translation>放大镜</translation>
    </message>
    <message>
        <source>Make a preset of the window in use</source>
        <translation>将当前窗宽窗位存为预设</translation>
    </message>
    <message>
        <source>Make a segment first.</source>
        <translation>请先新建一个分割。</translation>
    </message>
    <message>
        <source>Make the slab of the active view thicker</source>
        <translation>加厚当前视图的层块</translation>
    </message>
    <message>
        <source>Make the slab of the active view thinner</source>
        <translation>减薄当前视图的层块</translation>
    </message>
    <message>
        <source>Match the findings of two dates and see what has grown</source>
        <translation>匹配两次检查的所见，查看哪些增大</translation>
    </message>
    <message>
        <source>Maximise View</source>
        <translation>最大化视图</translation>
    </message>
    <message>
        <source>Maximise the view, and back</source>
        <translation>最大化视图，再次恢复</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>平均值</translation>
    </message>
    <message>
        <source>Mean ± SD</source>
        <translation>均值 ± 标准差</translation>
    </message>
    <message>
        <source>Measure something first.</source>
        <translation>请先进行测量。</translation>
    </message>
    <message>
        <source>Measurements</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Memory {amount}</source>
        <translation>内存 {amount}</translation>
    </message>
    <message>
        <source>Menu of the View</source>
        <translation>视图菜单</translation>
    </message>
    <message>
        <source>Middle drag, Shift + left drag</source>
        <translation>中键拖动，Shift + 左键拖动</translation>
    </message>
    <message>
        <source>MinIP</source>
        <translation>最小密度投影 (MinIP)</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model Card…</source>
        <translation>模型卡…</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>模型卡</translation>
    </message>
    <message>
        <source>Model card: {title}</source>
        <translation>模型卡：{title}</translation>
    </message>
    <message>
        <source>Mouse and Keys</source>
        <translation>鼠标和快捷键</translation>
    </message>
    <message>
        <source>Mouse in a slice view</source>
        <translation>层面视图中的鼠标</translation>
    </message>
    <message>
        <source>Mouse in the 3D view</source>
        <translation>三维视图中的鼠标</translation>
    </message>
    <message>
        <source>Move and size the box of the selected finding</source>
        <translation>移动选中所见的框并调整大小</translation>
    </message>
    <message>
        <source>NIfTI (.nii.gz)</source>
        <translation>NIfTI (.nii.gz)</translation>
    </message>
    <message>
        <source>NRRD (.nrrd)</source>
        <translation>NRRD (.nrrd)</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name and ID in place of the patient's</source>
        <translation>代替患者姓名和编号</translation>
    </message>
    <message>
        <source>Name hidden</source>
        <translation>姓名已隐藏</translation>
    </message>
    <message>
        <source>New Segment</source>
        <translation>新建分割</translation>
    </message>
    <message>
        <source>New for this export, then forgotten</source>
        <translation>本次导出新建，之后丢弃</translation>
    </message>
    <message>
        <source>Next Finding</source>
        <translation>下一个所见</translation>
    </message>
    <message>
        <source>Next Slice</source>
        <translation>下一层</translation>
    </message>
    <message>
        <source>Next View</source>
        <translation>下一个视图</translation>
    </message>
    <message>
        <source>No evidence: nothing is coloured.</source>
        <translation>没有依据：不着色。</translation>
    </message>
    <message>
        <source>No key or gesture matches.</source>
        <translation>没有匹配的快捷键或手势。</translation>
    </message>
    <message>
        <source>No model is installed.</source>
        <translation>没有安装模型。</translation>
    </message>
    <message>
        <source>No models are installed</source>
        <translation>没有安装模型</translation>
    </message>
    <message>
        <source>No name</source>
        <translation>无姓名</translation>
    </message>
    <message>
        <source>No other open series has this frame of reference.</source>
        <translation>没有其他已打开的序列使用此参考坐标系。</translation>
    </message>
    <message>
        <source>No series is open.</source>
        <translation>没有打开序列。</translation>
    </message>
    <message>
        <source>No series lies over this one.</source>
        <translation>没有叠加的序列。</translation>
    </message>
    <message>
        <source>No series matches the filter.</source>
        <translation>没有符合筛选条件的序列。</translation>
    </message>
    <message>
        <source>No session has been closed yet.</source>
        <translation>还没有关闭过会话。</translation>
    </message>
    <message>
        <source>No {what} above {threshold} found.</source>
        <translation>没有发现概率高于 {threshold} 的{what}。</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>序号</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>Not loaded whole</source>
        <translation>未完全载入</translation>
    </message>
    <message>
        <source>Nothing is going on.</source>
        <translation>没有正在进行的操作。</translation>
    </message>
    <message>
        <source>Nothing is open.</source>
        <translation>没有打开任何内容。</translation>
    </message>
    <message>
        <source>Nothing is open. Open a folder, or drop one here.</source>
        <translation>没有打开任何内容。请打开文件夹，或拖放到此处。</translation>
    </message>
    <message>
        <source>Nothing is segmented yet. Choose the brush and paint in a slice view, or take a range of values.</source>
        <translation>尚无分割。请选择画笔在切片视图中绘制，或使用数值范围。</translation>
    </message>
    <message>
        <source>Nothing shown or computed here may be used to diagnose or treat a patient. What the models find, and what they miss, has not been assessed by any authority.</source>
        <translation>此处显示或计算的任何内容均不得用于诊断或治疗患者。模型发现和遗漏的内容均未经任何主管机构评估。</translation>
    </message>
    <message>
        <source>Nothing unusual: the slices form one regular volume.</source>
        <translation>没有异常：层面组成一个规则的体数据。</translation>
    </message>
    <message>
        <source>Number of the slice, window, sides of the body</source>
        <translation>层号、窗宽窗位、身体方位</translation>
    </message>
    <message>
        <source>Oblique Planes</source>
        <translation>斜面</translation>
    </message>
    <message>
        <source>Of the slices</source>
        <translation>层面的方向</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>One Large, Three Small</source>
        <translation>一大三小</translation>
    </message>
    <message>
        <source>Only what &amp;varies</source>
        <translation>只显示变化的(&amp;V)</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Open &amp;Folder</source>
        <translation>打开文件夹(&amp;F)</translation>
    </message>
    <message>
        <source>Open Demo</source>
        <translation>打开演示数据</translation>
    </message>
    <message>
        <source>Open Files…</source>
        <translation>打开文件…</translation>
    </message>
    <message>
        <source>Open Folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>Open Session…</source>
        <translation>打开会话…</translation>
    </message>
    <message>
        <source>Open a folder of images</source>
        <translation>打开一个图像文件夹</translation>
    </message>
    <message>
        <source>Open a saved session in place of what is open</source>
        <translation>打开已保存的会话，替换当前内容</translation>
    </message>
    <message>
        <source>Open a series first.</source>
        <translation>请先打开一个序列。</translation>
    </message>
    <message>
        <source>Open image files or a zip</source>
        <translation>打开图像文件或 zip 压缩包</translation>
    </message>
    <message>
        <source>Open images</source>
        <translation>打开图像</translation>
    </message>
    <message>
        <source>Open the built-in synthetic chest CT</source>
        <translation>打开内置的合成胸部 CT</translation>
    </message>
    <message>
        <source>Orientation</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>Other Thickness…</source>
        <translation>其他厚度…</translation>
    </message>
    <message>
        <source>Outside the model's contract: {why}</source>
        <translation>超出模型的适用范围：{why}</translation>
    </message>
    <message>
        <source>Overlay Planes</source>
        <translation>叠加层</translation>
    </message>
    <message>
        <source>Overlay planes are also stored in bits of the pixels, which stay as they are. Look at them before you pass the images on.</source>
        <translation>叠加层也存于像素的高位中，这些位保持不变。转交之前请先查看。</translation>
    </message>
    <message>
        <source>Overlay planes were removed: they may hold text.</source>
        <translation>已删除叠加层：其中可能有文字。</translation>
    </message>
    <message>
        <source>PNG</source>
        <translation>PNG</translation>
    </message>
    <message>
        <source>Paint only these values</source>
        <translation>仅绘制这些数值</translation>
    </message>
    <message>
        <source>Paint or erase with the tool in hand</source>
        <translation>用当前工具绘制或擦除</translation>
    </message>
    <message>
        <source>Paint the active segment; with Ctrl, erase</source>
        <translation>绘制当前分割；按住 Ctrl 擦除</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>平移</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>患者</translation>
    </message>
    <message>
        <source>Patient Names</source>
        <translation>患者姓名</translation>
    </message>
    <message>
        <source>Picture of the view</source>
        <translation>视图图片</translation>
    </message>
    <message>
        <source>Picture of the window</source>
        <translation>窗口图片</translation>
    </message>
    <message>
        <source>Pictures, films, volumes, de-identified DICOM</source>
        <translation>图片、影片、体数据、去标识化的 DICOM</translation>
    </message>
    <message>
        <source>Play Faster</source>
        <translation>加快播放</translation>
    </message>
    <message>
        <source>Play Slower</source>
        <translation>减慢播放</translation>
    </message>
    <message>
        <source>Play fewer slices a second</source>
        <translation>每秒播放更少层</translation>
    </message>
    <message>
        <source>Play more slices a second</source>
        <translation>每秒播放更多层</translation>
    </message>
    <message>
        <source>Play the slices of the active view</source>
        <translation>连续播放当前视图的层面</translation>
    </message>
    <message>
        <source>Pneumonia</source>
        <translation>肺炎</translation>
    </message>
    <message>
        <source>Point</source>
        <translation>定位</translation>
    </message>
    <message>
        <source>Preparing the demo</source>
        <translation>正在准备演示数据</translation>
    </message>
    <message>
        <source>Presets for CT</source>
        <translation>CT 预设</translation>
    </message>
    <message>
        <source>Previous Finding</source>
        <translation>上一个所见</translation>
    </message>
    <message>
        <source>Previous Slice</source>
        <translation>上一层</translation>
    </message>
    <message>
        <source>Previous View</source>
        <translation>上一个视图</translation>
    </message>
    <message>
        <source>Prob.</source>
        <translation>概率</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>概率</translation>
    </message>
    <message>
        <source>Probe</source>
        <translation>取值点</translation>
    </message>
    <message>
        <source>Probe: drag or click the point whose value is read</source>
        <translation>取值点：拖动或点击要读取数值的点</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Radius</source>
        <translation>半径</translation>
    </message>
    <message>
        <source>Rating</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>Reach into the slices beside</source>
        <translation>延伸到相邻层</translation>
    </message>
    <message>
        <source>Read measurements from JSON or a DICOM structured report</source>
        <translation>从 JSON 或 DICOM 结构化报告读取测量</translation>
    </message>
    <message>
        <source>Read segments, a model's too, from NIfTI or a DICOM Segmentation</source>
        <translation>从 NIfTI 或 DICOM Segmentation 读取分割（包括模型的结果）</translation>
    </message>
    <message>
        <source>Reading headers</source>
        <translation>正在读取文件头</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>矩形</translation>
    </message>
    <message>
        <source>Rectangle: drag or click two opposite corners</source>
        <translation>矩形：拖动或点击两个对角</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Redraw Box of Finding…</source>
        <translation>重画所见的框…</translation>
    </message>
    <message>
        <source>Reference Lines</source>
        <translation>参考线</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Remove the selected preset</source>
        <translation>删除选中的预设</translation>
    </message>
    <message>
        <source>Rename, colour, delete</source>
        <translation>重命名、颜色、删除</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Research use only. Not for diagnosis. Not a medical device.</source>
        <translation>仅供研究使用。不得用于诊断。不是医疗器械。</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>复位</translation>
    </message>
    <message>
        <source>Restore Defaults</source>
        <translation>恢复默认</translation>
    </message>
    <message>
        <source>Restore Last Session</source>
        <translation>恢复上次会话</translation>
    </message>
    <message>
        <source>Right click</source>
        <translation>右键点击</translation>
    </message>
    <message>
        <source>Right drag, Ctrl + wheel</source>
        <translation>右键拖动，Ctrl + 滚轮</translation>
    </message>
    <message>
        <source>Right drag, wheel</source>
        <translation>右键拖动，滚轮</translation>
    </message>
    <message>
        <source>Rotate</source>
        <translation>旋转</translation>
    </message>
    <message>
        <source>Run the model on the whole series</source>
        <translation>对整个序列运行模型</translation>
    </message>
    <message>
        <source>Sagittal</source>
        <translation>矢状面</translation>
    </message>
    <message>
        <source>Save Session…</source>
        <translation>保存会话…</translation>
    </message>
    <message>
        <source>Save what is open, how it is looked at, measurements and findings</source>
        <translation>保存已打开的内容、显示方式、测量和所见</translation>
    </message>
    <message>
        <source>Say where to: a folder and a name.</source>
        <translation>请指定位置：文件夹和名称。</translation>
    </message>
    <message>
        <source>Scroll through the slices</source>
        <translation>逐层滚动</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search tags, keywords, VR and values</source>
        <translation>搜索标签、关键字、VR 和值</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>分割</translation>
    </message>
    <message>
        <source>Segmenting</source>
        <translation>分割</translation>
    </message>
    <message>
        <source>Select a finding first.</source>
        <translation>请先选择一个所见。</translation>
    </message>
    <message>
        <source>Select a measurement or a finding first.</source>
        <translation>请先选择一个测量或所见。</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>序列</translation>
    </message>
    <message>
        <source>Series List</source>
        <translation>序列列表</translation>
    </message>
    <message>
        <source>Series Report</source>
        <translation>序列报告</translation>
    </message>
    <message>
        <source>Series on Top</source>
        <translation>叠加序列</translation>
    </message>
    <message>
        <source>Series on top</source>
        <translation>叠加的序列</translation>
    </message>
    <message>
        <source>Set the range of values first.</source>
        <translation>请先设置数值范围。</translation>
    </message>
    <message>
        <source>Shift + move</source>
        <translation>Shift + 移动</translation>
    </message>
    <message>
        <source>Shift by the same days for each patient</source>
        <translation>每位患者平移相同天数</translation>
    </message>
    <message>
        <source>Shifted dates keep the intervals between examinations</source>
        <translation>平移后的日期保留检查之间的间隔</translation>
    </message>
    <message>
        <source>Show each pixel of the image as one of the screen (1:1)</source>
        <translation>图像的每个像素对应屏幕的一个像素 (1:1)</translation>
    </message>
    <message>
        <source>Show from a probability of</source>
        <translation>显示的最低概率</translation>
    </message>
    <message>
        <source>Show here</source>
        <translation>在此显示</translation>
    </message>
    <message>
        <source>Show linked series at the same scale and with the same part in view</source>
        <translation>以相同比例和相同区域显示联动的序列</translation>
    </message>
    <message>
        <source>Show on the images</source>
        <translation>在图像上显示</translation>
    </message>
    <message>
        <source>Show one plane of voxels</source>
        <translation>只显示一层体素</translation>
    </message>
    <message>
        <source>Show or hide the heatmap (B)</source>
        <translation>显示或隐藏热力图 (B)</translation>
    </message>
    <message>
        <source>Show or hide the layer (Shift+B)</source>
        <translation>显示或隐藏叠加层 (Shift+B)</translation>
    </message>
    <message>
        <source>Show patients' names in the list and over the images</source>
        <translation>在列表中和图像上显示患者姓名</translation>
    </message>
    <message>
        <source>Show series of two frames of reference beside each other first.</source>
        <translation>请先并排显示两个不同参考坐标系的序列。</translation>
    </message>
    <message>
        <source>Show the active view alone, or all again</source>
        <translation>只显示当前视图，或恢复全部视图</translation>
    </message>
    <message>
        <source>Show the graphics that the files lay over images</source>
        <translation>显示文件中叠加在图像上的图形</translation>
    </message>
    <message>
        <source>Show the heatmap</source>
        <translation>显示热力图</translation>
    </message>
    <message>
        <source>Show the highest value through a thick slice: vessels, nodules</source>
        <translation>显示厚层内的最大值：血管、结节</translation>
    </message>
    <message>
        <source>Show the lines of the other views</source>
        <translation>显示其他视图的定位线</translation>
    </message>
    <message>
        <source>Show the lowest value through a thick slice: airways, emphysema</source>
        <translation>显示厚层内的最小值：气道、肺气肿</translation>
    </message>
    <message>
        <source>Show the mean through a thick slice, which has less noise</source>
        <translation>显示厚层内的平均值，噪声更小</translation>
    </message>
    <message>
        <source>Show the model card: training data, figures, limits</source>
        <translation>显示模型卡：训练数据、性能指标、局限</translation>
    </message>
    <message>
        <source>Show the series that lies over this one</source>
        <translation>显示叠加在上面的序列</translation>
    </message>
    <message>
        <source>Show the texts over the images</source>
        <translation>显示图像上的文字</translation>
    </message>
    <message>
        <source>Show values in the colours of {name}</source>
        <translation>以“{name}”色图显示数值</translation>
    </message>
    <message>
        <source>Show where the slices of other views cut this one, in the same frame of reference</source>
        <translation>在同一参考坐标系内，显示其他视图的层面与本层面的交线</translation>
    </message>
    <message>
        <source>Side Panel</source>
        <translation>侧面板</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Size (mm)</source>
        <translation>大小 (mm)</translation>
    </message>
    <message>
        <source>Slab</source>
        <translation>厚层</translation>
    </message>
    <message>
        <source>Slab thickness</source>
        <translation>层块厚度</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>层面</translation>
    </message>
    <message>
        <source>Slice {number} / {total}</source>
        <translation>第 {number} / {total} 层</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>层面</translation>
    </message>
    <message>
        <source>Slices as pictures</source>
        <translation>层面图片</translation>
    </message>
    <message>
        <source>Smaller Brush</source>
        <translation>减小画笔</translation>
    </message>
    <message>
        <source>Smooth</source>
        <translation>平滑</translation>
    </message>
    <message>
        <source>Smooth enlarged pixels, or show each of them</source>
        <translation>平滑放大的像素，或逐个显示</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Stop reading</source>
        <translation>停止读取</translation>
    </message>
    <message>
        <source>Stop reading (Esc)</source>
        <translation>停止读取 (Esc)</translation>
    </message>
    <message>
        <source>Stop what is going on</source>
        <translation>停止正在进行的操作</translation>
    </message>
    <message>
        <source>Stopped. Nothing was written.</source>
        <translation>已停止。没有写入任何内容。</translation>
    </message>
    <message>
        <source>Straighten Planes</source>
        <translation>平面复位</translation>
    </message>
    <message>
        <source>Suspicion of malignancy as the readers of LIDC-IDRI would rate it,
from 1 (highly unlikely) to 5 (highly suspicious). Not a diagnosis.</source>
        <translation>按 LIDC-IDRI 阅片者的方式评定的恶性可疑程度，
从 1（极不可能）到 5（高度可疑）。不是诊断。</translation>
    </message>
    <message>
        <source>Swap black and white</source>
        <translation>黑白互换</translation>
    </message>
    <message>
        <source>TIFF</source>
        <translation>TIFF</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>DICOM 标签</translation>
    </message>
    <message>
        <source>Tags…</source>
        <translation>DICOM 标签…</translation>
    </message>
    <message>
        <source>Take the brush first.</source>
        <translation>请先选择画笔。</translation>
    </message>
    <message>
        <source>Take the values from black to white of the window</source>
        <translation>取窗口中从黑到白的数值</translation>
    </message>
    <message>
        <source>Take the window in which the series opens by itself</source>
        <translation>采用该序列单独打开时的窗宽窗位</translation>
    </message>
    <message>
        <source>Take voxels from the active segment</source>
        <translation>从当前分割中去除体素</translation>
    </message>
    <message>
        <source>Teach a network from labelled pictures or a table</source>
        <translation>用带标签的图片或表格训练网络</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文字</translation>
    </message>
    <message>
        <source>Text within the pixels stays. Images that are likely to have some are told of afterwards; look at them before you pass them on.</source>
        <translation>像素中的文字会保留。可能含有文字的图像会在导出后提示；转交之前请先查看。</translation>
    </message>
    <message>
        <source>Text: drag or click where the text begins</source>
        <translation>文字：拖动或点击文字的起点</translation>
    </message>
    <message>
        <source>Texts on the pictures</source>
        <translation>图片上的文字</translation>
    </message>
    <message>
        <source>The active one</source>
        <translation>当前序列</translation>
    </message>
    <message>
        <source>The active series is not DICOM: it has no tags.</source>
        <translation>当前序列不是 DICOM：没有标签。</translation>
    </message>
    <message>
        <source>The active view as it is on the screen, with its texts, marks and heatmap. The patient's name is left out.</source>
        <translation>屏幕上的当前视图，包括文字、标记和热力图。不含患者姓名。</translation>
    </message>
    <message>
        <source>The colours are those of the files.</source>
        <translation>颜色与文件一致。</translation>
    </message>
    <message>
        <source>The file says that text is burnt into the image. Look at the images before you pass them on.</source>
        <translation>文件说明图像中有烧录文字。转交之前请先查看图像。</translation>
    </message>
    <message>
        <source>The files do not say where the slices lie in the patient.</source>
        <translation>文件没有说明层面在患者体内的位置。</translation>
    </message>
    <message>
        <source>The files hold no display shutter.</source>
        <translation>文件中没有显示遮挡。</translation>
    </message>
    <message>
        <source>The files hold no overlay planes.</source>
        <translation>文件中没有叠加层。</translation>
    </message>
    <message>
        <source>The gantry was tilted, so the grid is sheared. Programs built on ITK refuse such NIfTI files; they read it from NRRD.</source>
        <translation>扫描机架有倾斜，体素网格是斜切的。基于 ITK 的程序不接受这样的 NIfTI 文件，但可以读取 NRRD。</translation>
    </message>
    <message>
        <source>The image is a picture of a screen. Look at the images before you pass them on.</source>
        <translation>图像是屏幕截图。转交之前请先查看图像。</translation>
    </message>
    <message>
        <source>The image is a secondary capture, which often shows the text of a screen. Look at the images before you pass them on.</source>
        <translation>图像是二次采集，常含有屏幕文字。转交之前请先查看图像。</translation>
    </message>
    <message>
        <source>The last slice comes before the first.</source>
        <translation>末层在首层之前。</translation>
    </message>
    <message>
        <source>The model's evidence: where it looked, not where disease is.</source>
        <translation>模型的依据：它关注的位置，而非病变的位置。</translation>
    </message>
    <message>
        <source>The name holds a sign that not all systems take.</source>
        <translation>名称中有并非所有系统都接受的字符。</translation>
    </message>
    <message>
        <source>The segments are in {file}.</source>
        <translation>分割已写入 {file}。</translation>
    </message>
    <message>
        <source>The series are of several patients, who cannot all get one name.</source>
        <translation>这些序列属于多位患者，不能使用同一个姓名。</translation>
    </message>
    <message>
        <source>The series have different frames of reference.</source>
        <translation>两个序列的参考坐标系不同。</translation>
    </message>
    <message>
        <source>The series is a single image.</source>
        <translation>该序列只有一幅图像。</translation>
    </message>
    <message>
        <source>The series is still being read.</source>
        <translation>序列仍在读取中。</translation>
    </message>
    <message>
        <source>The slices are single planes.</source>
        <translation>层面是单层的。</translation>
    </message>
    <message>
        <source>The slices one after the other, as in cine. The patient is not named.</source>
        <translation>像电影播放一样逐层显示。不含患者姓名。</translation>
    </message>
    <message>
        <source>The whole window as it is on the screen. Patients' names are left out.</source>
        <translation>屏幕上的整个窗口。不含患者姓名。</translation>
    </message>
    <message>
        <source>The window as numbers and on the histogram, and the presets</source>
        <translation>以数值和直方图设置窗宽窗位，以及预设</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>There are no findings above the threshold.</source>
        <translation>没有高于阈值的所见。</translation>
    </message>
    <message>
        <source>There is no such folder.</source>
        <translation>没有这个文件夹。</translation>
    </message>
    <message>
        <source>There is nothing to redo.</source>
        <translation>没有可重做的操作。</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>没有可撤销的操作。</translation>
    </message>
    <message>
        <source>There is such a file already.</source>
        <translation>已有同名文件。</translation>
    </message>
    <message>
        <source>There is such a folder already: choose another name.</source>
        <translation>已有同名文件夹：请换一个名称。</translation>
    </message>
    <message>
        <source>These images are not DICOM: they have no headers to de-identify.</source>
        <translation>这些图像不是 DICOM：没有可去标识化的文件头。</translation>
    </message>
    <message>
        <source>Thicker</source>
        <translation>加厚</translation>
    </message>
    <message>
        <source>Thickness in mm:</source>
        <translation>厚度（毫米）：</translation>
    </message>
    <message>
        <source>Thickness…</source>
        <translation>厚度…</translation>
    </message>
    <message>
        <source>Thinner</source>
        <translation>减薄</translation>
    </message>
    <message>
        <source>This does not mean that there are none.</source>
        <translation>这不表示不存在。</translation>
    </message>
    <message>
        <source>This does not mean that there is none.</source>
        <translation>这不表示不存在。</translation>
    </message>
    <message>
        <source>This is not a DICOM file.</source>
        <translation>这不是 DICOM 文件。</translation>
    </message>
    <message>
        <source>This is the series itself.</source>
        <translation>这就是该序列本身。</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Tie Other Examinations Here</source>
        <translation>在此关联其他检查</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Train a Model…</source>
        <translation>训练模型…</translation>
    </message>
    <message>
        <source>Transparent up to</source>
        <translation>低于此值透明</translation>
    </message>
    <message>
        <source>Turn Crosshair Left</source>
        <translation>向左旋转十字线</translation>
    </message>
    <message>
        <source>Turn Crosshair Right</source>
        <translation>向右旋转十字线</translation>
    </message>
    <message>
        <source>Turn all planes back to the standard ones</source>
        <translation>将所有平面转回标准方向</translation>
    </message>
    <message>
        <source>Turn the active view clockwise by 90°</source>
        <translation>将当前视图顺时针旋转 90°</translation>
    </message>
    <message>
        <source>Turn the planes of the other views</source>
        <translation>旋转其他视图的平面</translation>
    </message>
    <message>
        <source>Turn the planes of the other views by 5°</source>
        <translation>将其他视图的平面旋转 5°</translation>
    </message>
    <message>
        <source>Twice as fine</source>
        <translation>两倍精细</translation>
    </message>
    <message>
        <source>Two Series, One Above the Other</source>
        <translation>两个序列，上下排列</translation>
    </message>
    <message>
        <source>Two Series, Side by Side</source>
        <translation>两个序列，左右并排</translation>
    </message>
    <message>
        <source>Two presets have the same id.</source>
        <translation>两个预设的标识相同。</translation>
    </message>
    <message>
        <source>Two presets have the same key.</source>
        <translation>两个预设的按键相同。</translation>
    </message>
    <message>
        <source>Two presets have the same name.</source>
        <translation>两个预设的名称相同。</translation>
    </message>
    <message>
        <source>Two series side by side: drag them from the list into the views</source>
        <translation>左右并排显示两个序列：从列表拖到视图中</translation>
    </message>
    <message>
        <source>Two series, one above the other</source>
        <translation>上下排列显示两个序列</translation>
    </message>
    <message>
        <source>Type the thickness of the slab in mm</source>
        <translation>输入层块厚度（毫米）</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>VR</source>
        <translation>VR</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Values in all files</source>
        <translation>所有文件中的值</translation>
    </message>
    <message>
        <source>Version {version} · DICOM viewer with AI</source>
        <translation>版本 {version} · 带人工智能的 DICOM 阅片软件</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>体数据</translation>
    </message>
    <message>
        <source>What the active view shows, and how</source>
        <translation>当前视图显示的内容和方式</translation>
    </message>
    <message>
        <source>What the model was trained on, its figures and limits</source>
        <translation>模型的训练数据、性能指标和局限</translation>
    </message>
    <message>
        <source>What this view shows</source>
        <translation>此视图显示的内容</translation>
    </message>
    <message>
        <source>What to export</source>
        <translation>导出内容</translation>
    </message>
    <message>
        <source>What was noticed</source>
        <translation>发现的问题</translation>
    </message>
    <message>
        <source>What was noticed while reading</source>
        <translation>读取时发现的问题</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>滚轮</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>窗宽</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗宽窗位</translation>
    </message>
    <message>
        <source>Window and Presets</source>
        <translation>窗宽窗位与预设</translation>
    </message>
    <message>
        <source>Window and Presets…</source>
        <translation>窗宽窗位与预设…</translation>
    </message>
    <message>
        <source>Window from a Region</source>
        <translation>按区域设窗</translation>
    </message>
    <message>
        <source>Window presets</source>
        <translation>窗宽窗位预设</translation>
    </message>
    <message>
        <source>Window width and level, and the presets</source>
        <translation>窗宽窗位及其预设</translation>
    </message>
    <message>
        <source>Window: right is wider, up is brighter</source>
        <translation>窗宽窗位：向右加宽，向上变亮</translation>
    </message>
    <message>
        <source>Write a name; close a clicked outline</source>
        <translation>输入名称；闭合逐点点击的轮廓</translation>
    </message>
    <message>
        <source>Write something about the selected finding</source>
        <translation>为选中的所见写下备注</translation>
    </message>
    <message>
        <source>Write the measurements as CSV, JSON or a DICOM structured report</source>
        <translation>将测量写为 CSV、JSON 或 DICOM 结构化报告</translation>
    </message>
    <message>
        <source>Write the segments as NIfTI or a DICOM Segmentation</source>
        <translation>将分割写为 NIfTI 或 DICOM Segmentation</translation>
    </message>
    <message>
        <source>Written: {name}</source>
        <translation>已写入：{name}</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Zoom {factor}×</source>
        <translation>缩放 {factor}×</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>剩余约 {time}</translation>
    </message>
    <message>
        <source>accepted by the reader</source>
        <translation>已由阅片者接受</translation>
    </message>
    <message>
        <source>box drawn by the reader</source>
        <translation>框由阅片者绘制</translation>
    </message>
    <message>
        <source>inverted</source>
        <translation>反色</translation>
    </message>
    <message>
        <source>mean {value} HU</source>
        <translation>平均 {value} HU</translation>
    </message>
    <message>
        <source>new folder</source>
        <translation>新文件夹</translation>
    </message>
    <message>
        <source>no value</source>
        <translation>无数值</translation>
    </message>
    <message>
        <source>nodules</source>
        <translation>结节</translation>
    </message>
    <message>
        <source>nominal slice thickness {thickness} mm</source>
        <translation>标称层厚 {thickness} mm</translation>
    </message>
    <message>
        <source>not there</source>
        <translation>不存在</translation>
    </message>
    <message>
        <source>pixel size unknown</source>
        <translation>像素大小未知</translation>
    </message>
    <message>
        <source>regions</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>suspicion rated {rating} of 5 (no diagnosis)</source>
        <translation>可疑程度 {rating} / 5（不是诊断）</translation>
    </message>
    <message>
        <source>to</source>
        <translation>至</translation>
    </message>
    <message>
        <source>turned planes</source>
        <translation>旋转的平面</translation>
    </message>
    <message>
        <source>varies: {n} values</source>
        <translation>有变化：{n} 个值</translation>
    </message>
    <message>
        <source>with the series on top</source>
        <translation>含叠加的序列</translation>
    </message>
    <message>
        <source>{above_or_below} operating point{name}, {threshold}.</source>
        <translation>{above_or_below}工作点{name}（{threshold}）。</translation>
    </message>
    <message>
        <source>{candidates} below it: lower the threshold to see them.</source>
        <translation>低于阈值的有{candidates}：降低阈值即可显示。</translation>
    </message>
    <message>
        <source>{count} read from {file}.</source>
        <translation>已从 {file} 读取 {count}。</translation>
    </message>
    <message>
        <source>{files} could not be read and left out: {first}</source>
        <translation>{files}无法读取，已跳过：{first}</translation>
    </message>
    <message>
        <source>{modality} series</source>
        <translation>{modality} 序列</translation>
    </message>
    <message>
        <source>{n} attribute</source>
        <translation>{n} 个属性</translation>
    </message>
    <message>
        <source>{n} attributes</source>
        <translation>{n} 个属性</translation>
    </message>
    <message>
        <source>{n} below the threshold</source>
        <translation>{n} 个低于阈值</translation>
    </message>
    <message>
        <source>{n} candidate</source>
        <translation>{n} 个候选</translation>
    </message>
    <message>
        <source>{n} candidates</source>
        <translation>{n} 个候选</translation>
    </message>
    <message>
        <source>{n} dismissed</source>
        <translation>{n} 个已移出</translation>
    </message>
    <message>
        <source>{n} error</source>
        <translation>{n} 个错误</translation>
    </message>
    <message>
        <source>{n} errors</source>
        <translation>{n} 个错误</translation>
    </message>
    <message>
        <source>{n} file</source>
        <translation>{n} 个文件</translation>
    </message>
    <message>
        <source>{n} files</source>
        <translation>{n} 个文件</translation>
    </message>
    <message>
        <source>{n} image</source>
        <translation>{n} 幅图像</translation>
    </message>
    <message>
        <source>{n} images</source>
        <translation>{n} 幅图像</translation>
    </message>
    <message>
        <source>{n} measurement</source>
        <translation>{n} 个测量</translation>
    </message>
    <message>
        <source>{n} measurements</source>
        <translation>{n} 个测量</translation>
    </message>
    <message>
        <source>{n} nodule</source>
        <translation>{n} 个结节</translation>
    </message>
    <message>
        <source>{n} nodules</source>
        <translation>{n} 个结节</translation>
    </message>
    <message>
        <source>{n} pixel</source>
        <translation>{n} 个像素</translation>
    </message>
    <message>
        <source>{n} pixels</source>
        <translation>{n} 个像素</translation>
    </message>
    <message>
        <source>{n} region</source>
        <translation>{n} 个区域</translation>
    </message>
    <message>
        <source>{n} regions</source>
        <translation>{n} 个区域</translation>
    </message>
    <message>
        <source>{n} slice</source>
        <translation>{n} 层</translation>
    </message>
    <message>
        <source>{n} slices</source>
        <translation>{n} 层</translation>
    </message>
    <message>
        <source>{n} vary</source>
        <translation>{n} 个有变化</translation>
    </message>
    <message>
        <source>{n} warning</source>
        <translation>{n} 个警告</translation>
    </message>
    <message>
        <source>{n} warnings</source>
        <translation>{n} 个警告</translation>
    </message>
    <message>
        <source>{size} voxels, {memory}</source>
        <translation>{size} 体素，{memory}</translation>
    </message>
    <message>
        <source>“{typed}” is not a number.</source>
        <translation>“{typed}”不是数字。</translation>
    </message>
    <message>
        <source>✓ accepted by the reader, * commented on or redrawn</source>
        <translation>✓ 已由阅片者接受，* 已备注或重画</translation>
    </message>
    <message>
        <source>简体中文</source>
        <translation>简体中文</translation>
    </message>
</context>
</TS>
