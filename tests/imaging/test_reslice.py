from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from tests.imaging.grids import geometries
from viewer.imaging.color import luma
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation, Plane, standard_stack
from viewer.imaging.reslice import reslice, reslice_color
from viewer.imaging.volume import AIR_HU, PADDING, Volume, is_padding


def coded(geometry: Geometry) -> Volume:
    """A volume whose every voxel has a value of its own."""
    return Volume(
        np.arange(np.prod(geometry.shape), dtype=np.int16).reshape(geometry.shape), geometry
    )


def brute_force(volume: Volume, plane: Plane) -> np.ndarray:
    """The picture by looking up each pixel's patient position, one by one."""
    picture = np.empty(plane.shape, dtype=np.float64)
    for row in range(plane.shape[0]):
        for column in range(plane.shape[1]):
            value = volume.value_at(plane.to_lps(row, column))
            picture[row, column] = np.nan if value is None else value
    return picture


@settings(deadline=None)
@given(geometries(sheared=False), st.sampled_from(list(Orientation)), st.data())
def test_standard_views_show_each_voxel_where_it_lies_in_the_patient(geometry, orientation, data):
    volume = coded(geometry)
    stack = standard_stack(geometry, orientation)
    plane = stack.plane(data.draw(st.integers(0, stack.count - 1)))
    assert np.array_equal(reslice(volume, plane), brute_force(volume, plane))


def test_standard_views_copy_nothing():
    volume = coded(Geometry(np.eye(4), (4, 5, 6)))
    for orientation in Orientation:
        picture = reslice(volume, standard_stack(volume.geometry, orientation).plane(0))
        assert np.shares_memory(picture, volume.voxels)


def smooth(geometry: Geometry) -> Volume:
    """A field that is linear in patient space, which linear interpolation keeps exactly."""
    z, y, x = np.indices(geometry.shape)
    lps = geometry.to_lps(np.stack([x, y, z], axis=-1))
    field = (lps - geometry.center_lps) @ (0.3, -0.7, 0.5)
    return Volume(field.astype(np.float32), geometry, unit="")


@settings(deadline=None)
@given(geometries(), st.sampled_from(list(Orientation)), st.data())
def test_interpolated_views_keep_a_linear_field_where_all_neighbours_exist(
    geometry, orientation, data
):
    volume = smooth(geometry)
    stack = standard_stack(geometry, orientation)
    plane = stack.plane(data.draw(st.integers(0, stack.count - 1)))
    zoomed = Plane(plane.origin, plane.right * 0.6, plane.down * 0.7, (12, 11))
    picture = reslice(volume, zoomed)
    rows, columns = np.indices(zoomed.shape)
    lps = zoomed.to_lps(rows, columns)
    index = geometry.to_index(lps)
    within = np.all((index >= 1e-6) & (index <= np.array(geometry.shape[::-1]) - 1 - 1e-6), axis=-1)
    expected = (lps - geometry.center_lps) @ (0.3, -0.7, 0.5)
    assert np.allclose(picture[within], expected[within], atol=2e-3)


@settings(deadline=None)
@given(geometries(), geometries())
def test_oblique_planes_agree_with_scipy_on_the_whole_volume(geometry, other):
    volume = smooth(geometry)
    plane = standard_stack(other, Orientation.AXIAL).first
    plane = Plane(geometry.center_lps, plane.right * 0.2, plane.down * 0.2, plane.shape)
    picture = reslice(volume, plane)
    rows, columns = np.indices(plane.shape)
    index = geometry.to_index(plane.to_lps(rows, columns))
    expected = map_coordinates(
        volume.voxels, index[..., ::-1].transpose(2, 0, 1), order=1, mode="nearest"
    )
    edge = np.min(np.minimum(index + 0.5, np.array(geometry.shape[::-1]) - 0.5 - index), axis=-1)
    assert np.allclose(picture[edge > 1e-6], expected[edge > 1e-6], atol=1e-2)
    assert is_padding(picture[edge < -1e-6]).all()


