"""Segmenting with the mouse: what is painted is what the brush passed over, and can be undone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication
from scipy import ndimage

from tests.dicom.phantoms import marker_volume
from tests.ui.conftest import pixels, press, settle
from viewer.imaging.plane import Orientation
from viewer.imaging.roi.figure import Kind
from viewer.imaging.voi import Window
from viewer.ui.actions import SEGMENT_TOOLS
from viewer.ui.actions import ActionId as A
from viewer.ui.camera import Camera
from viewer.ui.foreground import ViewOptions
from viewer.ui.segment.layer import SegmentLayer
from viewer.ui.segment.tools import SegmentTool, SegmentTools
from viewer.ui.segment.work import SegmentWork

A_, B = (160, 130), (220, 170)
LEFT = Qt.MouseButton.LeftButton
STACKS = ["reversed", "feet_first_prone", "oblique"]


class Hand:
    """A view that is painted in."""

    def __init__(self, qtbot, session, make_view, orientation, stack) -> None:
        session.display.show(marker_volume(stack), Window(500, 2000))
        self.qtbot, self.session = qtbot, session
        self.view = make_view(orientation)
        self.tools = SegmentTools()
        self.work = SegmentWork(session, self.tools)
        self.layer = SegmentLayer(self.view, session, self.tools, self.work)

    @property
    def labels(self) -> np.ndarray:
        return self.session.segmentations.of("").labels

    def lps(self, at) -> np.ndarray:
        return self.view.placement.lps_at(QPointF(QPoint(*at)))

    def drag(self, *places, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        viewport = self.view.viewport()
        self.qtbot.mousePress(viewport, LEFT, modifier, QPoint(*places[0]))
        for at in places[1:]:
            here = QPointF(QPoint(*at))
            move = QMouseEvent(
                QEvent.Type.MouseMove,
                here,
                viewport.mapToGlobal(here),
                Qt.MouseButton.NoButton,
                LEFT,
                modifier,
            )
            QApplication.sendEvent(viewport, move)
        self.qtbot.mouseRelease(viewport, LEFT, modifier, QPoint(*places[-1]))


@pytest.fixture
def make_hand(qtbot, session, make_view):
    return lambda orientation=Orientation.AXIAL, stack="axial": Hand(
        qtbot, session, make_view, orientation, stack
    )


@pytest.fixture
def hand(make_hand) -> Hand:
    return make_hand()


def passed_over(hand: Hand, start, end, radius: float) -> np.ndarray:
    """The distance of every voxel's centre from the brush's way."""
    geometry = hand.session.display.volume.geometry
    z, y, x = np.indices(geometry.shape)
    places = geometry.to_lps(np.stack([x, y, z], axis=-1))
    way = np.linspace(hand.lps(start), hand.lps(end), 300)
    return np.linalg.norm(places[..., None, :] - way, axis=-1).min(axis=-1) - radius


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("orientation", Orientation)
def test_a_flat_brush_paints_the_slice_and_no_other(make_hand, stack, orientation):
    hand = make_hand(orientation, stack)
    hand.view.set_camera(Camera((5, 3), 1.2, 1, flipped_vertically=True))
    hand.tools.choose(SegmentTool.BRUSH)
    hand.tools.set(radius_mm=7.0)
    hand.drag(A_, B)
    geometry, plane = hand.session.display.volume.geometry, hand.view.placement.plane
    z, y, x = np.indices(geometry.shape)
    places = geometry.to_lps(np.stack([x, y, z], axis=-1))
    in_slice = np.abs((places - plane.origin) @ plane.normal) < 1e-3
    beside = passed_over(hand, A_, B, 7.0)
    assert np.all(hand.labels[in_slice & (beside < -0.05)] == 1)
    assert not np.any(hand.labels[~in_slice | (beside > 0.05)])
    assert hand.session.history.undo_label == "Paint Segment 1"


def test_a_ball_reaches_into_the_slices_beside(hand):
    hand.tools.choose(SegmentTool.BRUSH)
    hand.tools.set(radius_mm=7.0, is_ball=True)
    hand.drag(A_, B)
    beside = passed_over(hand, A_, B, 7.0)
    assert np.all(hand.labels[beside < -0.05] == 1)
    assert not np.any(hand.labels[beside > 0.05])


def test_a_stroke_is_undone_as_one(hand):
    hand.tools.choose(SegmentTool.BRUSH)
    hand.drag(A_, (180, 140), (200, 160), B)
    painted = hand.labels.copy()
    hand.drag((200, 100), (240, 110))
    hand.session.history.undo()
    assert np.array_equal(hand.labels, painted)
    hand.session.history.undo()
    assert not hand.labels.any()
    hand.session.history.redo()
    assert np.array_equal(hand.labels, painted)


def test_the_eraser_and_ctrl_take_away(hand):
    hand.tools.choose(SegmentTool.BRUSH)
    hand.drag(A_, B)
    painted = hand.labels.sum()
    hand.drag(A_, (170, 140), modifier=Qt.KeyboardModifier.ControlModifier)
    less = hand.labels.sum()
    assert less < painted
    hand.tools.choose(SegmentTool.ERASER)
    hand.tools.set(radius_mm=60.0)
    hand.drag((190, 150))
    assert hand.labels.sum() == 0
    assert hand.session.history.undo_label == "Erase Segment 1"


def test_the_brush_can_be_held_to_a_range_of_values(hand):
    hand.tools.choose(SegmentTool.BRUSH)
    hand.tools.set(radius_mm=60.0, is_ball=True, low=600.0, high=1000.0, within=True)
    hand.drag((200, 150))
    voxels = hand.session.display.volume.voxels
    assert np.array_equal(hand.labels == 1, (voxels >= 600) & (voxels <= 1000))


def test_growing_takes_the_ball_under_the_pointer_and_no_other(hand):
    volume = hand.session.display.volume
    hand.tools.set(low=200.0, high=2000.0)
    hand.tools.choose(SegmentTool.GROW)
    assert ndimage.label(volume.voxels >= 200)[1] == 6
    marker = volume.geometry.to_lps(np.argwhere(volume.voxels == 500).mean(axis=0)[::-1])
    hand.session.display.move_cursor(marker)
    settle(hand.qtbot)
    at = hand.view.placement.position_of(marker).toPoint()
    hand.drag((at.x(), at.y()))
    hand.qtbot.waitUntil(lambda: hand.labels.any(), timeout=10_000)
    assert np.array_equal(hand.labels == 1, volume.voxels == 500)
    assert hand.session.history.undo_label == "Grow Segment 1"


def test_a_threshold_takes_every_voxel_of_the_range(hand):
    hand.tools.set(low=800.0, high=1000.0)
    hand.work.threshold()
    hand.qtbot.waitUntil(lambda: hand.labels.any(), timeout=10_000)
    voxels = hand.session.display.volume.voxels
    assert np.array_equal(hand.labels == 1, (voxels >= 800) & (voxels <= 1000))


def test_slices_between_are_filled(hand):
    hand.tools.choose(SegmentTool.BRUSH)
    hand.drag(A_, B)
    hand.view.scroll_slices(4)
    settle(hand.qtbot)
    hand.drag(A_, B)
    hand.work.fill()
    hand.qtbot.waitUntil(lambda: "Fill" in (hand.session.history.undo_label or ""), timeout=10_000)
    filled = np.flatnonzero(hand.labels.any(axis=(1, 2)))
    assert len(filled) == 5
    counts = hand.labels[filled].sum(axis=(1, 2))
    assert np.all(np.abs(counts - counts[0]) <= 2)


def test_what_finds_nothing_says_so(hand):
    told = []
    hand.work.told.connect(lambda message, *_: told.append(message))
    hand.tools.set(low=5000.0, high=6000.0)
    hand.work.threshold()
    hand.qtbot.waitUntil(lambda: bool(told), timeout=10_000)
    assert "no such values" in told[0]
    assert not hand.labels.any()


def test_labels_are_seen_in_their_colour(hand):
    hand.view.set_options(ViewOptions(crosshair=False, texts=False))
    settle(hand.qtbot)
    before = pixels(hand.view).astype(int)
    hand.tools.choose(SegmentTool.BRUSH)
    hand.drag(A_, B)
    hand.tools.choose(None)
    settle(hand.qtbot)
    changed = np.abs(pixels(hand.view).astype(int) - before).max(axis=2) > 10
    rows, columns = np.nonzero(changed)
    radius = 6 * hand.view.placement.pixels_per_mm
    assert columns.min() == pytest.approx(A_[0] - radius, abs=radius / 3)
    assert rows.max() == pytest.approx(B[1] + radius, abs=radius / 3)
    segment = hand.session.segmentations.of("").segments[0]
    edge = pixels(hand.view)[changed].astype(int)
    assert np.abs(edge - np.array(segment.color)).max(axis=1).min() < 20


def test_without_a_tool_labels_are_left_alone(hand):
    hand.drag(A_, B)
    assert hand.session.segmentations.of("") is None


# The window


def test_tools_have_keys_and_one_is_in_hand_at_a_time(qtbot, opened):
    for name, tool in SEGMENT_TOOLS.items():
        press(qtbot, opened, opened.actions_[name].shortcut().toString())
        assert opened.segmenting.tool == tool
        assert opened.actions_[name].isChecked()
        press(qtbot, opened, "L")
        assert opened.segmenting.tool is None
        assert opened.measuring.kind is Kind.LENGTH
        assert not opened.actions_[name].isChecked()
    press(qtbot, opened, "S")
    assert opened.measuring.kind is None
    before = opened.segmenting.settings.radius_mm
    press(qtbot, opened, ".")
    assert opened.segmenting.settings.radius_mm > before
    press(qtbot, opened, "Esc")
    assert opened.segmenting.tool is None
    assert opened.actions_[A.TOOL_WINDOW].isChecked()
    press(qtbot, opened, "S")
    opened.actions_[A.TOOL_PAN].trigger()
    assert opened.segmenting.tool is None


def test_the_list_tells_volume_and_values_and_renames(qtbot, opened):
    panel, session = opened.segment_panel, opened.session
    volume = session.display.volume
    middle = (float(volume.voxels.max()) + float(np.median(volume.voxels))) / 2
    opened.segmenting.set(low=middle, high=40_000.0)
    opened.actions_[A.SEGMENT_THRESHOLD].trigger()
    opened.actions_[A.SEGMENTS].trigger()
    qtbot.waitUntil(lambda: bool(panel.summaries), timeout=10_000)
    inside = volume.voxels[volume.voxels >= middle]
    voxel = abs(np.linalg.det(volume.geometry.affine[:3, :3])) / 1000
    assert panel.isVisible()
    assert panel.table.item(0, 1).text() == f"{inside.size * voxel:.2f} ml"
    assert panel.table.item(0, 2).text().startswith(f"{inside.mean():.0f} ± ")
    panel.table.item(0, 0).setText("Markers")
    assert session.segmentations.of(session.active.key).segments[0].name == "Markers"
    assert session.history.undo_label == "Rename Segment 1"
    panel.recolor(session.segmentations.of(session.active.key).segments[0], QColor(1, 2, 3))
    assert session.segmentations.of(session.active.key).segments[0].color == (1, 2, 3)
    opened.actions_[A.SEGMENT_REMOVE].trigger()
    assert panel.table.rowCount() == 0
    opened.actions_[A.UNDO].trigger()
    assert panel.table.rowCount() == 1


def test_without_a_segment_operations_say_why_not(qtbot, opened):
    for name in (A.SEGMENT_FILL, A.SEGMENT_SMOOTH, A.SEGMENT_REMOVE):
        assert not opened.actions_[name].isEnabled()
        assert "Make a segment first" in opened.actions_[name].toolTip()
    opened.actions_[A.SEGMENT_NEW].trigger()
    for name in (A.SEGMENT_FILL, A.SEGMENT_SMOOTH, A.SEGMENT_REMOVE):
        assert opened.actions_[name].isEnabled()
