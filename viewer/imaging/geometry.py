"""Where voxels lie in the patient: the one place that multiplies by a spacing.

Arrays are ``[z, y, x]`` (slice, row, column). Points and indices handed to a ``Geometry`` are
``(x, y, z)``; points are LPS millimetres, DICOM's patient axes (PS3.3 C.7.6.2.1.1: +x left,
+y posterior, +z head).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

#: A slice step this far from perpendicular (mm of drift per slice) makes a stack sheared.
SHEAR_TOLERANCE_MM = 1e-3


@dataclass(frozen=True, eq=False)
class Geometry:
    """A regular grid of voxels in patient space, without the voxels.

    Parameters
    ----------
    affine : array_like, shape (4, 4)
        Maps a voxel index ``(x, y, z, 1)`` to LPS millimetres; its columns are the steps from one
        column, row and slice to the next. They need not be perpendicular (gantry tilt).
    shape : tuple of int
        ``(slices, rows, columns)``.
    """

    affine: npt.NDArray[np.float64]
    shape: tuple[int, int, int]

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        if affine.shape != (4, 4) or not np.allclose(affine[3], (0, 0, 0, 1)):
            raise ValueError("affine must be a 4×4 matrix whose last row is 0 0 0 1")
        if not np.all(np.isfinite(affine)) or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
            raise ValueError("affine is singular")
        affine.flags.writeable = False
        object.__setattr__(self, "affine", affine)
        object.__setattr__(
            self, "shape", (int(self.shape[0]), int(self.shape[1]), int(self.shape[2]))
        )

    @classmethod
    def from_directions(
        cls,
        origin: Sequence[float],
        row: Sequence[float],
        column: Sequence[float],
        step: Sequence[float],
        pixel_spacing: tuple[float, float],
        shape: tuple[int, int, int],
    ) -> Geometry:
        """Build from DICOM's attributes.

        Parameters
        ----------
        origin : LPS mm of the centre of the first voxel (Image Position Patient of slice 0).
        row, column : direction cosines along a row (increasing column index) and down a column.
        step : LPS mm from one slice to the next.
        pixel_spacing : Pixel Spacing ``(between rows, between columns)``, PS3.3 10.7.1.3.
        shape : ``(slices, rows, columns)``.
        """
        affine = np.eye(4)
        affine[:3, 0] = np.asarray(row) * pixel_spacing[1]
        affine[:3, 1] = np.asarray(column) * pixel_spacing[0]
        affine[:3, 2] = step
        affine[:3, 3] = origin
        return cls(affine, shape)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between neighbouring voxels along ``(z, y, x)``; along z between the planes."""
        x, y = (float(v) for v in np.linalg.norm(self.affine[:3, :2], axis=0))
        return abs(float(self.normal @ self.affine[:3, 2])), y, x

    @property
    def normal(self) -> Points:
        """Unit normal of the slices: row direction × column direction."""
        normal = np.cross(self.affine[:3, 0], self.affine[:3, 1])
        return np.asarray(normal / np.linalg.norm(normal))

    @property
    def tilt_degrees(self) -> float:
        """Angle between the slice step and the slices' normal: a gantry tilt, 0 when upright."""
        step = self.affine[:3, 2] / np.linalg.norm(self.affine[:3, 2])
        sine = float(np.linalg.norm(np.cross(step, self.normal)))
        return float(np.degrees(np.arcsin(min(1.0, sine))))

    @property
    def is_sheared(self) -> bool:
        """Whether the slices drift sideways, so that the grid is not rectangular."""
        step = self.affine[:3, 2]
        drift = step - (step @ self.normal) * self.normal
        return float(np.linalg.norm(drift)) > SHEAR_TOLERANCE_MM

    @property
    def center_lps(self) -> Points:
        """LPS mm of the middle of the grid."""
        z, y, x = self.shape
        return self.to_lps(((x - 1) / 2, (y - 1) / 2, (z - 1) / 2))

    @property
    def corners_lps(self) -> Points:
        """LPS mm of the centres of the eight corner voxels, shape (8, 3)."""
        z, y, x = self.shape
        return self.to_lps([(i, j, k) for i in (0, x - 1) for j in (0, y - 1) for k in (0, z - 1)])

    @property
    def patient_axes(self) -> tuple[tuple[int, int], ...]:
        """For each patient axis (L, P, S) the index axis (0 = x, 1 = y, 2 = z) closest to it and
        the sign with which it runs towards L, P or S.
        """
        cosines = self.affine[:3, :3] / np.linalg.norm(self.affine[:3, :3], axis=0)
        best = max(permutations(range(3)), key=lambda p: _alignment(cosines, p))
        return tuple((axis, 1 if cosines[a, axis] >= 0 else -1) for a, axis in enumerate(best))

    def to_lps(self, index: npt.ArrayLike) -> Points:
        """LPS mm of voxel indices ``(x, y, z)``, shape (…, 3)."""
        index = np.asarray(index, dtype=np.float64)
        return np.asarray(index @ self.affine[:3, :3].T + self.affine[:3, 3])

    def to_index(self, lps: npt.ArrayLike) -> Points:
        """Fractional voxel indices ``(x, y, z)`` of LPS millimetres, shape (…, 3)."""
        inverse = np.linalg.inv(self.affine[:3, :3])
        return np.asarray((np.asarray(lps, dtype=np.float64) - self.affine[:3, 3]) @ inverse.T)

    def contains(self, lps: npt.ArrayLike) -> bool:
        """Whether a point lies within the grid, voxel edges included."""
        index = self.to_index(lps)
        upper = np.array(self.shape[::-1]) - 0.5
        return bool(np.all(index >= -0.5 - 1e-6) and np.all(index <= upper + 1e-6))

    def clamp(self, lps: npt.ArrayLike) -> Points:
        """The point between the corner voxels' centres that is nearest to ``lps`` by index."""
        upper = np.array(self.shape[::-1], dtype=np.float64) - 1
        return self.to_lps(np.clip(self.to_index(lps), 0, upper))


def _alignment(cosines: Points, order: Sequence[int]) -> float:
    """How well index axes in this order line up with the patient axes L, P, S."""
    return float(sum(abs(cosines[a, axis]) for a, axis in enumerate(order)))


def swap_lps_and_ras(affine: npt.ArrayLike) -> Points:
    """An affine to RAS millimetres from one to LPS millimetres, or the other way round.

    RAS (+x right, +y anterior) is what NIfTI has; files are the only place for it.
    """
    return np.asarray(np.diag([-1.0, -1.0, 1.0, 1.0]) @ np.asarray(affine, dtype=np.float64))


def direction_letters(direction: npt.ArrayLike) -> str:
    """Name a direction in the patient, strongest component first: ``"L"``, ``"PL"``, ``"HA"`` …

    Letters are DICOM's (PS3.3 C.7.6.1.1.1): R/L, A/P, F/H; components within 10° of
    perpendicular are left out.
    """
    vector = np.asarray(direction, dtype=np.float64)
    vector = vector / np.linalg.norm(vector)
    order = np.argsort(-np.abs(vector), kind="stable")
    return "".join(
        ("RL", "AP", "FH")[a][int(vector[a] > 0)] for a in order if abs(vector[a]) > 0.17
    )
