"""Thick slices in the views: what they show, and how they are chosen."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ui.conftest import pixels, press, settle
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation
from viewer.imaging.slab import Projection, Slab
from viewer.imaging.voi import Window
from viewer.imaging.volume import PADDING, Volume
from viewer.ui.actions import ActionId as A
from viewer.ui.foreground import ViewOptions

BARE = ViewOptions(crosshair=False, texts=False)


@pytest.fixture
def shown(session) -> Volume:
    """Slices of 0, 10, 20 … HU, 1 mm apart; one corner of the highest ones is padding."""
    voxels = np.repeat(np.arange(21, dtype=np.int16) * 10, 400).reshape(21, 20, 20)
    voxels[15:, :5, :5] = PADDING
    volume = Volume(voxels, Geometry(np.eye(4), voxels.shape))
    session.display.show(volume, Window(127.5, 256))
    return volume


def middle(qtbot, view) -> int:
    """The grey value in the middle of the picture."""
    settle(qtbot)
    qtbot.waitUntil(lambda: view.is_settled, timeout=5000)
    settle(qtbot)
    picture = pixels(view)
    return int(picture[picture.shape[0] // 2, picture.shape[1] // 2, 0])


def test_a_slab_shows_the_highest_lowest_or_mean_value(qtbot, session, make_view, shown):
    view = make_view(Orientation.AXIAL)
    view.set_options(BARE)
    assert middle(qtbot, view) == pytest.approx(100, abs=1)
    for projection, gray in (
        (Projection.MAXIMUM, 130),
        (Projection.MINIMUM, 70),
        (Projection.MEAN, 100),
    ):
        session.display.set_slab(Orientation.AXIAL, Slab(projection, 6.0))
        assert middle(qtbot, view) == pytest.approx(gray, abs=1)
    session.display.set_slab(Orientation.AXIAL, None)
    assert middle(qtbot, view) == pytest.approx(100, abs=1)


def test_a_slab_follows_the_slices_and_leaves_other_views_alone(qtbot, session, make_view, shown):
    view = make_view(Orientation.AXIAL)
    view.set_options(BARE)
    session.display.set_slab(Orientation.AXIAL, Slab(Projection.MAXIMUM, 4.0))
    session.display.scroll(Orientation.AXIAL, 2)  # towards the feet
    assert middle(qtbot, view) == pytest.approx(100, abs=1)
    assert session.display.slab(Orientation.CORONAL) is None


def test_the_value_under_the_pointer_is_the_one_that_is_shown(qtbot, session, make_view, shown):
    view = make_view(Orientation.AXIAL)
    session.display.set_slab(Orientation.AXIAL, Slab(Projection.MAXIMUM, 6.0))
    middle(qtbot, view)
    told = view._foreground._values_at(session.display.cursor, view._projected)
    assert told == ""
    view._probe(session.display.cursor)
    assert view._foreground._values_at(view._pointer, view._projected) == "130 HU MIP"


def test_a_volume_shown_anew_has_thin_slices(session, shown):
    session.display.set_slab(Orientation.AXIAL, Slab(Projection.MAXIMUM, 6.0))
    session.display.show(shown, None)
    assert session.display.slab(Orientation.AXIAL) is None


def test_keys_and_the_menu_of_the_view_make_slices_thick(qtbot, opened):
    display, view = opened.session.display, opened.panes.active_slices
    assert opened.actions_[A.SLAB_OFF].isChecked()
    assert opened.actions_[A.SLAB_THICKER].toolTip() == "The slices are single planes."
    press(qtbot, opened, "Ctrl+1")
    assert display.slab(view.orientation) == Slab(Projection.MAXIMUM, 10.0)
    assert opened.actions_[A.SLAB_MAXIMUM].isChecked()
    press(qtbot, opened, "Ctrl+Up")
    press(qtbot, opened, "Ctrl+2")
    assert display.slab(view.orientation) == Slab(Projection.MINIMUM, 15.0)
    press(qtbot, opened, "Ctrl+0")
    assert display.slab(view.orientation) is None
    slab = next(a.menu() for a in opened.panes.active.menu().actions() if a.text() == "Slab")
    next(a for a in slab.actions() if a.text() == "Mean").trigger()
    slab = next(a.menu() for a in opened.panes.active.menu().actions() if a.text() == "Slab")
    next(a for a in slab.actions() if a.text() == "5 mm").trigger()
    assert display.slab(view.orientation) == Slab(Projection.MEAN, 5.0)
    opened.panes.activate(opened.panes.grid.panes[2])
    assert opened.actions_[A.SLAB_OFF].isChecked()
