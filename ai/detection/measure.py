"""Size, volume and density of a candidate, from its own segmentation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull, QhullError

from ai.detection.candidates import Candidate
from ai.detection.grid import Grid

Point = tuple[float, float, float]


def diameters_mm(
    section: npt.NDArray[np.bool_], row_mm: float, column_mm: float
) -> tuple[float, float]:
    """The longest diameter of a section, and the longest one perpendicular to it.

    Parameters
    ----------
    section : ndarray of bool, shape (rows, columns)
        Not empty.
    row_mm, column_mm : float
        Distance of neighbouring rows, and of neighbouring columns.

    Returns
    -------
    tuple of float
        Long and short diameter in mm. Half a pixel is added to the distance of pixel centres,
        which makes it right on average for discs; a single pixel measures one pixel.
    """
    points = np.argwhere(section) * [row_mm, column_mm]
    pixel = (row_mm + column_mm) / 2
    outline = _hull(points)
    between = outline[:, None] - outline[None]
    distances = np.hypot(between[..., 0], between[..., 1])
    longest = float(distances.max())
    if longest == 0:
        return pixel, pixel
    a, b = np.unravel_index(int(distances.argmax()), distances.shape)
    along = between[a, b] / longest
    across = outline @ np.array([-along[1], along[0]])
    return longest + pixel / 2, float(np.ptp(across)) + pixel / 2


def largest_section(candidate: Candidate) -> npt.NDArray[np.bool_]:
    """The axial section of the candidate with the largest area."""
    areas = candidate.region.sum(axis=(1, 2))
    return np.asarray(candidate.region[int(areas.argmax())])


def volume_ml(candidate: Candidate, grid: Grid) -> float:
    """Voxels of the candidate times the volume of one."""
    return float(candidate.region.sum() * abs(np.linalg.det(grid.affine[:3, :3])) / 1000)


def box_lps_mm(candidate: Candidate, grid: Grid) -> tuple[Point, Point]:
    """The axis-aligned box in LPS around all voxels, their full extent included."""
    centers = grid.lps(candidate.voxels())
    half = np.abs(grid.affine[:3, :3]).sum(axis=1) / 2
    return _point(centers.min(axis=0) - half), _point(centers.max(axis=0) + half)


def center_lps_mm(candidate: Candidate, grid: Grid) -> Point:
    """The score-weighted centre in LPS."""
    return _point(grid.lps(candidate.center))


def _point(values: npt.NDArray[np.float64]) -> Point:
    x, y, z = (float(v) for v in values)
    return x, y, z


def _hull(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    try:
        return np.asarray(points[ConvexHull(points).vertices])
    except QhullError:  # too few points, or all on a line: every point is on the outline
        return points
