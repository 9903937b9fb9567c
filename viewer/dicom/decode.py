"""Stored values of a frame: in place where they are plain, by a decoder where they are not.

pydicom decodes whatever is not understood here.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from viewer.dicom.codecs import decode_frame
from viewer.dicom.fragments import CutOffError, read_frame
from viewer.dicom.memory import require_memory
from viewer.dicom.series import PixelEncoding, SliceFile
from viewer.errors import DamagedFileError, UnsupportedError, ViewerError

_BYTE_ORDER: Mapping[str, str] = {
    ImplicitVRLittleEndian: "<",
    ExplicitVRLittleEndian: "<",
    ExplicitVRBigEndian: ">",
}
_NATIVE_ORDER = "<" if sys.byteorder == "little" else ">"
#: What decoding by JPEG 2000 turns into RGB by itself (PS3.3 C.7.6.3.1.2).
_RGB = ("RGB", "YBR_ICT", "YBR_RCT")
#: Luma of RGB (ITU-R BT.601), for colour shown as grey.
_LUMA = np.array((0.299, 0.587, 0.114), dtype=np.float32)
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
        LUT has been applied; colour as its luma.

    Raises
    ------
    DamagedFileError
        The pixel data are cut off or cannot be decoded.
    UnsupportedError
        No decoder knows the encoding.
    """
    try:
        values = _decode(item)
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
    expected = (item.encoding.rows, item.encoding.columns)
    if values.shape != expected:
        raise DamagedFileError(
            f"The image has {values.shape} pixels where the header promises {expected}.", item.path
        )
    return values


def _decode(item: SliceFile) -> npt.NDArray[Any]:
    encoding = item.encoding
    values, photometric = None, encoding.photometric
    if item.offset is not None:
        if encoding.transfer_syntax in _BYTE_ORDER:
            values = _read_native(item)
        else:
            values = _read_encapsulated(item)
    if values is None:
        require_memory(_frame_bytes(encoding), item.path)
        values = _read_with_pydicom(item)
        # pydicom turns YBR into RGB.
        photometric = "RGB" if values.ndim == 3 else photometric
    if photometric == "PALETTE COLOR":
        values = apply_color_lut(values, _header_of(item))
        return _luma(values / np.float32(256 ** (values.itemsize - 1)), "RGB")
    if item.has_lut:
        return np.asarray(apply_modality_lut(values, _header_of(item)), dtype=np.float32)
    return _luma(values, photometric) if values.ndim == 3 else values


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
        or encoding.samples != 1
        or not item.source.is_plain
        or _BYTE_ORDER.get(encoding.transfer_syntax) != _NATIVE_ORDER
        or not _is_plain(encoding)
        or encoding.photometric == "PALETTE COLOR"
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
    if encoding.samples != 1 or not _is_plain(encoding):
        return None
    number = encoding.rows * encoding.columns
    kind = np.dtype(f"{_BYTE_ORDER[encoding.transfer_syntax]}u{encoding.bits_allocated // 8}")
    assert item.offset is not None
    with item.source.open() as file:
        file.seek(item.offset + item.frame * number * kind.itemsize)
        raw = file.read(number * kind.itemsize)
    if len(raw) < number * kind.itemsize:
        raise DamagedFileError("The image is cut off.", item.path, _REMEDY)
    values = np.frombuffer(raw, kind).reshape(encoding.rows, encoding.columns)
    return _in_use(values.astype(kind.newbyteorder("=")), encoding)


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


def _read_encapsulated(item: SliceFile) -> npt.NDArray[Any] | None:
    """Decode one frame; None where pydicom may know more."""
    encoding = item.encoding
    assert item.offset is not None
    frame = read_frame(item.source, item.offset, item.frame, encoding.frames)
    values = decode_frame(frame, encoding)
    # A code stream that knows its sign is right where the header disagrees.
    if values is None or values.ndim == 3 or values.dtype.kind == "i" or not _is_plain(encoding):
        return values
    return _in_use(values.astype(f"u{encoding.bits_allocated // 8}"), encoding)


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


def _luma(values: npt.NDArray[Any], photometric: str) -> npt.NDArray[Any]:
    """Brightness of a colour picture: Y as it is, or the weighted sum of R, G and B."""
    if photometric in _RGB:
        return np.asarray(np.rint(values[..., :3] @ _LUMA))
    return np.asarray(values[..., 0])
