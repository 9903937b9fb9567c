"""Interpolation, actual pixels, the magnifier, cine and colour maps."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ui.conftest import pixels, press, settle
from viewer.imaging.colormaps import colormap
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation
from viewer.imaging.voi import Window
from viewer.imaging.volume import Volume
from viewer.ui.actions import ActionId as A
from viewer.ui.foreground import ViewOptions

BARE = ViewOptions(crosshair=False, texts=False)


@pytest.fixture
def checkered(session) -> Volume:
    """Voxels of 0 and 255 in turn, 0.5 mm wide."""
    voxels = (np.indices((3, 40, 40)).sum(axis=0) % 2 * 255).astype(np.int16)
    volume = Volume(voxels, Geometry(np.diag([0.5, 0.5, 1, 1]), voxels.shape))
    session.display.show(volume, Window(127.5, 256))
    return volume


def middle(view) -> np.ndarray:
    """The middle of a view, without letters and scale."""
    picture = pixels(view)
    rows, columns = picture.shape[:2]
    return picture[rows // 2 - 60 : rows // 2 + 60, columns // 2 - 60 : columns // 2 + 60].astype(
        int
    )


def test_without_interpolation_each_voxel_is_a_square(qtbot, make_view, checkered):
    view = make_view(Orientation.AXIAL)
    view.set_options(BARE)
    settle(qtbot)
    smooth = middle(view)[..., 0]
    assert np.unique(smooth).size > 20
    view.set_options(ViewOptions(crosshair=False, texts=False, smooth=False))
    settle(qtbot)
    assert set(np.unique(middle(view)[..., 0])) == {0, 255}


def test_actual_pixels_are_pixels_of_the_screen(qtbot, make_view, checkered):
    view = make_view(Orientation.AXIAL)
    view.set_options(ViewOptions(crosshair=False, texts=False, smooth=False))
    view.show_actual_size()
    settle(qtbot)
    one = 1 / view.devicePixelRatioF()
    assert view.placement.pixels_per_mm * 0.5 == pytest.approx(one)


def test_the_magnifier_enlarges_what_is_under_the_pointer_and_nothing_else(
    qtbot, session, make_view
):
    voxels = np.zeros((3, 60, 60), np.int16)
    voxels[:, 30, 30] = 255
    session.display.show(Volume(voxels, Geometry(np.eye(4), voxels.shape)), Window(127.5, 256))
    view = make_view(Orientation.AXIAL)
    view.set_options(ViewOptions(crosshair=False, texts=False, smooth=False, magnifier=True))
    settle(qtbot)
    bright = lambda: int((middle(view)[..., 0] > 250).sum())  # noqa: E731
    plain = bright()
    view._probe(np.array([30.0, 30.0, 1.0]))
    assert bright() == pytest.approx(plain * 2.5**2, rel=0.25)
    view._probe(None)
    assert bright() == plain


def test_a_colour_map_takes_the_place_of_grey_and_resets(qtbot, session, make_view, checkered):
    view = make_view(Orientation.AXIAL)
    view.set_options(ViewOptions(crosshair=False, texts=False, smooth=False))
    session.display.set_colormap("viridis")
    settle(qtbot)
    shown = {tuple(c) for c in middle(view).reshape(-1, 3)}
    assert shown == {tuple(colormap("viridis")[n].tolist()) for n in (0, 255)}
    view.set_options(ViewOptions(crosshair=False, smooth=False))
    with_bar = pixels(view)
    view.set_options(BARE)
    assert (with_bar[40:130, -40:-10] != pixels(view)[40:130, -40:-10]).any()
    session.display.reset_window()
    settle(qtbot)
    assert np.ptp(middle(view), axis=2).max() == 0


def test_the_menu_of_colours_says_which_is_in_use(opened):
    menu = opened.colors
    entries = {a.objectName(): a for a in menu.actions()}
    assert entries["colormap_gray"].isChecked()
    entries["colormap_inferno"].trigger()
    assert opened.session.display.colormap == "inferno"
    assert entries["colormap_inferno"].isChecked()


def test_cine_plays_faster_and_slower_and_says_so(qtbot, opened):
    view, cine = opened.panes.active_slices, opened.panes.cine
    press(qtbot, opened, "C")
    assert view._caption == "15 slices/s"
    press(qtbot, opened, "Ctrl+.")
    assert (cine.speed, view._caption) == (20, "20 slices/s")
    press(qtbot, opened, "Ctrl+,")
    press(qtbot, opened, "Ctrl+,")
    assert cine.speed == 10
    press(qtbot, opened, "C")
    assert view._caption == ""
    for _ in range(20):
        cine.change_speed(-1)
    assert cine.speed == 1


def test_interpolation_is_remembered_and_the_magnifier_is_not(opened, make_window):
    opened.actions_[A.SMOOTH].trigger()
    opened.actions_[A.MAGNIFIER].trigger()
    assert opened.panes.options.magnifier
    opened.close()
    again = make_window()
    assert not again.panes.options.smooth
    assert not again.actions_[A.SMOOTH].isChecked()
    assert not again.panes.options.magnifier
