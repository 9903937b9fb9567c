"""What a candidate covers of the image, from its region on the working grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ai.detection.candidates import Candidate
from ai.detection.grid import Grid
from ai.findings import Region
from ai.image import Image


def region_on(image: Image, candidate: Candidate, grid: Grid) -> Region:
    """The voxels of an image whose centres lie in the region of a candidate.

    Parameters
    ----------
    image : Image
        In any orientation, on any grid.
    candidate : Candidate
    grid : Grid
        On which the candidate lies.

    Returns
    -------
    Region
        At least the one voxel nearest to the candidate's centre, however thick the slices.
    """
    shape = np.array(image.voxels.shape)
    to_image = np.linalg.inv(image.affine) @ grid.affine
    low, high = _box(candidate, to_image, shape)
    axes = [np.arange(a, b) for a, b in zip(low, high, strict=True)]
    zyx = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    place = np.rint(_moved(zyx, np.linalg.inv(to_image))).astype(int) - candidate.corner
    within = ((place >= 0) & (place < candidate.region.shape)).all(axis=-1)
    mask = np.zeros(within.shape, dtype=bool)
    mask[within] = candidate.region[tuple(place[within].T)]
    if not mask.any():
        center = np.clip(np.rint(_moved(np.array(candidate.center), to_image)), 0, shape - 1)
        return Region(_index(center), np.ones((1, 1, 1), dtype=bool))
    covered = np.argwhere(mask)
    first, last = covered.min(axis=0), covered.max(axis=0)
    z, y, x = (slice(a, b + 1) for a, b in zip(first, last, strict=True))
    return Region(_index(low + first), mask[z, y, x].copy())


def _box(
    candidate: Candidate, to_image: npt.NDArray[np.float64], shape: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First index ``(z, y, x)`` of the image around the candidate, and the one after the last."""
    ends: list[tuple[float, float]] = [
        (c - 0.5, c + n - 0.5)
        for c, n in zip(candidate.corner, candidate.region.shape, strict=True)
    ]
    corners = _moved(np.stack(np.meshgrid(*ends, indexing="ij"), axis=-1), to_image)
    low = np.floor(corners.min(axis=(0, 1, 2))).astype(int)
    high = np.ceil(corners.max(axis=(0, 1, 2))).astype(int) + 1
    return np.clip(low, 0, shape), np.clip(high, 0, shape)


def _moved(zyx: npt.NDArray[Any], affine: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Indices ``(z, y, x)`` of one grid on another, by the affine for ``(x, y, z)``."""
    return np.asarray((zyx[..., ::-1] @ affine[:3, :3].T + affine[:3, 3])[..., ::-1])


def _index(zyx: npt.NDArray[Any]) -> tuple[int, int, int]:
    z, y, x = (int(v) for v in zyx)
    return z, y, x
