"""One slice view: a picture of the volume through the session's cursor, and what is drawn on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Flag
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QWidget

from viewer.imaging.colormaps import colormap
from viewer.imaging.fusion import color_over
from viewer.imaging.geometry import Points
from viewer.imaging.overlay import colorize
from viewer.imaging.plane import Orientation, Plane, Stack
from viewer.imaging.reslice import GridCut, grid_cut, reslice, reslice_color
from viewer.imaging.slab import reslice_slab
from viewer.imaging.voi import VoiLut, Window, apply_voi, auto_window
from viewer.imaging.volume import Volume, is_padding
from viewer.session.display import Display
from viewer.session.jobs import Job
from viewer.session.marks import Finding
from viewer.session.results import Review
from viewer.session.session import Session
from viewer.ui import drawing, theme
from viewer.ui.camera import Camera
from viewer.ui.crosshair import Crosshair
from viewer.ui.foreground import Foreground, Gauge, ViewOptions
from viewer.ui.mouse import Mouse
from viewer.ui.placement import Placement, camera_at, camera_holding
from viewer.ui.slice_picture import SlicePicture

_LENS_PX, _LENS_FACTOR = 110.0, 2.5


#: Percentiles of the values in a region that become black and white.
_OF_A_REGION = (2.0, 98.0)


class _Stale(Flag):
    """What of a picture must be made again before the next paint."""

    NOTHING = 0
    WINDOW = 1
    STYLE = 2
    VALUES = 4
    SCORES = 8
    LAYER = 16
    CUT = VALUES | SCORES
    GRAY = VALUES | WINDOW
    ALL = CUT | WINDOW | STYLE | LAYER


@dataclass(frozen=True, eq=False)
class _Cut:
    """What lies in a plane: values, scores of the heatmap, and what a layer has there."""

    stack: Stack
    plane: Plane
    values: npt.NDArray[Any]
    scores: npt.NDArray[Any] | None = None
    layer: tuple[Volume, npt.NDArray[Any]] | None = None


class SliceView(pg.GraphicsView):  # type: ignore[misc]
    """The slice of one orientation, standard or turned, that lies nearest to a display's cursor.

    Until it is given another one, it shows the display that was active when it was made.
    The scene's coordinates are the view's pixels. Pictures are made at most once a turn of the
    event loop, however many changes it brought, and only while the view is visible. What takes
    longer is cut on another thread; until it is there, the picture before it stays in its place.
    """

    #: The user turned to this view.
    activated = Signal()
    maximize_requested = Signal()
    #: The pointer is over this point (LPS mm, ndarray), or over none (None).
    probed = Signal(object)
    #: Another slice is shown.
    slice_changed = Signal()
    #: Another volume is shown, fitted into the view.
    opened = Signal()
    #: The user zoomed, moved, turned or mirrored the picture.
    camera_changed = Signal()

    def __init__(
        self, session: Session, orientation: Orientation, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self.orientation = orientation
        self.mouse = Mouse(self)
        #: The lines of other views' slices in this one, with the names of their colours.
        self.references: Callable[[], Sequence[tuple[QLineF, str]]] = tuple
        self._session = session
        self._display = session.display
        self._options = ViewOptions()
        self._camera = Camera()
        self._size = QSizeF(1, 1)
        self._index = 0
        self._placement: Placement | None = None
        self._placement_made_of: tuple[Stack, int, Camera, QSizeF] | None = None
        self._stale = _Stale.NOTHING
        self._cut: _Cut | None = None
        self._job: Job | None = None
        self._heatmap: Volume | None = None
        self._marked: list[int] | None = None
        self._caption = ""
        self._frame: QRectF | None = None
        self._pointer: Points | None = None
        self._picture = SlicePicture(self.scene())
        self._set_up()
        self._connect()
        self._follow(self._display)
        self._show_volume()

    @property
    def display(self) -> Display:
        """What the view shows."""
        return self._display

    @property
    def index(self) -> int:
        """The slice shown, counted from 0."""
        return self._index

    @property
    def options(self) -> ViewOptions:
        """What is drawn over the picture."""
        return self._options

    @property
    def camera(self) -> Camera:
        """How the picture lies in the view."""
        return self._camera

    @property
    def stack(self) -> Stack | None:
        """The slices that the view scrolls through; None without a volume."""
        return self._display.stack(self.orientation)

    @property
    def placement(self) -> Placement | None:
        """Where things lie in the view now; None without a volume."""
        stack = self.stack
        if stack is None:
            self._placement = None
            return None
        made_of = (stack, self._index, self._camera, self._size)
        if self._placement is None or self._placement_made_of != made_of:
            self._placement_made_of = made_of
            self._placement = Placement(stack.plane(self._index), self._camera, self._size)
        return self._placement

    @property
    def is_settled(self) -> bool:
        """Whether the picture is the one that belongs here."""
        return not self._stale and self._job is None

    # Commands

    def show_display(self, display: Display, orientation: Orientation) -> None:
        """Show another series, or another of its standard views."""
        if display is self._display and orientation is self.orientation:
            return
        self._unfollow(self._display)
        self._display, self.orientation = display, orientation
        self._follow(display)
        self._name()
        self._show_volume()

    def set_options(self, options: ViewOptions) -> None:
        """Choose what is drawn over the picture."""
        self._options = options
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, options.smooth)
        self._refresh(_Stale.WINDOW)
        self.viewport().update()

    def set_camera(self, camera: Camera) -> None:
        """Lay the picture another way."""
        self._camera = camera
        self._place()
        self.camera_changed.emit()

    def look_at(self, lps: Points, pixels_per_mm: float, like: Camera) -> None:
        """Bring a point to the middle at some scale, turned and mirrored like another view."""
        placement = self.placement
        if placement is not None:
            self.set_camera(camera_at(placement.plane, self._size, like, lps, pixels_per_mm))

    def show_actual_size(self) -> None:
        """Show a pixel of the picture as one of the screen, the middle staying where it is."""
        placement = self.placement
        if placement is not None:
            middle = placement.lps_of(placement.middle)
            scale = 1 / (placement.pixel_mm[1] * self.devicePixelRatioF())
            self.look_at(middle, scale, self._camera)

    def set_caption(self, text: str) -> None:
        """Say something of the view, beside what it shows; empty for nothing."""
        self._caption = text
        self._repaint()

    def turn(self) -> None:
        """Turn the picture clockwise by a quarter."""
        self.set_camera(self._camera.rotated())

    def flip(self, *, horizontally: bool) -> None:
        """Mirror the picture on the screen."""
        self.set_camera(self._camera.flipped(horizontally=horizontally))

    def go_to(self, index: int) -> None:
        """Go to a slice, counted from 0; beyond the last one means the last."""
        self._display.go_to(self.orientation, index)

    # What the mouse acts on

    def current_window(self) -> Window:
        """The window that a drag starts from."""
        window = self._display.window
        return window.as_window() if isinstance(window, VoiLut) else window

    def set_window(self, window: Window) -> None:
        """Look through another window."""
        self._display.set_window(window)

    def pan(self, delta: QPointF) -> None:
        """Move the picture on the screen."""
        self.set_camera(self._camera.panned(delta))

    def zoom(self, factor: float, anchor: QPointF) -> None:
        """Zoom about a point of the view."""
        self.set_camera(self._camera.zoomed(factor, anchor, self._size))

    def scroll_slices(self, slices: int) -> None:
        """Go on by some slices."""
        self._display.scroll(self.orientation, slices)

    def is_on_gauge(self, position: QPointF) -> bool:
        """Whether a point of the view lies on the bar of its slices."""
        gauge = self._gauge
        return gauge is not None and gauge.contains(position)

    def scrub(self, position: QPointF) -> None:
        """Go to the slice that the bar has at a point of the view."""
        gauge = self._gauge
        if gauge is not None:
            self.go_to(gauge.slice_at(position))

    def is_on_handle(self, position: QPointF) -> bool:
        """Whether a point of the view lies on a handle that turns the planes of other views."""
        crosshair = self._crosshair
        return crosshair is not None and crosshair.has_handle_at(position)

    def is_taken(self, position: QPointF) -> bool:
        """Whether a press at a point of the view means something that lies over the picture."""
        return self.is_on_gauge(position) or self.is_on_handle(position)

    def turn_planes(self, before: QPointF, after: QPointF) -> None:
        """Turn the planes of the other views about the cursor by what a drag turns."""
        crosshair = self._crosshair
        if crosshair is not None:
            self._display.turn(self.orientation, crosshair.angle(before, after))

    def frame(self, press: QPointF, at: QPointF) -> None:
        """Draw a frame between two points of the view."""
        self._frame = QRectF(press, at).normalized()
        self._repaint()

    def take_frame(self) -> None:
        """Fit the window to the values in the frame, and take it away."""
        frame, self._frame = self._frame, None
        self._repaint()
        placement, cut = self.placement, self._cut
        if frame is None or placement is None or cut is None or self._display.no_window:
            return
        corners = [placement.lps_of(corner) for corner in (frame.topLeft(), frame.bottomRight())]
        rows, columns = cut.plane.to_pixel(np.array(corners))
        inside = cut.values[_between(rows), _between(columns)]
        if inside.size and not is_padding(inside).all():
            low, high = _OF_A_REGION
            self._display.set_window(replace(auto_window(inside, low, high), name="Region"))

    def point_at(self, position: QPointF) -> None:
        """Bring all views to the point under the pointer."""
        placement = self.placement
        lps = placement.lps_at(position) if placement is not None else None
        if lps is not None:
            self._display.move_cursor(lps)

    def click(self, position: QPointF) -> None:
        """Select the finding under the pointer, if there is one."""
        for finding, box in self.finding_boxes():
            if box.contains(position):
                self._session.jump_to(finding)
                return

    def finding_boxes(self) -> list[tuple[Finding, QRectF]]:
        """The findings that this slice passes through, and their frames in the view."""
        foreground = self._foreground
        return foreground.finding_boxes() if foreground is not None else []

    # Qt's events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.activated.emit()
        self.mouse.press(event.button(), event.modifiers(), event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a drag, and tell what is under the pointer."""
        self.mouse.move(event.modifiers(), event.position())
        placement = self.placement
        self._probe(placement.lps_at(event.position()) if placement is not None else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        self.mouse.release(event.button(), event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Maximise the view, or put it back."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.maximize_requested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or zoom about the pointer."""
        self.activated.emit()
        delta = event.angleDelta()
        self.mouse.wheel(event.modifiers(), delta.y() or delta.x(), event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        self._probe(None)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the part of the picture that is in view."""
        super().resizeEvent(event)
        if event is None:  # pyqtgraph's constructor calls this before there is anything to keep
            return
        size = QSizeF(self.viewport().size())
        self._camera = self._camera.resized(self._size, size)
        self._size = size
        self._place()

    def close(self) -> bool:
        """Close like any widget; pyqtgraph's way takes the viewport away from under Qt."""
        return bool(QGraphicsView.close(self))

    def showEvent(self, event: QShowEvent) -> None:
        """Make the picture that was not needed while hidden."""
        super().showEvent(event)
        self._refresh(_Stale.NOTHING)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Draw texts, crosshair and findings over the picture."""
        foreground = self._foreground
        if foreground is not None:
            if self._options.reference_lines:
                drawing.draw_references(painter, self.references())
            if self._options.magnifier and self._pointer is not None:
                self._draw_magnifier(painter, foreground.placement.position_of(self._pointer))
            if self._frame is not None:
                drawing.draw_frame(painter, self._frame)
            foreground.paint(painter, self._options, self._pointer, self._projected, self._caption)

    # Inside

    def _draw_magnifier(self, painter: QPainter, at: QPointF) -> None:
        """Draw what is under the pointer once more, larger, in a circle."""
        radius = min(_LENS_PX, min(self._size.width(), self._size.height()) / 3)
        circle = QPainterPath()
        circle.addEllipse(at, radius, radius)
        painter.save()
        painter.setClipPath(circle)
        painter.fillPath(circle, QColor(theme.tokens().image_background))
        self._picture.paint_magnified(painter, at, _LENS_FACTOR)
        painter.restore()
        drawing.draw_ring(painter, at, radius)

    @property
    def _review(self) -> Review:
        return self._session.review_of(self._display)

    @property
    def _foreground(self) -> Foreground | None:
        stack, placement = self.stack, self.placement
        if stack is None or placement is None:
            return None
        if self._marked is None:
            shown = self._review.shown
            self._marked = sorted({stack.index_of(f.center_lps_mm) for f in shown})
        return Foreground(
            self._session,
            self._display,
            self.orientation,
            stack,
            self._index,
            placement,
            self._marked,
        )

    @property
    def _projected(self) -> float | None:
        """What the picture shows under the pointer, which in a thick slice is of no one voxel."""
        cut = self._cut
        if cut is None or self._pointer is None:
            return None
        row, column = (round(float(n)) for n in cut.plane.to_pixel(self._pointer))
        rows, columns = cut.values.shape
        if not (0 <= row < rows and 0 <= column < columns) or is_padding(cut.values[row, column]):
            return None
        return float(cut.values[row, column])

    @property
    def _crosshair(self) -> Crosshair | None:
        foreground = self._foreground if self._options.crosshair else None
        return foreground.crosshair if foreground is not None else None

    @property
    def _gauge(self) -> Gauge | None:
        return Gauge(self._size, self.stack.count) if self.stack is not None else None

    def _name(self) -> None:
        self.setObjectName(f"{self.orientation}_view")
        self.setAccessibleName(f"{self.orientation.capitalize()} view")

    def _set_up(self) -> None:
        self._name()
        self.setBackground(QColor(theme.tokens().image_background))
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setMinimumSize(160, 160)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._make_pictures)

    def _connect(self) -> None:
        results = self._session.results
        results.findings_changed.connect(self._show_findings)
        results.selection_changed.connect(self._repaint)
        results.overlay_changed.connect(self._show_overlay)
        self._session.fusion.changed.connect(self._show_layer)

    def _follow(self, display: Display) -> None:
        display.volume_changed.connect(self._show_volume)
        display.filled.connect(self._show_filled)
        display.cursor_moved.connect(self._follow_cursor)
        display.window_changed.connect(self._show_window)
        display.planes_changed.connect(self._show_planes)
        display.slabs_changed.connect(self._show_filled)

    def _unfollow(self, display: Display) -> None:
        display.volume_changed.disconnect(self._show_volume)
        display.filled.disconnect(self._show_filled)
        display.cursor_moved.disconnect(self._follow_cursor)
        display.window_changed.disconnect(self._show_window)
        display.planes_changed.disconnect(self._show_planes)
        display.slabs_changed.disconnect(self._show_filled)

    def _show_volume(self) -> None:
        self._camera = Camera()
        self._marked = None
        self._forget_cut()
        self._index = self._index_of_cursor()
        self._place()
        self._refresh(_Stale.ALL)
        self.slice_changed.emit()
        if self._display.volume is not None:
            self.opened.emit()

    def _show_filled(self) -> None:
        self._refresh(_Stale.GRAY)

    def _show_planes(self) -> None:
        """Show turned planes at the same scale, the cursor staying where it is."""
        before, stack, cursor = self._placement, self.stack, self._display.cursor
        if before is None or stack is None or cursor is None:
            return
        if self._placement_made_of is not None and self._placement_made_of[0] is stack:
            self._repaint()  # the lines of the others were turned
            return
        self._marked = None
        self._index = self._index_of_cursor()
        self._camera = camera_holding(before, stack.plane(self._index), cursor)
        self._place()
        self._refresh(_Stale.ALL)
        self.slice_changed.emit()

    def _follow_cursor(self) -> None:
        index = self._index_of_cursor()
        moved, self._index = index != self._index, index
        if moved:  # new pictures repaint the view by themselves
            self._refresh(_Stale.ALL)
            self.slice_changed.emit()
        else:
            self._repaint()

    def _show_window(self) -> None:
        self._refresh(_Stale.WINDOW)

    def _show_overlay(self) -> None:
        self._refresh(_Stale.STYLE)

    def _show_layer(self, base: Display) -> None:
        if base is not self._display:
            return
        layer = self._session.fusion.over(base)
        if self._cut is not None and layer is not None and not layer.display.is_complete:
            self._cut = replace(self._cut, layer=None)  # there is more of it now
        self._refresh(_Stale.LAYER)

    def _show_findings(self) -> None:
        self._marked = None
        self._repaint()

    def _repaint(self) -> None:
        self.viewport().update()

    def _index_of_cursor(self) -> int:
        stack, cursor = self.stack, self._display.cursor
        return stack.index_of(cursor) if stack is not None and cursor is not None else 0

    def _place(self) -> None:
        placement, cut = self.placement, self._cut
        # A picture of planes that lay otherwise stays where it is until the next one is there.
        if placement is not None and cut is not None and cut.stack is self.stack:
            self._picture.place(placement.to_view, placement.plane.pixel_mm)
        self.viewport().update()

    def _refresh(self, stale: _Stale) -> None:
        self._stale |= stale
        if self._stale and self.isVisible() and not self._timer.isActive():
            self._timer.start(0)

    def _make_pictures(self) -> None:
        volume, stack, placement = self._display.volume, self.stack, self.placement
        if volume is None or stack is None or placement is None:
            self._stale = _Stale.NOTHING
            self._forget_cut()
            self._picture.clear()
            return
        if self._cut is None:
            self._stale |= _Stale.ALL
        if self._stale & _Stale.CUT:
            if self._job is not None:
                return  # the next one begins when this one has ended
            if self._takes_long:
                self._cut_behind(volume, stack, placement)
                return
            scores = self._cut.scores if self._cut is not None else None
            self._cut = _Cut(stack, placement.plane, reslice(volume, placement.plane), scores)
            self._stale |= _Stale.LAYER
        self._draw()

    @property
    def _takes_long(self) -> bool:
        """Whether a picture takes longer to cut than the window may stand still."""
        display, orientation = self._display, self.orientation
        return display.is_turned(orientation) or display.slab(orientation) is not None

    def _cut_behind(self, volume: Volume, stack: Stack, placement: Placement) -> None:
        """Cut on another thread."""
        plane = placement.plane
        slab, heatmap = self._display.slab(self.orientation), self._visible_heatmap
        over = self._layer_volume
        self._stale = _Stale.NOTHING

        def through(of: Volume) -> npt.NDArray[Any]:
            if slab is None:
                return reslice(of, plane)
            return reslice_slab(of, plane, slab, stack.spacing_mm)

        def cut(_: Job) -> _Cut:
            scores = reslice(heatmap, plane) if heatmap is not None else None
            layer = (over, through(over)) if over is not None else None
            return _Cut(stack, plane, through(volume), scores, layer)

        def take(done: _Cut) -> None:
            self._job, self._cut, self._heatmap = None, done, heatmap
            outdated = self._stale & _Stale.CUT
            self._stale = _Stale.WINDOW | _Stale.STYLE | _Stale.LAYER
            self._draw()
            if stack is not self.stack:  # turned on meanwhile
                self._picture.place(placement.to_view, placement.pixel_mm)
            self._refresh(_Stale.ALL if outdated else _Stale.NOTHING)

        def fail(error: Exception) -> None:
            self._job = None
            raise error

        self._job = self._session.jobs.submit(cut, on_done=take, on_failed=fail)

    def _forget_cut(self) -> None:
        """Let go of the volume, and of what is being cut out of it."""
        self._cut = None
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _draw(self) -> None:
        """Draw what is stale of what was cut."""
        stale, self._stale = self._stale, _Stale.NOTHING
        volume, cut = self._display.volume, self._cut
        assert volume is not None
        assert cut is not None
        if _Stale.WINDOW in stale:
            on_grid = grid_cut(volume.geometry, cut.plane)
            self._picture.set_picture(self._shuttered(self._seen(volume, cut), on_grid))
            self._picture.set_graphics(self._graphics(volume, on_grid))
        if _Stale.LAYER in stale:
            self._draw_layer()
        if _Stale.STYLE in stale:
            self._picture.set_color(self._colored(cut, _Stale.SCORES in stale))
        self._place()

    def _seen(self, volume: Volume, cut: _Cut) -> npt.NDArray[np.uint8]:
        """The picture of the files' own colours, or of grey through the window."""
        if volume.color is not None:
            return np.array(reslice_color(volume, cut.plane))
        display = self._display
        gray = apply_voi(cut.values, display.window, inverted=display.inverted)
        return colormap(display.colormap)[gray] if display.colormap else gray

    def _shuttered(
        self, picture: npt.NDArray[np.uint8], cut: GridCut | None
    ) -> npt.NDArray[np.uint8]:
        """The picture of a slice without what the shutter hides."""
        shutter, shown = self._display.shutter, self._display.unshuttered
        if shutter is None or shown is None or cut is None or cut.slice_index is None:
            return picture
        if self._options.shutter:
            hidden = ~cut.of_slice(shown)
            np.copyto(
                picture, shutter.gray, where=hidden if picture.ndim == 2 else hidden[..., None]
            )
        return picture

    def _graphics(self, volume: Volume, cut: GridCut | None) -> npt.NDArray[np.uint8] | None:
        """The overlay planes of a slice as premultiplied RGBA."""
        index = cut.slice_index if cut is not None else None
        if cut is None or index is None or not self._options.overlay_planes:
            return None
        plane = volume.overlay_planes.get(index)
        if plane is None:
            return None
        ink = QColor(theme.tokens().overlay_letter)
        palette = np.array([[0] * 4, [ink.red(), ink.green(), ink.blue(), 255]], np.uint8)
        return palette[cut.of_slice(plane).astype(np.intp)]

    @property
    def _layer_volume(self) -> Volume | None:
        layer = self._session.fusion.over(self._display)
        return layer.volume if layer is not None else None

    def _draw_layer(self) -> None:
        """Draw what lies over the series; a thick or turned cut of it is made with the rest."""
        layer, over, cut = self._session.fusion.over(self._display), self._layer_volume, self._cut
        assert cut is not None
        if layer is None or over is None:
            self._picture.set_layer(None)
            return
        if cut.layer is None or cut.layer[0] is not over:
            if self._takes_long:
                self._refresh(_Stale.ALL)
                return
            cut = self._cut = replace(cut, layer=(over, reslice(over, cut.plane)))
        assert cut.layer is not None
        colors = color_over(cut.layer[1], layer.voi, layer.colormap, layer.opacity)
        self._picture.set_layer(colors)

    @property
    def _visible_heatmap(self) -> Volume | None:
        result, style = self._review.result, self._session.results.overlay
        return result.heatmap if result is not None and style.visible else None

    def _colored(self, cut: _Cut, moved: bool) -> npt.NDArray[Any] | None:
        result, style = self._review.result, self._session.results.overlay
        heatmap, scores = self._visible_heatmap, cut.scores
        if heatmap is None or result is None:
            self._cut = replace(cut, scores=None)
            return None
        if scores is None or moved or heatmap is not self._heatmap:
            self._heatmap = heatmap
            scores = reslice(heatmap, cut.plane)
            self._cut = replace(cut, scores=scores)
        return colorize(scores, style.colormap, style.threshold, style.opacity, result.full)

    def _probe(self, lps: Points | None) -> None:
        self._pointer = lps
        self.probed.emit(lps)
        self.viewport().update()


def _between(ends: npt.NDArray[np.float64]) -> slice:
    """The pixels between two fractional ones, both included, within the picture's first edge."""
    low, high = (max(round(float(n)), 0) for n in (ends.min(), ends.max()))
    return slice(low, high + 1)
