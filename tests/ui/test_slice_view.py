import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent

from tests.dicom.phantoms import MARKERS, marker_volume
from tests.session.findings import finding, result
from tests.ui.conftest import pixels, settle
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation
from viewer.imaging.voi import Window
from viewer.imaging.volume import Volume
from viewer.ui.camera import Camera
from viewer.ui.foreground import ViewOptions

CENTER = np.array([11.5, -143.0, 87.25])
OFFSETS = {
    "R": (-24, 0, 0),
    "L": (24, 0, 0),
    "A": (0, -20, 0),
    "P": (0, 20, 0),
    "F": (0, 0, -18),
    "H": (0, 0, 18),
}
EDGES = {
    Orientation.AXIAL: ("R", "L", "A", "P"),
    Orientation.CORONAL: ("R", "L", "H", "F"),
    Orientation.SAGITTAL: ("A", "P", "H", "F"),
}
STACKS = ["axial", "reversed", "coronal", "sagittal", "tilted", "feet_first_prone"]
BARE = ViewOptions(crosshair=False, texts=False)


def wheel(view, notches: int) -> None:
    at = QPointF(view.rect().center())
    view.wheelEvent(
        QWheelEvent(
            at,
            view.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
    )


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("orientation", Orientation)
def test_markers_lie_on_the_side_that_the_letters_name(
    qtbot, session, make_view, stack, orientation
):
    session.display.show(marker_volume(stack), Window(600, 1200))
    session.display.move_cursor(CENTER)
    view = make_view(orientation)
    view.set_options(BARE)
    settle(qtbot)
    assert view.placement.letters == EDGES[orientation]
    middle = view.placement.position_of(CENTER)
    left, right, top, bottom = (
        view.placement.position_of(CENTER + OFFSETS[letter]) - middle
        for letter in EDGES[orientation]
    )
    assert left.x() < -20
    assert right.x() > 20
    assert top.y() < -20
    assert bottom.y() > 20
    shown = pixels(view)[..., 0].astype(int)
    for letter in EDGES[orientation]:
        at = view.placement.position_of(CENTER + OFFSETS[letter])
        expected = 255 * np.clip(MARKERS[letter] / 1200, 0, 1)
        assert shown[round(at.y()), round(at.x())] == pytest.approx(expected, abs=6), letter


def test_an_oblique_stack_keeps_the_patient_s_sides(qtbot, session, make_view):
    session.display.show(marker_volume("oblique"), Window(600, 1200))
    view = make_view(Orientation.AXIAL)
    left, right, top, bottom = view.placement.letters
    assert (left[0], right[0], top[0], bottom[0]) == ("R", "L", "A", "P")


def test_letters_follow_flips_and_turns(session, shown_markers, make_view):
    view = make_view(Orientation.AXIAL)
    view.flip(horizontally=True)
    assert view.placement.letters == ("L", "R", "A", "P")
    view.flip(horizontally=False)
    assert view.placement.letters == ("L", "R", "P", "A")
    view.set_camera(Camera())
    view.turn()
    assert view.placement.letters == ("P", "A", "R", "L")


def test_the_picture_has_true_aspect_for_unequal_spacings(session, shown_markers, make_view):
    for orientation in Orientation:
        view = make_view(orientation)
        stack = view.stack
        right, down = (v / np.linalg.norm(v) for v in (stack.first.right, stack.first.down))
        origin = view.placement.position_of(CENTER)
        across = view.placement.position_of(CENTER + 10 * right) - origin
        along = view.placement.position_of(CENTER + 10 * down) - origin
        assert across.x() == pytest.approx(along.y(), rel=1e-6)
        assert across.x() == pytest.approx(10 * view.placement.pixels_per_mm)


def test_a_point_of_the_view_and_its_point_of_the_patient_belong_together(
    session, shown_markers, make_view
):
    view = make_view(Orientation.CORONAL)
    view.set_camera(Camera((13, -8), 1.7, 1, flipped_horizontally=True))
    at = QPointF(210.5, 140.25)
    lps = view.placement.lps_at(at)
    back = view.placement.position_of(lps)
    assert (back.x(), back.y()) == pytest.approx((at.x(), at.y()))
    assert abs(view.placement.plane.distance_mm(lps)) < 1e-9


def test_the_wheel_goes_through_the_slices(qtbot, session, shown_markers, make_view):
    view = make_view(Orientation.AXIAL)
    before = view.index
    wheel(view, -3)
    assert view.index == before + 3
    wheel(view, 1)
    assert view.index == before + 2


def test_scrolling_shows_another_picture(qtbot, session, shown_markers, make_view):
    view = make_view(Orientation.AXIAL)
    view.set_options(BARE)
    session.display.move_cursor(CENTER)
    settle(qtbot)
    before = pixels(view)
    session.display.move_cursor(CENTER + OFFSETS["H"])
    settle(qtbot)
    assert np.abs(pixels(view).astype(int) - before).max() > 100


def test_dragging_with_the_left_button_changes_the_window(qtbot, session, shown_markers, make_view):
    view = make_view(Orientation.AXIAL)
    session.display.set_window(Window(40, 512))
    start = QPoint(200, 150)
    target = view.viewport()
    qtbot.mousePress(target, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(target, start + QPoint(30, -20))
    qtbot.mouseRelease(target, Qt.MouseButton.LeftButton, pos=start + QPoint(30, -20))
    assert session.display.window == Window(40 - 20 * 2, 512 + 30 * 2)


def test_a_brighter_window_is_brighter_on_the_screen(qtbot, session, shown_markers, make_view):
    view = make_view(Orientation.AXIAL)
    view.set_options(BARE)
    session.display.set_window(Window(500, 2000))
    settle(qtbot)
    dark = pixels(view).mean()
    session.display.set_window(Window(0, 2000))
    settle(qtbot)
    assert pixels(view).mean() > dark + 10


def test_inverting_swaps_black_and_white(qtbot, session, shown_markers, make_view):
    view = make_view(Orientation.AXIAL)
    view.set_options(BARE)
    settle(qtbot)
    at = view.placement.position_of(CENTER)
    row, column = round(at.y()), round(at.x())
    before = int(pixels(view)[row, column, 0])
    session.display.toggle_inverted()
    settle(qtbot)
    assert int(pixels(view)[row, column, 0]) == pytest.approx(255 - before, abs=2)


def test_the_value_under_the_pointer_is_told(qtbot, session, shown_markers, make_view):
    view = make_view(Orientation.AXIAL)
    session.display.move_cursor(CENTER)
    at = view.placement.position_of(CENTER + OFFSETS["L"])
    with qtbot.waitSignal(view.probed) as probed:
        qtbot.mouseMove(view.viewport(), at.toPoint())
    assert shown_markers.value_at(probed.args[0]) == MARKERS["L"]


def test_double_click_asks_to_be_maximised(qtbot, session, shown_markers, make_view):
    view = make_view(Orientation.AXIAL)
    with qtbot.waitSignal(view.maximize_requested):
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton)


def test_a_hidden_view_makes_its_picture_when_it_is_shown(qtbot, session, make_view):
    view = make_view(Orientation.AXIAL)
    view.set_options(BARE)
    view.hide()
    session.display.show(marker_volume(), Window(0, 2000))
    settle(qtbot)
    view.show()
    settle(qtbot)
    assert pixels(view).max() > 100


@pytest.mark.parametrize("stack", ["axial", "reversed", "oblique", "tilted"])
@pytest.mark.parametrize("orientation", Orientation)
def test_the_overlay_lies_on_the_finding_in_every_view(
    qtbot, session, make_view, stack, orientation
):
    volume = marker_volume(stack)
    lesion = CENTER + OFFSETS["L"]
    session.display.show(volume, Window(0, 20000))  # the anatomy is all but grey
    session.results.switch("series")
    session.results.put("series", result(finding(1, 0.9, lesion), heatmap=heatmap_at(lesion)))
    session.display.move_cursor(lesion)
    view = make_view(orientation)
    view.set_options(BARE)
    view.zoom(2.0, view.placement.position_of(lesion))
    settle(qtbot)
    shown = pixels(view).astype(int)
    colored = (shown.max(axis=2) - shown.min(axis=2)) > 60
    colored[frame_pixels(view)] = False
    rows, columns = np.nonzero(colored)
    assert rows.size > 50
    at = view.placement.position_of(lesion)
    radius = view.placement.pixels_per_mm * 2.0
    assert columns.mean() == pytest.approx(at.x(), abs=radius)
    assert rows.mean() == pytest.approx(at.y(), abs=radius)


def test_the_overlay_can_be_hidden(qtbot, session, shown_markers, make_view):
    lesion = CENTER + OFFSETS["L"]
    session.results.switch("series")
    session.results.put("series", result(heatmap=heatmap_at(lesion)))
    session.display.move_cursor(lesion)
    view = make_view(Orientation.AXIAL)
    view.set_options(BARE)
    settle(qtbot)
    with_overlay = pixels(view).astype(int)
    session.results.show_overlay(False)
    settle(qtbot)
    without = pixels(view).astype(int)
    at = view.placement.position_of(lesion)
    difference = np.abs(with_overlay - without).max(axis=2)
    assert difference[round(at.y()), round(at.x())] > 20
    beside = without[40:-40, 40:-40].max(axis=2) - without[40:-40, 40:-40].min(axis=2)
    assert beside.max() < 20


def test_a_click_on_a_finding_brings_every_view_to_it(qtbot, session, shown_markers, make_view):
    views = [make_view(o) for o in Orientation]
    target = finding(1, 0.9, CENTER + OFFSETS["L"], radius_mm=4.0)
    session.results.switch("series")
    session.results.put("series", result(target))
    session.display.move_cursor(CENTER)
    settle(qtbot)
    axial = views[0]
    ((_, box),) = axial.finding_boxes()
    qtbot.mouseClick(axial.viewport(), Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    assert session.results.selected.id == 1
    for view in views:
        assert abs(view.placement.plane.distance_mm(target.center_lps_mm)) <= view.stack.spacing_mm


def test_a_finding_is_framed_only_in_slices_that_it_reaches(session, shown_markers, make_view):
    view = make_view(Orientation.AXIAL)
    session.results.switch("series")
    session.results.put("series", result(finding(1, 0.9, CENTER, radius_mm=6.0)))
    framed = []
    for index in range(view.stack.count):
        view.go_to(index)
        if view.finding_boxes():
            framed.append(view.stack.position_mm(index))
    assert min(framed) == pytest.approx(CENTER[2] - 6, abs=3)
    assert max(framed) == pytest.approx(CENTER[2] + 6, abs=3)


def heatmap_at(center: np.ndarray) -> Volume:
    """A blob of scores on a grid of its own, not that of the CT."""
    affine = np.diag([1.3, 1.1, 1.7, 1.0])
    shape = (40, 60, 50)
    affine[:3, 3] = center - affine[:3, :3] @ (np.array(shape[::-1]) / 2 + 0.3)
    geometry = Geometry(affine, shape)
    z, y, x = np.indices(shape)
    distance = np.linalg.norm(geometry.to_lps(np.stack([x, y, z], -1)) - center, axis=-1)
    return Volume(np.exp(-((distance / 5.0) ** 2)).astype(np.float32), geometry, unit="")


def frame_pixels(view) -> tuple[np.ndarray, np.ndarray]:
    """Pixels near the frames of findings, the letters and the texts, which have colours too."""
    mask = np.zeros((view.height(), view.width()), bool)
    mask[:30], mask[-30:], mask[:, :30], mask[:, -30:] = True, True, True, True
    for _, box in view.finding_boxes():
        edge = 4
        for x in (box.left(), box.right()):
            mask[:, max(round(x) - edge, 0) : round(x) + edge] = True
        for y in (box.top(), box.bottom()):
            mask[max(round(y) - edge, 0) : round(y) + edge] = True
    return np.nonzero(mask)
