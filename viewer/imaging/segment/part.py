"""``Part``: some voxels of a grid, kept as the box around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Box = tuple[slice, slice, slice]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Part:
    """Voxels within a box of a grid.

    Parameters
    ----------
    box : tuple of slice
        Along slices, rows and columns.
    mask : ndarray of bool
        Of the box's shape.
    """

    box: Box
    mask: Mask

    @property
    def count(self) -> int:
        """How many voxels."""
        return int(np.count_nonzero(self.mask))

    def where(self, volume_mask: Mask) -> Part:
        """Those of the voxels that a mask of the same box allows."""
        return Part(self.box, self.mask & volume_mask)


def part_of(mask: npt.NDArray[Any]) -> Part | None:
    """The voxels of a mask of the whole grid; None where there are none."""
    found = ndimage.find_objects(mask.astype(np.uint8, copy=False))
    if not found or found[0] is None:
        return None
    z, y, x = found[0]
    return Part((z, y, x), np.asarray(mask[z, y, x], bool))


def widened(box: Box, by: int, shape: tuple[int, int, int]) -> Box:
    """A box with a margin, within the grid."""
    z, y, x = (
        slice(max(s.start - by, 0), min(s.stop + by, n)) for s, n in zip(box, shape, strict=True)
    )
    return z, y, x
