"""Slices as pictures for other programs: square pixels, a caption, no patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from viewer import DISCLAIMER
from viewer.imaging.colormaps import colormap
from viewer.imaging.fusion import color_over
from viewer.imaging.overlay import blend, colorize
from viewer.imaging.plane import Plane, Stack
from viewer.imaging.reslice import reslice, reslice_color
from viewer.imaging.slab import Slab, reslice_slab
from viewer.imaging.voi import Voi, VoiLut, apply_voi
from viewer.imaging.volume import Volume
from viewer.results.caption import BACKGROUND, FAINT, TEXT, write
from viewer.session.results import OverlayStyle

_CAPTION = 34
_LEAST_WIDTH = 460  # of the disclaimer


@dataclass(frozen=True, eq=False)
class Heat:
    """A heatmap over the anatomy.

    Parameters
    ----------
    scores : Volume
    style : OverlayStyle
    full : float
        The score that is drawn in full colour.
    """

    scores: Volume
    style: OverlayStyle
    full: float = 1.0


@dataclass(frozen=True, eq=False)
class Over:
    """Another volume of the same frame of reference, in colour over the anatomy.

    Parameters
    ----------
    volume : Volume
    voi : Window or VoiLut
    colormap : str
    opacity : float
    """

    volume: Volume
    voi: Voi
    colormap: str
    opacity: float


@dataclass(frozen=True, eq=False)
class Look:
    """How slices are drawn.

    Parameters
    ----------
    stack : Stack
        Their planes.
    voi : Window or VoiLut
        For grey; colours are drawn as they are.
    inverted : bool
    colormap : str
        In place of grey; empty for grey.
    slab : Slab, optional
        Where slices are thick.
    over : Over, optional
    heat : Heat, optional
    texts : bool
        Whether the slice, the window and the letters of the sides are written on it.
    is_in_patient_space : bool
        Whether the sides may be named.
    """

    stack: Stack
    voi: Voi
    inverted: bool = False
    colormap: str = ""
    slab: Slab | None = None
    over: Over | None = None
    heat: Heat | None = None
    texts: bool = True
    is_in_patient_space: bool = True


def draw_slices(
    volume: Volume, look: Look, wanted: Sequence[int] | None = None
) -> Iterator[Image.Image]:
    """Draw slices one after the other, all of the same size.

    Parameters
    ----------
    volume : Volume
    look : Look
    wanted : sequence of int, optional
        Counted from 0; all by default.

    Yields
    ------
    PIL.Image.Image
        RGB, with the disclaimer below; the longer side of a voxel is enlarged to make it square.
    """
    for index in range(look.stack.count) if wanted is None else wanted:
        yield _draw(volume, look, index)


def _draw(volume: Volume, look: Look, index: int) -> Image.Image:
    plane = look.stack.plane(index)
    height_mm, width_mm = plane.pixel_mm
    rows, columns = plane.shape
    finest = min(height_mm, width_mm)
    size = max(1, round(columns * width_mm / finest)), max(1, round(rows * height_mm / finest))
    picture = Image.fromarray(np.ascontiguousarray(_pixels(volume, look, plane)))
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    if look.texts:
        _write_texts(picture, look, index, has_window=volume.color is None)
    return with_disclaimer(picture)


def _pixels(volume: Volume, look: Look, plane: Plane) -> npt.NDArray[np.uint8]:
    if volume.color is not None:
        pixels = reslice_color(volume, plane)
    else:
        gray = apply_voi(_cut(volume, look, plane), look.voi, inverted=look.inverted)
        pixels = colormap(look.colormap)[gray] if look.colormap else _rgb(gray)
    if look.over is not None:
        over = look.over
        values = _cut(over.volume, look, plane)
        pixels = blend(pixels, color_over(values, over.voi, over.colormap, over.opacity))
    if look.heat is not None:
        heat, style = look.heat, look.heat.style
        scores = reslice(heat.scores, plane)
        colors = colorize(scores, style.colormap, style.threshold, style.opacity, heat.full)
        pixels = blend(pixels, colors)
    return pixels


def _cut(volume: Volume, look: Look, plane: Plane) -> npt.NDArray[Any]:
    if look.slab is None:
        return reslice(volume, plane)
    return reslice_slab(volume, plane, look.slab, look.stack.spacing_mm)


def _rgb(gray: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.repeat(gray[..., None], 3, axis=2)


def _write_texts(picture: Image.Image, look: Look, index: int, *, has_window: bool) -> None:
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    write(draw, (6, 4), f"{index + 1}/{look.stack.count}", 12, "la", FAINT)
    if has_window and not isinstance(look.voi, VoiLut):
        window = f"W {look.voi.width:.0f}  L {look.voi.center:.0f}".replace("-", "−")
        write(draw, (width - 6, 4), window, 12, "ra", FAINT)
    if not look.is_in_patient_space:
        return
    left, right, top, bottom = look.stack.plane(index).letters
    for text, place, anchor in (
        (left, (6, height / 2), "lm"),
        (right, (width - 6, height / 2), "rm"),
        (top, (width / 2, 4), "ma"),
        (bottom, (width / 2, height - 4), "md"),
    ):
        write(draw, place, text, 14, anchor, TEXT)


def with_disclaimer(picture: Image.Image) -> Image.Image:
    """A picture on a ground with the disclaimer below; its sides are even, as films need them."""
    width = max(picture.width, _LEAST_WIDTH)
    width, height = width + width % 2, picture.height + _CAPTION
    framed = Image.new("RGB", (width, height + height % 2), BACKGROUND)
    framed.paste(picture, ((width - picture.width) // 2, 0))
    draw = ImageDraw.Draw(framed)
    write(draw, (width / 2, picture.height + _CAPTION / 2), DISCLAIMER, 12, "mm", FAINT)
    return framed
