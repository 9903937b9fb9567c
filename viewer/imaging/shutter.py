"""The display shutter: the part of a picture that is to be seen (PS3.3 C.7.6.11)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw


@dataclass(frozen=True)
class Shutter:
    """Shapes that leave a part of a picture to be seen; all of them apply together.

    Edges are rows and columns counted from 1, as the standard counts them.

    Parameters
    ----------
    rectangle : tuple of int, optional
        Left, right, upper and lower edge; what lies on an edge is shown.
    circle : tuple of int, optional
        Row and column of the centre, and the radius in pixels.
    polygon : tuple of (row, column)
        Vertices; empty for none.
    gray : int
        What the rest is shown as, 0 (black) … 255.
    """

    rectangle: tuple[int, int, int, int] | None = None
    circle: tuple[int, int, int] | None = None
    polygon: tuple[tuple[int, int], ...] = ()
    gray: int = 0

    def shown(self, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
        """Which pixels of a picture of ``(rows, columns)`` are to be seen."""
        shown = np.zeros(shape, np.bool_)
        left, right, upper, lower = self.rectangle or (1, shape[1], 1, shape[0])
        shown[_between(upper, lower), _between(left, right)] = True
        if self.circle is not None:
            shown &= _disc(self.circle, shape)
        if self.polygon:
            shown &= _inside(self.polygon, shape)
        return shown


def _between(first: int, last: int) -> slice:
    """Pixels from one to another, counted from 1."""
    return slice(max(first - 1, 0), max(last, 0))


def _disc(circle: tuple[int, int, int], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Which pixels lie in a circle: row by row, ten times quicker than by their distances."""
    row, column, radius = circle
    disc = np.zeros(shape, np.bool_)
    for y in range(max(row - radius, 1), min(row + radius, shape[0]) + 1):
        half = math.isqrt(radius**2 - (y - row) ** 2)
        disc[y - 1, _between(column - half, column + half)] = True
    return disc


def _inside(polygon: tuple[tuple[int, int], ...], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Which pixels lie in a polygon or on its edge; it is closed from its end to its beginning."""
    canvas = Image.new("1", (shape[1], shape[0]))
    ImageDraw.Draw(canvas).polygon([(x - 1, y - 1) for y, x in polygon], fill=1, outline=1)
    return np.array(canvas, dtype=np.bool_)
