"""Stored values of a frame: in place where they are plain, by a decoder where they are not.

imagecodecs decodes outside Python's lock, so that several threads gain; pydicom decodes whatever
is not understood here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.encaps import get_frame
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    JPEG2000,
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

from viewer.dicom.series import PixelEncoding, SliceFile
from viewer.errors import DamagedFileError, UnsupportedError, ViewerError

_BYTE_ORDER: Mapping[str, str] = {
    ImplicitVRLittleEndian: "<",
    ExplicitVRLittleEndian: "<",
    ExplicitVRBigEndian: ">",
}
_Decoder = Callable[[bytes], npt.NDArray[Any]]
_DECODERS: Mapping[str, _Decoder] = {
    JPEGLossless: imagecodecs.ljpeg_decode,
    JPEGLosslessSV1: imagecodecs.ljpeg_decode,
    JPEGLSLossless: imagecodecs.jpegls_decode,
    JPEGLSNearLossless: imagecodecs.jpegls_decode,
    JPEG2000Lossless: imagecodecs.jpeg2k_decode,
    JPEG2000: imagecodecs.jpeg2k_decode,
}
_REMEDY = "Copy the file again from its origin."


def stored_values(item: SliceFile) -> npt.NDArray[Any]:
    """Stored values of one frame.

    Parameters
    ----------
    item : SliceFile

    Returns
    -------
    ndarray, shape (rows, columns) or, for colour, (rows, columns, 3)
        Integers in the file's sign, without the bits that are not in use; floats where a
        Modality LUT has been applied.

    Raises
    ------
    DamagedFileError
        The pixel data are cut off or cannot be decoded.
    UnsupportedError
        No decoder knows the encoding.
    """
    encoding = item.encoding
    try:
        if item.offset is not None and _is_plain(encoding) and not item.has_lut:
            if encoding.transfer_syntax in _BYTE_ORDER:
                return _read_native(item)
            decoder = _DECODERS.get(encoding.transfer_syntax)
            if decoder is not None:
                decoded = _decode(item, decoder)
                if decoded is not None:
                    return decoded
        return _read_with_pydicom(item)
    except ViewerError:
        raise
    except (NotImplementedError, RuntimeError) as error:
        name = UID(encoding.transfer_syntax).name
        raise UnsupportedError(
            f"the image cannot be decoded ({name}: {error}).", item.path
        ) from error
    except Exception as error:  # decoders fail on damaged data in ways of their own
        raise DamagedFileError(
            f"the image cannot be decoded ({type(error).__name__}: {error}).", item.path, _REMEDY
        ) from error


def _is_plain(encoding: PixelEncoding) -> bool:
    """Whether values are grey, in whole bytes, and at the low end of them."""
    return (
        encoding.samples == 1
        and encoding.photometric in ("MONOCHROME1", "MONOCHROME2")
        and encoding.bits_allocated in (8, 16)
        and 1 < encoding.bits_stored <= encoding.bits_allocated
        and encoding.high_bit == encoding.bits_stored - 1
    )


def _read_native(item: SliceFile) -> npt.NDArray[Any]:
    encoding = item.encoding
    number = encoding.rows * encoding.columns
    kind = np.dtype(f"{_BYTE_ORDER[encoding.transfer_syntax]}u{encoding.bits_allocated // 8}")
    assert item.offset is not None
    with item.source.open() as file:
        file.seek(item.offset + item.frame * number * kind.itemsize)
        raw = file.read(number * kind.itemsize)
    if len(raw) < number * kind.itemsize:
        raise DamagedFileError("the image is cut off.", item.path, _REMEDY)
    values = np.frombuffer(raw, kind).reshape(encoding.rows, encoding.columns)
    return _in_use(values.astype(kind.newbyteorder("="), copy=False), encoding)


def _in_use(values: npt.NDArray[Any], encoding: PixelEncoding) -> npt.NDArray[Any]:
    """The bits in use, extended by the sign (PS3.5 8.1.1): the others may hold overlays."""
    unused = encoding.bits_allocated - encoding.bits_stored
    if encoding.signed:
        values = values.view(f"i{values.itemsize}")
        return (values << unused) >> unused if unused else values
    return values & ((1 << encoding.bits_stored) - 1) if unused else values


def _decode(item: SliceFile, decoder: _Decoder) -> npt.NDArray[Any] | None:
    """Decode one frame; None where the result is not what the header promises."""
    encoding = item.encoding
    assert item.offset is not None
    with item.source.open() as file:
        file.seek(item.offset)
        frame = get_frame(file, item.frame, number_of_frames=encoding.frames)
    try:
        values = decoder(frame)
    except Exception:  # pydicom has other decoders, and the better message
        return None
    expected = (encoding.rows, encoding.columns)
    if values.shape != expected or values.itemsize * 8 != encoding.bits_allocated:
        return None
    if (values.dtype.kind == "i") != encoding.signed and encoding.bits_stored < (
        encoding.bits_allocated
    ):
        return _in_use(values.view(f"u{values.itemsize}"), encoding)
    return values.view(f"{'i' if encoding.signed else 'u'}{values.itemsize}")


def _read_with_pydicom(item: SliceFile) -> npt.NDArray[Any]:
    encoding = item.encoding
    with item.source.open() as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(file, force=True)
        if "TransferSyntaxUID" not in dataset.file_meta:
            dataset.file_meta.TransferSyntaxUID = UID(encoding.transfer_syntax)
        values = pixel_array(dataset, index=item.frame)
        if encoding.photometric == "PALETTE COLOR":
            values = apply_color_lut(values, dataset)
            values = values.astype(np.float32) / (1 << 8 * (values.itemsize - 1))
        elif item.has_lut:
            return np.asarray(apply_modality_lut(values, dataset), dtype=np.float32)
    return np.asarray(values)
