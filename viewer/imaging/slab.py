"""Thick slices: the highest, lowest or mean value along a plane's normal."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.imaging.plane import Plane
from viewer.imaging.reslice import grid_cut, lattice_of
from viewer.imaging.trilinear import Floats, Interpolator, Mask, round_to
from viewer.imaging.volume import PADDING, Volume, is_padding

_WHOLE = 1e-3
_THREADS = min(4, os.cpu_count() or 1)


class Projection(StrEnum):
    """Which value of those along the normal is shown."""

    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    MEAN = "mean"


@dataclass(frozen=True)
class Slab:
    """How thick a slice is, and which value of it is shown.

    Parameters
    ----------
    projection : Projection
    thickness_mm : float
        Above 0.
    """

    projection: Projection
    thickness_mm: float

    def __post_init__(self) -> None:
        if not self.thickness_mm > 0:
            raise ValueError(f"a slab must have a thickness above 0 mm, not {self.thickness_mm}")


def offsets_mm(thickness_mm: float, step_mm: float) -> npt.NDArray[np.float64]:
    """Where planes are sampled, beside the middle one and as far on both of its sides.

    Parameters
    ----------
    thickness_mm : float
    step_mm : float
        Most that two neighbouring planes may lie apart.
    """
    reach = int(np.floor(thickness_mm / 2 / step_mm + _WHOLE))
    return np.asarray(np.arange(-reach, reach + 1) * step_mm, dtype=np.float64)


def reslice_slab(volume: Volume, plane: Plane, slab: Slab, step_mm: float) -> npt.NDArray[Any]:
    """The values of a thick slice around a plane.

    Parameters
    ----------
    volume : Volume
    plane : Plane
        The middle of the slab.
    slab : Slab
    step_mm : float
        Distance of the planes that are looked at: that of the voxels along the normal.

    Returns
    -------
    ndarray of the volume's type, shape (rows, columns)
        What is not measured has no part in any value: neither padding, nor what lies outside the
        volume, nor slices not read yet. Padding where nothing is measured.
    """
    is_read = None if volume.is_read is None else volume.is_read.copy()
    offsets = offsets_mm(slab.thickness_mm, step_mm)
    lattice = lattice_of(volume.geometry, plane)
    unit = volume.geometry.to_index(plane.origin + plane.normal) - lattice.origin
    picture = np.empty(plane.shape, volume.voxels.dtype)
    between = Interpolator(volume, is_read)
    whole = _whole_voxels(volume, plane, offsets, is_read)

    def fill(rows: slice) -> None:
        gathered = _Gathered(slab.projection)
        if whole is not None:
            for cut in whole:
                values = cut[rows]
                gathered.add(values.astype(np.float32), ~is_padding(values))
        else:
            for offset in offsets:
                samples = between.at(lattice.moved(unit * offset), rows)
                gathered.add(samples.values, samples.measured)
        picture[rows] = gathered.result(picture.dtype)

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(fill, lattice.bands()))
    return picture


def _whole_voxels(
    volume: Volume, plane: Plane, offsets: npt.NDArray[np.float64], is_read: Mask | None
) -> list[npt.NDArray[Any]] | None:
    """The planes as views of the voxels, those outside left out; None where not all are voxels."""
    if is_read is not None and not is_read.all():
        return None
    if grid_cut(volume.geometry, plane) is None:
        return None
    cuts = []
    for offset in offsets:
        origin = plane.origin + offset * plane.normal
        cut = grid_cut(volume.geometry, Plane(origin, plane.right, plane.down, plane.shape))
        if cut is not None:
            cuts.append(cut.of(volume.voxels))
        elif volume.geometry.contains(origin):
            return None
    return cuts


class _Gathered:
    """The value of a projection, plane by plane."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._values: Floats | None = None
        self._count: npt.NDArray[np.int32] | None = None

    def add(self, values: Floats, measured: Mask) -> None:
        """Take another plane in; ``values`` is given away."""
        nothing = {Projection.MAXIMUM: -np.inf, Projection.MINIMUM: np.inf, Projection.MEAN: 0.0}
        if not measured.all():
            values[~measured] = nothing[self._projection]
        if self._values is None or self._count is None:
            self._values, self._count = values, measured.astype(np.int32)
            return
        join = {
            Projection.MAXIMUM: np.maximum,
            Projection.MINIMUM: np.minimum,
            Projection.MEAN: np.add,
        }[self._projection]
        join(self._values, values, out=self._values)
        self._count += measured

    def result(self, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """The values of the type asked for, padding where nothing was measured."""
        assert self._values is not None
        assert self._count is not None
        values, empty = self._values, self._count == 0
        if self._projection is Projection.MEAN:
            np.divide(values, np.maximum(self._count, 1), out=values, casting="same_kind")
        values[empty] = 0
        result = round_to(values, dtype)
        result[empty] = PADDING if dtype == np.int16 else np.nan
        return result
