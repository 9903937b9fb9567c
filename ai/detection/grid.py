"""The working grid: the lungs' box of an image at a fixed physical pixel size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from ai.image import Image
from ai.lungs import LungMask
from ai.orientation import to_axial

#: Kept around the lungs: half of what the segmenting network sees.
_MARGIN_MM = 15.0
#: Slices a little thinner than wanted are taken as they are.
_THIN = 0.9


@dataclass(frozen=True)
class Grid:
    """An axis-aligned grid within an image whose axes run towards head, back and left.

    Parameters
    ----------
    image : Image
        The reoriented image that the grid lies in.
    start, step : tuple of float
        Image index ``(z, y, x)`` of the first grid point, and the distance of grid points in
        image indices.
    shape : tuple of int
        Grid points along ``(z, y, x)``.
    """

    image: Image
    start: tuple[float, float, float]
    step: tuple[float, float, float]
    shape: tuple[int, int, int]

    @property
    def affine(self) -> npt.NDArray[np.float64]:
        """Grid index ``(x, y, z, 1)`` → LPS millimetres."""
        to_image = np.diag([*self.step[::-1], 1.0])
        to_image[:3, 3] = self.start[::-1]
        return np.asarray(self.image.affine @ to_image)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance of neighbouring grid points along ``(z, y, x)``."""
        z, y, x = (s * mm for s, mm in zip(self.step, self.image.spacing_mm, strict=True))
        return z, y, x

    def lps(self, zyx: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """LPS millimetres of grid indices ``(z, y, x)``, shape (…, 3)."""
        index = np.asarray(zyx, dtype=np.float64)[..., ::-1]
        return np.asarray(index @ self.affine[:3, :3].T + self.affine[:3, 3])

    def resample(self, tick: Callable[[], None]) -> npt.NDArray[np.int16]:
        """The image in HU on the grid, trilinearly.

        Parameters
        ----------
        tick : callable
            Called once a slice.

        Returns
        -------
        ndarray of int16, shape ``self.shape``, HU
        """
        result = np.empty(self.shape, dtype=np.int16)
        sample = self._in_plane()
        last = len(self.image.voxels) - 1
        for z in range(self.shape[0]):
            position = min(max(self.start[0] + z * self.step[0], 0.0), float(last))
            below = int(position)
            above, share = min(below + 1, last), position - below
            plane = self.image.voxels[below].astype(np.float32)
            if share > 0:
                plane = plane + share * (self.image.voxels[above].astype(np.float32) - plane)
            result[z] = np.rint(sample(plane))
            tick()
        return result

    def _in_plane(self) -> Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]:
        axes = []
        for axis in (1, 2):
            length = self.image.voxels.shape[axis]
            index = self.start[axis] + np.arange(self.shape[axis]) * self.step[axis]
            axes.append(torch.from_numpy(((2 * index + 1) / length - 1).astype(np.float32)))
        y, x = torch.meshgrid(*axes, indexing="ij")
        places = torch.stack([x, y], dim=-1)[None]

        def sample(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
            resampled = functional.grid_sample(
                torch.from_numpy(plane)[None, None],
                places,
                padding_mode="border",
                align_corners=False,
            )
            return np.asarray(resampled[0, 0].numpy())

        return sample


def lung_grid(image: Image, lungs: LungMask, pixel_mm: float, slice_mm: float) -> Grid:
    """The grid over the lungs' box and a margin.

    Parameters
    ----------
    image : Image
        In any orientation.
    lungs : LungMask
    pixel_mm : float
        In-plane grid spacing.
    slice_mm : float
        Spacing along the slices, unless the image's own is at least 0.9 of it.
    """
    axial = to_axial(image)
    native = np.array(axial.spacing_mm)
    target = np.array([slice_mm, pixel_mm, pixel_mm])
    if native[0] >= _THIN * slice_mm:
        target[0] = native[0]
    low, high = _box(axial, lungs)
    step = target / native
    start = np.maximum(low - _MARGIN_MM / native, 0)
    start[0] = np.ceil(start[0])
    end = np.minimum(high + _MARGIN_MM / native, np.array(axial.voxels.shape) - 1)
    shape = np.floor((end - start) / step + 1e-6).astype(int) + 1
    return Grid(
        axial,
        (float(start[0]), float(start[1]), float(start[2])),
        (float(step[0]), float(step[1]), float(step[2])),
        (int(shape[0]), int(shape[1]), int(shape[2])),
    )


def window(
    grid: Grid, zyx: tuple[float, float, float], slices: int, pixel_mm: float, pixels: int
) -> Grid:
    """A square window in the same image, on slices of a grid.

    Parameters
    ----------
    grid : Grid
    zyx : tuple of float
        Its first slice, and its centre in the plane, in indices of ``grid``.
    slices : int
        Its extent along the slices.
    pixel_mm : float
    pixels : int
        Along a side.
    """
    _, row_mm, column_mm = grid.image.spacing_mm
    z, y, x = (begin + i * step for begin, i, step in zip(grid.start, zyx, grid.step, strict=True))
    row, column = pixel_mm / row_mm, pixel_mm / column_mm
    half = (pixels - 1) / 2
    return Grid(
        grid.image,
        (z, y - half * row, x - half * column),
        (grid.step[0], row, column),
        (slices, pixels, pixels),
    )


def nearest(grid: Grid, affine: npt.NDArray[np.float64]) -> list[npt.NDArray[np.intp]]:
    """For each axis of a grid, the nearest index on another one whose axes are parallel."""
    to_other = np.linalg.inv(affine) @ grid.affine
    return [
        np.rint(np.arange(size) * to_other[2 - axis, 2 - axis] + to_other[2 - axis, 3]).astype(
            np.intp
        )
        for axis, size in enumerate(grid.shape)
    ]


def _box(axial: Image, lungs: LungMask) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """First and last image index ``(z, y, x)`` of the lungs' box, ends included."""
    to_image = np.linalg.inv(axial.affine) @ lungs.affine
    corners = np.array([[s.start, s.stop - 1] for s in lungs.box], dtype=np.float64)[::-1]
    index = (corners.T @ to_image[:3, :3].T + to_image[:3, 3])[:, ::-1]
    half = np.abs(np.diag(to_image)[:3])[::-1] / 2
    return index.min(0) - half, index.max(0) + half