def test_interpolation_takes_padding_for_air_not_for_a_value():
    voxels = np.full((2, 2, 2), 40, np.int16)
    voxels[:, :, 1] = PADDING
    volume = Volume(voxels, Geometry(np.eye(4), (2, 2, 2)))
    plane = Plane(np.zeros(3), np.array([0.5, 0, 0]), np.array([0, 1.0, 0]), (2, 3))
    assert reslice(volume, plane).tolist() == [[40, (40 + AIR_HU) // 2, AIR_HU]] * 2


def test_outside_the_volume_is_padding():
    volume = coded(Geometry(np.eye(4), (2, 2, 2)))
    plane = Plane(np.array([0.0, 0, 9]), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), (2, 2))
    assert is_padding(reslice(volume, plane)).all()


def test_overlay_on_a_grid_of_its_own_lies_on_the_same_place():
    affine = np.diag([1.4, 1.4, 2.0, 1.0])
    affine[:3, 3] = (10, 20, 4)
    scores = np.zeros((5, 20, 20), np.float32)
    scores[2, 8, 5] = 1.0
    heatmap = Volume(scores, Geometry(affine, scores.shape), unit="")
    peak = heatmap.geometry.to_lps((5, 8, 2))
    image = Geometry.from_directions(
        (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0.7, 0.7), (20, 80, 80)
    )
    for orientation in Orientation:
        stack = standard_stack(image, orientation)
        plane = stack.plane(stack.index_of(peak))
        picture = np.nan_to_num(reslice(heatmap, plane))
        row, column = np.unravel_index(picture.argmax(), picture.shape)
        assert np.linalg.norm(plane.to_lps(row, column) - peak) < 1.0


@settings(deadline=None)
@given(geometries(), geometries(), st.sampled_from(list(Orientation)), st.booleans(), st.data())
def test_what_is_in_slices_not_read_yet_is_never_shown(geometry, other, orientation, oblique, data):
    is_read = np.array(data.draw(st.lists(st.booleans(), min_size=7, max_size=7)))
    is_read = is_read[: geometry.shape[0]]
    whole = smooth(geometry)
    rubbish = whole.voxels.copy()
    rubbish[~is_read] = 1e3
    filling = Volume(rubbish, geometry, unit="", is_read=is_read)
    stack = standard_stack(other if oblique else geometry, orientation)
    plane = stack.plane(data.draw(st.integers(0, stack.count - 1)))
    if oblique:
        plane = Plane(geometry.center_lps, plane.right * 0.2, plane.down * 0.2, plane.shape)
    shown, expected = reslice(filling, plane), reslice(whole, plane)
    z = geometry.to_index(plane.to_lps(*np.indices(plane.shape)))[..., 2]
    ends = (np.clip(end, 0, len(is_read) - 1).astype(int) for end in (np.floor(z), np.ceil(z)))
    is_known = np.all([is_read[end] for end in ends], axis=0)
    between = np.abs(z - np.rint(z)) > 1e-3
    # A plane that lies in a slice but for rounding takes a millionth of the next one's rubbish.
    assert np.allclose(shown[is_known], expected[is_known], atol=1e-3, equal_nan=True)
    assert is_padding(shown[between & ~is_known]).all()
    visible = ~is_padding(shown)
    assert np.allclose(shown[visible], expected[visible], atol=0.2)


def test_a_slice_not_read_yet_has_no_values():
    whole = coded(Geometry(np.eye(4), (3, 2, 2)))
    volume = Volume(whole.voxels, whole.geometry, is_read=np.array([True, False, True]))
    assert [volume.value_at((0, 0, z)) for z in range(3)] == [0, None, 8]
    assert volume.read_slices()[:, 0, 0].tolist() == [0, 8]


def test_a_volume_is_read_only():
    volume = coded(Geometry(np.eye(4), (2, 2, 2)))
    with pytest.raises(ValueError, match="read-only"):
        volume.voxels[0, 0, 0] = 1


def test_colours_are_cut_like_voxels_and_mixed_between_them() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 3), dtype=np.uint8)
    volume = Volume(luma(rgb), Geometry(np.eye(4), rgb.shape[:3]), unit="", color=rgb)
    along = Plane(np.array([4.0, 0, 1]), np.array([-1.0, 0, 0]), np.array([0, 1.0, 0]), (4, 5))
    assert np.array_equal(reslice_color(volume, along), rgb[1, :, ::-1])
    turned = Plane(np.array([0.0, 0, 1]), np.array([0, 1.0, 0]), np.array([1.0, 0, 0]), (5, 4))
    assert np.array_equal(reslice_color(volume, turned), rgb[1].swapaxes(0, 1))
    between = Plane(np.array([0.5, 0, 1]), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), (4, 4))
    middle = (rgb[1, :, :-1].astype(float) + rgb[1, :, 1:]) / 2
    assert np.abs(reslice_color(volume, between) - middle).max() <= 0.5
