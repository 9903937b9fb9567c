"""A second series in colour over the first, as PET over CT."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragEnterEvent

from tests.ui.conftest import pixels, press, settle
from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation
from viewer.imaging.slab import Projection, Slab
from viewer.imaging.voi import Window
from viewer.imaging.volume import Volume
from viewer.ui.actions import ActionId as A
from viewer.ui.layouts import LayoutName
from viewer.ui.series.dragging import dragged

PLACE = np.array([6.0, -8.0, 15.0])  # of the one bright spot, on top


def write(folder, name, study, geometry, voxels, **values):
    volume = Volume(voxels.astype(np.int16), geometry)
    write_ct(
        volume,
        folder / name,
        CtSeries(uid_seed=name, study_seed=study, series_description=name, **values),
    )


def grid(spacing, origin, shape) -> Geometry:
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = origin
    return Geometry(affine, shape)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A grey series, one of larger voxels with a bright spot, and one of another frame."""
    folder = tmp_path_factory.mktemp("all")
    base = grid((1.0, 1.0, 1.5), (-20, -30, 0), (30, 48, 48))
    write(folder, "Base", "now", base, np.full(base.shape, 40))
    top = grid((2.0, 2.0, 3.0), (-24, -34, -3), (14, 26, 26))
    z, y, x = np.indices(top.shape)
    distance = np.linalg.norm(top.to_lps(np.stack([x, y, z], -1)) - PLACE, axis=-1)
    spot = np.where(distance < 4.5, 900, 0)
    write(folder, "Spot", "now", top, spot, windows=(("spot", 500, 1000),))
    write(folder, "Elsewhere", "before", top, spot)
    return folder


@pytest.fixture
def window(qtbot, make_window, folder):
    """A window with the grey series in view."""
    window = make_window(folder)
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    window.session.activate(series(window, "Base"))
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    window.session.display.set_window(Window(40, 400))
    window.panes.change_options(crosshair=False, texts=False, reference_lines=False)
    settle(qtbot)
    return window


def series(window, name):
    return next(s for s in window.session.library.series if s.description == name)


@pytest.fixture
def fused(qtbot, window):
    base = window.session.display
    window.session.fusion.lay(base, series(window, "Spot"))
    qtbot.waitUntil(lambda: window.session.fusion.over(base).display.is_complete, timeout=20_000)
    base.move_cursor(PLACE)
    drawn(qtbot, window)
    return window


def drawn(qtbot, window) -> None:
    settle(qtbot)
    qtbot.waitUntil(lambda: window.panes.is_settled, timeout=5000)
    settle(qtbot)


def tabs(window) -> list[str]:
    side = window._side
    return [side.tabText(n) for n in range(side.count()) if side.isTabVisible(n)]


def colored(view) -> np.ndarray:
    """Where a view is not grey."""
    picture = pixels(view).astype(int)
    inner = picture[25:-25, 45:-45]  # without the letters
    mask = np.zeros(picture.shape[:2], bool)
    mask[25:-25, 45:-45] = inner.max(axis=2) - inner.min(axis=2) > 30
    return mask


def check_spot(view) -> None:
    rows, columns = np.nonzero(colored(view))
    at, scale = view.placement.position_of(PLACE), view.placement.pixels_per_mm
    assert len(rows) > 0
    assert columns.mean() == pytest.approx(at.x(), abs=1.2 * scale)
    assert rows.mean() == pytest.approx(at.y(), abs=1.2 * scale)


def test_the_spot_lies_at_its_place_in_every_view(qtbot, fused):
    for name in (LayoutName.AXIAL, LayoutName.CORONAL, LayoutName.SAGITTAL):
        check_spot(fused.panes.slices[name])


def test_the_spot_lies_at_its_place_in_turned_and_thick_slices_too(qtbot, fused):
    base = fused.session.display
    base.turn(Orientation.AXIAL, 0.5)
    base.turn(Orientation.SAGITTAL, 0.4)
    base.set_slab(Orientation.CORONAL, Slab(Projection.MAXIMUM, 6.0))
    drawn(qtbot, fused)
    for name in (LayoutName.AXIAL, LayoutName.CORONAL, LayoutName.SAGITTAL):
        check_spot(fused.panes.slices[name])


def test_it_can_be_hidden_and_taken_away(qtbot, fused):
    view = fused.panes.slices[LayoutName.AXIAL]
    press(qtbot, fused, "Shift+B")
    drawn(qtbot, fused)
    assert not colored(view).any()
    press(qtbot, fused, "Shift+B")
    drawn(qtbot, fused)
    assert colored(view).any()
    fused.session.fusion.lay(fused.session.display, None)
    drawn(qtbot, fused)
    assert not colored(view).any()
    assert fused.actions_[A.LAYER].toolTip() == "No series lies over this one."


def test_the_panel_offers_what_fits_and_changes_how_it_is_drawn(qtbot, window):
    panel, base = window.layer_panel, window.session.display
    assert "Fusion" not in tabs(window)  # takes no room before it is wanted
    press(qtbot, window, "Ctrl+U")
    assert panel.isVisible()
    assert "Fusion" in tabs(window)
    offered = [panel.series.itemText(n) for n in range(panel.series.count())]
    assert [text.split(" · ")[0] for text in offered] == ["None", "Spot"]
    panel.series.activated.emit(1)
    layer = window.session.fusion.over(base)
    qtbot.waitUntil(lambda: layer.display.is_complete, timeout=20_000)
    assert (panel.low.value(), panel.high.value()) == (0, 1000)
    panel.low.setValue(200)
    panel.high.setValue(600)
    panel.colors.activated.emit(1)
    panel.opacity.changed.emit(0.9)
    layer = window.session.fusion.over(base)
    assert layer.limits == (200, 600)
    assert (layer.colormap, layer.opacity) == ("viridis", 0.9)
    assert layer.display.window != layer.voi  # the series by itself keeps its own
    panel.auto.click()
    assert window.session.fusion.over(base).limits == (0, 1000)


def test_a_series_of_another_frame_of_reference_is_refused_with_the_reason(qtbot, window):
    fusion, base = window.session.fusion, window.session.display
    fusion.lay(base, series(window, "Elsewhere"))
    assert fusion.over(base) is None
    menu = next(
        a.menu() for a in window.panes.active.menu().actions() if a.text() == "Series on Top"
    )
    entries = {a.text(): a for a in menu.actions()}
    assert entries["Spot"].isEnabled()
    assert not entries["Elsewhere"].isEnabled()
    assert entries["Elsewhere"].toolTip() == "The series have different frames of reference."


def test_dropping_with_control_lays_a_series_over_the_one_shown(qtbot, window):
    pane = window.panes.grid.panes[0]
    data = dragged(series(window, "Spot").key)
    left, control = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
    enter = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, data, left, control)
    pane.dragEnterEvent(enter)
    assert enter.isAccepted()
    pane.series_dropped.emit(series(window, "Spot").key, True)
    assert window.session.fusion.over(pane.display) is not None
    assert pane.display.series.description == "Base"
    other = dragged(series(window, "Elsewhere").key)
    enter = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, other, left, control)
    pane.dragEnterEvent(enter)
    assert not enter.isAccepted()


def test_closing_the_studies_takes_the_layer_away(qtbot, fused):
    base = fused.session.display
    fused.session.close_study(series(fused, "Base").study_uid)
    assert fused.session.fusion.over(base) is None
