"""Several views of one series or of several, and series dragged from the list into them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from tests.ai.samples import STACKS, marker_phantom
from tests.ui.conftest import pixels, press, settle
from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.imaging.geometry import Geometry
from viewer.imaging.voi import Window
from viewer.imaging.volume import Volume
from viewer.session.links import LinkOptions
from viewer.ui.actions import ActionId as A
from viewer.ui.layouts import LayoutName, ViewKind
from viewer.ui.series.dragging import dragged


def write_series(folder, name: str, stack: str = "axial") -> None:
    image = marker_phantom(STACKS[stack])
    volume = Volume(image.voxels, Geometry(image.affine, image.voxels.shape))
    series = CtSeries(uid_seed=name, study_seed="several", series_description=name)
    write_ct(volume, folder / name, series)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Three series of one study."""
    folder = tmp_path_factory.mktemp("study")
    for name, stack in (("First", "axial"), ("Second", "axial"), ("Third", "coronal")):
        write_series(folder, name, stack)
    return folder


@pytest.fixture
def several(qtbot, make_window, study):
    """A window with three series, of which the first is in view."""
    window = make_window(study)
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    window.session.activate(series_of(window, "First"))
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    settle(qtbot)
    return window


def series_of(window, name):
    return next(s for s in window.session.library.series if s.description == name)


def drop(window, pane, name) -> None:
    """What Qt sends when a row of the list is dropped on a pane."""
    data = dragged(series_of(window, name).key)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, data, buttons, keys)
    pane.dragEnterEvent(enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, data, buttons, keys)
    pane.dropEvent(event)


def names(window) -> list[str]:
    displays = [pane.display for pane in window.panes.grid.panes]
    return [d.series.description if d.series is not None else "" for d in displays]


def test_a_layout_of_one_series_shows_it_from_all_its_sides(qtbot, several):
    for action, kinds in (
        (A.LAYOUT_ONE_AND_THREE, ("axial", "coronal", "sagittal", "3d")),
        (A.LAYOUT_CORONAL, ("coronal",)),
        (A.LAYOUT_VOLUME, ("3d",)),
        (A.LAYOUT_FOUR, ("axial", "3d", "coronal", "sagittal")),
    ):
        several.actions_[action].trigger()
        settle(qtbot)
        in_sight = [pane for pane in several.panes.grid.panes if pane.isVisible()]
        assert [pane.kind for pane in in_sight] == [ViewKind(kind) for kind in kinds]
        assert {pane.display for pane in in_sight} == {several.session.display}
        assert all(pane.view.isVisible() for pane in in_sight)


def test_the_large_view_of_one_and_three_takes_most_of_the_space(qtbot, several):
    several.actions_[A.LAYOUT_ONE_AND_THREE].trigger()
    settle(qtbot)
    large, *small = several.panes.grid.panes
    assert large.width() > 1.5 * small[0].width()
    assert large.height() > 2.5 * small[0].height()
    assert max(p.height() for p in small) - min(p.height() for p in small) <= 2


def test_a_layout_of_several_series_waits_for_them_in_empty_views(qtbot, several):
    for action, count in (
        (A.LAYOUT_SIDE_BY_SIDE, 2),
        (A.LAYOUT_STACKED, 2),
        (A.LAYOUT_FOUR_SERIES, 4),
    ):
        several.actions_[action].trigger()
        settle(qtbot)
        assert names(several) == ["First"] + [""] * (count - 1)
        assert several.panes.active.view.hasFocus()  # keys go on to work


def test_a_series_dropped_on_a_view_is_shown_there_and_nowhere_else(qtbot, several):
    several.actions_[A.LAYOUT_SIDE_BY_SIDE].trigger()
    left, right = several.panes.grid.panes
    drop(several, right, "Third")
    qtbot.waitUntil(lambda: right.display.is_complete, timeout=20_000)
    assert names(several) == ["First", "Third"]
    assert right.kind is ViewKind.CORONAL  # in the slices in which it was acquired
    assert several.session.active.description == "Third"
    assert several.panes.active is right
    several.actions_[A.LINK_POSITION].trigger()
    before = left.slice_view.index
    press(qtbot, several, "Down")
    assert left.slice_view.index == before


def test_a_series_dropped_on_one_of_four_views_leaves_the_others_as_they_are(qtbot, several):
    pane = several.panes.grid.panes[2]
    drop(several, pane, "Second")
    qtbot.waitUntil(lambda: pane.display.is_complete, timeout=20_000)
    assert names(several) == ["First", "First", "Second", "First"]
    assert pane.kind is ViewKind.CORONAL


def test_a_series_chosen_in_the_list_comes_into_the_active_view(qtbot, several):
    several.actions_[A.LAYOUT_FOUR_SERIES].trigger()
    third = several.panes.grid.panes[2]
    several.panes.activate(third)
    several.session.activate(series_of(several, "Second"))
    qtbot.waitUntil(lambda: third.display.is_complete, timeout=20_000)
    assert names(several) == ["First", "", "Second", ""]


