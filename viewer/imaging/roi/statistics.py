"""What values lie in a region."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.imaging.plane import Plane
from viewer.imaging.reslice import grid_cut, reslice
from viewer.imaging.roi.region import Region
from viewer.imaging.volume import Volume, is_padding

_MOST_BINS = 64
_ON_GRID = 1e-4  # voxels beside a slice, row or column that still count as on it


@dataclass(frozen=True, eq=False)
class Statistics:
    """Of one value or more.

    Parameters
    ----------
    values : ndarray, shape (n,)
        One a pixel, without padding.
    """

    values: npt.NDArray[Any]

    def __post_init__(self) -> None:
        if not self.values.size:
            raise ValueError("there are no statistics of nothing")

    @property
    def count(self) -> int:
        """How many pixels."""
        return int(self.values.size)

    @property
    def mean(self) -> float:
        """Arithmetic mean."""
        return float(self.values.mean(dtype=np.float64))

    @property
    def sd(self) -> float | None:
        """Standard deviation of a sample (n − 1); None of a single value."""
        return float(self.values.std(ddof=1, dtype=np.float64)) if self.count > 1 else None

    @property
    def minimum(self) -> float:
        """Lowest value."""
        return float(self.values.min())

    @property
    def maximum(self) -> float:
        """Highest value."""
        return float(self.values.max())

    def histogram(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
        """How often each value occurs.

        Returns
        -------
        counts : ndarray, shape (bins,)
        edges : ndarray, shape (bins + 1,)
            Of the bins, which are equally wide; of whole numbers, half way between two of them.
        """
        low, high = self.minimum, self.maximum
        if self.values.dtype.kind in "iu":
            width = int(high - low) // _MOST_BINS + 1
            bins = int(high - low) // width + 1
            edges = low - 0.5 + width * np.arange(bins + 1)
        else:
            edges = np.histogram_bin_edges(self.values.astype(np.float64), _MOST_BINS)
        counts, _ = np.histogram(self.values, edges)
        return counts.astype(np.intp), edges.astype(np.float64)


def values_in(volume: Volume, plane: Plane, region: Region) -> npt.NDArray[Any]:
    """The values of those of a plane's pixels whose centres lie in a region.

    Pixels without a measured value are left out: padding, what lies outside the volume, and what
    is interpolated from padding.

    Parameters
    ----------
    volume : Volume
    plane : Plane
        The one that the region was drawn in.
    region : Region

    Returns
    -------
    ndarray of the volume's type, shape (n,)
        Empty where the region holds no pixel.
    """
    height, width = plane.pixel_mm
    low, high = region.outline.min(axis=0), region.outline.max(axis=0)
    columns = _whole_between(low[0] / width, high[0] / width, plane.shape[1])
    rows = _whole_between(low[1] / height, high[1] / height, plane.shape[0])
    if not (columns.size and rows.size):
        return np.zeros(0, volume.voxels.dtype)
    part = Plane(
        plane.to_lps(rows[0], columns[0]), plane.right, plane.down, (rows.size, columns.size)
    )
    picture = reslice(volume, part)
    inside = region.contains(columns * width, rows * height) & ~is_padding(picture)
    if grid_cut(volume.geometry, part) is None:
        down, right = np.nonzero(inside)
        kept = ~_touches_padding(volume, part.to_lps(down, right))
        return np.asarray(picture[down[kept], right[kept]])
    return np.asarray(picture[inside])


def _whole_between(low: float, high: float, count: int) -> npt.NDArray[np.float64]:
    """The whole numbers of a range that are indices of ``count`` things."""
    first, last = max(np.ceil(low - _ON_GRID), 0), min(np.floor(high + _ON_GRID), count - 1)
    return np.arange(first, last + 1, dtype=np.float64)


def _touches_padding(volume: Volume, lps: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether padding is among the voxels between which each point is interpolated."""
    index = volume.geometry.to_index(lps)
    upper = np.array(volume.geometry.shape[::-1]) - 1
    ends = [
        np.clip(end, 0, upper).astype(np.intp)
        for end in (np.floor(index + _ON_GRID), np.ceil(index - _ON_GRID))
    ]
    touched = np.zeros(len(index), bool)
    for x, y, z in product((0, 1), repeat=3):
        voxels = volume.voxels[ends[z][:, 2], ends[y][:, 1], ends[x][:, 0]]
        touched |= is_padding(voxels)
    return touched
