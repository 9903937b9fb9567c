"""Compress frames without loss, by transfer syntax, for writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import RLELosslessEncoder
from pydicom.uid import (
    UID,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from viewer.errors import UnsupportedError

Frame = npt.NDArray[Any]


def _rle(frame: Frame) -> bytes:
    """PS3.5 annex G: one segment for each byte plane, the most significant first."""
    rows, columns = frame.shape
    return RLELosslessEncoder.encode(
        frame,
        encoding_plugin="pydicom",
        rows=rows,
        columns=columns,
        samples_per_pixel=1,
        number_of_frames=1,
        bits_allocated=16,
        bits_stored=16,
        pixel_representation=int(frame.dtype.kind == "i"),
        photometric_interpretation="MONOCHROME2",
    )


def _jpeg_lossless(frame: Frame) -> bytes:
    """Process 14, selection value 1 (PS3.5 A.4.1); JPEG knows no sign, so the bits are kept."""
    return bytes(imagecodecs.ljpeg_encode(frame.view(np.uint16), bitspersample=16))


def _jpeg_ls(frame: Frame) -> bytes:
    """PS3.5 A.4.3; the bits of signed values are kept."""
    return bytes(imagecodecs.jpegls_encode(frame.view(np.uint16), level=0))


def _jpeg_2000(frame: Frame) -> bytes:
    """PS3.5 A.4.4: reversible, a bare code stream."""
    return bytes(imagecodecs.jpeg2k_encode(frame, reversible=True, codecformat="j2k"))


def _htj2k(frame: Frame) -> bytes:
    """PS3.5 A.4.6."""
    return bytes(imagecodecs.htj2k_encode(frame))


_ENCODERS: dict[UID, Callable[[Frame], bytes]] = {
    RLELossless: _rle,
    JPEGLosslessSV1: _jpeg_lossless,
    JPEGLSLossless: _jpeg_ls,
    JPEG2000Lossless: _jpeg_2000,
    HTJ2KLossless: _htj2k,
}


def encode_frame(frame: Frame, syntax: UID) -> bytes:
    """Compress one frame of 16-bit integers.

    Returns
    -------
    bytes
        Pixel Data, encapsulated in one fragment with an offset table (PS3.5 A.4).

    Raises
    ------
    UnsupportedError
        If there is no lossless encoder for the transfer syntax.
    """
    if syntax not in _ENCODERS:
        raise UnsupportedError(f"Transfer syntax {syntax.name} cannot be written.")
    return encapsulate([_ENCODERS[syntax](frame)])
