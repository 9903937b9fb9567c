"""What is to be exported of a series, and doing it: the same for the window and the commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PIL import Image

from viewer.dicom.series import Series
from viewer.export.film import FilmFormat, write_film
from viewer.export.frames import Look, draw_slices
from viewer.export.output import OnProgress
from viewer.export.pictures import PictureFormat, write_pictures
from viewer.export.volume import VolumeFormat, write_volume
from viewer.imaging.volume import Volume


class Form(StrEnum):
    """What a series can be taken out as."""

    NIFTI = "nifti"
    NRRD = "nrrd"
    PNG = "png"
    JPEG = "jpeg"
    TIFF = "tiff"
    MP4 = "mp4"
    GIF = "gif"


VOLUMES = {Form.NIFTI: VolumeFormat.NIFTI, Form.NRRD: VolumeFormat.NRRD}
PICTURES = {
    Form.PNG: PictureFormat.PNG,
    Form.JPEG: PictureFormat.JPEG,
    Form.TIFF: PictureFormat.TIFF,
}
FILMS = {Form.MP4: FilmFormat.MP4, Form.GIF: FilmFormat.GIF}


@dataclass(frozen=True)
class Order:
    """What is wanted.

    Parameters
    ----------
    form : Form
    look : Look, optional
        Of pictures and films, which need one.
    frames_per_second : float
        Of films.
    slices : range, optional
        Those of pictures and films, counted from 0; all by default.
    """

    form: Form
    look: Look | None = None
    frames_per_second: float = 15.0
    slices: range | None = None


def target(out: Path, name: str, form: Form) -> Path:
    """The file, or for pictures the folder, that a series is written to below ``out``."""
    kind = {**VOLUMES, **FILMS}.get(form)
    return out / (name if kind is None else f"{name}{kind}")


def export(
    series: Series,
    volume: Volume,
    order: Order,
    path: Path,
    *,
    replace: bool = False,
    on_progress: OnProgress = lambda done, total: None,
) -> None:
    """Write a series to a file, or to a new folder where it becomes many pictures.

    Parameters
    ----------
    series : Series
    volume : Volume
        Of the series, whole.
    order : Order
    path : Path
    replace : bool
        Whether a file of this name may be replaced; a folder never is.
    on_progress : callable
        Told how many slices are done; what it raises breaks the export off, and nothing is left.

    Raises
    ------
    UnsupportedError
        The series cannot be written in this form.
    ViewerError
        There is such a file, or it cannot be written.
    """
    if order.form in VOLUMES:
        write_volume(
            series,
            volume,
            path,
            VOLUMES[order.form],
            replace=replace,
            on_progress=on_progress,
        )
    elif order.form in PICTURES:
        write_pictures(_frames(volume, order, on_progress), path, PICTURES[order.form])
    else:
        write_film(
            _frames(volume, order, on_progress),
            path,
            FILMS[order.form],
            frames_per_second=order.frames_per_second,
            replace=replace,
        )


def _frames(volume: Volume, order: Order, on_progress: OnProgress) -> Iterator[Image.Image]:
    assert order.look is not None
    wanted = order.slices or range(order.look.stack.count)
    for done, frame in enumerate(draw_slices(volume, order.look, wanted)):
        on_progress(done, len(wanted))
        yield frame
