"""A small picture of a series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.dicom.pixels import read_colors, read_slice
from viewer.dicom.series import Series
from viewer.imaging.voi import apply_voi, auto_window


def thumbnail(series: Series, size: int = 96) -> npt.NDArray[np.uint8]:
    """Return the middle slice under the series' own window, or one that suits its values.

    Parameters
    ----------
    series : Series
    size : int
        Of the longer side, in pixels; the picture keeps the patient's proportions.

    Returns
    -------
    ndarray of uint8, shape (rows, columns), or (rows, columns, 3) for RGB

    Raises
    ------
    DamagedFileError, UnsupportedError
        The slice cannot be read.
    """
    item = series.slices[len(series.slices) // 2]
    shape = (item.encoding.rows, item.encoding.columns)
    values = np.empty(shape, np.float32 if series.is_float else np.int16)
    if series.is_color:
        colors = np.empty((*shape, 3), np.uint8)
        read_colors(item, values, colors)
        return small_picture(colors, series, size)
    read_slice(item, values, is_hu=series.unit == "HU")
    return small_picture(values, series, size)


def small_picture(values: npt.NDArray[Any], series: Series, size: int) -> npt.NDArray[np.uint8]:
    """Return one slice of a series, or its colours, as a thumbnail shows it; see ``thumbnail``."""
    shown = None if series.shutter is None else series.shutter.shown(series.shape[1:])
    small = _shrink(values, series.grid.spacing_mm[1:], size)
    if values.ndim == 2:
        voi = series.first_voi or auto_window(values, shown=shown)
        small = apply_voi(small, voi, inverted=series.is_shown_inverted)
    if series.shutter is not None and shown is not None:
        small[~_shrink(shown, series.grid.spacing_mm[1:], size)] = series.shutter.gray
    return small


def _shrink(values: npt.NDArray[Any], spacing: tuple[float, float], size: int) -> npt.NDArray[Any]:
    """Every n-th pixel, so that the longer side in mm has ``size`` of them."""
    extent = np.array(values.shape[:2]) * spacing
    shape = np.maximum(1, np.rint(extent / extent.max() * size)).astype(int)
    rows, columns = (
        ((np.arange(n) + 0.5) * length / n).astype(int)
        for n, length in zip(shape, values.shape[:2], strict=True)
    )
    return values[np.ix_(rows, columns)]
