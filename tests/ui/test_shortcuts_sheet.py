from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMainWindow

from viewer.ui.shortcuts_sheet import ShortcutsSheet, key_groups, mouse_groups


@pytest.fixture
def window(qtbot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    file = window.menuBar().addMenu("&File")
    file.addAction("&Open Folder…").setShortcut("Ctrl+O")
    file.addAction("Without a key")
    image = window.menuBar().addMenu("&Image")
    image.addAction("Invert").setShortcut("I")
    presets = image.addMenu("Window")
    presets.addAction("Lung").setShortcut("1")
    window.menuBar().addMenu("Keyless").addAction("Nothing")
    window.resize(900, 600)
    window.show()
    return window


@pytest.fixture
def sheet(qtbot, window) -> ShortcutsSheet:
    sheet = ShortcutsSheet(window)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(sheet)
    sheet.open()
    return sheet


def test_keys_come_from_the_menus_submenus_included(window):
    groups = {group.title: group.rows for group in key_groups(window)}
    assert groups == {
        "File": (("Ctrl+O", "Open Folder"),),
        "Image": (("I", "Invert"), ("1", "Lung")),
    }


def test_the_sheet_follows_a_changed_key(window):
    window.menuBar().actions()[1].menu().actions()[0].setShortcut("Ctrl+I")
    assert ("Ctrl+I", "Invert") in key_groups(window)[1].rows


def test_the_mouse_is_listed_as_the_conventions_have_it():
    gestures = {group.title: dict(group.rows) for group in mouse_groups()}
    slices = gestures["Mouse in a slice view"]
    assert slices["Left drag"].startswith("Window")
    assert slices["Wheel"].startswith("Scroll")
    assert gestures["Mouse in the 3D view"]["Left drag"] == "Rotate"


def test_everything_is_listed_at_first(sheet, window):
    rows = sheet.visible_rows()
    assert ("Ctrl+O", "Open Folder") in rows
    assert ("Wheel", "Scroll through the slices") in rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("invert", [("I", "Invert")]),
        ("ctrl+o", [("Ctrl+O", "Open Folder")]),
        ("open FOLDER", [("Ctrl+O", "Open Folder")]),
        ("xyzzy", []),
    ],
)
def test_the_filter_leaves_rows_with_all_words(qtbot, sheet, text, expected):
    qtbot.keyClicks(sheet.findChild(QLineEdit), text)
    assert sheet.visible_rows() == expected


def test_escape_closes(qtbot, sheet):
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
