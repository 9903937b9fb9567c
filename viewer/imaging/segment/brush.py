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
    inverse = np.linalg.inv(geometry.affine[:3, :3])
    # How far a ball, or a layer, reaches in each index.
    reach = radius_mm * np.linalg.norm(inverse, axis=1) + 1.0
    ends = geometry.to_index(np.stack([start, end]))
    low = np.maximum(np.ceil(ends.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.floor(ends.max(axis=0) + reach), np.array(geometry.shape[::-1]) - 1)
    high = high.astype(int) + 1
    if np.any(low >= high):
        return None
    x, y, z = (np.arange(a, b) for a, b in zip(low, high, strict=True))
    index = np.stack(np.meshgrid(z, y, x, indexing="ij")[::-1], axis=-1)
    offsets = geometry.to_lps(index) - start
    if normal is not None:
        depths = offsets @ normal
        offsets = offsets - depths[..., None] * normal
    way = end - start
    length = float(way @ way)
    share = np.clip(offsets @ way / length, 0, 1) if length > 0 else np.zeros(offsets.shape[:-1])
    apart = offsets - share[..., None] * way
    mask = np.einsum("...i,...i->...", apart, apart) <= radius_mm**2
    if normal is not None:
        # A voxel reaches as far along the normal as the grid axis that runs along it most.
        steps = np.abs(normal @ geometry.affine[:3, :3])
        mask &= np.abs(depths) <= steps.max() * (0.5 + _ON_PLANE)
    if not mask.any():
        return None
    boxes = tuple(slice(int(a), int(b)) for a, b in zip(low[::-1], high[::-1], strict=True))
    return Part((boxes[0], boxes[1], boxes[2]), np.asarray(mask))
