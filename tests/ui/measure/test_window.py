"""Measuring in the whole window: keys, menus, toolbar, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.ui.conftest import press, settle
from viewer.imaging.plane import Orientation
from viewer.imaging.roi.figure import Kind
from viewer.ui.actions import MEASURES
from viewer.ui.actions import ActionId as A
from viewer.ui.main_window import MainWindow


@pytest.fixture
def window(opened) -> MainWindow:
    """The window with a series."""
    return opened


def click(qtbot, window: MainWindow, *offsets: tuple[int, int]) -> None:
    """Click at points of the active view, counted from its middle."""
    viewport = window.panes.active_slices.viewport()
    for x, y in offsets:
        at = viewport.rect().center() + QPoint(x, y)
        qtbot.mouseMove(viewport, at)
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    settle(qtbot)


def test_each_tool_has_a_key_and_stands_in_the_menu(qtbot, window):
    menus = {m.text(): m.menu() for m in window.menuBar().actions()}
    listed = [a for a in menus["&Measure"].actions() if not a.isSeparator()]
    for name, kind in MEASURES.items():
        action = window.actions_[name]
        assert action in listed
        press(qtbot, window, action.shortcut().toString())
        assert window.measuring.kind is kind
        assert action.isChecked()
        assert action.toolTip()
    window.actions_[A.TOOL_PAN].trigger()
    assert window.measuring.kind is None
    assert not any(window.actions_[name].isChecked() for name in MEASURES)


def test_a_length_is_drawn_deleted_and_brought_back_by_keys(qtbot, window):
    measurements = window.session.measurements
    press(qtbot, window, "L")
    click(qtbot, window, (-40, -10), (40, -10))
    assert [m.name for m in measurements.kept] == ["Length 1"]
    assert window.actions_[A.UNDO].text() == "Undo Length 1"
    assert window.actions_[A.DELETE].text() == "Delete Length 1"
    press(qtbot, window, "Del")
    assert measurements.kept == ()
    assert not window.actions_[A.DELETE].isEnabled()
    press(qtbot, window, "Ctrl+Z")
    assert len(measurements.kept) == 1
    press(qtbot, window, "Ctrl+Shift+Z")
    assert measurements.kept == ()


def test_escape_brings_back_the_tool_from_before(qtbot, window):
    window.actions_[A.TOOL_ZOOM].trigger()
    press(qtbot, window, "E")
    press(qtbot, window, "Esc")
    assert window.measuring.kind is None
    assert window.actions_[A.TOOL_ZOOM].isChecked()


def test_a_measurement_is_seen_in_the_views_it_lies_in_and_no_other(qtbot, window):
    press(qtbot, window, "P")
    click(qtbot, window, (0, 0))
    window.session.show_measurement(window.session.measurements.kept[0])
    settle(qtbot)
    drawn = {o: v.findChild(object, "measure_layer").sketches for o, v in views(window).items()}
    # A probe at the cursor lies in all three planes.
    assert [len(s) for s in drawn.values()] == [1, 1, 1]
    press(qtbot, window, "L")
    click(qtbot, window, (-40, -40), (30, 20))
    drawn = {o: v.findChild(object, "measure_layer").sketches for o, v in views(window).items()}
    kinds = {o: {s.measurement.kind for s in found} for o, found in drawn.items()}
    assert kinds[Orientation.AXIAL] == {Kind.PROBE, Kind.LENGTH}
    assert kinds[Orientation.CORONAL] == {Kind.PROBE}


def views(window: MainWindow) -> dict:
    return {v.orientation: v for v in window.panes.slices.values()}


def test_without_a_series_the_tools_say_why_not(qtbot, window):
    window.session.close_all()
    action = window.actions_[A.MEASURE_LENGTH]
    assert not action.isEnabled()
    assert "Open a series first" in action.toolTip()
