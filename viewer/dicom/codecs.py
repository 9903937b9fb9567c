"""Compressed frames to stored values.

imagecodecs decodes outside Python's lock, so that threads gain. The size that a code stream
declares is compared with the header's first: a damaged one must not make a decoder ask for
gigabytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    JPEG2000MC,
    UID,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEG2000MCLossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from viewer.dicom.fragments import CutOffError
from viewer.dicom.series import PixelEncoding

Array = npt.NDArray[Any]
_Decoder = Callable[[bytes, PixelEncoding], Array]


def _jpeg(frame: bytes, encoding: PixelEncoding) -> Array:
    # Components as they are: what they mean is DICOM's to say, not the JPEG file's markers'.
    if encoding.samples == 1:
        return np.asarray(imagecodecs.jpeg8_decode(frame))
    space = "RGB" if encoding.photometric == "RGB" else "YCBCR"
    return np.asarray(imagecodecs.jpeg8_decode(frame, colorspace=space, outcolorspace=space))


def _jpeg_ls(frame: bytes, encoding: PixelEncoding) -> Array:
    return np.asarray(imagecodecs.jpegls_decode(frame))


def _jpeg_2000(frame: bytes, encoding: PixelEncoding) -> Array:
    return np.asarray(imagecodecs.jpeg2k_decode(frame))


def _high_throughput(frame: bytes, encoding: PixelEncoding) -> Array:
    return np.asarray(imagecodecs.htj2k_decode(frame))


def _rle(frame: bytes, encoding: PixelEncoding) -> Array:
    size = encoding.bits_allocated // 8
    _check_rle_header(frame, encoding.samples * size)
    values = imagecodecs.dicomrle_decode(frame, np.dtype(f"<u{size}"))
    number = encoding.rows * encoding.columns
    # Each sample is a plane of its own (PS3.5 G.2).
    planes = np.frombuffer(values, f"<u{size}", number * encoding.samples).reshape(
        encoding.samples, encoding.rows, encoding.columns
    )
    return planes[0] if encoding.samples == 1 else np.moveaxis(planes, 0, -1)


def _check_rle_header(frame: bytes, segments: int) -> None:
    """Refuse offsets that lead out of the frame (PS3.5 G.5), where the decoder would follow."""
    number, *offsets = struct.unpack_from("<16I", frame)
    used = offsets[:segments]
    ascending = all(a < b for a, b in pairwise([*used, len(frame)]))
    if number != segments or used[0] != 64 or not ascending:
        raise ValueError("the RLE header makes no sense")


_JPEG_LS = (JPEGLSLossless, JPEGLSNearLossless)

_JPEG_2000 = (JPEG2000Lossless, JPEG2000, JPEG2000MCLossless, JPEG2000MC)
_HTJ2K = (HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K)
#: Where pydicom knows no other decoder, and may not come to an end with a damaged code stream.
_FINAL = (*_JPEG_LS, *_JPEG_2000, *_HTJ2K)

#: By transfer syntax, the decoders to be tried in turn.
_DECODERS: Mapping[str, tuple[_Decoder, ...]] = {
    RLELossless: (_rle,),
    JPEGBaseline8Bit: (_jpeg,),
    JPEGExtended12Bit: (_jpeg,),
    JPEGLossless: (_jpeg,),
    JPEGLosslessSV1: (_jpeg,),
    JPEGLSLossless: (_jpeg_ls,),
    JPEGLSNearLossless: (_jpeg_ls,),
    **dict.fromkeys(_JPEG_2000, (_jpeg_2000,)),
    **dict.fromkeys(_HTJ2K, (_jpeg_2000, _high_throughput)),
}


#: What tells a decoder's library and version.
_VERSIONS: Mapping[_Decoder, Callable[[], str]] = {
    _rle: imagecodecs.dicomrle_version,
    _jpeg: imagecodecs.jpeg8_version,
    _jpeg_ls: imagecodecs.jpegls_version,
    _jpeg_2000: imagecodecs.jpeg2k_version,
}


def decode_frame(frame: bytes, encoding: PixelEncoding) -> Array | None:
    """Decode a compressed frame.

    Parameters
    ----------
    frame : bytes
    encoding : PixelEncoding

    Returns
    -------
    ndarray of integers, shape (rows, columns) or (rows, columns, samples), or None
        None where no decoder here understands the frame, but another might.

    Raises
    ------
    CutOffError
        The code stream does not end.
    ValueError
        It is damaged, or not of the size and depth that the header gives.
    """
    if encoding.transfer_syntax in _JPEG_LS and b"\xff\xd9" not in frame[-4:]:
        # The decoder would look for the end for seconds.
        raise CutOffError("the end of the code stream is missing")
    size = (encoding.rows, encoding.columns)
    shape = size if encoding.samples == 1 else (*size, encoding.samples)
    declared = declared_size(frame)
    if declared is not None and declared != size:
        raise ValueError(f"the code stream is of {declared} pixels, the header of {size}")
    for decoder in _DECODERS.get(encoding.transfer_syntax, ()):
        try:
            values = decoder(frame, encoding)
        except Exception:  # each codec has errors of its own, and pydicom's decoders come next
            continue
        if values.shape == shape and values.itemsize * 8 <= encoding.bits_allocated:
            return values
    if encoding.transfer_syntax in _FINAL:
        raise ValueError("the code stream is damaged")
    return None


#: Start of a code stream, and the marker that must follow it.
_SIZE_OF_JPEG_2000 = b"\xff\x4f\xff\x51"


def decoder_name(encoding: PixelEncoding) -> str:
    """Library and version that decode an encoding."""
    decoders = _DECODERS.get(encoding.transfer_syntax)
    if not decoders:
        return "pydicom" if UID(encoding.transfer_syntax).is_compressed else "numpy"
    return f"{_VERSIONS[decoders[0]]()} (imagecodecs)"


def declared_size(frame: bytes) -> tuple[int, int] | None:
    """Rows and columns that a JPEG or JPEG 2000 code stream declares; None where it does not."""
    if frame[:2] == b"\xff\xd8":
        return _jpeg_size(frame)
    start = frame.find(_SIZE_OF_JPEG_2000, 0, 4096)
    if start >= 0 and len(frame) >= start + 24:
        # SIZ marker (ISO 15444-1 A.5.1): size of the reference grid, then offset of the image.
        width, height, left, top = struct.unpack_from(">4I", frame, start + 8)
        return height - top, width - left
    return None


def declared_color_space(frame: bytes) -> str:
    """What a JPEG code stream itself says of its three components: empty where it says nothing.

    Where it speaks, it is believed rather than the header, as the encoder wrote it.
    """
    if frame[:2] != b"\xff\xd8":
        return ""
    start = _frame_start(frame)
    if start is not None and frame[start + 10 : start + 19 : 3].upper() == b"RGB":
        return "RGB"
    # JFIF (ISO 10918-5) knows no other.
    return "YBR_FULL" if frame[6:10] == b"JFIF" else ""


def declared_sign(frame: bytes) -> bool | None:
    """Whether a JPEG 2000 code stream declares signed samples; None where it is another."""
    start = frame.find(_SIZE_OF_JPEG_2000, 0, 4096)
    if start < 0 or len(frame) <= start + 42:
        return None
    # Ssiz of the first component (ISO 15444-1 A.5.1).
    return bool(frame[start + 42] & 0x80)


def _jpeg_size(frame: bytes) -> tuple[int, int] | None:
    start = _frame_start(frame)
    if start is None:
        return None
    rows, columns = struct.unpack_from(">HH", frame, start + 5)
    return rows, columns


def _frame_start(frame: bytes) -> int | None:
    """Where the start-of-frame marker is (ISO 10918-1 B.2.2; 0xF7 is that of JPEG-LS)."""
    at = 2
    while at + 9 <= len(frame) and frame[at] == 0xFF:
        marker = frame[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)) or marker == 0xF7:
            return at
        at += 2 + struct.unpack_from(">H", frame, at + 2)[0]
    return None
