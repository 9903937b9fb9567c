"""What of a CT is worth drawing in 3D: the body without its table, or the lungs alone.

All on numpy and scipy; nothing here is a segmentation to be measured or trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import AIR_HU, Volume, fill_padding, is_padding

#: Regions are found on a grid no finer than this: a table is thicker, and it takes 0.1 s.
_COARSE_MM = 4.0
_TISSUE_HU = -400
#: Below it is the air of the trachea, above it that of the lungs' tissue.
_OPEN_AIR_HU = -955
#: Half the thickness (mm) from which on something is a part of the body, not a table's shell.
_THICK_MM = 6.0
#: A part beside the largest is the patient's too, an arm or a leg, if it has this share of it and
#: the median of flesh; a table's base is denser.
_LEAST_SHARE = 0.005
_FLESH_HU = (-200, 150)
_FAR_MM = 1e4
#: How far outside the skin the body's region ends; a table lies further off.
_SKIN_MM = 4.0
_LEAST_LUNGS_ML = 100.0
#: Half the width (mm) of the trachea's blurred edge, of the vessels closed over, and of the parts
#: of the lungs left out; and the distance kept from the chest wall.
_SHELL_MM, _VESSEL_MM, _THIN_MM, _WALL_MM = 4.5, 6.0, 10.0, 3.0
#: Over this distance (mm) a region fades into air, so that its edge is no staircase.
_FADE_MM = 2.0


class Region(StrEnum):
    """The part of a volume that is drawn."""

    WHOLE = "whole"
    BODY = "body"
    LUNGS = "lungs"


@dataclass(frozen=True, eq=False)
class Extent:
    """A region as a distance on a coarse grid.

    Parameters
    ----------
    depth_mm : ndarray of float32, shape (z, y, x)
        Distance to the region's surface, positive inside.
    stride : tuple of int
        Voxels of the volume per voxel of the coarse grid along ``(z, y, x)``.
    """

    depth_mm: npt.NDArray[np.float32]
    stride: tuple[int, int, int]

    def box(self, shape: tuple[int, int, int]) -> tuple[slice, slice, slice]:
        """The smallest box of voxels that holds the region."""
        found = ndimage.find_objects((self.depth_mm > 0).astype(np.int8))[0]
        z, y, x = (
            slice(max(0, (f.start - 1) * s), min(n, (f.stop + 1) * s))
            for f, s, n in zip(found, self.stride, shape, strict=True)
        )
        return z, y, x


def plain(volume: Volume) -> Volume:
    """A volume that can be drawn as it is: int16, no padding, on a right-handed grid.

    Values that are not HU are stretched so that their 1st and 99.9th percentile become −1000 and
    1000, where the presets for HU begin and end.
    """
    voxels = fill_padding(volume.voxels, volume.background)
    if volume.unit != "HU":
        sample = volume.voxels.reshape(-1)[:: max(1, volume.voxels.size // 1_000_000)]
        low, high = np.percentile(sample[~is_padding(sample)], (1, 99.9))
        voxels = np.clip((voxels - low) / max(high - low, 1e-9) * 2000 - 1000, -1000, 3000)
    voxels = voxels.astype(np.int16, copy=False)
    geometry = volume.geometry
    if np.linalg.det(geometry.affine[:3, :3]) < 0:
        affine = geometry.affine.copy()
        affine[:3, 3] = geometry.to_lps((0, 0, geometry.shape[0] - 1))
        affine[:3, 2] *= -1
        voxels, geometry = voxels[::-1], Geometry(affine, geometry.shape)
    return Volume(np.ascontiguousarray(voxels), geometry)


def find_body(volume: Volume) -> Extent | None:
    """The patient without table and clothing; None where nothing thick enough is found.

    What survives an erosion by ``_THICK_MM``, which thin shells do not, and is the largest part or
    one of flesh, is grown back and filled.
    """
    coarse, stride, spacing = _coarse(volume)
    core = _distance(coarse > _TISSUE_HU, spacing) > _THICK_MM
    parts, count = ndimage.label(core)
    if not count:
        return None
    kept = _patient(parts, coarse)[parts]
    grown = _distance(~kept, spacing) < _THICK_MM + _SKIN_MM
    filled = np.stack([ndimage.binary_fill_holes(plane) for plane in grown])
    return Extent(_depth(filled, spacing), stride)


def _patient(
    parts: npt.NDArray[np.signedinteger[Any]], coarse: npt.NDArray[np.int16]
) -> npt.NDArray[np.bool_]:
    """Which of the parts, by label, belong to the patient."""
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    patient = sizes == sizes.max()
    for label in np.flatnonzero((sizes >= _LEAST_SHARE * sizes.max()) & ~patient):
        patient[label] = _FLESH_HU[0] < np.median(coarse[parts == label]) < _FLESH_HU[1]
    return np.asarray(patient)


def find_lungs(volume: Volume, body: Extent | None) -> Extent | None:
    """The air-filled lungs with the vessels in them; None where there is too little of them."""
    if body is None:
        return None
    coarse, stride, spacing = _coarse(volume)
    mean = ndimage.gaussian_filter(coarse, 0.7)
    aerated = (mean < _TISSUE_HU) & (mean > _OPEN_AIR_HU) & (body.depth_mm > _THICK_MM)
    parts, count = ndimage.label(_distance(aerated, spacing) > _SHELL_MM)
    if not count:
        return None
    voxel_ml = float(np.prod(spacing)) / 1000
    sizes = np.bincount(parts.ravel()) * voxel_ml
    sizes[0] = 0
    inner = (sizes >= _LEAST_LUNGS_ML)[parts]
    if not inner.any():
        return None
    lungs = _distance(~inner, spacing) < _SHELL_MM
    # Closed over the vessels, opened to lose what is thin, and drawn back from the chest wall.
    closed = _distance(_distance(~lungs, spacing) < _VESSEL_MM, spacing) > _VESSEL_MM
    core = _distance(closed, spacing) > _THIN_MM
    if not core.any():
        return None
    return Extent(_depth(_distance(~core, spacing) < _THIN_MM - _WALL_MM, spacing), stride)


def boxed(volume: Volume, extent: Extent | None) -> Volume:
    """The part of a volume in the smallest box around a region; all of it without one."""
    if extent is None:
        return volume
    box = extent.box(volume.geometry.shape)
    affine = volume.geometry.affine.copy()
    affine[:3, 3] = volume.geometry.to_lps([s.start for s in reversed(box)])
    voxels = volume.voxels[box]
    return Volume(voxels, Geometry(affine, voxels.shape))


def cut_out(
    volume: Volume, extent: Extent | None, most_voxels: int, smooth_mm: float = 0
) -> Volume:
    """A region's box, made coarser where it is too large, smoothed, with air around the region.

    Parameters
    ----------
    volume : Volume
        From :func:`plain`.
    extent : Extent or None
        Of the same volume; None for all of it.
    most_voxels : int
        The result has no more.
    smooth_mm : float
        Standard deviation of a Gaussian against noise and a sharp kernel's overshoot at the skin.
    """
    result = smooth(shrink(boxed(volume, extent), most_voxels), smooth_mm)
    if extent is None:
        return Volume(np.ascontiguousarray(result.voxels), result.geometry)
    # The result's voxels on the coarse grid; one line per axis, since the axes are the same.
    counts = result.geometry.shape[::-1]
    ends = volume.geometry.to_index(result.geometry.to_lps([(0, 0, 0), [n - 1 for n in counts]]))
    planes, rows, columns = (
        _interpolation(np.linspace(first, last, count), stride, size)
        for first, last, count, stride, size in zip(
            ends[0, ::-1],
            ends[1, ::-1],
            result.geometry.shape,
            extent.stride,
            extent.depth_mm.shape,
            strict=True,
        )
    )
    voxels = np.empty(result.geometry.shape, np.int16)
    for z, (low, high, weight) in enumerate(zip(*planes, strict=True)):
        plane = extent.depth_mm[low] * (1 - weight) + extent.depth_mm[high] * weight
        depth = _blend(_blend(plane, rows, 0), columns, 1)
        share = np.clip(depth / _FADE_MM + 0.5, 0, 1)
        voxels[z] = AIR_HU + (result.voxels[z] - np.float32(AIR_HU)) * share
    return Volume(voxels, result.geometry)


def smooth(volume: Volume, sigma_mm: float) -> Volume:
    """The volume under a Gaussian of a physical width; axes much coarser than it are left alone."""
    sigma = [sigma_mm / s if sigma_mm > 0.25 * s else 0.0 for s in volume.geometry.spacing_mm]
    if not any(sigma):
        return volume
    return Volume(ndimage.gaussian_filter(volume.voxels, sigma, truncate=2.5), volume.geometry)


def shrink(volume: Volume, most_voxels: int) -> Volume:
    """The volume on a coarser grid, as even as possible, of at most so many voxels."""
    shape = np.array(volume.geometry.shape, dtype=float)
    spacing = np.array(volume.geometry.spacing_mm)
    if shape.prod() <= most_voxels:
        return volume
    step = spacing.min()
    while np.prod(np.maximum(np.floor(shape * np.minimum(spacing / step, 1)), 1)) > most_voxels:
        step *= 1.02
    factor = np.minimum(spacing / step, 1)
    counts = np.maximum(np.floor(shape * factor), 1).astype(int)
    pooled = _pool(volume, (shape / counts).astype(int))
    voxels = ndimage.zoom(
        pooled.voxels,
        counts / pooled.voxels.shape,
        order=1,
        mode="nearest",
        grid_mode=True,
        output=np.int16,
    )
    return Volume(voxels, _regrid(pooled.geometry, np.array(pooled.voxels.shape) / counts, counts))


def _pool(volume: Volume, blocks: npt.NDArray[np.int64]) -> Volume:
    """The means of whole blocks of voxels; what is left over at the far ends is dropped."""
    counts = np.array(volume.geometry.shape) // blocks
    z, y, x = counts * blocks
    total = np.zeros(counts, np.int32)
    for i, j, k in np.ndindex(*blocks):
        total += volume.voxels[i : z : blocks[0], j : y : blocks[1], k : x : blocks[2]]
    voxels = (total // int(blocks.prod())).astype(np.int16)
    return Volume(voxels, _regrid(volume.geometry, blocks, counts))


def _regrid(geometry: Geometry, scale: npt.NDArray[Any], counts: npt.NDArray[np.int64]) -> Geometry:
    """A grid of voxels ``scale`` times as large, over the same space from the same corner."""
    scale = np.asarray(scale, dtype=float)[::-1]
    affine = geometry.affine.copy()
    affine[:3, :3] *= scale
    affine[:3, 3] = geometry.to_lps((scale - 1) / 2)
    z, y, x = (int(n) for n in counts)
    return Geometry(affine, (z, y, x))


def _coarse(
    volume: Volume,
) -> tuple[npt.NDArray[np.int16], tuple[int, int, int], tuple[float, float, float]]:
    """Every n-th voxel, the strides and the resulting spacing."""
    spacing = volume.geometry.spacing_mm
    z, y, x = (max(1, round(_COARSE_MM / s)) for s in spacing)
    coarse = volume.voxels[z // 2 :: z, y // 2 :: y, x // 2 :: x]
    return coarse, (z, y, x), (spacing[0] * z, spacing[1] * y, spacing[2] * x)


def _depth(
    mask: npt.NDArray[np.bool_], spacing: tuple[float, float, float]
) -> npt.NDArray[np.float32]:
    """Distance (mm) to the surface of a mask, positive inside."""
    return _distance(mask, spacing) - _distance(~mask, spacing)


def _distance(
    mask: npt.NDArray[np.bool_], spacing: tuple[float, float, float]
) -> npt.NDArray[np.float32]:
    """Distance (mm) from each voxel of a mask to the nearest one outside it."""
    if mask.all():
        return np.full(mask.shape, _FAR_MM, np.float32)
    return np.asarray(ndimage.distance_transform_edt(mask, sampling=spacing), dtype=np.float32)


def _interpolation(
    voxels: npt.NDArray[np.float64], stride: int, count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The coarse neighbours of voxel indices along an axis, and the second one's weight."""
    at = np.clip((voxels - stride // 2) / stride, 0, count - 1)
    low = np.floor(at).astype(np.int64)
    return low, np.minimum(low + 1, count - 1), (at - low).astype(np.float32)


def _blend(
    plane: npt.NDArray[np.float32],
    between: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]],
    axis: int,
) -> npt.NDArray[np.float32]:
    low, high, weight = between
    weight = weight[:, None] if axis == 0 else weight
    return np.asarray(plane.take(low, axis) * (1 - weight) + plane.take(high, axis) * weight)
