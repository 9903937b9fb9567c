"""Measurements against brute force, on grids turned, flipped, anisotropic, tilted and oblique."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from skimage.draw import polygon2mask

from tests.imaging.grids import geometries
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation, Plane, standard_stack
from viewer.imaging.reslice import reslice
from viewer.imaging.roi.distances import angle_degrees, cobb_degrees, length_mm
from viewer.imaging.roi.figure import Figure, Kind
from viewer.imaging.roi.region import Ellipse, Polygon
from viewer.imaging.roi.statistics import Statistics, values_in
from viewer.imaging.volume import PADDING, Volume

shares = st.floats(-0.2, 1.2)
#: None that puts the side of a region on the centre of a pixel.
off_center = st.integers(-20, 120).map(lambda n: n / 100 + 0.00314159)
coordinates = st.floats(-50, 50)
flat_points = st.tuples(coordinates, coordinates)


def filled(geometry: Geometry, dtype=np.int16, padded: float = 0.1) -> Volume:
    """A volume of noise with some padding."""
    rng = np.random.default_rng(7)
    voxels = rng.integers(-1000, 2000, geometry.shape).astype(dtype)
    voxels[rng.random(geometry.shape) < padded] = PADDING if dtype == np.int16 else np.nan
    return Volume(voxels, geometry)


def at(plane: Plane, *places: tuple[float, float]) -> np.ndarray:
    """Points of a plane by shares of its width and height."""
    rows, columns = plane.shape
    return np.array([plane.to_lps(v * (rows - 1), u * (columns - 1)) for u, v in places])


# Distances


@given(geometries(), st.lists(st.tuples(shares, shares, shares), min_size=2, max_size=2))
def test_a_length_is_the_distance_in_the_patient_on_any_grid(geometry, ends) -> None:
    size = np.array(geometry.shape[::-1]) - 1
    index = np.array(ends) * size
    expected = np.linalg.norm(geometry.affine[:3, :3] @ (index[1] - index[0]))
    assert length_mm(geometry.to_lps(index)) == pytest.approx(expected, abs=1e-9)


@given(st.floats(0, 180), st.integers(0, 1000), st.floats(0.1, 50), st.floats(0.1, 50))
def test_an_angle_is_what_it_was_made_of_wherever_it_lies(degrees, seed, a, b) -> None:
    turn = Rotation.random(random_state=seed)
    radians = np.radians(degrees)
    flat = np.array([(a, 0, 0), (0, 0, 0), (b * np.cos(radians), b * np.sin(radians), 0)])
    points = turn.apply(flat) + np.array((30, -200, 5))
    assert angle_degrees(points) == pytest.approx(degrees, abs=1e-4)
    up = np.array((0, 0, 80))
    lines = np.array([points[1], points[0], points[2] + up, points[1] + up])
    assert cobb_degrees(lines) == pytest.approx(min(degrees, 180 - degrees), abs=1e-4)


def test_lines_without_a_length_have_no_angle() -> None:
    point = (1.0, 2.0, 3.0)
    assert angle_degrees([point, point, (0, 0, 0)]) is None
    assert cobb_degrees([point, point, (0, 0, 0), (1, 0, 0)]) is None


# Regions


@given(flat_points, flat_points)
def test_an_ellipse_has_the_area_and_perimeter_of_its_outline(first, last) -> None:
    ellipse = Ellipse(np.array(first), np.array(last))
    outline = Polygon(ellipse.outline[:-1])
    # A polygon of 128 sides lies within the curve, by 0.04 % of the area and 0.01 % of the length.
    assert outline.area_mm2 == pytest.approx(ellipse.area_mm2, rel=5e-4, abs=1e-6)
    assert outline.perimeter_mm == pytest.approx(ellipse.perimeter_mm, rel=2e-3, abs=1e-6)


def test_a_circle_is_measured_as_one() -> None:
    circle = Ellipse(np.array((-5.0, 3.0)), np.array((15.0, 23.0)))
    assert circle.area_mm2 == pytest.approx(np.pi * 100)
    assert circle.perimeter_mm == pytest.approx(np.pi * 20)


@given(st.lists(st.integers(0, 359), min_size=3, max_size=12, unique=True), flat_points)
def test_a_simple_polygon_has_the_area_of_the_shoelace_formula(angles, center) -> None:
    radians = np.radians(sorted(angles))
    radii = 5 + 4 * np.cos(3 * radians)  # star-shaped about the centre: never crosses itself
    gaps = np.diff([*sorted(angles), sorted(angles)[0] + 360])
    if max(gaps) >= 180:
        return  # the centre lies outside
    x, y = radii * np.cos(radians) + center[0], radii * np.sin(radians) + center[1]
    shoelace = abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
    assert Polygon(np.stack([x, y], axis=-1)).area_mm2 == pytest.approx(shoelace, rel=1e-9)


def test_a_figure_of_eight_has_the_area_of_both_its_loops() -> None:
    eight = Polygon(np.array([(0.0, 0.0), (10, 10), (10, 0), (0, 10)]))
    assert eight.area_mm2 == pytest.approx(50)


@given(st.lists(flat_points, min_size=3, max_size=9))
def test_pixels_inside_any_outline_agree_with_skimage(vertices) -> None:
    """Also where it crosses itself; both count by the even-odd rule."""
    polygon = Polygon(np.array(vertices))
    x, y = np.arange(-52.3, 53, 2.1), np.arange(-51.7, 53, 1.7)
    low, step = (x[0], y[0]), (2.1, 1.7)
    in_pixels = (polygon.vertices - low) / step
    expected = polygon2mask((len(y), len(x)), in_pixels[:, ::-1])
    differs = polygon.contains(x, y) != expected
    # They may differ for centres that lie on the line itself.
    for row, column in np.argwhere(differs):
        assert _distance_to(polygon.outline, (x[column], y[row])) < 1e-6


def _distance_to(line: np.ndarray, point) -> float:
    best = np.inf
    for a, b in pairwise(line):
        step = b - a
        share = np.clip((point - a) @ step / max(step @ step, 1e-30), 0, 1)
        best = min(best, float(np.linalg.norm(a + share * step - point)))
    return best


def test_regions_with_a_common_side_share_no_pixel_and_leave_none_out() -> None:
    x = y = np.arange(10.0)
    left = Polygon(np.array([(0.0, 0), (4, 0), (4, 9), (0, 9)])).contains(x, y)
    right = Polygon(np.array([(4.0, 0), (9, 0), (9, 9), (4, 9)])).contains(x, y)
    assert not np.any(left & right)
    assert np.array_equal(left | right, (x[None, :] < 9) & (y[:, None] < 9))


# Values


@settings(max_examples=40)
@given(
    geometries(),
    st.sampled_from(list(Orientation)),
    st.sampled_from([Kind.RECTANGLE, Kind.ELLIPSE]),
    st.tuples(off_center, off_center),
    st.tuples(off_center, off_center),
    st.sampled_from([np.int16, np.float32]),
)
def test_the_values_in_a_region_are_those_of_the_voxels_whose_centres_it_holds(
    geometry, orientation, kind, first, last, dtype
) -> None:
    volume = filled(geometry, dtype)
    stack = standard_stack(geometry, orientation)
    plane = stack.plane(stack.count // 2)
    figure = Figure(kind, at(plane, first, last), plane)
    found = values_in(volume, plane, figure.region)
    assert sorted(found.tolist()) == sorted(_by_voxel(volume, plane, figure))


def _by_voxel(volume: Volume, plane: Plane, figure: Figure) -> list[float]:
    """Pixel by pixel, in patient space."""
    corners = figure.points
    right, down = (v / np.linalg.norm(v) for v in (plane.right, plane.down))
    center = corners.mean(axis=0)
    a, b = (abs((corners[1] - corners[0]) @ v) / 2 for v in (right, down))
    picture = reslice(volume, plane)
    values = []
    for row in range(plane.shape[0]):
        for column in range(plane.shape[1]):
            offset = plane.to_lps(row, column) - center
            u, v = offset @ right, offset @ down
            if figure.kind is Kind.ELLIPSE:
                inside = a > 0 and b > 0 and (u / a) ** 2 + (v / b) ** 2 <= 1
            else:
                inside = -a <= u < a and -b <= v < b
            if inside and _is_measured(volume, plane.to_lps(row, column)):
                values.append(float(picture[row, column]))
    return values


def _is_measured(volume: Volume, lps: np.ndarray) -> bool:
    """Whether the point lies inside, and none of the voxels around it is padding."""
    index = volume.geometry.to_index(lps)
    upper = np.array(volume.geometry.shape[::-1])
    if np.any(index < -0.5) or np.any(index > upper - 0.5):
        return False
    low = np.clip(np.floor(index + 1e-4), 0, upper - 1).astype(int)
    high = np.clip(np.ceil(index - 1e-4), 0, upper - 1).astype(int)
    block = volume.voxels[low[2] : high[2] + 1, low[1] : high[1] + 1, low[0] : high[0] + 1]
    return not np.any(np.isnan(block) if block.dtype.kind == "f" else block == PADDING)


def test_the_values_in_an_oblique_plane_are_interpolated_and_never_of_padding() -> None:
    geometry = Geometry(np.diag([0.8, 0.9, 2.5, 1.0]), (20, 40, 40))
    x = np.indices(geometry.shape)[2]
    voxels = (x * 10).astype(np.int16)
    voxels[:, :, 30:] = PADDING
    turn = Rotation.from_euler("xyz", (20, -15, 30), degrees=True).as_matrix()
    center = geometry.center_lps
    right, down = turn[:, 0] * 0.7, turn[:, 1] * 0.7
    plane = Plane(center - 30 * right - 30 * down, right, down, (61, 61))
    figure = Figure(Kind.RECTANGLE, at(plane, (0.05, 0.05), (0.95, 0.95)), plane)
    found = values_in(Volume(voxels, geometry), plane, figure.region)
    assert found.size > 500
    # The true value is 10 per voxel of x; air in place of padding would pull it below 0.
    assert found.min() >= 0
    assert found.max() <= 290


def test_statistics_agree_with_simpleitk() -> None:
    rng = np.random.default_rng(3)
    voxels = rng.normal(40, 12, (1, 50, 60)).astype(np.float32)
    geometry = Geometry(np.diag([0.7, 0.7, 3, 1]), voxels.shape)
    plane = standard_stack(geometry, Orientation.AXIAL).plane(0)
    region = Figure(Kind.ELLIPSE, at(plane, (0.2, 0.1), (0.8, 0.7)), plane).region
    statistics = Statistics(values_in(Volume(voxels, geometry), plane, region))
    mask = region.contains(np.arange(60) * 0.7, np.arange(50) * 0.7)
    oracle = SimpleITK.LabelStatisticsImageFilter()
    oracle.Execute(
        SimpleITK.GetImageFromArray(voxels[0]),
        SimpleITK.GetImageFromArray(mask.astype(np.uint8)),
    )
    assert statistics.count == oracle.GetCount(1)
    assert statistics.mean == pytest.approx(oracle.GetMean(1), rel=1e-6)
    assert statistics.sd == pytest.approx(oracle.GetSigma(1), rel=1e-5)
    assert statistics.minimum == pytest.approx(oracle.GetMinimum(1))
    assert statistics.maximum == pytest.approx(oracle.GetMaximum(1))


def test_a_region_between_the_pixels_or_beside_the_picture_holds_nothing() -> None:
    volume = filled(Geometry(np.eye(4), (3, 8, 8)), padded=0)
    plane = standard_stack(volume.geometry, Orientation.AXIAL).plane(1)
    between = Figure(Kind.RECTANGLE, plane.to_lps([2.2, 2.8], [2.2, 2.8]), plane)
    beside = Figure(Kind.ELLIPSE, plane.to_lps([-20, -10], [-20, -10]), plane)
    for figure in (between, beside):
        assert values_in(volume, plane, figure.region).size == 0
    with pytest.raises(ValueError, match="nothing"):
        Statistics(np.zeros(0))


def test_one_pixel_has_a_mean_and_no_deviation() -> None:
    assert Statistics(np.array([40], np.int16)).mean == 40
    assert Statistics(np.array([40], np.int16)).sd is None


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
@pytest.mark.parametrize("spread", [0, 1, 40, 3000])
def test_a_histogram_counts_every_pixel_once(dtype, spread) -> None:
    values = np.random.default_rng(1).integers(-spread, spread + 1, 500).astype(dtype)
    counts, edges = Statistics(values).histogram()
    assert counts.sum() == 500
    assert len(edges) == len(counts) + 1
    assert np.allclose(np.diff(edges), edges[1] - edges[0])
    for number in (0, len(counts) // 2):
        held = (values >= edges[number]) & (values < edges[number + 1])
        assert counts[number] == np.count_nonzero(held)


# Figures

PLANE = Plane(
    np.array([10.0, -40, 5]),
    *(Rotation.from_euler("xyz", (10, 20, 30), degrees=True).as_matrix()[:, :2].T * 0.8),
    (100, 120),
)  # fmt: skip


def figure(kind: Kind, *pixels: tuple[float, float]) -> Figure:
    return Figure(kind, np.array([PLANE.to_lps(row, column) for row, column in pixels]), PLANE)


@pytest.mark.parametrize("kind", [Kind.RECTANGLE, Kind.ELLIPSE])
@pytest.mark.parametrize("number", range(4))
def test_a_handle_goes_where_it_is_put_and_the_opposite_one_stays(kind, number) -> None:
    before = figure(kind, (10, 20), (50, 80))
    to = before.handles[number] + 3 * PLANE.right + 4 * PLANE.down
    after = before.with_handle(number, to)
    opposite = (number + 2) % 4
    if kind is Kind.RECTANGLE:
        assert after.handles[number] == pytest.approx(to)
        assert after.handles[opposite] == pytest.approx(before.handles[opposite])
    else:  # each end of an axis moves along it
        axis = (PLANE.right, PLANE.down)[number % 2]
        moved = before.handles[number] + (3 * 0.64 if number % 2 == 0 else 4 * 0.64) / 0.64 * axis
        middle_stays = (after.handles[number] - moved) @ axis
        assert middle_stays == pytest.approx(0, abs=1e-9)
        assert (after.handles[opposite] - before.handles[opposite]) @ axis == pytest.approx(0)


@given(st.integers(0, 3), coordinates, coordinates)
def test_the_axes_of_a_bidirectional_measurement_stay_perpendicular(number, right, down) -> None:
    before = figure(Kind.BIDIRECTIONAL, (10, 20), (50, 80)).completed()
    to = before.handles[number] + right * PLANE.right + down * PLANE.down
    after = before.with_handle(number, to)
    long, short = after.points[1] - after.points[0], after.points[3] - after.points[2]
    assert abs(long @ short) < 1e-6 * (1 + np.linalg.norm(long) * np.linalg.norm(short))
    if number < 2:
        assert after.points[number] == pytest.approx(to)
        assert length_mm(after.points[2:]) == pytest.approx(length_mm(before.points[2:]))
    assert np.allclose((after.points - PLANE.origin) @ PLANE.normal, 0, atol=1e-9)


def test_a_short_axis_starts_across_the_middle() -> None:
    whole = figure(Kind.BIDIRECTIONAL, (10, 20), (10, 60)).completed()
    assert whole.is_whole
    assert whole.points[2:].mean(axis=0) == pytest.approx(whole.points[:2].mean(axis=0))
    assert length_mm(whole.points[2:]) == pytest.approx(length_mm(whole.points[:2]) / 2)


def test_a_figure_moves_as_a_whole_and_stays_in_its_plane() -> None:
    before = figure(Kind.FREEHAND, (10, 20), (50, 80), (40, 10))
    by = 5 * PLANE.right - 2 * PLANE.down
    after = before.moved(by + 7 * PLANE.normal)
    assert after.points == pytest.approx(before.points + by)


def test_a_figure_lies_in_planes_near_it_only() -> None:
    drawn = figure(Kind.LENGTH, (10, 20), (50, 80))
    across = Plane(drawn.points[0], PLANE.right, PLANE.normal, (10, 10))
    for distance, lies in ((0.0, True), (0.4, True), (0.6, False), (-0.6, False)):
        origin = PLANE.origin + distance * PLANE.normal
        assert drawn.lies_in(Plane(origin, PLANE.right, PLANE.down, (9, 9)), 0.5) is lies
    assert not drawn.lies_in(across, 0.5)
    probe = figure(Kind.PROBE, (10, 20))
    assert probe.lies_in(across, 0.5)
