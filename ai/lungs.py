"""Where the lungs are in a CT, from HU alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ai.errors import AIError
from ai.image import Image
from ai.orientation import to_axial

_WORKING_MM = 3.0
_AIR_BELOW_HU = -400
#: Gas in the bowel and the trachea is darker than even a badly emphysematous lung.
_GAS_BELOW_HU = -965
_SMALLEST_ML = 150.0
_SMALLEST_SHARE = 0.08
_CLOSING_MM = 12.0
_MARGIN_MM = 6.0

Mask = npt.NDArray[np.bool_]
Slices = tuple[slice, slice, slice]


class NoLungError(AIError):
    """The image shows no lung."""


@dataclass(frozen=True)
class LungMask:
    """The lungs with all that lies on or between their surfaces, on a coarse grid.

    Parameters
    ----------
    mask : ndarray of bool, shape (slices, rows, columns)
        Closed over vessels and pleural nodules, with a margin of some millimetres. Axes run
        towards head, back and left (see ``ai.orientation.to_axial``).
    affine : ndarray of float64, shape (4, 4)
        Coarse index ``(x, y, z, 1)`` → LPS millimetres.
    volume_ml : float
        Of the air-filled lung alone.
    """

    mask: Mask
    affine: npt.NDArray[np.float64]
    volume_ml: float

    @property
    def box(self) -> Slices:
        """The smallest box of coarse indices that holds the mask."""
        z, y, x = ndimage.find_objects(self.mask.astype(np.uint8))[0]
        return z, y, x

    def contains(self, lps: npt.NDArray[np.float64]) -> Mask:
        """Whether points in LPS millimetres, shape (n, 3), lie in the mask."""
        inverse = np.linalg.inv(self.affine)
        index = np.rint(lps @ inverse[:3, :3].T + inverse[:3, 3]).astype(np.int64)[:, ::-1]
        inside = ((index >= 0) & (index < self.mask.shape)).all(axis=1)
        result = np.zeros(len(lps), dtype=bool)
        result[inside] = self.mask[tuple(index[inside].T)]
        return result


def lung_mask(image: Image) -> LungMask:
    """Find the lungs: large, air-filled, and inside the body.

    Parameters
    ----------
    image : Image
        A CT in HU, in any orientation.

    Raises
    ------
    NoLungError
        Nothing in the image looks like a lung.
    """
    axial = to_axial(image)
    steps = [max(1, round(_WORKING_MM / mm)) for mm in axial.spacing_mm]
    hu = np.ascontiguousarray(axial.voxels[:: steps[0], :: steps[1], :: steps[2]])
    affine = axial.affine @ np.diag([*steps[::-1], 1.0])
    spacing = np.array(axial.spacing_mm) * steps
    lungs = _lungs(hu, float(spacing.prod()) / 1000)
    return LungMask(_closed(lungs, spacing), affine, float(lungs.sum() * spacing.prod() / 1000))


def _lungs(hu: npt.NDArray[Any], voxel_ml: float) -> Mask:
    enclosed = _enclosed_air(np.asarray(hu < _AIR_BELOW_HU))
    labels, count = ndimage.label(enclosed)
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * voxel_ml
    sizes[0] = 0
    keep = [
        label
        for label in np.argsort(sizes)[::-1][:6]
        if sizes[label] >= max(_SMALLEST_ML / 3, _SMALLEST_SHARE * sizes.max())
        and np.median(hu[labels == label]) > _GAS_BELOW_HU
    ]
    if sizes[keep].sum() < _SMALLEST_ML:
        raise NoLungError(
            "No lung was found in the image.",
            "The model needs a CT of the chest in HU that shows the whole width of the body.",
        )
    return np.isin(labels, keep)


def _enclosed_air(air: Mask) -> Mask:
    """Air that body surrounds within its axial slice.

    Slice by slice, because lungs may be cut off by the first or last slice, and because the
    airways join them to the outside.
    """
    in_plane = np.zeros((3, 3, 3), dtype=bool)
    in_plane[1] = ndimage.generate_binary_structure(2, 1)
    labels, count = ndimage.label(air, structure=in_plane)
    outside = np.zeros(count + 1, dtype=bool)
    for border in (labels[:, 0], labels[:, -1], labels[:, :, 0], labels[:, :, -1]):
        outside[border.ravel()] = True
    outside[0] = True
    return np.asarray(~outside[labels])


def _closed(lungs: Mask, spacing: npt.NDArray[np.float64]) -> Mask:
    """Close over vessels, nodules and the hilum, and add a margin."""
    reach = np.ceil((_CLOSING_MM + _MARGIN_MM) / spacing).astype(int)
    padded = np.pad(lungs, [(n, n) for n in reach])
    near = ndimage.distance_transform_edt(~padded, sampling=spacing) <= _CLOSING_MM
    depth = ndimage.distance_transform_edt(near, sampling=spacing)
    closed = (depth > _CLOSING_MM - _MARGIN_MM) | padded
    z, y, x = (slice(n, size - n) for n, size in zip(reach, padded.shape, strict=True))
    return np.asarray(closed[z, y, x])
