"""Figures drawn with the mouse, and the numbers that they show."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from scipy.ndimage import map_coordinates

from tests.ui.conftest import pixels, settle
from viewer.imaging.plane import Orientation
from viewer.imaging.roi.figure import Kind
from viewer.imaging.slab import Projection, Slab
from viewer.session.readings import What
from viewer.ui.camera import Camera

A, B, C, D = (150, 120), (230, 120), (230, 190), (160, 180)
STACKS = ["axial", "reversed", "coronal", "sagittal", "tilted", "feet_first_prone", "oblique"]
#: All but the views across tilted slices, which are interpolated.
ON_THE_GRID = [
    (stack, orientation)
    for stack in STACKS
    for orientation in Orientation
    if stack != "tilted" or orientation is Orientation.AXIAL
]
TURNED = Camera((9, -5), 1.3, 1, flipped_horizontally=True)


def values(hand, measurement) -> dict[What, float]:
    return {q.what: q.value for q in hand.session.readings.of(measurement).quantities}


def test_a_length_is_dragged_or_clicked(hand):
    hand.tools.choose(Kind.LENGTH)
    hand.drag(A, (190, 110), B)
    hand.click(D, C)
    for measurement, (start, end) in zip(hand.kept, ((A, B), (D, C)), strict=True):
        expected = np.linalg.norm(hand.lps(start) - hand.lps(end))
        assert values(hand, measurement) == {What.LENGTH: pytest.approx(expected)}


def test_the_value_is_there_while_it_is_dragged(hand):
    hand.tools.choose(Kind.LENGTH)
    hand.press(A)
    hand.move(B)
    length = np.linalg.norm(hand.lps(A) - hand.lps(B))
    assert hand.labels() == [[f"{length:.1f} mm"]]
    assert hand.kept == ()
    hand.release(B)
    assert hand.labels() == [[f"{length:.1f} mm"]]


def test_an_angle_is_clicked_point_by_point(hand):
    angle = hand.draw(Kind.ANGLE, A, B, C)
    assert values(hand, angle)[What.ANGLE] == pytest.approx(90, abs=0.5)
    arms = hand.lps(A) - hand.lps(B), hand.lps(C) - hand.lps(B)
    cosine = arms[0] @ arms[1] / np.prod([np.linalg.norm(a) for a in arms])
    assert values(hand, angle)[What.ANGLE] == pytest.approx(np.degrees(np.arccos(cosine)))


def test_a_cobb_angle_is_two_dragged_lines(hand):
    hand.tools.choose(Kind.COBB)
    hand.drag(A, B)
    assert hand.kept == ()
    hand.drag(D, C)
    (cobb,) = hand.kept
    first, second = hand.lps(B) - hand.lps(A), hand.lps(C) - hand.lps(D)
    cosine = abs(first @ second) / np.linalg.norm(first) / np.linalg.norm(second)
    assert values(hand, cobb)[What.COBB] == pytest.approx(np.degrees(np.arccos(cosine)))


def test_a_bidirectional_measurement_gets_its_short_axis_by_itself(hand):
    axes = hand.draw(Kind.BIDIRECTIONAL, A, B)
    found = values(hand, axes)
    assert found[What.LONG_AXIS] == pytest.approx(np.linalg.norm(hand.lps(A) - hand.lps(B)))
    assert found[What.SHORT_AXIS] == pytest.approx(found[What.LONG_AXIS] / 2)
    long, short = (
        axes.figure.points[1] - axes.figure.points[0],
        np.diff(axes.figure.points[2:], axis=0),
    )
    assert short[0] @ long == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("stack", "orientation"), ON_THE_GRID)
def test_regions_read_what_brute_force_reads(make_hand, stack, orientation):
    """Of every voxel of the volume: does it lie in the slice, and in the figure?"""
    hand = make_hand(orientation, stack)
    volume, plane = hand.session.display.volume, hand.view.placement.plane
    noise = np.random.default_rng(3).integers(-900, 900, volume.geometry.shape).astype(np.int16)
    hand.session.display.show(type(volume)(noise, volume.geometry), None)
    hand.view.set_camera(TURNED)
    ellipse = hand.draw(Kind.ELLIPSE, A, C)
    rectangle = hand.draw(Kind.RECTANGLE, A, C)
    z, y, x = np.indices(noise.shape)
    places = volume.geometry.to_lps(np.stack([x, y, z], axis=-1).reshape(-1, 3))
    in_slice = np.abs((places - plane.origin) @ plane.normal) < 0.01
    corners = np.stack([hand.lps(A), hand.lps(C)])
    for measurement, power in ((ellipse, 2), (rectangle, np.inf)):
        offsets, halves = [], []
        for direction in (plane.right, plane.down):
            unit = direction / np.linalg.norm(direction)
            ends = corners @ unit
            halves.append(abs(ends[1] - ends[0]) / 2)
            offsets.append(np.abs(places @ unit - ends.mean()) / halves[-1])
        inside = in_slice & (np.linalg.norm(np.stack(offsets), ord=power, axis=0) <= 1)
        expected = noise.reshape(-1)[inside]
        found = values(hand, measurement)
        assert expected.size > 20
        assert found[What.PIXELS] == expected.size
        assert found[What.MEAN] == pytest.approx(expected.mean())
        assert found[What.SD] == pytest.approx(expected.std(ddof=1))
        assert (found[What.MINIMUM], found[What.MAXIMUM]) == (expected.min(), expected.max())
        box = 4 * halves[0] * halves[1]
        area = box if measurement is rectangle else np.pi / 4 * box
        assert found[What.AREA] == pytest.approx(area)


def test_a_region_across_tilted_slices_reads_what_is_seen(make_hand):
    hand = make_hand(Orientation.CORONAL, "tilted")
    rectangle = hand.draw(Kind.RECTANGLE, A, C)
    volume, plane = hand.session.display.volume, hand.view.placement.plane
    rows, columns = np.indices(plane.shape)
    at = plane.to_lps(rows, columns)
    (r0, c0), (r1, c1) = (plane.to_pixel(hand.lps(p)) for p in (A, C))
    inside = (rows >= r0) & (rows <= r1) & (columns >= c0) & (columns <= c1)
    index = volume.geometry.to_index(at[inside])[:, ::-1].T
    expected = map_coordinates(volume.voxels.astype(float), index, order=1, mode="nearest")
    found = values(hand, rectangle)
    assert found[What.PIXELS] == inside.sum()
    assert found[What.MEAN] == pytest.approx(expected.mean(), abs=0.5)


def test_a_freehand_outline_is_closed_when_the_button_goes_up(hand):
    turn = np.linspace(0, 2 * np.pi, 60)
    circle = [(round(200 + 50 * np.cos(a)), round(150 + 50 * np.sin(a))) for a in turn]
    outline = hand.draw(Kind.FREEHAND, *circle)
    radius = 50 / hand.view.placement.pixels_per_mm
    assert values(hand, outline)[What.AREA] == pytest.approx(np.pi * radius**2, rel=0.03)
    assert len(outline.figure.points) < 60


def test_a_freehand_outline_is_clicked_and_closed_at_its_first_corner(hand):
    hand.tools.choose(Kind.FREEHAND)
    hand.click(A, B, C, D, (A[0] + 2, A[1] + 1))
    (outline,) = hand.kept
    assert outline.figure.points == pytest.approx(np.stack([hand.lps(p) for p in (A, B, C, D)]))


def test_a_probe_reads_the_voxel_under_it(hand):
    probe = hand.draw(Kind.PROBE, C)
    expected = hand.session.display.volume.value_at(hand.lps(C))
    assert values(hand, probe) == {What.VALUE: expected}
    assert hand.labels() == [[f"{expected:.0f} HU"]]


def test_in_a_thick_slice_a_region_says_what_its_values_are_of(hand):
    hand.draw(Kind.ELLIPSE, A, C)
    before = hand.labels()[0]
    hand.session.display.set_slab(Orientation.AXIAL, Slab(Projection.MAXIMUM, 20.0))
    assert hand.labels()[0] == [*before, "Middle plane, not slab"]


def test_a_region_without_a_pixel_says_so(hand):
    hand.view.set_camera(Camera((0, 0), 40))
    hand.draw(Kind.ELLIPSE, (200, 150), (206, 155))
    assert hand.labels()[0][0] == "No pixels"


def test_a_text_is_written_where_it_was_clicked(hand):
    hand.tools.choose(Kind.TEXT)
    hand.click(B)
    editor = hand.view.viewport().findChild(object, "measurement_text")
    hand.qtbot.keyClicks(editor, "Post op")
    hand.qtbot.keyClick(editor, Qt.Key.Key_Return)
    (text,) = hand.kept
    assert text.name == "Post op"
    assert hand.labels() == [["Post op"]]
    assert text.figure.points[0] == pytest.approx(hand.lps(B))


def test_an_empty_text_is_none(hand):
    hand.tools.choose(Kind.TEXT)
    hand.click(B)
    editor = hand.view.viewport().findChild(object, "measurement_text")
    hand.qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert hand.session.measurements.all == ()
    assert hand.session.history.undo_label is None


def test_escape_gives_up_what_is_begun_and_then_the_tool(hand):
    hand.tools.choose(Kind.ANGLE)
    hand.click(A, B)
    hand.qtbot.keyClick(hand.view, Qt.Key.Key_Escape)
    assert hand.session.measurements.all == ()
    assert hand.tools.kind is Kind.ANGLE
    hand.qtbot.keyClick(hand.view, Qt.Key.Key_Escape)
    assert hand.tools.kind is None


def test_a_figure_is_begun_in_one_slice_and_not_ended_in_another(hand):
    hand.tools.choose(Kind.LENGTH)
    hand.click(A)
    hand.view.scroll_slices(2)
    hand.click(B)
    assert hand.kept == ()


def test_nothing_begins_beside_the_picture(hand):
    hand.tools.choose(Kind.LENGTH)
    hand.drag((2, 2), B)
    assert hand.kept == ()


def test_without_a_tool_the_left_button_changes_the_window(hand):
    before = hand.session.display.window
    hand.drag(A, B)
    assert hand.session.display.window != before
    assert hand.kept == ()


def test_what_is_drawn_can_be_seen(hand):
    before = pixels(hand.view).astype(int)
    hand.draw(Kind.LENGTH, A, B)
    settle(hand.qtbot)
    row = pixels(hand.view).astype(int)[A[1], A[0] + 10 : B[0] - 10]
    assert np.abs(row - before[A[1], A[0] + 10 : B[0] - 10]).max(axis=1).min() > 60
