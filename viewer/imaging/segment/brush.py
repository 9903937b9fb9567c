"""The voxels that a brush touches on its way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from viewer.imaging.geometry import Geometry, Points
from viewer.imaging.segment.part import Part

_ON_PLANE = 1e-3  # of a voxel, by which a plane may miss a voxel's edge


def stroke(
    geometry: Geometry,
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    radius_mm: float,
    normal: Points | None = None,
) -> Part | None:
    """The voxels whose centres a round brush passes over.

    Parameters
    ----------
    geometry : Geometry
    start, end : array_like, shape (3,)
        LPS mm of the brush's centre, which moves from one to the other.
    radius_mm : float
    normal : ndarray, shape (3,), optional
        Of a flat brush's plane, which holds both points: only the layer of voxels nearest to it is
        touched. A ball without it.

    Returns
    -------
    Part or None
        None where the brush touches nothing.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    axes = geometry.affine[:3, :3]
    inverse = np.linalg.inv(axes)
    reach = radius_mm * np.linalg.norm(inverse, axis=1)
    half = np.inf
    if normal is not None:
        # A voxel reaches as far along the normal as the grid axis that runs along it most.
        half = float(np.abs(normal @ axes).max()) * (0.5 + _ON_PLANE)
        along = inverse @ normal
        across = np.linalg.norm(inverse - along[:, None] * normal, axis=1)
        reach = radius_mm * across + half * np.abs(along)
    ends = geometry.to_index(np.stack([start, end]))
    low = np.maximum(np.ceil(ends.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.floor(ends.max(axis=0) + reach), np.array(geometry.shape[::-1]) - 1)
    high = high.astype(int) + 1
    if np.any(low >= high):
        return None
    # Steps from the start in index, which broadcast to the box: lengths and products of places are
    # quadratic and linear in them, so that no place has to be made.
    x, y, z = (np.arange(a, b) - o for a, b, o in zip(low, high, ends[0], strict=True))
    steps = x, y[:, None], z[:, None, None]
    apart = _squares(steps, axes)
    if normal is not None:
        depths = _products(steps, axes, np.asarray(normal))
        apart = apart - depths**2
    way = end - start
    length = float(way @ way)
    if length > 0:
        on_way = _products(steps, axes, way)
        share = np.clip(on_way / length, 0, 1)
        apart = apart - share * (2 * on_way - share * length)
    # Of rounding: the squares of hundreds of mm in double precision.
    mask = apart <= radius_mm**2 * (1 + 1e-12) + 1e-9
    if normal is not None:
        mask &= np.abs(depths) <= half
    if not mask.any():
        return None
    boxes = tuple(slice(int(a), int(b)) for a, b in zip(low[::-1], high[::-1], strict=True))
    return Part((boxes[0], boxes[1], boxes[2]), np.asarray(mask))


Steps = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]


def _squares(steps: Steps, axes: Points) -> npt.NDArray[np.float64]:
    """Squared lengths in mm of steps along the grid's axes, shape of the box."""
    x, y, z = steps
    g = axes.T @ axes
    flat = g[0, 0] * x**2 + g[1, 1] * y**2 + 2 * g[0, 1] * x * y
    return np.asarray(flat + g[2, 2] * z**2 + 2 * z * (g[0, 2] * x + g[1, 2] * y))


def _products(steps: Steps, axes: Points, other: Points) -> npt.NDArray[np.float64]:
    """Scalar products of steps along the grid's axes with a vector in mm, shape of the box."""
    x, y, z = (step * float(other @ axes[:, n]) for n, step in enumerate(steps))
    return np.asarray(x + y + z)
