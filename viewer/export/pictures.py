"""Slices as pictures: a folder of PNG, JPEG or TIFF."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from PIL import Image

from viewer.errors import ViewerError
from viewer.export.output import new_file, new_folder

_JPEG_QUALITY = 95


class PictureFormat(StrEnum):
    """What a picture can be written as; the value is the end of the file's name."""

    PNG = ".png"
    JPEG = ".jpg"
    TIFF = ".tif"


def write_pictures(frames: Iterable[Image.Image], folder: Path, kind: PictureFormat) -> None:
    """Write pictures into a new folder, numbered from 1.

    Parameters
    ----------
    frames : iterable of PIL.Image.Image
        RGB.
    folder : Path
        Must not exist, or be empty.
    kind : PictureFormat

    Raises
    ------
    ViewerError
        The folder is not empty, or cannot be written.
    """
    with new_folder(folder) as part:
        for number, frame in enumerate(frames, 1):
            _save(frame, part / f"{number:04}{kind}", kind)


def write_picture(picture: Image.Image, path: Path, *, replace: bool = False) -> None:
    """Write one picture, in the format that the end of the name stands for.

    Raises
    ------
    ViewerError
        The name has no end that is known, there is such a file, or it cannot be written.
    """
    suffix = {".jpeg": ".jpg", ".tiff": ".tif"}.get(path.suffix.lower(), path.suffix.lower())
    try:
        kind = PictureFormat(suffix)
    except ValueError:
        raise ViewerError(
            "The name does not say the format.", path, "End it with .png, .jpg or .tif."
        ) from None
    with new_file(path, replace=replace) as part:
        _save(picture, part, kind)


def _save(picture: Image.Image, path: Path, kind: PictureFormat) -> None:
    if kind is PictureFormat.JPEG:
        picture.convert("RGB").save(path, quality=_JPEG_QUALITY, subsampling=0)
    elif kind is PictureFormat.TIFF:
        picture.save(path, compression="tiff_deflate")
    else:
        picture.save(path)
