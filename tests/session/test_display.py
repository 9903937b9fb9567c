import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.grids import geometries
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation
from viewer.imaging.voi import Window
from viewer.imaging.volume import PADDING, Volume
from viewer.session.display import Display


def volume_of(geometry: Geometry) -> Volume:
    return Volume(np.zeros(geometry.shape, np.int16), geometry)


def display_of(geometry: Geometry, window: Window | None = None) -> Display:
    display = Display()
    display.show(volume_of(geometry), window or Window(40, 400))
    return display


@given(geometry=geometries(), orientation=st.sampled_from(Orientation), data=st.data())
def test_going_to_a_slice_shows_that_slice_and_keeps_the_place_in_it(geometry, orientation, data):
    display = display_of(geometry)
    stack = display.stack(orientation)
    display.move_cursor(geometry.corners_lps[data.draw(st.integers(0, 7))])
    before = np.array(display.cursor)
    index = data.draw(st.integers(0, stack.count - 1))
    display.go_to(orientation, index)
    assert stack.index_of(display.cursor) == index
    sideways = np.cross(display.cursor - before, stack.first.normal)
    np.testing.assert_allclose(sideways, 0, atol=1e-6)


@given(geometry=geometries(), orientation=st.sampled_from(Orientation))
def test_scrolling_stops_at_both_ends(geometry, orientation):
    display = display_of(geometry)
    stack = display.stack(orientation)
    display.scroll(orientation, 10_000)
    assert stack.index_of(display.cursor) == stack.count - 1
    display.scroll(orientation, -10_000)
    assert stack.index_of(display.cursor) == 0


def test_scrolling_one_view_leaves_the_slices_of_the_others():
    display = display_of(Geometry(np.eye(4), (9, 10, 11)))
    others = (Orientation.CORONAL, Orientation.SAGITTAL)
    before = [display.stack(o).index_of(display.cursor) for o in others]
    display.scroll(Orientation.AXIAL, 2)
    assert [display.stack(o).index_of(display.cursor) for o in others] == before


def test_the_cursor_stays_in_the_volume():
    display = display_of(Geometry(np.eye(4), (9, 10, 11)))
    display.move_cursor((1000, -1000, 3))
    np.testing.assert_allclose(display.cursor, (10, 0, 3))


def test_a_volume_is_first_shown_at_the_voxel_that_is_loaded_first():
    display = display_of(Geometry(np.diag([0.7, 0.7, 2.5, 1]), (98, 512, 512)))
    index = display.volume.geometry.to_index(display.cursor)
    np.testing.assert_allclose(index, (256, 256, 98 // 2))


def test_the_automatic_window_leaves_padding_out():
    voxels = np.full((4, 20, 20), PADDING, np.int16)
    voxels[2] = np.linspace(0, 100, 400).reshape(20, 20)
    display = Display()
    display.show(Volume(voxels, Geometry(np.eye(4), voxels.shape)), None)
    low, high = display.window.limits
    assert -5 <= low <= 5
    assert 95 <= high <= 105


def test_reset_brings_back_the_first_window_and_its_sense():
    display = Display()
    first = Window(-600, 1500)
    display.show(volume_of(Geometry(np.eye(4), (3, 3, 3))), first, inverted=True)
    display.set_window(Window(40, 400))
    display.toggle_inverted()
    display.reset_window()
    assert (display.window, display.inverted) == (first, True)


def test_without_a_volume_commands_do_nothing():
    display = Display()
    moves = []
    display.cursor_moved.connect(lambda: moves.append(1))
    display.move_cursor((1, 2, 3))
    display.scroll(Orientation.AXIAL, 1)
    display.set_auto_window()
    assert display.cursor is None
    assert moves == []


@pytest.mark.parametrize("step", [1, -3])
def test_scrolling_moves_by_as_many_slices(step):
    display = display_of(Geometry(np.diag([1, 1, 2.5, 1]), (21, 10, 11)))
    stack = display.stack(Orientation.AXIAL)
    before = stack.index_of(display.cursor)
    display.scroll(Orientation.AXIAL, step)
    assert stack.index_of(display.cursor) == before + step
