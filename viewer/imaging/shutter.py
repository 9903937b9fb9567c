"""The display shutter: the part of a picture that is to be seen (PS3.3 C.7.6.11)."""

from __future__ import annotations

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
        rows = np.arange(1, shape[0] + 1)[:, None]
        columns = np.arange(1, shape[1] + 1)[None, :]
        shown = np.ones(shape, np.bool_)
        if self.rectangle is not None:
            left, right, upper, lower = self.rectangle
            shown &= (columns >= left) & (columns <= right) & (rows >= upper) & (rows <= lower)
        if self.circle is not None:
            row, column, radius = self.circle
            shown &= (rows - row) ** 2 + (columns - column) ** 2 <= radius**2
        if self.polygon:
            shown &= _inside(self.polygon, shape)
        return shown


def _inside(polygon: tuple[tuple[int, int], ...], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Which pixels lie in a polygon or on its edge; it is closed from its end to its beginning."""
    canvas = Image.new("1", (shape[1], shape[0]))
    ImageDraw.Draw(canvas).polygon([(x - 1, y - 1) for y, x in polygon], fill=1, outline=1)
    return np.array(canvas, dtype=np.bool_)
