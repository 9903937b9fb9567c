"""Overlay planes: graphics that a file lays over its pixels (PS3.3 C.9.2, C.9.3)."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.dataset import Dataset
from pydicom.overlays.numpy_handler import get_overlay_array

from viewer.dicom.decode import stored_words
from viewer.dicom.series import SliceFile
from viewer.dicom.source import Source
from viewer.errors import DamagedFileError

#: The repeating groups (PS3.5 7.6).
_GROUPS = range(0x6000, 0x6020, 2)
_ROWS, _FRAMES, _ORIGIN, _FIRST_FRAME, _BIT, _DATA = 0x10, 0x15, 0x50, 0x51, 0x102, 0x3000


def read_overlays(item: SliceFile) -> npt.NDArray[np.bool_]:
    """The overlay planes of one image, all in one.

    Parameters
    ----------
    item : SliceFile

    Returns
    -------
    ndarray of bool, shape (rows, columns)
        Where there is graphics, inside the image.

    Raises
    ------
    DamagedFileError
        One of the planes cannot be read.
    OSError
    """
    picture = np.zeros((item.encoding.rows, item.encoding.columns), np.bool_)
    modified, size = item.source.stamp()
    dataset = _header(item.source, modified, size)
    for group in _GROUPS:
        if (group, _ROWS) not in dataset:
            continue
        try:
            plane = _plane(dataset, group, item)
            if plane is not None:
                _lay(plane, picture, _numbers(dataset, group, _ORIGIN) or (1, 1))
        except Exception as error:  # pydicom fails on damaged elements in ways of its own
            raise DamagedFileError(
                f"An overlay plane cannot be read ({error or type(error).__name__}).", item.path
            ) from error
    return picture


@lru_cache(maxsize=4)
def _header(source: Source, modified: int, size: int) -> Dataset:
    """The data set without its pixels; the frames of a file ask for it one after the other."""
    with source.open() as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(file, force=True, stop_before_pixels=True)


def _plane(dataset: Dataset, group: int, item: SliceFile) -> npt.NDArray[Any] | None:
    """One plane; None where it belongs to other frames."""
    if (group, _DATA) not in dataset:
        return _embedded(dataset, group, item)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plane: npt.NDArray[Any] = get_overlay_array(dataset, group)
    if (group, _FRAMES) not in dataset:
        return plane  # on every frame
    frames = plane if plane.ndim == 3 else plane[None]
    first = (_numbers(dataset, group, _FIRST_FRAME) or (1,))[0]
    index = item.frame + 1 - first
    return frames[index] if 0 <= index < len(frames) else None


def _embedded(dataset: Dataset, group: int, item: SliceFile) -> npt.NDArray[Any] | None:
    """A plane in a bit of the pixels that is not in use, as files had it before 2004."""
    bit = (_numbers(dataset, group, _BIT) or (0,))[0]
    encoding = item.encoding
    if not encoding.bits_stored <= bit < encoding.bits_allocated:
        return None
    words = stored_words(item)
    return None if words is None else (words >> bit) & 1


def _numbers(dataset: Dataset, group: int, element: int) -> tuple[int, ...]:
    value = dataset[group, element].value if (group, element) in dataset else None
    if value is None or value == "":
        return ()
    return tuple(int(v) for v in (value if not isinstance(value, int | str) else (value,)))


def _lay(plane: npt.NDArray[Any], picture: npt.NDArray[np.bool_], origin: tuple[int, ...]) -> None:
    """Put a plane, whose corner is at a row and column counted from 1, on the picture."""
    top, left = origin[0] - 1, origin[1] - 1
    rows, columns = plane.shape
    target = picture[max(top, 0) : max(top + rows, 0), max(left, 0) : max(left + columns, 0)]
    part = plane[max(-top, 0) :, max(-left, 0) :][: target.shape[0], : target.shape[1]]
    target |= part.astype(np.bool_)
