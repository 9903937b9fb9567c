"""Order, spacing, tilt and gaps from positions (rules 1–5 and 9)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.dicom.series import Placement
from viewer.dicom.stack import Stack, arrange, directions
from viewer.errors import GeometryError

X, Y, Z = np.eye(3)


def along_z(heights: list[float], thickness: float | None = None) -> Stack:
    positions = [(0.0, 0.0, z) for z in heights]
    files = [Path(f"{i}.dcm") for i in range(len(heights))]
    return arrange(positions, X, Y, (0.8, 0.7), (8, 10), thickness, files)


def note_codes(stack: Stack) -> set[str]:
    return {note.code for note in stack.notes}


def test_spacing_is_that_of_the_positions_not_the_thickness() -> None:
    stack = along_z([0, 1.25, 2.5, 3.75], thickness=5.0)
    assert stack.geometry.spacing_mm == pytest.approx((1.25, 0.8, 0.7))
    (note,) = stack.notes
    assert note.code == "thickness_not_spacing"
    assert "5 mm" in note.message
    assert "1.250 mm" in note.message


def test_a_single_slice_is_as_far_from_the_next_as_it_is_thick() -> None:
    assert along_z([7.0], thickness=3.0).geometry.spacing_mm[0] == 3.0


def test_slices_are_ordered_by_position_whatever_their_order() -> None:
    stack = along_z([4, 0, 6, 2])
    assert stack.order == (1, 3, 0, 2)
    assert stack.positions_mm.tolist() == [0, 2, 4, 6]


def test_affine_is_right_handed_when_the_normal_points_to_the_feet() -> None:
    positions = [(0, 0, z) for z in (0, 2, 4)]
    stack = arrange(positions, X, -Y, (0.8, 0.7), (8, 10), None, [Path()] * 3)
    assert np.linalg.det(stack.geometry.affine[:3, :3]) > 0
    assert stack.order == (2, 1, 0)
    assert stack.geometry.affine[:3, 3].tolist() == [0, 0, 4]


def test_rounded_positions_do_not_bend_the_grid() -> None:
    heights = np.round(np.arange(100) * 0.625, 1)
    stack = along_z(heights.tolist())
    assert stack.geometry.shape[0] == 100
    assert stack.geometry.spacing_mm[0] == pytest.approx(0.625, abs=1e-3)
    assert note_codes(stack) == {"uneven_spacing"}
    ends = stack.geometry.to_lps([(0, 0, 0), (0, 0, 99)])[:, 2]
    assert ends == pytest.approx([heights[0], heights[-1]], abs=1e-6)


def test_missing_slices_are_interpolated_and_noted_with_their_place() -> None:
    stack = along_z([0, 2, 4, 8, 10, 16, 18])
    assert stack.geometry.shape[0] == 10
    assert stack.geometry.spacing_mm[0] == pytest.approx(2)
    assert stack.placements[3] == Placement(2, 3, 0.5)
    assert [p.is_interpolated for p in stack.placements] == [
        False, False, False, True, False, False, True, True, False, False,
    ]  # fmt: skip
    (note,) = stack.notes
    assert note.code == "missing_slices"
    assert "3 slices" in note.message
    assert "4.0 to 8.0 mm" in note.message


def test_a_wide_gap_stays_empty() -> None:
    stack = along_z([0, 2, 4, 6, 40, 42, 44])
    assert stack.geometry.to_lps((0, 0, 20))[2] == pytest.approx(40)
    assert stack.placements[20] == Placement(4, 4)
    assert all(p.is_empty for p in stack.placements[4:20])
    assert {"missing_slices", "empty_slices"} <= note_codes(stack)


def test_two_spacings_are_resampled_to_the_finer() -> None:
    heights = [*np.arange(10) * 4.0, *(37.0 + np.arange(10) * 7.0)]
    stack = along_z(heights)
    assert stack.geometry.spacing_mm[0] == pytest.approx(4)
    assert stack.geometry.shape[0] == 26
    for k, placement in enumerate(stack.placements):
        below, above = stack.positions_mm[[placement.below, placement.above]]
        at = below + placement.weight * (above - below)
        assert at == pytest.approx(stack.positions_mm[0] + 4 * k, abs=0.4)
    (note,) = stack.notes
    assert note.code == "uneven_spacing"
    assert "9 of 7.00 mm" in note.message


def test_a_tilted_gantry_gives_a_sheared_affine_through_every_position() -> None:
    column = np.array([0, np.cos(0.3), -np.sin(0.3)])
    positions = [(-100.0, -120.0, 3.0 * i) for i in range(20)]
    stack = arrange(positions, X, column, (0.5, 0.5), (8, 10), None, [Path()] * 20)
    assert stack.geometry.is_sheared
    assert stack.geometry.tilt_degrees == pytest.approx(np.degrees(0.3))
    corners = stack.geometry.to_lps([(0, 0, k) for k in range(20)])
    assert corners == pytest.approx(np.array(positions)[list(stack.order)], abs=1e-6)
    assert note_codes(stack) == {"gantry_tilt"}


def test_a_slice_beside_the_others_is_noted() -> None:
    positions = [(0.0, 0, 0), (0, 0, 2), (3, 0, 4), (0, 0, 6), (0, 0, 8)]
    stack = arrange(positions, X, Y, (1, 1), (8, 10), None, [Path(f"{i}") for i in range(5)])
    (note,) = stack.notes
    assert note.code == "slices_shifted"
    assert note.files == (Path("2"),)


def test_directions_are_made_perpendicular_and_of_unit_length() -> None:
    row, column, spread = directions([[2, 0, 0, 0.01, 3, 0]])
    assert row.tolist() == [1, 0, 0]
    assert column == pytest.approx([0, 1, 0])
    assert spread == pytest.approx(np.degrees(np.arctan(0.01 / 3)), rel=1e-3)


@pytest.mark.parametrize("cosines", [[0, 0, 0, 0, 1, 0], [1, 0, 0, 1, 0, 0]])
def test_directions_without_sense_are_refused(cosines: list[float]) -> None:
    with pytest.raises(GeometryError):
        directions([cosines])


def rotations() -> st.SearchStrategy[np.ndarray]:
    numbers = st.floats(-1, 1)
    quaternions = st.tuples(numbers, numbers, numbers, numbers).filter(
        lambda q: sum(v * v for v in q) > 0.1
    )
    return quaternions.map(_rotation)


def _rotation(quaternion: tuple[float, float, float, float]) -> np.ndarray:
    w, x, y, z = np.array(quaternion) / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


@given(
    rotation=rotations(),
    origin=st.tuples(*[st.floats(-500, 500)] * 3),
    spacing=st.floats(0.3, 10),
    pixel=st.tuples(st.floats(0.2, 2), st.floats(0.2, 2)),
    tilt=st.floats(-0.4, 0.4),
    number=st.integers(2, 40),
    data=st.data(),
)
def test_every_slice_of_any_stack_lies_where_its_file_says(
    rotation: np.ndarray,
    origin: tuple[float, float, float],
    spacing: float,
    pixel: tuple[float, float],
    tilt: float,
    number: int,
    data: st.DataObject,
) -> None:
    row, column, normal = rotation.T
    step = spacing * (normal + np.tan(tilt) * column)
    shuffled = np.array(data.draw(st.permutations(range(number))))
    positions = np.array(origin) + shuffled[:, None] * step
    stack = arrange(positions, row, column, pixel, (8, 10), None, [Path()] * number)
    assert [shuffled[i] for i in stack.order] == list(range(number))
    assert stack.geometry.shape == (number, 8, 10)
    assert np.linalg.det(stack.geometry.affine[:3, :3]) > 0
    for k in (0, number // 2, number - 1):
        voxel = np.array(origin) + k * step + 7 * pixel[0] * column + 9 * pixel[1] * row
        # A drift below 0.1 mm over the whole stack counts as rounding.
        assert stack.geometry.to_lps((9, 7, k)) == pytest.approx(voxel, abs=0.11)
