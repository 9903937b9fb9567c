"""From a file's affine to the grid of its volume."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from viewer.dicom.report import Note, warning
from viewer.errors import GeometryError
from viewer.imaging.geometry import Geometry, Points

#: Rows and columns this far from perpendicular are so by rounding.
_ROUNDING_DEGREES = 0.1


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the voxels of a file lie.

    Parameters
    ----------
    geometry : Geometry
        Right-handed, as the slices of a DICOM series are.
    is_reversed : bool
        Whether the file's last slice is the volume's first one.
    notes : tuple of Note
    """

    geometry: Geometry
    is_reversed: bool
    notes: tuple[Note, ...] = ()


def place(affine: Points, shape: tuple[int, int, int], path: Path) -> Grid:
    """Make the grid of a file's voxels.

    Parameters
    ----------
    affine : ndarray, shape (4, 4)
        The file's index ``(x, y, z, 1)`` → LPS mm. Slices may be sheared, rows and columns not.
    shape : tuple of int
        ``(slices, rows, columns)``.
    path : Path
        Of the file, for the errors.

    Raises
    ------
    GeometryError
        The affine is singular, or the pixels of a slice are no rectangles.
    """
    steps = affine[:3, :3]
    lengths = np.linalg.norm(steps, axis=0)
    if not np.all(np.isfinite(affine)) or not np.all(lengths > 0):
        raise GeometryError("The file gives voxels without a size.", path)
    row, column = steps[:, 0] / lengths[0], steps[:, 1] / lengths[1]
    off = abs(90 - float(np.degrees(np.arccos(np.clip(row @ column, -1, 1)))))
    if off > _ROUNDING_DEGREES:
        raise GeometryError(
            f"Rows and columns are {off:.1f}° off the right angle, which cannot be shown true.",
            path,
            "Resample the volume to a rectangular grid.",
        )
    is_reversed = bool(np.linalg.det(steps) < 0)
    if is_reversed:
        affine = affine.copy()
        affine[:3, 3] += affine[:3, 2] * (shape[0] - 1)
        affine[:3, 2] *= -1
    try:
        geometry = Geometry(affine, shape)
    except ValueError as error:
        raise GeometryError("The file gives voxels without a volume.", path) from error
    return Grid(geometry, is_reversed, _tilt(geometry))


def plain(spacing_mm: tuple[float, float, float], shape: tuple[int, int, int]) -> Geometry:
    """Return a grid that starts at (0, 0, 0), for voxels whose place in the patient is unknown.

    Parameters
    ----------
    spacing_mm : tuple of float
        Along ``(x, y, z)``; 1 where it is 0 or no number.
    shape : tuple of int
        ``(slices, rows, columns)``.
    """
    sizes = [mm if np.isfinite(mm) and mm > 0 else 1.0 for mm in spacing_mm]
    return Geometry(np.diag([*sizes, 1.0]), shape)


def _tilt(geometry: Geometry) -> tuple[Note, ...]:
    if not geometry.is_sheared:
        return ()
    return (
        warning(
            "gantry_tilt",
            f"The slices are tilted by {geometry.tilt_degrees:.1f}° against the direction in which "
            "they follow each other. The geometry is kept true: views across the slices are "
            "interpolated.",
        ),
    )
