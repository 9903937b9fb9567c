"""``Plane``: a 2D picture's place in the patient, and the standard planes through a volume."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from viewer.imaging.geometry import Geometry, Points, direction_letters


class Orientation(StrEnum):
    """The three standard views."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


# What a radiologist expects: patient axis and sign to the right, downwards and from slice to slice.
# Axial is seen from the feet and scrolls from the head down, coronal from the front and backwards,
# sagittal from the left and scrolls from right to left.
_EXPECTED = {
    Orientation.AXIAL: ((0, 1), (1, 1), (2, -1)),
    Orientation.CORONAL: ((0, 1), (2, -1), (1, 1)),
    Orientation.SAGITTAL: ((1, 1), (2, -1), (0, 1)),
}

_PARALLEL = 1e-3  # sine of the angle


@dataclass(frozen=True, eq=False)
class Plane:
    """A picture's pixels in patient space.

    Parameters
    ----------
    origin : ndarray, shape (3,)
        LPS mm of the centre of the top-left pixel.
    right, down : ndarray, shape (3,)
        LPS mm from one pixel to the next column and to the next row; perpendicular to each other.
    shape : tuple of int
        ``(rows, columns)``.
    """

    origin: Points
    right: Points
    down: Points
    shape: tuple[int, int]

    @property
    def pixel_mm(self) -> tuple[float, float]:
        """Size of a pixel ``(height, width)`` in mm."""
        return float(np.linalg.norm(self.down)), float(np.linalg.norm(self.right))

    @property
    def normal(self) -> Points:
        """Unit vector into the picture: right × down."""
        normal = np.cross(self.right, self.down)
        return np.asarray(normal / np.linalg.norm(normal))

    @property
    def letters(self) -> tuple[str, str, str, str]:
        """Patient directions at the ``(left, right, top, bottom)`` edges."""
        return (
            direction_letters(-self.right),
            direction_letters(self.right),
            direction_letters(-self.down),
            direction_letters(self.down),
        )

    def to_lps(self, row: npt.ArrayLike, column: npt.ArrayLike) -> Points:
        """LPS mm of (fractional) pixels, shape (…, 3)."""
        row, column = np.asarray(row, float)[..., None], np.asarray(column, float)[..., None]
        return np.asarray(self.origin + row * self.down + column * self.right)

    def to_pixel(
        self, lps: npt.ArrayLike
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Fractional ``(row, column)`` of points, projected along the normal."""
        offset = np.asarray(lps, dtype=np.float64) - self.origin
        row = offset @ self.down / (self.down @ self.down)
        column = offset @ self.right / (self.right @ self.right)
        return np.asarray(row), np.asarray(column)

    def distance_mm(self, lps: npt.ArrayLike) -> float:
        """Signed distance of a point from the plane, along the normal."""
        return float((np.asarray(lps, dtype=np.float64) - self.origin) @ self.normal)


def section(plane: Plane, other: Plane) -> tuple[Points, Points] | None:
    """The line in which another picture cuts a plane, as long as that picture reaches.

    Parameters
    ----------
    plane, other : Plane

    Returns
    -------
    tuple of ndarray, shape (3,), or None
        LPS mm of both ends; None where the picture is parallel to the plane or does not reach it.
    """
    if np.linalg.norm(np.cross(plane.normal, other.normal)) < _PARALLEL:
        return None
    rows, columns = other.shape
    edge = [(-0.5, -0.5), (-0.5, columns - 0.5), (rows - 0.5, columns - 0.5), (rows - 0.5, -0.5)]
    corners = [other.to_lps(row, column) for row, column in edge]
    distances = [plane.distance_mm(corner) for corner in corners]
    ends = []
    for n in range(4):
        near, far = distances[n], distances[(n + 1) % 4]
        if (near < 0) != (far < 0):
            share = near / (near - far)
            ends.append(corners[n] + share * (corners[(n + 1) % 4] - corners[n]))
    return (ends[0], ends[1]) if len(ends) == 2 else None


@dataclass(frozen=True, eq=False)
class Stack:
    """Parallel planes through a volume, as one view scrolls them.

    Slice ``n`` lies at ``first.origin + n * step``; ``step`` is along the planes' normal unless the
    grid is sheared, where it follows the acquisition. ``tilt_degrees`` is the angle between the
    planes and those of the standard view.
    """

    orientation: Orientation
    first: Plane
    step: Points
    count: int
    tilt_degrees: float = 0.0

    def plane(self, index: int) -> Plane:
        """The plane of one slice, counted from 0."""
        offset = self.step * index
        return Plane(
            self.first.origin + offset, self.first.right, self.first.down, self.first.shape
        )

    def index_of(self, lps: npt.ArrayLike) -> int:
        """The slice nearest to a point, kept within the stack."""
        normal = self.first.normal
        distance = (np.asarray(lps, dtype=np.float64) - self.first.origin) @ normal
        return int(np.clip(np.rint(distance / (self.step @ normal)), 0, self.count - 1))

    @property
    def spacing_mm(self) -> float:
        """Distance between neighbouring planes."""
        return abs(float(self.step @ self.first.normal))

    def position_mm(self, index: int) -> float:
        """Where a slice's centre lies along the patient axis it scrolls through, in LPS mm."""
        rows, columns = self.first.shape
        axis = _EXPECTED[self.orientation][2][0]
        return float(self.plane(index).to_lps((rows - 1) / 2, (columns - 1) / 2)[axis])


def standard_stack(geometry: Geometry, orientation: Orientation) -> Stack:
    """The planes of one standard view of a volume.

    They follow the grid's own axes nearest to the patient's, so that no interpolation is needed;
    only where a gantry tilt has sheared the grid are the two views across the slices laid
    perpendicular to the slices' normal.

    Parameters
    ----------
    geometry : Geometry
    orientation : Orientation
    """
    right, down, through = (
        _signed_axis(geometry, axis, sign) for axis, sign in _EXPECTED[orientation]
    )
    if geometry.is_sheared and through[0] != 2:
        return _upright_stack(geometry, orientation, right, down, through)
    counts = geometry.shape[::-1]
    corner = [0.0, 0.0, 0.0]
    for axis, sign in (right, down, through):
        corner[axis] = 0.0 if sign > 0 else counts[axis] - 1.0
    columns = geometry.affine[:3, :3]
    first = Plane(
        geometry.to_lps(corner),
        columns[:, right[0]] * right[1],
        columns[:, down[0]] * down[1],
        (counts[down[0]], counts[right[0]]),
    )
    return Stack(orientation, first, columns[:, through[0]] * through[1], counts[through[0]])


def acquired_orientation(geometry: Geometry) -> Orientation:
    """The standard view that lies closest to a grid's own slices."""
    through = [axis for axis, _ in geometry.patient_axes].index(2)
    return next(o for o, axes in _EXPECTED.items() if axes[2][0] == through)


def _signed_axis(geometry: Geometry, patient_axis: int, towards: int) -> tuple[int, int]:
    axis, sign = geometry.patient_axes[patient_axis]
    return axis, sign * towards


def _upright_stack(
    geometry: Geometry,
    orientation: Orientation,
    right: tuple[int, int],
    down: tuple[int, int],
    through: tuple[int, int],
) -> Stack:
    """Planes perpendicular to the slices of a sheared grid, which must be interpolated."""
    steps = geometry.affine[:3, :3].copy()
    steps[:, 2] = (steps[:, 2] @ geometry.normal) * geometry.normal
    vectors = [steps[:, axis] * sign for axis, sign in (right, down, through)]
    basis = np.stack(vectors, axis=1)
    corners = np.linalg.solve(basis, geometry.corners_lps.T)
    lower, upper = corners.min(axis=1), corners.max(axis=1)
    # Rounded up: the last row, column and plane may lie beyond the volume, never short of it.
    columns, rows, count = (int(np.ceil(n - 1e-6)) + 1 for n in upper - lower)
    return Stack(
        orientation,
        Plane(basis @ lower, vectors[0], vectors[1], (rows, columns)),
        vectors[2],
        count,
    )
