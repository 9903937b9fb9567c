"""``Volume``: an immutable block of voxels with its geometry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.imaging.geometry import Geometry

#: Marks voxels of an int16 volume that hold no measurement (outside the field of view, missing).
#: No CT has this value; float volumes use NaN.
PADDING = int(np.iinfo(np.int16).min)

#: HU of air, which padding is shown as and which a model sees in its place.
AIR_HU = -1024


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels and where they lie in the patient; neither ever changes, once all slices are read.

    Parameters
    ----------
    voxels : ndarray of int16 or float32, shape (slices, rows, columns)
        HU for CT. ``PADDING`` (int16) or NaN (float32) where nothing was measured. Made read-only.
    geometry : Geometry
        Of the same shape.
    unit : str
        Unit of the values: ``"HU"``, or ``""`` for scores and arbitrary units.
    color : ndarray of uint8, shape (slices, rows, columns, 3), optional
        RGB of a volume in colour, whose voxels are the luma of it. Made read-only.
    overlay_planes : mapping of int to ndarray of bool, shape (rows, columns)
        Graphics that the files lay over their pixels (PS3.3 C.9.2), by slice.
    is_read : ndarray of bool, shape (slices,), optional
        Of a volume that is being read: the slices that are there. The voxels of the others mean
        nothing yet; ``reslice`` and ``value_at`` give padding for them. None when all are there.
    """

    voxels: npt.NDArray[Any]
    geometry: Geometry
    unit: str = "HU"
    color: npt.NDArray[np.uint8] | None = None
    overlay_planes: Mapping[int, npt.NDArray[np.bool_]] = field(default_factory=dict)
    is_read: npt.NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if self.voxels.shape != self.geometry.shape:
            raise ValueError(
                f"voxels {self.voxels.shape} do not fit the geometry {self.geometry.shape}"
            )
        if self.voxels.dtype not in (np.int16, np.float32):
            raise ValueError(f"voxels must be int16 or float32, not {self.voxels.dtype}")
        object.__setattr__(self, "voxels", _read_only(self.voxels))
        if self.color is None:
            return
        if self.color.shape != (*self.voxels.shape, 3) or self.color.dtype != np.uint8:
            raise ValueError(f"color must be uint8 RGB of the voxels, not {self.color.shape}")
        object.__setattr__(self, "color", _read_only(self.color))

    @property
    def background(self) -> float:
        """What padding is shown as: air in a CT, nothing elsewhere."""
        return AIR_HU if self.unit == "HU" else 0.0

    def value_at(self, lps: npt.ArrayLike) -> float | None:
        """Value of the voxel nearest to a point in LPS mm; None outside and where it is padding."""
        nearest = self._nearest(lps)
        if nearest is None:
            return None
        value = self.voxels[nearest]
        return None if is_padding(value) else float(value)

    def color_at(self, lps: npt.ArrayLike) -> tuple[int, int, int] | None:
        """R, G and B nearest to a point in LPS mm; None outside and in a volume without colour."""
        nearest = self._nearest(lps)
        if nearest is None or self.color is None or is_padding(self.voxels[nearest]):
            return None
        red, green, blue = self.color[nearest].tolist()
        return red, green, blue

    def _nearest(self, lps: npt.ArrayLike) -> tuple[int, int, int] | None:
        """Slice, row and column of the voxel nearest to a point in LPS mm, if it is there."""
        if not self.geometry.contains(lps):
            return None
        upper = np.array(self.geometry.shape[::-1]) - 1
        x, y, z = np.clip(np.rint(self.geometry.to_index(lps)), 0, upper).astype(int).tolist()
        return (z, y, x) if self.is_read is None or self.is_read[z] else None

    def read_slices(self) -> npt.NDArray[Any]:
        """The voxels of the slices that are there: all, or a copy of those read up to now."""
        if self.is_read is None or self.is_read.all():
            return self.voxels
        return np.asarray(self.voxels[self.is_read])


def _read_only(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view = values.view()
    view.flags.writeable = False
    return view


def is_padding(values: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Where values are padding, of the same shape: ``PADDING`` in int16, NaN in floats."""
    values = np.asarray(values)
    return np.asarray(np.isnan(values) if values.dtype.kind == "f" else values == PADDING)


def fill_padding(values: npt.NDArray[Any], background: float) -> npt.NDArray[Any]:
    """A copy of ``values`` with padding replaced by ``background``, of the same type."""
    if values.dtype.kind == "f":
        return np.asarray(np.nan_to_num(values, nan=background))
    return np.asarray(np.where(values == PADDING, values.dtype.type(background), values))
