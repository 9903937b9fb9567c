from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.imaging.grids import geometries
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation, section, standard_stack

ORIENTATIONS = list(Orientation)


def upright(step=(0, 0, 2.0), shape=(10, 6, 8)) -> Geometry:
    return Geometry.from_directions((-100, -90, 50), (1, 0, 0), (0, 1, 0), step, (0.5, 0.75), shape)


@pytest.mark.parametrize(
    ("orientation", "letters"),
    [
        ("axial", ("R", "L", "A", "P")),
        ("coronal", ("R", "L", "H", "F")),
        ("sagittal", ("A", "P", "H", "F")),
    ],
)
@pytest.mark.parametrize("step", [(0, 0, 2.0), (0, 0, -2.0)])
def test_views_are_laid_out_as_radiologists_expect_whatever_the_file_order(
    orientation, letters, step
):
    stack = standard_stack(upright(step), Orientation(orientation))
    assert stack.first.letters == letters


def test_axial_views_scroll_from_the_head_down():
    stack = standard_stack(upright(), Orientation.AXIAL)
    assert stack.position_mm(0) > stack.position_mm(1)
    assert stack.count == 10
    assert stack.spacing_mm == pytest.approx(2.0)


def test_pixels_keep_their_true_aspect():
    geometry = upright()
    assert standard_stack(geometry, Orientation.AXIAL).first.pixel_mm == pytest.approx((0.5, 0.75))
    assert standard_stack(geometry, Orientation.CORONAL).first.pixel_mm == pytest.approx(
        (2.0, 0.75)
    )
    assert standard_stack(geometry, Orientation.SAGITTAL).first.pixel_mm == pytest.approx(
        (2.0, 0.5)
    )


@given(geometries(), st.sampled_from(ORIENTATIONS), st.data())
def test_every_voxel_lies_on_its_nearest_plane(geometry: Geometry, orientation, data):
    stack = standard_stack(geometry, orientation)
    index = [data.draw(st.integers(0, n - 1)) for n in geometry.shape[::-1]]
    lps = geometry.to_lps(index)
    plane = stack.plane(stack.index_of(lps))
    assert abs(plane.distance_mm(lps)) <= stack.spacing_mm / 2 + 1e-6
    row, column = plane.to_pixel(lps)
    assert -0.5 - 1e-6 <= row <= plane.shape[0] - 0.5 + 1
    assert -0.5 - 1e-6 <= column <= plane.shape[1] - 0.5 + 1


def test_planes_across_a_tilted_stack_reach_its_last_voxel():
    step = (0, 3 * np.sin(np.radians(5)), 3 * np.cos(np.radians(5)))
    tilted = Geometry.from_directions((0, 0, 0), (1, 0, 0), (0, 1, 0), step, (1, 1), (20, 6, 6))
    for orientation in ORIENTATIONS:
        stack = standard_stack(tilted, orientation)
        for corner in tilted.corners_lps:
            distance = stack.plane(stack.index_of(corner)).distance_mm(corner)
            assert abs(distance) <= stack.spacing_mm / 2 + 1e-6


@given(geometries(), st.sampled_from(ORIENTATIONS))
def test_pixels_are_square_to_each_other_even_on_a_tilted_gantry(geometry: Geometry, orientation):
    plane = standard_stack(geometry, orientation).first
    assert abs(plane.right @ plane.down) < 1e-6


@given(geometries(), st.sampled_from(ORIENTATIONS), st.floats(-3, 9), st.floats(-3, 9))
def test_pixel_and_patient_position_are_each_others_inverse(geometry, orientation, row, column):
    plane = standard_stack(geometry, orientation).first
    back = plane.to_pixel(plane.to_lps(row, column))
    assert np.allclose(back, (row, column), atol=1e-6)


@settings(deadline=None)
@given(geometries(), geometries(), st.sampled_from(list(Orientation)))
def test_the_section_of_two_pictures_lies_in_both(geometry, other, orientation):
    plane = standard_stack(geometry, orientation).first
    picture = standard_stack(other, Orientation.AXIAL).first
    picture = replace(picture, origin=plane.origin + 0.3 * plane.right - 0.4 * picture.right)
    ends = section(plane, picture)
    if ends is None:
        return
    for end in ends:
        assert abs(plane.distance_mm(end)) < 1e-6
        assert abs(picture.distance_mm(end)) < 1e-6
        row, column = picture.to_pixel(end)
        rows, columns = picture.shape
        assert -0.5 - 1e-6 <= row <= rows - 0.5 + 1e-6
        assert -0.5 - 1e-6 <= column <= columns - 0.5 + 1e-6
        on_edge = min(abs(row + 0.5), abs(rows - 0.5 - row))
        assert min(on_edge, abs(column + 0.5), abs(columns - 0.5 - column)) < 1e-6


def test_parallel_pictures_and_those_out_of_reach_have_no_section():
    stack = standard_stack(Geometry(np.eye(4), (4, 5, 6)), Orientation.AXIAL)
    across = standard_stack(Geometry(np.eye(4), (4, 5, 6)), Orientation.CORONAL).first
    assert section(stack.plane(0), stack.plane(2)) is None
    assert section(stack.plane(0), across) is not None
    far = replace(across, origin=across.origin + np.array([0, 0, 50]))
    assert section(stack.plane(0), far) is None
