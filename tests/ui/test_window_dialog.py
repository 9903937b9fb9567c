"""The window as numbers, on the histogram and from a region; the user's own presets."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

import resources
from tests.ui.conftest import press, settle
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation
from viewer.imaging.voi import Window, histogram
from viewer.imaging.volume import PADDING, Volume
from viewer.session.presets import load_presets
from viewer.ui.actions import ActionId as A
from viewer.ui.camera import Camera
from viewer.ui.mouse import Tool
from viewer.ui.window.dialog import WindowDialog

DEFAULTS = load_presets(resources.ROOT / "windows.json")


@pytest.fixture
def halves(session) -> Volume:
    """Left half −500 … −480, right half 80 … 119; a strip of padding at the top."""
    voxels = np.zeros((3, 40, 40), np.int16)
    voxels[:, :, :20] = np.arange(20) - 500
    voxels[:, :, 20:] = 80 + np.arange(40)[:, None]
    voxels[:, :4] = PADDING
    volume = Volume(voxels, Geometry(np.eye(4), voxels.shape))
    session.display.show(volume, Window(0, 1000))
    return volume


@pytest.fixture
def dialog(qtbot, session, halves) -> WindowDialog:
    dialog = WindowDialog(session, DEFAULTS, DEFAULTS)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.histogram._histogram is not None, timeout=5000)
    return dialog


def test_the_histogram_counts_all_but_padding(halves):
    found = histogram(halves.voxels)
    assert found.counts.sum() == (halves.voxels != PADDING).sum()
    counts, _ = np.histogram(halves.voxels[halves.voxels != PADDING], found.edges)
    assert np.array_equal(found.counts, counts)
    hidden = np.zeros((40, 40), bool)
    assert histogram(halves.voxels, shown=hidden) is None
    hidden[:, 20:] = True
    assert histogram(halves.voxels, shown=hidden).edges[0] > 0


def test_typed_numbers_are_the_window_and_follow_it(dialog, session):
    dialog.width_.setValue(300)
    dialog.level.setValue(-20)
    assert session.display.window == Window(-20, 300)
    session.display.set_window(Window(40, 80))
    assert (dialog.width_.value(), dialog.level.value()) == (80, 40)
    dialog.auto.click()
    assert session.display.window.name == "Auto"


def drag(qtbot, plot, start: float, end: float) -> None:
    y = plot.height() // 2
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(start), y))
    qtbot.mouseMove(plot, QPoint(round(end), y))
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(end), y))


def test_the_window_is_dragged_on_the_histogram(qtbot, dialog, session):
    plot, display = dialog.histogram, session.display
    display.set_window(Window(-100, 400))
    drag(qtbot, plot, plot.x_of(100), plot.x_of(0))
    assert display.window.limits == pytest.approx((-300, 0), abs=4)
    drag(qtbot, plot, plot.x_of(-300), plot.x_of(-200))
    assert display.window.limits == pytest.approx((-200, 0), abs=6)
    drag(qtbot, plot, plot.x_of(-100), plot.x_of(-50))
    assert display.window.width == pytest.approx(200, abs=8)
    assert display.window.center == pytest.approx(-50, abs=8)


@pytest.mark.parametrize("camera", [Camera(), Camera(quarter_turns=1, flipped_vertically=True)])
def test_a_rectangle_fits_the_window_to_the_values_in_it(qtbot, session, make_view, halves, camera):
    view = make_view(Orientation.AXIAL)
    view.set_camera(camera)
    view.mouse.left_tool = Tool.REGION
    settle(qtbot)
    corners = [
        view.placement.position_of(view.placement.plane.to_lps(row, column)).toPoint()
        for row, column in ((10, 24), (19, 36))
    ]
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=corners[0])
    qtbot.mouseMove(view.viewport(), corners[1])
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=corners[1])
    low, high = session.display.window.limits
    assert low == pytest.approx(90, abs=1)
    assert high == pytest.approx(99, abs=1)
    assert session.display.window.name == "Region"


def test_presets_are_changed_kept_and_restored(qtbot, opened, make_window):
    press(qtbot, opened, "W")
    dialog = opened.window_dialog
    assert dialog.isVisible()
    table = dialog.presets.table
    table.item(0, 1).setText("1234")
    press(qtbot, opened, "1")
    assert opened.session.display.window == Window(-600, 1234, "Lung")
    opened.session.display.set_window(Window(7, 77))
    dialog.presets.add.click()
    table.item(table.rowCount() - 1, 0).setText("Mine")
    table.item(table.rowCount() - 1, 3).setText("9")
    press(qtbot, opened, "2")
    press(qtbot, opened, "9")
    assert opened.session.display.window == Window(7, 77, "Mine")
    opened.close()
    again = make_window()
    names = [a.objectName() for a in again.windows.preset_actions]
    assert names[-1] == "preset_preset-1"
    again.window_dialog.presets.restore.click()
    assert len(again.windows.preset_actions) == len(DEFAULTS.presets)


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        (1, "wide", "“wide” is not a number."),
        (1, "0", "A width is at least 1."),
        (3, "2", "Two presets have the same key."),
        (3, "x", "A key is a number from 1 to 9, or empty."),
        (0, " ", "A preset needs a name."),
    ],
)
def test_what_makes_no_preset_is_refused_with_the_reason(dialog, column, text, reason):
    changed = []
    dialog.presets.changed.connect(changed.append)
    dialog.presets.table.item(0, column).setText(text)
    assert dialog.presets.error == reason
    assert not changed
    dialog.presets.restore.click()
    assert dialog.presets.error == ""


def test_the_menu_says_how_to_get_there(opened):
    assert "(W)" in opened.actions_[A.WINDOW].toolTip()
    assert "(Shift+W)" in opened.actions_[A.TOOL_REGION].toolTip()
