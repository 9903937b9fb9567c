"""Voxels by rule: between values, joined to a seed, between drawn slices, with a smooth edge."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from viewer.imaging.geometry import Geometry
from viewer.imaging.segment.part import Mask, Part, part_of, widened
from viewer.imaging.volume import Volume, is_padding


def between(volume: Volume, low: float, high: float) -> Mask:
    """Voxels with a measured value from ``low`` to ``high``, of the volume's shape."""
    voxels = volume.voxels
    return np.asarray((voxels >= low) & (voxels <= high) & ~is_padding(voxels))


def grown(volume: Volume, seed_lps: npt.ArrayLike, low: float, high: float) -> Part | None:
    """The voxels joined to a seed, by their faces, through values from ``low`` to ``high``.

    Parameters
    ----------
    volume : Volume
    seed_lps : array_like, shape (3,)
        LPS mm.
    low, high : float
        In the volume's unit.

    Returns
    -------
    Part or None
        None where the seed itself is beside the volume or has another value.
    """
    if not volume.geometry.contains(seed_lps):
        return None
    limit = np.array(volume.geometry.shape[::-1]) - 1
    x, y, z = np.clip(np.rint(volume.geometry.to_index(seed_lps)), 0, limit).astype(int).tolist()
    mask = between(volume, low, high)
    if not mask[z, y, x]:
        return None
    pieces, _ = ndimage.label(mask)
    return part_of(pieces == pieces[z, y, x])


def filled_between(mask: Mask, axis: int = 0) -> Part | None:
    """What lies between the slices in which something is drawn, by the shapes on both sides.

    Shape-based interpolation: the distance to the outline goes evenly from one drawn slice to the
    next (Raya and Udupa, IEEE Trans Med Imaging 1990; 9(1): 32-42).

    Parameters
    ----------
    mask : ndarray of bool, shape (slices, rows, columns)
    axis : int
        Along which slices follow each other.

    Returns
    -------
    Part or None
        What is to be added; None where no gap is left.
    """
    whole = part_of(mask)
    if whole is None:
        return None
    slices = np.moveaxis(whole.mask, axis, 0)
    drawn = np.flatnonzero(slices.any(axis=(1, 2)))
    added = np.zeros_like(slices)
    for low, high in pairwise(drawn.tolist()):
        if high - low < 2:
            continue
        below, above = _inside(slices[low]), _inside(slices[high])
        for number in range(low + 1, high):
            share = (number - low) / (high - low)
            added[number] = (1 - share) * below + share * above > 0
    if not added.any():
        return None
    return Part(whole.box, np.moveaxis(added, 0, axis))


def smoothed(mask: Mask, geometry: Geometry, radius_mm: float) -> tuple[Part, Part] | None:
    """A mask with a smoother edge: what it is now, and what it becomes, in one box.

    Parameters
    ----------
    mask : ndarray of bool, shape ``geometry.shape``
    geometry : Geometry
    radius_mm : float
        Standard deviation of the Gaussian that the edge is drawn along.

    Returns
    -------
    before, after : Part
        None where the mask is empty.
    """
    found = part_of(mask)
    if found is None:
        return None
    sigmas = [radius_mm / step for step in geometry.spacing_mm]
    box = widened(found.box, int(np.ceil(3 * max(sigmas))), geometry.shape)
    before = np.asarray(mask[box], bool)
    after = ndimage.gaussian_filter(before.astype(np.float32), sigmas) >= 0.5
    return Part(box, before), Part(box, np.asarray(after))


def volume_ml(count: int, geometry: Geometry) -> float:
    """Volume of some voxels in ml."""
    return count * abs(float(np.linalg.det(geometry.affine[:3, :3]))) / 1000


def _inside(flat: Mask) -> npt.NDArray[np.float64]:
    """Distance from the outline in pixels, positive inside, half a pixel beside it at the least."""
    inside = ndimage.distance_transform_edt(flat)
    outside = ndimage.distance_transform_edt(~flat)
    return np.asarray(np.where(flat, inside - 0.5, 0.5 - outside))
