"""Stored values of a frame: in place where they are plain, by a decoder where they are not.

pydicom decodes whatever is not understood here.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.pixels.processing import (
    apply_color_lut,
    apply_modality_lut,
    convert_color_space,
)
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000TransferSyntaxes,
)

from viewer.dicom.codecs import declared_color_space, declared_sign, decode_frame
from viewer.dicom.fragments import CutOffError, read_frame
from viewer.dicom.memory import require_memory
from viewer.dicom.report import Note, warning
from viewer.dicom.series import PixelEncoding, SliceFile
from viewer.errors import DamagedFileError, UnsupportedError, ViewerError
from viewer.imaging.color import luma, to_eight_bits

_BYTE_ORDER: Mapping[str, str] = {
    ImplicitVRLittleEndian: "<",
    ExplicitVRLittleEndian: "<",
    ExplicitVRBigEndian: ">",
}
_NATIVE_ORDER = "<" if sys.byteorder == "little" else ">"
#: Colour spaces in which samples are R, G and B once they are decoded: JPEG 2000 turns its own into
#: RGB by itself (PS3.3 C.7.6.3.1.2), and some files with colours call themselves monochrome.
_RGB = ("RGB", "YBR_ICT", "YBR_RCT", "MONOCHROME1", "MONOCHROME2")
_YBR = ("YBR_FULL", "YBR_FULL_422")
_REMEDY = "Copy the file again from its origin."


def stored_values(item: SliceFile) -> npt.NDArray[Any]:
    """Stored values of one frame.

    Parameters
    ----------
    item : SliceFile

    Returns
    -------
    ndarray, shape (rows, columns)
        Integers in the file's sign, without the bits that are not in use. Floats where a Modality
        LUT has been applied; the luma of colours.

    Raises
    ------
    DamagedFileError
        The pixel data are cut off or cannot be decoded.
    UnsupportedError
        No decoder knows the encoding.
    """
    return _checked(item, _values, ())


def stored_colors(item: SliceFile) -> npt.NDArray[np.uint8]:
    """Colours of one frame.

    Parameters
    ----------
    item : SliceFile
        Its encoding is one of colours.

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 3)
        RGB.

    Raises
    ------
    DamagedFileError
        The pixel data are cut off or cannot be decoded.
    UnsupportedError
        No decoder knows the encoding, or the colour space is one of those that were retired.
    """
    return _checked(item, _colors, (3,))


def stored_words(item: SliceFile) -> npt.NDArray[Any] | None:
    """Pixels with all their bits, in use or not; unsigned, shape (rows, columns).

    None where they cannot be had as they were written.
    """
    encoding = item.encoding
    if item.offset is None or encoding.samples != 1 or not _is_plain(encoding):
        return None
    if encoding.transfer_syntax in _BYTE_ORDER:
        return _native(item)
    values = decode_frame(
        read_frame(item.source, item.offset, item.frame, encoding.frames), encoding
    )
    return None if values is None else values.view(f"u{values.itemsize}")


def _checked(
    item: SliceFile, decode: Callable[[SliceFile], npt.NDArray[Any]], samples: tuple[int, ...]
) -> npt.NDArray[Any]:
    """What ``decode`` returns; every way in which it fails becomes an error of the viewer's."""
    try:
        values = decode(item)
    except (ViewerError, OSError):
        raise
    except CutOffError as error:
        raise DamagedFileError(f"The image is cut off: {error}.", item.path, _REMEDY) from error
    except (NotImplementedError, RuntimeError) as error:
        name = UID(item.encoding.transfer_syntax).name
        raise UnsupportedError(
            f"The image cannot be decoded ({name}: {_first_line(error)}).", item.path
        ) from error
    except Exception as error:  # decoders fail on damaged data in ways of their own
        raise DamagedFileError(
            f"The image cannot be decoded ({_first_line(error)}).", item.path, _REMEDY
        ) from error
    expected = (item.encoding.rows, item.encoding.columns, *samples)
    if values.shape != expected:
        raise DamagedFileError(
            f"The image has {values.shape} pixels where the header promises {expected}.", item.path
        )
    return values


