from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.grids import geometries
from viewer.imaging.geometry import Geometry, direction_letters


@given(geometries(), st.tuples(*[st.floats(-5, 12)] * 3))
def test_index_and_patient_position_are_each_others_inverse(geometry: Geometry, index):
    assert np.allclose(geometry.to_index(geometry.to_lps(index)), index, atol=1e-6)


@given(geometries())
def test_position_is_origin_plus_steps(geometry: Geometry):
    expected = geometry.affine @ (1, 2, 3, 1)
    assert np.allclose(geometry.to_lps((1, 2, 3)), expected[:3])


def test_pixel_spacing_is_rows_first():
    geometry = Geometry.from_directions(
        (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 5), (2, 3), (4, 4, 4)
    )
    assert geometry.spacing_mm == (5, 2, 3)
    assert np.allclose(geometry.to_lps((1, 1, 1)), (3, 2, 5))


def test_slice_spacing_is_measured_between_the_planes_not_along_the_drift():
    step = (0, 2.5 * np.sin(np.radians(20)), 2.5 * np.cos(np.radians(20)))
    tilted = Geometry.from_directions((0, 0, 0), (1, 0, 0), (0, 1, 0), step, (1, 1), (30, 4, 4))
    assert tilted.is_sheared
    assert tilted.tilt_degrees == pytest.approx(20)
    assert tilted.spacing_mm[0] == pytest.approx(2.5 * np.cos(np.radians(20)))


def test_reversed_stack_is_upright():
    geometry = Geometry.from_directions(
        (0, 0, 90), (1, 0, 0), (0, 1, 0), (0, 0, -3), (1, 1), (9, 4, 4)
    )
    assert not geometry.is_sheared
    assert geometry.tilt_degrees == pytest.approx(0)
    assert geometry.patient_axes == ((0, 1), (1, 1), (2, -1))


def test_voxel_edges_belong_to_the_grid_and_a_step_further_does_not():
    geometry = Geometry(np.eye(4), (3, 4, 5))
    assert geometry.contains((4.5, 3.5, 2.5))
    assert not geometry.contains((4.6, 0, 0))


@given(geometries(), st.tuples(*[st.floats(-900, 900)] * 3))
def test_clamped_points_lie_inside(geometry: Geometry, point):
    assert geometry.contains(geometry.clamp(point))


@pytest.mark.parametrize(
    ("direction", "letters"),
    [((1, 0, 0), "L"), ((-1, 0, 0), "R"), ((0, 1, 0), "P"), ((0, 0, 1), "H"), ((0, 0, -1), "F"),
     ((0.6, 0.8, 0), "PL"), ((0.99, 0.1, 0), "L")],
)  # fmt: skip
def test_directions_are_named_strongest_first(direction, letters):
    assert direction_letters(direction) == letters


@pytest.mark.parametrize("affine", [np.zeros((4, 4)), np.eye(3), np.full((4, 4), np.nan)])
def test_a_grid_without_extent_is_refused(affine):
    with pytest.raises(ValueError, match="affine"):
        Geometry(affine, (1, 1, 1))


def test_a_geometry_cannot_be_changed():
    geometry = Geometry(np.eye(4), (1, 1, 1))
    with pytest.raises(ValueError, match="read-only"):
        geometry.affine[0, 0] = 2
