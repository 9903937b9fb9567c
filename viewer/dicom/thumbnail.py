"""A small picture of a series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.dicom.pixels import read_slice
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
    ndarray of uint8, shape (rows, columns)

    Raises
    ------
    DamagedFileError, UnsupportedError
        The slice cannot be read.
    """
    item = series.slices[len(series.slices) // 2]
    shape = (item.encoding.rows, item.encoding.columns)
    values = np.empty(shape, np.float32 if series.is_float else np.int16)
    read_slice(item, values, is_hu=series.unit == "HU")
    return small_picture(values, series, size)


def small_picture(values: npt.NDArray[Any], series: Series, size: int) -> npt.NDArray[np.uint8]:
    """Return one slice of a series as a thumbnail shows it; see ``thumbnail``."""
    window = series.windows[0] if series.windows else auto_window(values)
    small = _shrink(values, series.grid.spacing_mm[1:], size)
    return apply_voi(small, window, inverted=series.is_shown_inverted)


def _shrink(
    values: npt.NDArray[np.generic], spacing: tuple[float, float], size: int
) -> npt.NDArray[np.generic]:
    """Every n-th pixel, so that the longer side in mm has ``size`` of them."""
    extent = np.array(values.shape) * spacing
    shape = np.maximum(1, np.rint(extent / extent.max() * size)).astype(int)
    rows, columns = (
        ((np.arange(n) + 0.5) * length / n).astype(int)
        for n, length in zip(shape, values.shape, strict=True)
    )
    return values[np.ix_(rows, columns)]