def _values(item: SliceFile) -> npt.NDArray[Any]:
    if item.encoding.is_color:
        return luma(_colors(item))
    values, _ = _samples(item)
    if item.has_lut:
        return np.asarray(apply_modality_lut(values, _header_of(item)), dtype=np.float32)
    return values


def _colors(item: SliceFile) -> npt.NDArray[np.uint8]:
    values, space = _samples(item)
    if space == "PALETTE COLOR":
        return _through_palette(values, _header_of(item))
    if values.ndim != 3 or values.shape[2] < 3 or space not in (*_RGB, *_YBR):
        raise NotImplementedError(f"colour space {space}")
    colors = to_eight_bits(values[..., :3], item.encoding.bits_stored)
    if space in _YBR:
        colors = np.asarray(convert_color_space(colors, "YBR_FULL", "RGB"))
    return colors


def _through_palette(values: npt.NDArray[Any], header: pydicom.Dataset) -> npt.NDArray[np.uint8]:
    """Colours of indices into a palette (PS3.3 C.7.6.3.1.5)."""
    number, first, _ = header.RedPaletteColorLookupTableDescriptor
    entries = np.arange(first, first + (number or 1 << 16), dtype=np.int32)
    palette = apply_color_lut(entries, header)[..., :3]
    # Eight bits may be written into sixteen, whatever the descriptor says.
    palette = to_eight_bits(palette, 8 if palette.max() < 256 else 16)
    return np.asarray(palette[np.clip(values.astype(np.int64) - first, 0, len(palette) - 1)])


def _samples(item: SliceFile) -> tuple[npt.NDArray[Any], str]:
    """Samples of each pixel, and what they mean: their Photometric Interpretation."""
    encoding = item.encoding
    if item.offset is not None:
        if encoding.transfer_syntax in _BYTE_ORDER:
            values = _read_native(item)
            space = encoding.photometric
        else:
            values, space = _read_encapsulated(item)
        if values is not None:
            return values, space
    require_memory(_frame_bytes(encoding), item.path)
    values = _read_with_pydicom(item)
    # pydicom turns YBR into RGB.
    return values, "RGB" if values.ndim == 3 else encoding.photometric


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(":. ") or type(error).__name__


