"""Slices as a film: MP4 (H.264) or GIF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from PIL import Image

from viewer.errors import ViewerError
from viewer.export.output import new_file

#: Quality of H.264: 0 is lossless, 51 the worst; 18 is taken for visually lossless.
_CRF = 18


class FilmFormat(StrEnum):
    """What a film can be written as; the value is the end of the file's name."""

    MP4 = ".mp4"
    GIF = ".gif"


def write_film(
    frames: Iterable[Image.Image],
    path: Path,
    kind: FilmFormat,
    *,
    frames_per_second: float = 15.0,
    replace: bool = False,
) -> None:
    """Write pictures of one size as a film.

    Parameters
    ----------
    frames : iterable of PIL.Image.Image
        RGB, of even width and height; taken one by one.
    path : Path
    kind : FilmFormat
    frames_per_second : float
    replace : bool
        Whether a file of this name may be replaced.

    Raises
    ------
    ViewerError
        There is no frame, there is such a file, or it cannot be written.
    """
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        raise ViewerError("There is no slice to make a film of.", path)
    with new_file(path, replace=replace) as part:
        if kind is FilmFormat.GIF:
            _write_gif(first, frames, part, frames_per_second)
        else:
            _write_mp4(chain([first], frames), first.size, part, frames_per_second)


def _write_gif(
    first: Image.Image, others: Iterator[Image.Image], path: Path, frames_per_second: float
) -> None:
    first.quantize(256).save(
        path,
        save_all=True,
        append_images=(frame.quantize(256) for frame in others),
        duration=round(1000 / frames_per_second),
        loop=0,
    )


def _write_mp4(
    frames: Iterable[Image.Image], size: tuple[int, int], path: Path, frames_per_second: float
) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=Fraction(frames_per_second).limit_denominator(1000)
        )
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(_CRF)}
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(np.asarray(frame), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
