"""Decoding of pictures: PNG, JPEG, TIFF, BMP and DICOM → grey or colour values."""

from __future__ import annotations

import io
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt
import pydicom
from PIL import Image as Picture
from PIL import UnidentifiedImageError
from pydicom.errors import InvalidDicomError
from pydicom.pixels.processing import apply_rescale

from ai.errors import AIError

_DICOM = (".dcm", ".dicom")
#: What a folder of classes may hold.
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", *_DICOM)


class PictureError(AIError):
    """A file is not a picture that can be read."""


def decode(content: bytes, name: str) -> npt.NDArray[np.generic]:
    """The values of a picture.

    Parameters
    ----------
    content : bytes
    name : str
        Only its suffix counts.

    Returns
    -------
    ndarray, shape (rows, columns) or (rows, columns, 3)
        A DICOM radiograph in MONOCHROME2 sense (PS3.3 C.7.6.3.1.2) after its rescale.

    Raises
    ------
    PictureError
    """
    if _is_dicom(content, name):
        return _dicom(content, name)
    try:
        with Picture.open(io.BytesIO(content)) as picture:
            deep = picture.mode in ("I", "F", "I;16")
            return np.asarray(picture if deep or picture.mode == "L" else picture.convert("RGB"))
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise PictureError(f"{name} is not a picture that can be read: {error}.") from error


def patient_of(content: bytes, name: str) -> str:
    """The Patient ID of a DICOM file; empty of one without it, and of any other picture."""
    if not _is_dicom(content, name):
        return ""
    try:
        dataset = pydicom.dcmread(
            io.BytesIO(content), stop_before_pixels=True, specific_tags=["PatientID"]
        )
    except (InvalidDicomError, AttributeError, ValueError, NotImplementedError):
        return ""
    return str(dataset.get("PatientID") or "").strip()


def _is_dicom(content: bytes, name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in _DICOM or content[128:132] == b"DICM"


def _dicom(content: bytes, name: str) -> npt.NDArray[np.generic]:
    try:
        dataset = pydicom.dcmread(io.BytesIO(content))
        values = np.asarray(dataset.pixel_array)
    except (InvalidDicomError, AttributeError, ValueError, RuntimeError, NotImplementedError) as e:
        raise PictureError(f"{name} has no pixels that can be read: {e}.") from e
    if values.ndim == 3 and values.shape[-1] != 3:
        raise PictureError(f"{name} has several frames.")
    if values.ndim == 3:
        return values
    rescaled = np.asarray(apply_rescale(values, dataset), dtype=np.float32)
    inverted = dataset.get("PhotometricInterpretation") == "MONOCHROME1"
    return rescaled.max() - rescaled if inverted else rescaled