def test_turning_to_a_view_makes_its_series_the_active_one(qtbot, several):
    several.actions_[A.LAYOUT_SIDE_BY_SIDE].trigger()
    left, right = several.panes.grid.panes
    drop(several, right, "Second")
    qtbot.mousePress(left.slice_view.viewport(), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(left.slice_view.viewport(), Qt.MouseButton.LeftButton)
    assert several.session.active.description == "First"
    press(qtbot, several, "I")
    assert left.display.inverted
    assert not right.display.inverted


def test_an_empty_view_gives_way_to_the_series_in_layouts_of_one(qtbot, several):
    several.actions_[A.LAYOUT_FOUR_SERIES].trigger()
    several.panes.activate(several.panes.grid.panes[3])
    assert several.session.active is None
    several.actions_[A.LAYOUT_FOUR].trigger()
    assert names(several) == ["First"] * 4
    assert several.session.active.description == "First"


def test_the_menu_of_a_view_turns_it_to_another_side_of_the_series(qtbot, several):
    pane = several.panes.grid.panes[0]
    menu = pane.menu()
    next(a for a in menu.actions() if a.text() == "Sagittal").trigger()
    assert pane.kind is ViewKind.SAGITTAL
    next(a for a in pane.menu().actions() if a.text() == "3D").trigger()
    settle(qtbot)
    assert pane.view is several.panes.volume
    kinds = [p.kind for p in several.panes.grid.panes]
    assert kinds.count(ViewKind.VOLUME) == 1  # there is one 3D view, which has moved here
    assert all(p.view.isVisible() for p in several.panes.grid.panes)


def test_moved_borders_are_remembered(qtbot, several, make_window, study):
    grid = several.panes.grid
    rows = grid.panes[0].parentWidget().parentWidget()
    rows.setSizes([500, 200])
    rows.splitterMoved.emit(500, 1)
    several.close()
    second = make_window(study)
    settle(qtbot)
    top, bottom = second.panes.grid.panes[0], second.panes.grid.panes[2]
    assert top.height() > 1.5 * bottom.height()


def test_closing_a_study_empties_the_views_of_its_series(qtbot, several):
    several.actions_[A.LAYOUT_SIDE_BY_SIDE].trigger()
    drop(several, several.panes.grid.panes[1], "Second")
    several.actions_[A.CLOSE_ALL].trigger()
    settle(qtbot)
    assert names(several) == ["", ""]
    several.actions_[A.LAYOUT_FOUR].trigger()
    assert several.panes.layout_name is LayoutName.FOUR


@pytest.fixture
def pair(qtbot, several):
    """Two series of one frame of reference side by side."""
    several.actions_[A.LAYOUT_SIDE_BY_SIDE].trigger()
    panes = several.panes.grid.panes
    drop(several, panes[1], "Second")
    qtbot.waitUntil(lambda: panes[1].display.is_complete, timeout=20_000)
    settle(qtbot)
    return [pane.slice_view for pane in panes]


def test_linked_series_scroll_together_until_the_link_is_cut(qtbot, several, pair):
    one, other = pair
    one.go_to(3)
    assert other.index == 3
    several.actions_[A.LINK_POSITION].trigger()
    one.go_to(5)
    assert other.index == 3


def test_linked_series_show_the_same_part_at_the_same_scale(qtbot, several, pair):
    one, other = pair
    one.zoom(2.0, QPointF(30, 40))
    one.pan(QPointF(15, -8))
    here, there = one.placement, other.placement
    assert there.pixels_per_mm == pytest.approx(here.pixels_per_mm)
    middle = there.lps_of(there.middle)
    assert middle == pytest.approx(here.lps_of(here.middle), abs=1e-6)
    several.actions_[A.LINK_ZOOM].trigger()
    one.zoom(2.0, QPointF(30, 40))
    assert other.placement is there


def test_a_linked_series_comes_into_view_at_the_scale_of_the_one_beside_it(qtbot, several):
    several.actions_[A.LAYOUT_SIDE_BY_SIDE].trigger()
    settle(qtbot)
    left, right = several.panes.grid.panes
    left.slice_view.zoom(3.0, QPointF(30, 40))
    drop(several, right, "Second")
    qtbot.waitUntil(lambda: right.display.is_complete, timeout=20_000)
    settle(qtbot)
    here, there = left.slice_view.placement, right.slice_view.placement
    assert there.pixels_per_mm == pytest.approx(here.pixels_per_mm)
    assert there.lps_of(there.middle) == pytest.approx(here.lps_of(here.middle), abs=1e-6)


def test_linked_windows_are_remembered(qtbot, several, pair, make_window):
    several.actions_[A.LINK_WINDOW].trigger()
    pair[0].set_window(Window(-600, 1500))
    assert pair[1].display.window == Window(-600, 1500)
    several.close()
    again = make_window()
    assert again.session.links.options == LinkOptions(window=True)
    assert again.actions_[A.LINK_WINDOW].isChecked()


def test_views_show_where_the_slices_of_others_cut_them(qtbot, several, pair):
    one, other = pair
    assert one.references() == []  # parallel
    several.panes.show_kind(several.panes.grid.panes[1], ViewKind.SAGITTAL)
    ((line, color),) = one.references()
    assert color == "crosshair_sagittal"
    x = other.placement.plane.origin[0]
    for end in (line.p1(), line.p2()):
        lps = one.placement.lps_of(end)
        assert lps[0] == pytest.approx(x, abs=1e-6)
    assert abs(line.dy()) > 20
    assert abs(line.dx()) < 1e-6
    before = pixels(one)
    several.actions_[A.REFERENCE_LINES].trigger()
    settle(qtbot)
    assert np.abs(before.astype(int) - pixels(one)).max() > 50


def test_the_crosshair_stands_for_the_lines_of_the_same_series(qtbot, several):
    axial = several.panes.active_slices
    assert axial.references() == []
    several.actions_[A.CROSSHAIR].trigger()
    assert len(axial.references()) == 2
