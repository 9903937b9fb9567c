"""Pictures of a volume in any plane.

Three ways, from fast to general, chosen by how the plane lies on the grid: whole voxels (a view of
the array, nothing computed), lines of voxels (separable linear interpolation; an overlay on a grid
of its own), and trilinear interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.imaging.geometry import Geometry, Points
from viewer.imaging.plane import Plane
from viewer.imaging.trilinear import Interpolator, Lattice, round_to
from viewer.imaging.volume import PADDING, Volume, fill_padding

_ALIGNED = 1e-4  # voxels a plane may drift over its whole width and still count as aligned


@dataclass(frozen=True)
class GridCut:
    """The part of a grid that a plane of whole voxels shows.

    Parameters
    ----------
    cut : tuple of slice or int
        Along z, y and x; the number is the plane's place along its normal.
    transposed : bool
        Whether the picture's rows run along the faster of the two other axes.
    """

    cut: tuple[slice | int, slice | int, slice | int]
    transposed: bool

    @property
    def slice_index(self) -> int | None:
        """The grid's slice that the picture shows; None when it lies across the slices."""
        return self.cut[0] if isinstance(self.cut[0], int) else None

    def of(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The picture of values on the grid, shape (slices, rows, columns, …); a view of them."""
        return self._turned(values[self.cut])

    def of_slice(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The picture of values on one slice, shape (rows, columns, …); a view of them."""
        return self._turned(values[self.cut[1:]])

    def _turned(self, picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return picture.swapaxes(0, 1) if self.transposed else picture


def reslice(volume: Volume, plane: Plane) -> npt.NDArray[Any]:
    """The values of a volume in a plane.

    Parameters
    ----------
    volume : Volume
    plane : Plane

    Returns
    -------
    ndarray of the volume's type, shape (rows, columns)
        Padding (``PADDING`` or NaN) outside the volume, and where a slice is not read yet. Where
        interpolated, padding inside the volume counts as its background. May be a read-only view
        of the voxels.
    """
    origin, right, down = _steps(volume.geometry, plane)
    # Looked at before the voxels are: slices read meanwhile are left for the next picture.
    is_read = None if volume.is_read is None else volume.is_read.copy()
    picture = _cut(volume, plane, origin, right, down)
    if is_read is None or is_read.all():
        return picture
    return _hide_unread(picture, is_read, origin, right, down)


def reslice_color(volume: Volume, plane: Plane) -> npt.NDArray[np.uint8]:
    """The colours of a volume in a plane, black where it has none.

    Parameters
    ----------
    volume : Volume
        In colour.
    plane : Plane

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 3)
        May be a read-only view of the volume's colours.
    """
    if volume.color is None:
        raise ValueError("the volume is not in colour")
    cut = grid_cut(volume.geometry, plane)
    if cut is not None:
        return cut.of(volume.color)
    samples = [
        reslice(Volume(volume.color[..., c].astype(np.int16), volume.geometry, unit=""), plane)
        for c in range(3)
    ]
    return np.stack([fill_padding(s, 0) for s in samples], axis=-1).astype(np.uint8)


def _cut(
    volume: Volume, plane: Plane, origin: Points, right: Points, down: Points
) -> npt.NDArray[Any]:
    """The values, by the fastest of the ways that are possible."""
    axes = _grid_axes(plane.shape, right, down)
    if axes is None:
        return _trilinear(volume, Lattice(origin, right, down, plane.shape))
    cut = _whole_voxels(volume.geometry, plane.shape, origin, right, down, axes)
    if cut is not None:
        return cut.of(volume.voxels)
    return _separable(volume, plane.shape, origin, right, down, axes)


def _hide_unread(
    picture: npt.NDArray[Any],
    is_read: npt.NDArray[np.bool_],
    origin: Points,
    right: Points,
    down: Points,
) -> npt.NDArray[Any]:
    """The picture with padding for each pixel that a slice not read yet has a part in."""
    rows, columns = picture.shape
    # In most planes the slice depends on the row or the column alone.
    along_row = np.arange(columns) * right[2] if abs(right[2]) * columns > _ALIGNED else np.zeros(1)
    along_column = np.arange(rows) * down[2] if abs(down[2]) * rows > _ALIGNED else np.zeros(1)
    z = origin[2] + along_column[:, None] + along_row[None, :]
    below, above = (
        np.clip(end, 0, len(is_read) - 1).astype(int)
        for end in (np.floor(z + _ALIGNED), np.ceil(z - _ALIGNED))
    )
    padding = PADDING if picture.dtype == np.int16 else np.nan
    return np.where(is_read[below] & is_read[above], picture, picture.dtype.type(padding))


def _grid_axes(shape: tuple[int, int], right: Points, down: Points) -> tuple[int, int] | None:
    """The index axes that the picture's columns and rows follow, or None when oblique."""
    across, along = int(np.argmax(np.abs(right))), int(np.argmax(np.abs(down)))
    drift = max(
        np.abs(np.delete(right, across)).max() * shape[1],
        np.abs(np.delete(down, along)).max() * shape[0],
    )
    return (across, along) if across != along and drift < _ALIGNED else None


def grid_cut(geometry: Geometry, plane: Plane) -> GridCut | None:
    """How a plane cuts a grid, when its pixels are voxels and all lie inside; else None."""
    origin, right, down = _steps(geometry, plane)
    axes = _grid_axes(plane.shape, right, down)
    return _whole_voxels(geometry, plane.shape, origin, right, down, axes) if axes else None


def lattice_of(geometry: Geometry, plane: Plane) -> Lattice:
    """The pixels of a plane as indices of a grid."""
    return Lattice(*_steps(geometry, plane), plane.shape)


def _steps(geometry: Geometry, plane: Plane) -> tuple[Points, Points, Points]:
    """The plane's first pixel, and the ways to the next column and row, as indices."""
    origin = geometry.to_index(plane.origin)
    right = geometry.to_index(plane.origin + plane.right) - origin
    down = geometry.to_index(plane.origin + plane.down) - origin
    return origin, right, down


def _whole_voxels(
    geometry: Geometry,
    shape: tuple[int, int],
    origin: Points,
    right: Points,
    down: Points,
    axes: tuple[int, int],
) -> GridCut | None:
    across, along = axes
    normal = 3 - across - along
    start = np.rint(origin).astype(int)
    end = start.copy()
    end[across] += round(right[across]) * (shape[1] - 1)
    end[along] += round(down[along]) * (shape[0] - 1)
    counts = np.array(geometry.shape[::-1])
    unit = (
        abs(abs(right[across]) - 1) * shape[1] < _ALIGNED
        and abs(abs(down[along]) - 1) * shape[0] < _ALIGNED
    )
    fits = np.all(np.abs(start - origin) < 1e-3)
    inside = np.all((start >= 0) & (start < counts) & (end >= 0) & (end < counts))
    if not (unit and fits and inside):
        return None
    cut: list[slice | int] = [0, 0, 0]
    cut[2 - normal] = int(start[normal])
    for axis in axes:
        low, high = sorted((int(start[axis]), int(end[axis])))
        forward = slice(low, high + 1)
        backward = slice(high, low - 1 if low else None, -1)
        cut[2 - axis] = forward if end[axis] >= start[axis] else backward
    # The array is [z, y, x]: rows come first when they follow the slower of the two axes.
    return GridCut((cut[0], cut[1], cut[2]), transposed=along < across)


def _separable(
    volume: Volume,
    shape: tuple[int, int],
    origin: Points,
    right: Points,
    down: Points,
    axes: tuple[int, int],
) -> npt.NDArray[Any]:
    """Linear interpolation along each grid axis in turn."""
    across, along = axes
    normal = 3 - across - along
    positions: list[npt.NDArray[np.float64]] = [np.empty(0)] * 3
    positions[across] = origin[across] + right[across] * np.arange(shape[1])
    positions[along] = origin[along] + down[along] * np.arange(shape[0])
    positions[normal] = origin[normal : normal + 1]
    block: npt.NDArray[Any] | None = None
    outside = []
    for axis in (normal, along, across):
        count = volume.geometry.shape[2 - axis]
        at = positions[axis]
        outside.append((at < -0.5) | (at > count - 0.5))
        low = np.clip(np.floor(at), 0, max(count - 2, 0)).astype(int)
        high = np.minimum(low + 1, count - 1)
        weight = np.clip(at - low, 0, 1).astype(np.float32)
        view = [1, 1, 1]
        view[2 - axis] = -1
        w = weight.reshape(view)
        if block is None:
            cut = [slice(None)] * 3
            cut[2 - axis] = slice(int(low[0]), int(high[0]) + 1)
            block = fill_padding(volume.voxels[tuple(cut)], volume.background).astype(np.float32)
            low, high = low - low[0], high - low[0]
        block = block.take(low, 2 - axis) * (1 - w) + block.take(high, 2 - axis) * w
    assert block is not None
    picture = block.squeeze(2 - normal)
    if along < across:
        picture = picture.T
    mask = outside[1][:, None] | outside[2][None, :] | bool(outside[0][0])
    return _as_type(picture, mask, volume.voxels.dtype)


def _trilinear(volume: Volume, lattice: Lattice) -> npt.NDArray[Any]:
    dtype, values = volume.voxels.dtype, Interpolator(volume)
    picture = np.empty(lattice.shape, dtype)
    for rows in lattice.bands():
        samples = values.at(lattice, rows)
        picture[rows] = _as_type(samples.values, ~samples.inside, dtype)
    return picture


def _as_type(
    picture: npt.NDArray[np.float32], outside: npt.NDArray[np.bool_], dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    result = round_to(picture, dtype)
    result[outside] = PADDING if dtype == np.int16 else np.nan
    return result
