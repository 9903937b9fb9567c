"""From a slice's stored values to HU."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.dicom.decode import read_in_place, stored_colors, stored_values
from viewer.dicom.series import Rescale, SliceFile
from viewer.imaging.color import luma
from viewer.imaging.volume import AIR_HU, PADDING

#: Pixels along the side of a corner that must all be the same to be outside the field of view.
_CORNER = 4


def read_slice(item: SliceFile, out: npt.NDArray[Any], *, is_hu: bool) -> int:
    """Read a slice into a volume.

    Parameters
    ----------
    item : SliceFile
    out : ndarray of int16 or float32, shape (rows, columns)
        Receives the rescaled values, with padding as ``PADDING`` or NaN.
    is_hu : bool
        Whether the values are HU, so that a constant below −1024 in the corners is padding even
        where the file does not say so.

    Returns
    -------
    int
        Number of values that did not fit in int16 and were clipped.

    Raises
    ------
    DamagedFileError, UnsupportedError
    """
    placed = read_in_place(item, out)
    stored = stored_values(item) if placed is None else placed
    mask = _padding_mask(stored, item)
    clipped = _rescale(stored, item, out, in_place=placed is not None)
    if mask is None and is_hu:
        mask = _unmarked_padding(out)
    if mask is not None:
        one_value = item.padding is None or item.padding[0] == item.padding[1]
        _blank(out, mask, one_value=one_value)
    return clipped


def read_colors(
    item: SliceFile, brightness: npt.NDArray[Any], colors: npt.NDArray[np.uint8]
) -> None:
    """Read a slice in colour into a volume.

    Parameters
    ----------
    item : SliceFile
    brightness : ndarray of int16, shape (rows, columns)
        Receives the luma.
    colors : ndarray of uint8, shape (rows, columns, 3)
        Receives R, G and B.

    Raises
    ------
    DamagedFileError, UnsupportedError
    """
    colors[...] = stored_colors(item)
    brightness[...] = luma(colors)


def _padding_mask(stored: npt.NDArray[Any], item: SliceFile) -> npt.NDArray[np.bool_] | None:
    """Where stored values are padding; it is declared in stored units (PS3.3 C.7.5.1.1.2)."""
    if item.padding is None:
        return None
    low, high = item.padding
    if low == high:
        return np.asarray(stored == low)
    return np.asarray((stored >= low) & (stored <= high))


def _blank(out: npt.NDArray[Any], mask: npt.NDArray[np.bool_], *, one_value: bool) -> None:
    """Make padding of what lies under a mask; ``one_value`` says that it is the same everywhere."""
    if not mask.any():
        return
    value = out.reshape(-1)[mask.argmax()]
    if one_value and out.dtype == np.int16 and PADDING < value < 0:
        # Adding the difference, modulo 2**16, takes half the time of a masked copy, which would be
        # the longest step of reading plain pixels.
        difference = mask.view(np.int8).astype(np.int16)
        difference *= np.int16(PADDING - int(value))
        out += difference
    else:
        np.copyto(out, PADDING if out.dtype == np.int16 else np.nan, where=mask)


def _rescale(
    stored: npt.NDArray[Any], item: SliceFile, out: npt.NDArray[Any], *, in_place: bool
) -> int:
    """Write rescaled values, over the stored ones where those are in ``out`` already."""
    slope, intercept = item.rescale.slope, item.rescale.intercept
    if out.dtype == np.float32:
        np.multiply(stored, np.float32(slope), out=out, casting="unsafe")
        out += np.float32(intercept)
        return 0
    if stored.dtype.kind == "f":
        values: npt.NDArray[Any] = np.rint(stored * slope + intercept)
    elif _fits(stored, item, in_place=in_place):
        if not in_place:
            out[...] = stored
        if slope != 1:
            out *= np.int16(slope)
        if intercept:
            out += np.int16(intercept)
        return 0
    else:
        values = stored.astype(np.int64) * int(slope) + int(intercept)
    least, most = PADDING + 1, -PADDING - 1
    clipped = int(np.count_nonzero((values < least) | (values > most)))
    out[...] = np.clip(values, least, most)
    return clipped


def _fits(stored: npt.NDArray[Any], item: SliceFile, *, in_place: bool) -> bool:
    """Whether neither the rescaled values nor the way to them leave int16."""
    if in_place:
        # Bits that are not in use have been removed: mostly the format alone tells.
        bits, signed = item.encoding.bits_stored, item.encoding.signed
        least, most = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        if _stay_within(least, most, item.rescale):
            return True
    return _stay_within(int(stored.min()), int(stored.max()), item.rescale)


def _stay_within(least: int, most: int, rescale: Rescale) -> bool:
    scaled = least * rescale.slope, most * rescale.slope
    shifted = [value + rescale.intercept for value in scaled]
    steps = (least, most, *scaled, rescale.intercept, *shifted)
    return min(steps) > PADDING and max(steps) < -PADDING


def _unmarked_padding(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_] | None:
    """Where a constant below −1024 HU fills corners of the picture: outside the field of view."""
    size = max(1, min(_CORNER, *(n // 4 for n in values.shape)))
    ends = (slice(None, size), slice(-size, None))
    corners = [values[rows, columns] for rows in ends for columns in ends]
    constants = [c[0, 0] for c in corners if c[0, 0] < AIR_HU and np.all(c == c[0, 0])]
    for value in constants:
        if constants.count(value) > 1:
            return np.asarray(values == value)
    return None