def _frame_bytes(encoding: PixelEncoding) -> int:
    pixels = encoding.rows * encoding.columns * encoding.samples
    return pixels * -(-encoding.bits_allocated // 8)


def _is_plain(encoding: PixelEncoding) -> bool:
    """Whether values are in whole bytes and at the low end of them."""
    return (
        encoding.bits_allocated in (8, 16, 32)
        and 1 < encoding.bits_stored <= encoding.bits_allocated
        and encoding.high_bit == encoding.bits_stored - 1
    )


def read_in_place(item: SliceFile, out: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    """Read stored values straight into the memory of a volume.

    Parameters
    ----------
    item : SliceFile
    out : ndarray of int16, shape (rows, columns)
        Receives the stored values.

    Returns
    -------
    ndarray of int16 or uint16, or None
        ``out``, seen in the file's sign; None where the file does not hold 16-bit values as they
        are in memory.

    Raises
    ------
    DamagedFileError
        The file is cut off.
    """
    encoding = item.encoding
    if (
        item.offset is None
        or item.has_lut
        or encoding.bits_allocated != 16
        or not item.source.is_plain
        or _BYTE_ORDER.get(encoding.transfer_syntax) != _NATIVE_ORDER
        or not _is_plain(encoding)
        or encoding.is_color
        or out.dtype != np.int16
        or not out.flags.c_contiguous
    ):
        return None
    with item.source.file.open("rb", buffering=0) as file:
        file.seek(item.offset + item.frame * out.nbytes)
        if file.readinto(out.data.cast("B")) < out.nbytes:
            raise DamagedFileError("The image is cut off.", item.path, _REMEDY)
    return _in_use(out if encoding.signed else out.view(np.uint16), encoding)


def _read_native(item: SliceFile) -> npt.NDArray[Any] | None:
    encoding = item.encoding
    # Of 4:2:2, two pixels share their chroma.
    if not _is_plain(encoding) or encoding.photometric == "YBR_FULL_422":
        return None
    # Big-endian bytes are swapped in pairs where they were written as words (PS3.5 8.1.1).
    if encoding.bits_allocated == 8 and _BYTE_ORDER[encoding.transfer_syntax] == ">":
        return None
    return _in_use(_native(item), encoding)


def _native(item: SliceFile) -> npt.NDArray[Any]:
    """The words of an uncompressed frame, one for each sample."""
    encoding = item.encoding
    shape: tuple[int, ...] = (encoding.rows, encoding.columns)
    if encoding.samples > 1:
        shape = (encoding.samples, *shape) if encoding.is_planar else (*shape, encoding.samples)
    number = math.prod(shape)
    kind = np.dtype(f"{_BYTE_ORDER[encoding.transfer_syntax]}u{encoding.bits_allocated // 8}")
    assert item.offset is not None
    with item.source.open() as file:
        file.seek(item.offset + item.frame * number * kind.itemsize)
        raw = file.read(number * kind.itemsize)
    if len(raw) < number * kind.itemsize:
        raise DamagedFileError("The image is cut off.", item.path, _REMEDY)
    values = np.frombuffer(raw, kind).reshape(shape).astype(kind.newbyteorder("="))
    return np.moveaxis(values, 0, -1) if encoding.is_planar and encoding.samples > 1 else values


def _in_use(values: npt.NDArray[Any], encoding: PixelEncoding) -> npt.NDArray[Any]:
    """The bits in use, extended by the sign (PS3.5 8.1.1): the others may hold overlays.

    Changes ``values`` where there is anything in the others, which is rare.
    """
    unused = values.itemsize * 8 - encoding.bits_stored
    values = values.view(f"{'i' if encoding.signed else 'u'}{values.itemsize}")
    if unused <= 0:
        return values
    if not encoding.signed:
        most = (1 << encoding.bits_stored) - 1
        if values.max() > most:
            values &= values.dtype.type(most)
        return values
    most = (1 << encoding.bits_stored - 1) - 1
    if values.max() > most or values.min() < -most - 1:
        values <<= unused
        values >>= unused
    return values


def _read_encapsulated(item: SliceFile) -> tuple[npt.NDArray[Any] | None, str]:
    """Decode one frame, and tell its colour space; None where pydicom may know more."""
    encoding = item.encoding
    assert item.offset is not None
    frame = read_frame(item.source, item.offset, item.frame, encoding.frames)
    values = decode_frame(frame, encoding)
    space = declared_color_space(frame) if encoding.samples == 3 else ""
    # A code stream that knows its sign is right where the header disagrees.
    if values is None or values.ndim == 3 or values.dtype.kind == "i" or not _is_plain(encoding):
        return values, space or encoding.photometric
    return _in_use(
        values.astype(f"u{encoding.bits_allocated // 8}"), encoding
    ), encoding.photometric


def sign_note(item: SliceFile) -> Note | None:
    """Whether a JPEG 2000 code stream contradicts Pixel Representation (0028,0103)."""
    encoding = item.encoding
    if encoding.transfer_syntax not in JPEG2000TransferSyntaxes or item.offset is None:
        return None
    try:
        frame = read_frame(item.source, item.offset, item.frame, encoding.frames)
    except (OSError, ValueError):  # noted by whoever reads the slice
        return None
    signed = declared_sign(frame)
    if signed is None or signed == encoding.signed:
        return None
    words = ("signed", "unsigned") if signed else ("unsigned", "signed")
    used = "code stream" if signed else "header"
    return warning(
        "sign_contradiction",
        f"The code stream holds {words[0]} values where the header says {words[1]}. The {used} was "
        "believed.",
    )


def _read_with_pydicom(item: SliceFile) -> npt.NDArray[Any]:
    with item.source.open() as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(file, force=True)
        if "TransferSyntaxUID" not in dataset.file_meta:
            dataset.file_meta.TransferSyntaxUID = UID(item.encoding.transfer_syntax)
        return np.asarray(pixel_array(dataset, index=item.frame))


def _header_of(item: SliceFile) -> pydicom.Dataset:
    """The data set, for its look-up tables."""
    with item.source.open() as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(file, force=True, stop_before_pixels=True)
