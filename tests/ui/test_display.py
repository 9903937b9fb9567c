"""Colour, look-up tables, overlay planes and shutters as the views show them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.ui.conftest import pixels, settle
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation
from viewer.imaging.shutter import Shutter
from viewer.imaging.voi import VoiLut, Window
from viewer.imaging.volume import Volume
from viewer.ui.foreground import ViewOptions
from viewer.ui.mouse import Tool

SHAPE = (1, 40, 40)
GRID = Geometry(np.eye(4), SHAPE)
BARE = ViewOptions(crosshair=False, texts=False)


def shown(qtbot, view, column: float, row: float) -> list[int]:
    """The colour that a pixel of the picture has in the view."""
    settle(qtbot)
    at = view.placement.position_of((column, row, 0))
    return pixels(view)[round(at.y()), round(at.x()), :3].astype(int).tolist()


@pytest.fixture
def view(session, make_view):
    view = make_view(Orientation.AXIAL)
    view.set_options(BARE)
    return view


def colors() -> Volume:
    rgb = np.zeros((*SHAPE, 3), np.uint8)
    rgb[:, :20] = (200, 40, 10)
    rgb[:, 20:] = (0, 90, 250)
    return Volume(np.full(SHAPE, 80, np.int16), GRID, unit="", color=rgb)


def test_colours_are_shown_as_they_are(qtbot, session, view):
    session.display.show(colors(), None)
    assert shown(qtbot, view, 20, 8) == pytest.approx([200, 40, 10], abs=3)
    assert shown(qtbot, view, 20, 32) == pytest.approx([0, 90, 250], abs=3)


def test_colours_have_no_window_and_no_inversion(qtbot, session, view):
    session.display.show(colors(), Window(40, 400))
    session.display.set_window(Window(0, 10))
    session.display.toggle_inverted()
    assert session.display.window == Window(40, 400)
    assert not session.display.inverted
    assert session.display.no_window


def test_a_grey_volume_that_turns_out_to_be_in_colour_is_shown_so(qtbot, session, view):
    session.display.show(replace(colors(), color=None), Window(80, 10))
    session.display.fill(colors())
    assert shown(qtbot, view, 20, 8) == pytest.approx([200, 40, 10], abs=3)


def test_a_drag_starts_from_the_window_that_a_table_is_like(qtbot, session, view):
    entries = np.clip((np.arange(1000) - 300) * 40, 0, 4000).astype(np.uint16)
    session.display.show(Volume(np.zeros(SHAPE, np.int16), GRID), VoiLut(500, entries, 12))
    window = view.current_window()
    assert window.center == pytest.approx(850, abs=2)
    assert window.width == pytest.approx(100, abs=3)
    view.mouse.left_tool = Tool.WINDOW
    view.set_window(window)
    assert session.display.window == window


def test_a_table_turns_values_into_grey(qtbot, session, view):
    voxels = np.full(SHAPE, 7, np.int16)
    entries = np.zeros(10, np.uint16)
    entries[2] = 200
    session.display.show(Volume(voxels, GRID), VoiLut(5, entries, 8))
    assert shown(qtbot, view, 20, 20) == pytest.approx([200] * 3, abs=1)


def test_overlay_planes_are_drawn_and_can_be_hidden(qtbot, session, view):
    plane = np.zeros(SHAPE[1:], bool)
    plane[10:20, 10:20] = True
    volume = Volume(np.zeros(SHAPE, np.int16), GRID, overlay_planes={0: plane})
    session.display.show(volume, Window(500, 100))
    assert max(shown(qtbot, view, 15, 15)) > 150
    assert shown(qtbot, view, 30, 30) == [0, 0, 0]
    view.set_options(replace(BARE, overlay_planes=False))
    assert shown(qtbot, view, 15, 15) == [0, 0, 0]


def test_the_shutter_hides_and_can_be_opened(qtbot, session, view):
    volume = Volume(np.full(SHAPE, 1000, np.int16), GRID)
    shutter = Shutter(rectangle=(11, 30, 11, 30), gray=60)
    session.display.show(volume, Window(0, 100), shutter=shutter)
    assert shown(qtbot, view, 20, 20) == [255] * 3
    assert shown(qtbot, view, 4, 4) == pytest.approx([60] * 3, abs=1)
    view.set_options(replace(BARE, shutter=False))
    assert shown(qtbot, view, 4, 4) == [255] * 3


def test_the_automatic_window_leaves_out_what_the_shutter_hides(session):
    voxels = np.full(SHAPE, 4000, np.int16)
    voxels[0, 10:30, 10:30] = np.linspace(0, 100, 400).reshape(20, 20)
    shutter = Shutter(rectangle=(11, 30, 11, 30))
    session.display.show(Volume(voxels, GRID), None, shutter=shutter)
    low, high = session.display.window.limits
    assert -5 <= low <= 5
    assert 95 <= high <= 105
