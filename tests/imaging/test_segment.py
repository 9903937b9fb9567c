"""Operations of segmentation against brute force over all voxels."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tests.imaging.grids import geometries
from viewer.imaging.geometry import Geometry
from viewer.imaging.labels import labels_in
from viewer.imaging.plane import Orientation, Plane, standard_stack
from viewer.imaging.segment.brush import stroke
from viewer.imaging.segment.part import Part, part_of
from viewer.imaging.segment.rules import between, filled_between, grown, smoothed, volume_ml
from viewer.imaging.volume import PADDING, Volume


def centers(geometry: Geometry) -> np.ndarray:
    z, y, x = np.indices(geometry.shape)
    return geometry.to_lps(np.stack([x, y, z], axis=-1))


def whole(part: Part | None, shape: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros(shape, bool)
    if part is not None:
        mask[part.box] = part.mask
    return mask


@given(
    geometries(),
    st.lists(st.floats(-0.2, 1.2), min_size=6, max_size=6),
    st.floats(0.1, 15),
)
@settings(max_examples=60, deadline=None)
def test_a_ball_touches_the_voxels_near_its_way_and_no_other(geometry, places, radius):
    size = np.array(geometry.shape[::-1]) - 1
    start, end = geometry.to_lps(np.reshape(places, (2, 3)) * size)
    got = whole(stroke(geometry, start, end, radius), geometry.shape)
    way = np.linspace(start, end, 400)
    apart = np.linalg.norm(centers(geometry)[..., None, :] - way, axis=-1).min(axis=-1)
    step = np.linalg.norm(end - start) / 399
    assert np.all(got[apart <= radius - step])
    assert not np.any(got[apart > radius + 1e-9])


@pytest.mark.parametrize("orientation", Orientation)
@given(geometry=geometries(sheared=False), radius=st.floats(2, 12))
@settings(max_examples=15, deadline=None)
def test_a_flat_brush_touches_one_layer(orientation, geometry, radius):
    stack = standard_stack(geometry, orientation)
    index = stack.count // 2
    plane = stack.plane(index)
    middle = plane.to_lps((plane.shape[0] - 1) / 2, (plane.shape[1] - 1) / 2)
    got = whole(stroke(geometry, middle, middle, radius, plane.normal), geometry.shape)
    places = centers(geometry)
    on_plane = np.abs((places - plane.origin) @ plane.normal) < 1e-6
    near = np.linalg.norm(places - middle, axis=-1)
    assert np.array_equal(got, on_plane & (near <= radius)) or np.any(np.isclose(near, radius))


def test_a_brush_beside_the_volume_touches_nothing():
    geometry = Geometry(np.eye(4), (5, 5, 5))
    assert stroke(geometry, (50, 50, 50), (60, 50, 50), 3) is None


def test_growing_takes_what_is_joined_as_simpleitk_does():
    rng = np.random.default_rng(2)
    voxels = rng.integers(0, 100, (12, 20, 24)).astype(np.int16)
    geometry = Geometry(np.diag([0.7, 0.9, 2.5, 1.0]), voxels.shape)
    voxels[6, 10, 12] = 60
    seed = geometry.to_lps((12, 10, 6))
    got = whole(grown(Volume(voxels, geometry), seed, 40, 100), voxels.shape)
    image = SimpleITK.GetImageFromArray(voxels)
    expected = SimpleITK.ConnectedThreshold(image, [(12, 10, 6)], 40, 100)
    assert np.array_equal(got, SimpleITK.GetArrayFromImage(expected).astype(bool))
    assert 1 < got.sum() < (voxels >= 40).sum()


def test_growing_begins_only_at_a_value_that_is_meant():
    volume = Volume(np.zeros((3, 3, 3), np.int16), Geometry(np.eye(4), (3, 3, 3)))
    assert grown(volume, (1, 1, 1), 5, 9) is None
    assert grown(volume, (90, 1, 1), -1, 1) is None


def test_padding_is_never_between_two_values():
    voxels = np.array([[[PADDING, -1000, 40, 3000]]], np.int16)
    volume = Volume(voxels, Geometry(np.eye(4), voxels.shape))
    assert between(volume, -40000, 100).ravel().tolist() == [False, True, True, False]
    values = np.array([[[np.nan, 1.0]]], np.float32)
    assert between(Volume(values, Geometry(np.eye(4), values.shape)), 0, 2).ravel()[0] == 0


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_between_two_discs_a_cone_is_filled_in(axis):
    shape = [41, 41, 41]
    mask = np.zeros(shape, bool)
    across = np.hypot(*np.meshgrid(*[np.arange(41) - 20.0] * 2))
    view = np.moveaxis(mask, axis, 0)
    view[10], view[30] = across <= 16, across <= 6
    got = np.moveaxis(whole(filled_between(mask, axis), mask.shape), axis, 0)
    assert not got[[5, 10, 30, 35]].any()
    for number in (14, 20, 26):
        radius = 16 - (number - 10) / 2
        assert got[number].sum() == pytest.approx(np.pi * radius**2, rel=0.06)


def test_without_a_gap_there_is_nothing_to_fill():
    mask = np.zeros((5, 8, 8), bool)
    assert filled_between(mask) is None
    mask[1:4, 2:5, 2:5] = True
    assert filled_between(mask) is None


def test_smoothing_takes_single_voxels_away_and_keeps_the_volume_of_a_ball():
    geometry = Geometry(np.diag([0.8, 0.8, 2.0, 1.0]), (30, 60, 60))
    places = centers(geometry) - geometry.to_lps((30, 30, 15))
    ball = np.linalg.norm(places, axis=-1) < 15
    rough = ball.copy()
    rough[2, 2, 2] = True
    before, after = smoothed(rough, geometry, 1.5)
    assert np.array_equal(whole(before, geometry.shape), rough)
    smooth = whole(after, geometry.shape)
    assert not smooth[2, 2, 2]
    assert smooth.sum() == pytest.approx(ball.sum(), rel=0.04)  # a Gaussian draws round edges in


def test_a_volume_is_that_of_its_voxels_on_a_sheared_grid_too():
    affine = np.array([[0.5, 0, 0, 0], [0, 0.5, 1.2, 0], [0, 0, 4.0, 0], [0, 0, 0, 1]])
    assert volume_ml(1000, Geometry(affine, (9, 9, 9))) == pytest.approx(1.0)


@given(geometries(), st.sampled_from(list(Orientation)), st.floats(-20, 20))
@settings(max_examples=30, deadline=None)
def test_a_picture_of_labels_has_that_of_the_nearest_voxel(geometry, orientation, degrees):
    labels = np.random.default_rng(1).integers(0, 5, geometry.shape).astype(np.uint8)
    stack = standard_stack(geometry, orientation)
    flat = stack.plane(stack.count // 2)
    for plane in (flat, turned(flat, degrees)):
        picture = labels_in(labels, geometry, plane)
        for row in range(plane.shape[0]):
            for column in range(plane.shape[1]):
                index = geometry.to_index(plane.to_lps(row, column))
                if np.any(np.abs(index - np.floor(index) - 0.5) < 1e-3):
                    continue  # as near to one as to the other
                x, y, z = np.rint(index).astype(int)
                inside = np.all((np.rint(index) >= 0) & (np.rint(index) < geometry.shape[::-1]))
                assert picture[row, column] == (labels[z, y, x] if inside else 0)


def turned(plane: Plane, degrees: float) -> Plane:
    turn = Rotation.from_rotvec(np.radians(degrees) * plane.right / np.linalg.norm(plane.right))
    return Plane(plane.origin, plane.right, turn.apply(plane.down), plane.shape)


def test_the_part_of_nothing_is_none():
    assert part_of(np.zeros((3, 3, 3), bool)) is None
