"""Pictures (PNG, JPEG, TIFF): radiographs without a header, a series each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from viewer.dicom.report import Note, count, info, warning
from viewer.dicom.series import LengthUnit
from viewer.dicom.source import Source
from viewer.errors import DamagedFileError, UnsupportedError, ViewerError
from viewer.formats import grid
from viewer.formats.series import COPY_AGAIN, FileSeries, file_series
from viewer.imaging.voi import Window

_KINDS = ("PNG", "JPEG", "TIFF")
#: What DICOM calls a picture of which it knows no more (PS3.3 C.7.3.1.1.1).
_OTHER = "OT"
#: Black and white of eight bits as they are.
_AS_STORED = Window(128, 256, "As stored")
#: Channels that differ by no more are grey: what rounding in a JPEG leaves.
_GREY = 2

_EXIF_ORIENTATION, _EXIF_TURNED = 0x0112, (5, 6, 7, 8)
_TIFF_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0


@dataclass(frozen=True, slots=True)
class PictureFile:
    """The pages of a picture file that have the size of the first.

    Parameters
    ----------
    source : Source
    pages : tuple of int
        Counted from 0.
    """

    source: Source
    pages: tuple[int, ...] = (0,)

    def read(self, wanted: Iterable[int]) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        """Yield pages with their index; see ``Content.read``."""
        for index in sorted(wanted):
            with _picture(self.source) as picture:
                picture.seek(self.pages[index])
                values = _values(picture)
            yield index, values


def read_picture(source: Source) -> list[FileSeries]:
    """Describe a picture file; several pages of one size are the slices of one series.

    Parameters
    ----------
    source : Source

    Raises
    ------
    DamagedFileError
    UnsupportedError
        It has more pixels than any radiograph.
    OSError
    """
    with _picture(source) as picture:
        kind = picture.format or ""
        columns, rows = _size(picture)
        pages, notes = _pages(picture)
        has_depth = _is_deep(picture)
        white_is_zero = (
            has_depth
            and kind == "TIFF"
            and picture.getexif().get(_TIFF_PHOTOMETRIC) == _WHITE_IS_ZERO
        )
    return [
        file_series(
            source,
            PictureFile(source, pages),
            kind=kind,
            modality=_OTHER,
            grid=grid.plain((1.0, 1.0, 1.0), (len(pages), rows, columns)),
            length_unit=LengthUnit.PIXELS,
            windows=() if has_depth else (_AS_STORED,),
            # Pillow turns such values of eight bits round, and only those.
            is_inverted=white_is_zero,
            is_float=has_depth,
            report=(_NO_HEADER, *notes),
        )
    ]


_NO_HEADER = info(
    "no_header",
    "The picture has no DICOM header. The size of its pixels, the patient and the modality are "
    f"unknown: lengths are in pixels, no side is named, and models see the modality {_OTHER} "
    "(other).",
)


@contextmanager
def _picture(source: Source) -> Iterator[Image.Image]:
    """Open a picture; whatever goes wrong with it becomes an error of the viewer's."""
    path = source.path
    with source.open() as file:
        try:
            with Image.open(file, formats=_KINDS) as picture:
                yield picture
        except ViewerError:
            raise
        except Image.DecompressionBombError as error:
            raise UnsupportedError(
                "The picture claims more pixels than any radiograph has.",
                path,
                "Open it with the program that made it, and save it smaller.",
            ) from error
        except Exception as error:  # Pillow may fail in any way on bytes of any kind
            raise DamagedFileError(
                "The file is no picture that can be read: it is damaged, cut off or of another "
                "kind than its name says.",
                path,
                COPY_AGAIN,
            ) from error


def _size(picture: Image.Image) -> tuple[int, int]:
    """Width and height as they are seen."""
    width, height = picture.size
    # Pillow turns a TIFF itself, and gives the size that it has then.
    turned = picture.format != "TIFF" and picture.getexif().get(_EXIF_ORIENTATION) in _EXIF_TURNED
    return (height, width) if turned else (width, height)


def _pages(picture: Image.Image) -> tuple[tuple[int, ...], tuple[Note, ...]]:
    total = int(getattr(picture, "n_frames", 1))
    if total == 1:
        return (0,), ()
    if picture.format != "TIFF":
        return (0,), (info("first_frame", f"Of the file's {total} pictures the first is shown."),)
    first = picture.size, _is_deep(picture)
    pages = []
    for page in range(total):
        picture.seek(page)
        if (picture.size, _is_deep(picture)) == first:
            pages.append(page)
    picture.seek(0)
    notes = [
        info("pages", f"The file's {count(len(pages), 'page')} are shown as images of one series.")
    ]
    if len(pages) < total:
        notes.append(
            warning(
                "pages_left_out",
                f"{count(total - len(pages), 'page')} of another size or depth than the first "
                "cannot be shown with it.",
            )
        )
    return tuple(pages), tuple(notes)


def _is_deep(picture: Image.Image) -> bool:
    """Whether there are more than eight bits of grey."""
    return picture.mode[0] in "IF"


def _values(picture: Image.Image) -> npt.NDArray[Any]:
    """Grey values, or RGB where there is colour; upright, and on black where transparent."""
    upright = ImageOps.exif_transpose(picture)
    if _is_deep(upright):
        values = np.asarray(upright).astype(np.float32)
        values[~np.isfinite(values)] = np.nan
        return values
    if upright.has_transparency_data:
        black = Image.new("RGBA", upright.size, "black")
        upright = Image.alpha_composite(black, upright.convert("RGBA"))
    if upright.mode in ("1", "L"):
        return np.asarray(upright.convert("L")).astype(np.int16)
    rgb = np.asarray(upright.convert("RGB"))
    if np.ptp(rgb, axis=2).max() <= _GREY:
        return rgb[..., 1].astype(np.int16)
    return rgb
