"""Trilinear interpolation of a volume on a lattice of points, few rows at a time.

A few rows keep the eight neighbours of every point in the processor's cache, and nothing of the
volume is copied but them, so that an oblique picture costs the same in a large volume as in a
small one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.imaging.geometry import Points
from viewer.imaging.volume import Volume, fill_padding, is_padding

_POINTS_AT_A_TIME = 16_000
_NO_WEIGHT = 1e-6

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Lattice:
    """Points of a picture in a volume, as indices ``(x, y, z)``.

    Parameters
    ----------
    origin, right, down : ndarray, shape (3,)
        The first point, and the ways to the next column and to the next row.
    shape : tuple of int
        ``(rows, columns)``.
    """

    origin: Points
    right: Points
    down: Points
    shape: tuple[int, int]

    def moved(self, way: Points) -> Lattice:
        """The same points farther on."""
        return Lattice(self.origin + way, self.right, self.down, self.shape)

    def bands(self) -> Iterator[slice]:
        """The rows, few at a time."""
        rows, columns = self.shape
        step = max(1, _POINTS_AT_A_TIME // max(columns, 1))
        return (slice(first, min(first + step, rows)) for first in range(0, rows, step))

    def positions(self, rows: slice) -> list[npt.NDArray[np.float64]]:
        """Index along x, y and z of the points in some rows, shape (rows, columns) each."""
        down = np.arange(rows.start, rows.stop)[:, None]
        along = np.arange(self.shape[1])[None, :]
        return [self.origin[k] + down * self.down[k] + along * self.right[k] for k in range(3)]


@dataclass(frozen=True, eq=False)
class Samples:
    """Interpolated values, shape (rows, columns).

    Parameters
    ----------
    values : ndarray of float32
        Padding counts as the volume's background; beyond the volume the nearest value.
    inside : ndarray of bool
        Which points lie in the volume, the outer halves of its outermost voxels included.
    measured : ndarray of bool
        Which of them have no part of padding, or of a slice that is not read.
    """

    values: Floats
    inside: Mask
    measured: Mask


class Interpolator:
    """Looks a volume's values up between its voxels.

    Parameters
    ----------
    volume : Volume
    is_read : ndarray of bool, shape (slices,), optional
        Which slices count as read; all by default.
    """

    def __init__(self, volume: Volume, is_read: Mask | None = None) -> None:
        self._volume = volume
        self._is_read = is_read
        # One line of voxels as they lie in memory; files of some formats have x run slowest.
        turned = not volume.voxels.flags.c_contiguous
        self._voxels = (volume.voxels.T if turned else volume.voxels).reshape(-1)
        z, y, x = volume.geometry.shape
        self._strides = (y * z, z, 1) if turned else (1, x, x * y)

    def at(self, lattice: Lattice, rows: slice) -> Samples:
        """The values at some rows of a lattice."""
        positions = lattice.positions(rows)
        corners = _Corners(self._volume.geometry.shape[::-1], self._strides, positions)
        padded = False

        def values_at(offset: int) -> Floats:
            nonlocal padded
            found = self._voxels.take(corners.first + offset)
            # The least tells padding of both kinds: nothing is below −32768, and NaN spreads.
            if found.size and is_padding(found.min()):
                padded = True
                found = fill_padding(found, self._volume.background)
            return found.astype(np.float32)

        def padding_at(offset: int) -> Floats:
            return is_padding(self._voxels.take(corners.first + offset)).astype(np.float32)

        values = corners.blend(values_at)
        measured = corners.inside
        if padded:
            measured = measured & (corners.blend(padding_at) < _NO_WEIGHT)
        if self._is_read is not None:
            measured = measured & _read_at(self._is_read, positions[2])
        return Samples(values, corners.inside, measured)


class _Corners:
    """The eight voxels around each point, and their weights."""

    def __init__(
        self,
        counts: tuple[int, ...],
        strides: tuple[int, ...],
        positions: list[npt.NDArray[np.float64]],
    ) -> None:
        shape = positions[0].shape
        self.first = np.zeros(shape, np.intp)
        self.inside = np.ones(shape, np.bool_)
        self._weights: list[Floats] = []
        self._steps: list[int] = []
        for count, stride, at in zip(counts, strides, positions, strict=True):
            self.inside &= (at >= -0.5) & (at <= count - 0.5)
            low = np.clip(np.floor(at), 0, max(count - 2, 0))
            self._weights.append(np.clip(at - low, 0, 1).astype(np.float32))
            self._steps.append(stride if count > 1 else 0)
            self.first += low.astype(np.intp) * stride

    def blend(self, take: Callable[[int], Floats]) -> Floats:
        """Weighted mean of what is taken of the voxels at some offsets from the first."""
        return self._blend(take, 2, 0)

    def _blend(self, take: Callable[[int], Floats], axis: int, offset: int) -> Floats:
        if axis < 0:
            return take(offset)
        low = self._blend(take, axis - 1, offset)
        high = self._blend(take, axis - 1, offset + self._steps[axis])
        high -= low
        high *= self._weights[axis]
        low += high
        return low


def _read_at(is_read: Mask, z: npt.NDArray[np.float64]) -> Mask:
    """Whether both slices beside each point are read, or the one that it lies on."""
    last = len(is_read) - 1
    below = np.clip(np.floor(z + _NO_WEIGHT), 0, last).astype(np.intp)
    above = np.clip(np.ceil(z - _NO_WEIGHT), 0, last).astype(np.intp)
    return np.asarray(is_read[below] & is_read[above])


def round_to(values: Floats, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Values as a volume's type, whole where it holds whole numbers."""
    return np.rint(values).astype(np.int16) if dtype == np.int16 else values
