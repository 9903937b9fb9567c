"""Turning the planes of other views by the crosshair's lines."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from tests.dicom.phantoms import MARKERS, marker_volume
from tests.ui.conftest import pixels, press, settle
from viewer.imaging.plane import Orientation
from viewer.imaging.voi import Window
from viewer.ui import slice_view
from viewer.ui.actions import ActionId as A
from viewer.ui.camera import Camera
from viewer.ui.foreground import ViewOptions

CENTER = np.array([11.5, -143.0, 87.25])
BARE = ViewOptions(crosshair=False, texts=False)


def drawn(qtbot, view) -> None:
    settle(qtbot)
    qtbot.waitUntil(lambda: view.is_settled, timeout=5000)
    settle(qtbot)


def handle_of(view, other: Orientation) -> QPoint:
    """The handle on the line of another view that lies farther right or up."""
    crosshair = view._foreground.crosshair
    found = [at for plane, at in crosshair._handles() if plane is other]
    return max(found, key=lambda at: at.x() - at.y()).toPoint()


def drag(qtbot, view, start: QPoint, end: QPoint) -> None:
    port = view.viewport()
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    for share in (0.25, 0.5, 0.75, 1.0):
        qtbot.mouseMove(port, start + (end - start) * share)
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


@pytest.mark.parametrize("name", ["axial", "reversed", "tilted", "feet_first_prone"])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_dragged_handle_turns_the_line_to_the_pointer(qtbot, session, make_view, name, mirrored):
    session.display.show(marker_volume(name), Window(600, 1200))
    session.display.move_cursor(CENTER)
    view = make_view(Orientation.AXIAL)
    view.set_camera(Camera(flipped_horizontally=mirrored))
    start = handle_of(view, Orientation.CORONAL)
    center = view.placement.position_of(session.display.cursor)
    before = session.display.stack(Orientation.AXIAL)
    end = start + QPoint(-20, 60)
    drag(qtbot, view, start, end)
    line = next(ln for o, ln in view._foreground.crosshair._lines() if o is Orientation.CORONAL)
    to_pointer = np.array([end.x() - center.x(), end.y() - center.y()])
    along = np.array([line.dx(), line.dy()])
    lengths = np.linalg.norm(to_pointer) * np.linalg.norm(along)
    sine = (to_pointer[0] * along[1] - to_pointer[1] * along[0]) / lengths
    assert abs(np.degrees(np.arcsin(sine))) < 1.5
    assert session.display.stack(Orientation.AXIAL) is before
    degrees = session.display.stack(Orientation.SAGITTAL).tilt_degrees
    assert degrees == pytest.approx(session.display.stack(Orientation.CORONAL).tilt_degrees)
    assert 20 < degrees < 40


@pytest.mark.parametrize("name", ["axial", "reversed", "tilted", "coronal"])
def test_markers_in_the_plane_are_drawn_where_a_turned_view_says_they_lie(
    qtbot, session, make_view, name
):
    """Turned by 90° in the coronal view, the axial view shows what the sagittal one showed."""
    session.display.show(marker_volume(name), Window(600, 1200))
    session.display.move_cursor(CENTER)
    view = make_view(Orientation.AXIAL)
    view.set_options(BARE)
    session.display.turn(Orientation.CORONAL, np.pi / 2)
    drawn(qtbot, view)
    # Looked at along the left–right axis now; markers left and right lie before and behind it.
    assert abs(view.placement.plane.normal[0]) == pytest.approx(1.0, abs=1e-6)
    picture = pixels(view)[..., 0].astype(int)
    for letter, offset in {
        "A": (0, -20, 0), "P": (0, 20, 0), "F": (0, 0, -18), "H": (0, 0, 18)
    }.items():  # fmt: skip
        at = view.placement.position_of(CENTER + offset)
        gray = picture[round(at.y()), round(at.x())]
        assert gray == pytest.approx(min(255, MARKERS[letter] / 1200 * 255), abs=14), letter


def test_the_cursor_stays_where_it_is_and_the_scale_too(qtbot, session, make_view, shown_markers):
    session.display.move_cursor(CENTER + np.array([6, -4, 3]))
    view = make_view(Orientation.CORONAL)
    before = view.placement
    at, scale = before.position_of(session.display.cursor), before.pixels_per_mm
    session.display.turn(Orientation.AXIAL, 0.6)
    drawn(qtbot, view)
    after = view.placement
    assert after.pixels_per_mm == pytest.approx(scale)
    now = after.position_of(session.display.cursor)
    assert (now.x(), now.y()) == pytest.approx((at.x(), at.y()), abs=0.01)
    assert session.display.is_turned(Orientation.CORONAL)
    session.display.straighten()
    assert not session.display.is_oblique
    assert view.placement.pixels_per_mm == pytest.approx(scale)


def test_scrolling_a_turned_view_moves_the_cursor_along_its_normal(session, shown_markers):
    display = session.display
    display.turn(Orientation.AXIAL, 0.5)
    display.turn(Orientation.SAGITTAL, 0.4)
    stack, before = display.stack(Orientation.CORONAL), display.cursor
    index = stack.index_of(before)
    display.scroll(Orientation.CORONAL, 3)
    moved = display.cursor - before
    assert stack.index_of(display.cursor) == index + 3
    across = moved - (moved @ stack.first.normal) * stack.first.normal
    assert np.linalg.norm(across) < 1e-6


def test_a_picture_that_takes_long_does_not_hold_the_window_up(
    qtbot, session, make_view, shown_markers, monkeypatch
):
    gate, threads = threading.Event(), []

    def slow(volume, plane):
        threads.append(threading.current_thread())
        assert gate.wait(5)
        return np.zeros(plane.shape, np.int16)

    view = make_view(Orientation.CORONAL)
    monkeypatch.setattr(slice_view, "reslice", slow)
    session.display.turn(Orientation.AXIAL, 0.3)
    qtbot.wait(30)
    for _ in range(5):  # turned on while the first picture is being made
        session.display.turn(Orientation.AXIAL, 0.01)
        qtbot.wait(5)
    assert not view.is_settled
    gate.set()
    drawn(qtbot, view)
    assert len(threads) == 2  # that one, and one for all that came meanwhile
    assert threading.main_thread() not in threads


def test_keys_turn_and_straighten_the_planes(qtbot, opened):
    display = opened.session.display
    assert opened.actions_[A.STRAIGHTEN].toolTip() == "All planes are the standard ones."
    press(qtbot, opened, "]")
    press(qtbot, opened, "]")
    assert display.stack(Orientation.CORONAL).tilt_degrees == pytest.approx(10)
    press(qtbot, opened, "[")
    assert display.stack(Orientation.SAGITTAL).tilt_degrees == pytest.approx(5)
    press(qtbot, opened, "Shift+X")
    assert not display.is_oblique
    press(qtbot, opened, "]")
    press(qtbot, opened, "Space")
    assert not display.is_oblique
    qtbot.waitUntil(lambda: opened.panes.is_settled)
