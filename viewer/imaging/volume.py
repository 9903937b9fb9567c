"""``Volume``: an immutable block of voxels with its geometry."""

from __future__ import annotations

from dataclasses import dataclass
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
    """Voxels and where they lie in the patient; neither ever changes.

    Parameters
    ----------
    voxels : ndarray of int16 or float32, shape (slices, rows, columns)
        HU for CT. ``PADDING`` (int16) or NaN (float32) where nothing was measured. Made read-only.
    geometry : Geometry
        Of the same shape.
    unit : str
        Unit of the values: ``"HU"``, or ``""`` for scores and arbitrary units.
    """

    voxels: npt.NDArray[Any]
    geometry: Geometry
    unit: str = "HU"

    def __post_init__(self) -> None:
        if self.voxels.shape != self.geometry.shape:
            raise ValueError(
                f"voxels {self.voxels.shape} do not fit the geometry {self.geometry.shape}"
            )
        if self.voxels.dtype not in (np.int16, np.float32):
            raise ValueError(f"voxels must be int16 or float32, not {self.voxels.dtype}")
        voxels = self.voxels.view()
        voxels.flags.writeable = False
        object.__setattr__(self, "voxels", voxels)

    @property
    def background(self) -> float:
        """What padding is shown as: air in a CT, nothing elsewhere."""
        return AIR_HU if self.unit == "HU" else 0.0

    def value_at(self, lps: npt.ArrayLike) -> float | None:
        """Value of the voxel nearest to a point in LPS mm; None outside and where it is padding."""
        if not self.geometry.contains(lps):
            return None
        upper = np.array(self.geometry.shape[::-1]) - 1
        x, y, z = np.clip(np.rint(self.geometry.to_index(lps)), 0, upper).astype(int)
        value = self.voxels[z, y, x]
        return None if is_padding(value) else float(value)


def is_padding(values: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Where values are padding, of the same shape: ``PADDING`` in int16, NaN in floats."""
    values = np.asarray(values)
    return np.asarray(np.isnan(values) if values.dtype.kind == "f" else values == PADDING)


def fill_padding(values: npt.NDArray[Any], background: float) -> npt.NDArray[Any]:
    """A copy of ``values`` with padding replaced by ``background``, of the same type."""
    if values.dtype.kind == "f":
        return np.asarray(np.nan_to_num(values, nan=background))
    return np.asarray(np.where(values == PADDING, values.dtype.type(background), values))
