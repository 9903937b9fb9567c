"""The language of the window changes while it is open."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QMenu

from resources import ROOT
from tests.ui.conftest import settle
from viewer import DISCLAIMER
from viewer.ui.actions import ActionId as A
from viewer.ui.language import (
    Catalogue,
    Language,
    apply_language,
    chosen_language,
    read_catalogue,
    tr,
)

CHINESE = read_catalogue(ROOT / "translations" / "zh_CN.ts")
#: Names of formats and of languages are the same in all of them.
SAME = {
    "English", "简体中文", "PNG", "JPEG", "TIFF", "MP4 (H.264)", "NIfTI (.nii.gz)", "NRRD (.nrrd)",
    "VR", "#", "Esc", "DICOM · NIfTI · NRRD · PNG · JPEG · TIFF",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _english_afterwards(qapp):
    yield
    apply_language(qapp, Language.ENGLISH)


def menus(window) -> list[str]:
    return [menu.title() for menu in window.menuBar().findChildren(QMenu) if menu.title()]


def test_values_stay_in_their_places():
    assert len(CHINESE) > 300
    for source, translation in CHINESE.items():
        places = re.compile(r"\{\w*\}")
        assert sorted(places.findall(source)) == sorted(places.findall(translation)), source
        assert source.startswith(" ") == translation.startswith(" "), source
        assert ("&" in source) == ("&" in translation), source
        assert source.endswith("…") == translation.endswith("…"), source
        assert (source == translation) == (source in SAME), source


def test_keys_in_menus_are_not_given_twice(qtbot, make_window, qapp):
    window = make_window()
    apply_language(qapp, Language.CHINESE)
    settle(qtbot)
    titles = [action.text() for action in window.menuBar().actions()]
    letters = [t[t.index("&") + 1] for t in titles]
    assert len(set(letters)) == len(titles) > 5


def test_menus_actions_and_dialogs_change_and_change_back(qtbot, opened, qapp):
    export, tags = opened.show_export(), opened.show_tags()
    qtbot.waitUntil(lambda: tags.model.table.files == tags._files, timeout=20_000)
    before = menus(opened)
    keys = {a.objectName(): a.shortcuts() for a in opened.actions_}
    opened.actions_[A.LANGUAGE_CHINESE].trigger()
    settle(qtbot)
    assert chosen_language() is Language.CHINESE
    assert opened.actions_[A.LANGUAGE_CHINESE].isChecked()
    assert "文件(&F)" in menus(opened)
    assert not set(menus(opened)) & set(before)
    assert opened.actions_[A.INVERT].text() == "反色"
    assert opened.actions_[A.INVERT].toolTip() == "黑白互换 (I)"
    assert opened.actions_[A.UNDO].toolTip() == "没有可撤销的操作。"
    assert {a.objectName(): a.shortcuts() for a in opened.actions_} == keys
    assert opened.findChild(QLabel, "disclaimer").text() == CHINESE[DISCLAIMER]
    assert export.windowTitle() == export.start_button.text()[:2] == "导出"
    assert [export.kinds.item(n).text() for n in range(2)] == ["视图图片", "窗口图片"]
    export.kinds.setCurrentRow(2)
    assert export.page.orientation.itemText(0) == "横断面"
    assert tags.windowTitle() == "DICOM 标签"
    assert tags.model.headerData(1, tags.tree.header().orientation()) == "属性"
    opened.actions_[A.LANGUAGE_ENGLISH].trigger()
    settle(qtbot)
    assert menus(opened) == before
    assert opened.actions_[A.INVERT].toolTip() == "Swap black and white (I)"
    assert export.page.orientation.itemText(0) == "Axial"
    assert tags.windowTitle() == "Tags"


def test_refusals_are_said_in_the_language_of_the_window(qtbot, make_window, qapp):
    window = make_window()
    apply_language(qapp, Language.CHINESE)
    settle(qtbot)
    assert window.actions_[A.EXPORT].toolTip() == "没有打开任何内容。"
    assert not window.actions_[A.EXPORT].isEnabled()


def test_nearly_everything_that_the_window_says_through_tr_is_translated(qtbot, opened, qapp):
    asked: set[str] = set()

    class Recorder(Catalogue):
        def translate(self, context, source, disambiguation=None, n=-1):
            if context == "hounsfield":
                asked.add(source)
            return None

    recorder = Recorder({"": ""}, qapp)
    qapp.installTranslator(recorder)
    try:
        export, tags = opened.show_export(), opened.show_tags()
        for row in range(export.kinds.count()):
            export.kinds.setCurrentRow(row)
        qtbot.waitUntil(lambda: tags.model.table.files == tags._files, timeout=20_000)
        for window in (opened, export, tags):
            window.grab()
    finally:
        qapp.removeTranslator(recorder)
    assert len(asked) > 250
    # What a model says of a series is made of its own words; new actions come before translators.
    missing = asked - set(CHINESE) - {opened.analysis.refusal}
    assert len(missing) < len(asked) / 20, missing


def test_what_qt_says_is_translated_too(qapp):
    apply_language(qapp, Language.CHINESE)
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    assert tr("{n} files", n=3) == "3 个文件"
    assert tr("No such text") == "No such text"
    apply_language(qapp, Language.ENGLISH)
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    assert tr("{n} files", n=3) == "3 files"


def test_the_choice_is_remembered(make_window):
    window = make_window()
    assert window._settings.language is Language.ENGLISH
    window.actions_[A.LANGUAGE_CHINESE].trigger()
    assert window._settings.language is Language.CHINESE
    window._settings._store.setValue("language", "klingon")
    assert window._settings.language is Language.ENGLISH


def test_unfinished_translations_are_left_in_english(tmp_path):
    (tmp_path / "x.ts").write_text(
        '<TS version="2.1"><context><name>hounsfield</name>'
        "<message><source>A</source><translation>甲</translation></message>"
        '<message><source>B</source><translation type="unfinished">乙</translation></message>'
        "<message><source>C</source><translation></translation></message>"
        "</context></TS>",
        encoding="utf-8",
    )
    assert read_catalogue(tmp_path / "x.ts") == {"A": "甲"}


def test_views_panels_and_the_window_dialog_change_too(qtbot, opened, qapp):
    opened.actions_[A.WINDOW].trigger()
    opened.actions_[A.LANGUAGE_CHINESE].trigger()
    settle(qtbot)
    pane = opened.panes.active
    entries = [action.text() for action in pane.menu().actions() if action.text()]
    assert entries == ["横断面", "冠状面", "矢状面", "三维", "厚层", "叠加序列"]
    assert opened.series_panel.filter.placeholderText() == "筛选序列"
    assert opened.colors.title() == "色图"
    assert opened.window_dialog.presets.restore.text() == "恢复默认"
    assert opened.layer_panel.why == "没有其他已打开的序列使用此参考坐标系。"
    opened.actions_[A.LAYOUT_SIDE_BY_SIDE].trigger()
    empty = opened.panes.grid.panes[1].findChild(QLabel, "empty_pane")
    assert empty.text().startswith("将序列拖到此处")
    opened.actions_[A.LANGUAGE_ENGLISH].trigger()
    settle(qtbot)
    assert empty.text().startswith("Drag a series here")
    assert opened.window_dialog.presets.table.horizontalHeaderItem(1).text() == "Width"
