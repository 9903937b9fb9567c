"""Regions of a plane: what lies inside, how large they are.

Coordinates are ``(x, y)`` in mm along a plane's ``right`` and ``down`` from the centre of its first
pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ellipe

from viewer.imaging.roi.distances import length_mm

Floats = npt.NDArray[np.float64]

_ELLIPSE_VERTICES = 128


class Region(Protocol):
    """A part of a plane."""

    @property
    def area_mm2(self) -> float: ...  # noqa: D102
    @property
    def perimeter_mm(self) -> float: ...  # noqa: D102
    @property
    def outline(self) -> Floats:
        """A closed line around it, shape (n, 2); the last point is the first."""

    def contains(self, x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        """Which points of a grid lie inside, shape (len(y), len(x)).

        Parameters
        ----------
        x, y : ndarray, shape (columns,) and (rows,)
            Places of the grid's columns and rows, ascending.
        """


@dataclass(frozen=True, eq=False)
class Ellipse:
    """The ellipse that fills a rectangle with the opposite corners ``first`` and ``last``."""

    first: Floats
    last: Floats

    @property
    def _semi_axes(self) -> Floats:
        return np.asarray(np.abs(self.last - self.first) / 2)

    @property
    def _center(self) -> Floats:
        return np.asarray((self.first + self.last) / 2)

    @property
    def area_mm2(self) -> float:
        """Area in mm²."""
        return float(np.pi * np.prod(self._semi_axes))

    @property
    def perimeter_mm(self) -> float:
        """Length of the curve in mm: a complete elliptic integral of the second kind."""
        minor, major = sorted(self._semi_axes.tolist())
        if major == 0:
            return 0.0
        return float(4 * major * ellipe(1 - (minor / major) ** 2))

    @property
    def outline(self) -> Floats:
        """A closed line of many short strokes, shape (n, 2)."""
        turn = np.linspace(0, 2 * np.pi, _ELLIPSE_VERTICES + 1)
        circle = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        return np.asarray(self._center + self._semi_axes * circle)

    def contains(self, x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        """Which points of a grid lie inside or on the curve, shape (len(y), len(x))."""
        a, b = self._semi_axes
        if a == 0 or b == 0:
            return np.zeros((len(y), len(x)), bool)
        across, along = (x - self._center[0]) / a, (y - self._center[1]) / b
        return np.asarray(across[None, :] ** 2 + along[:, None] ** 2 <= 1)


@dataclass(frozen=True, eq=False)
class Polygon:
    """What a closed line encloses; where it crosses itself, by the even-odd rule.

    Parameters
    ----------
    vertices : ndarray, shape (n, 2)
        Each once.
    """

    vertices: Floats

    @property
    def outline(self) -> Floats:
        """The vertices and the first one again."""
        return np.concatenate([self.vertices, self.vertices[:1]])

    @property
    def perimeter_mm(self) -> float:
        """Length of the line in mm."""
        return length_mm(self.outline)

    @property
    def area_mm2(self) -> float:
        """Area in mm².

        Between two neighbouring heights at which there is a vertex or a crossing, the width grows
        evenly, so that the width half way makes the area exactly.
        """
        start, end = self.vertices, np.roll(self.vertices, -1, axis=0)
        heights = np.unique(np.concatenate([start[:, 1], _crossing_heights(start, end)]))
        middles, steps = (heights[1:] + heights[:-1]) / 2, np.diff(heights)
        lines, at = self._crossings(middles)
        order = np.lexsort((at, lines))
        # A closed line crosses a height an even number of times: in, out, in, out.
        at, lines = at[order], lines[order]
        return float(np.sum((at[1::2] - at[::2]) * steps[lines[::2]]))

    def contains(self, x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        """Which points of a grid lie inside, shape (len(y), len(x)).

        Of points on the line, those at its left and upper side are inside, so that regions with a
        common side share no point.
        """
        rows, at = self._crossings(y)
        crossed = np.zeros((len(y), len(x) + 1), np.int64)
        np.add.at(crossed, (rows, np.searchsorted(x, at)), 1)
        return np.asarray(np.cumsum(crossed, axis=1)[:, :-1] % 2 == 1)

    def _crossings(self, heights: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
        """Where the line crosses some heights: numbers of the heights, and the x there."""
        start, end = self.vertices, np.roll(self.vertices, -1, axis=0)
        below, above = start[:, 1] <= heights[:, None], end[:, 1] <= heights[:, None]
        lines, edges = np.nonzero(below != above)
        (x0, y0), (x1, y1) = start[edges].T, end[edges].T
        return lines, x0 + (heights[lines] - y0) / (y1 - y0) * (x1 - x0)


def _crossing_heights(start: Floats, end: Floats) -> Floats:
    """The y at which edges cross each other within."""
    step = end - start
    apart = start[None, :] - start[:, None]
    turn = _cross(step[:, None], step[None, :])
    with np.errstate(divide="ignore", invalid="ignore"):
        along = _cross(apart, step[None, :]) / turn
        along_other = _cross(apart, step[:, None]) / turn
        crossing = (along > 0) & (along < 1) & (along_other > 0) & (along_other < 1)
    first, second = np.nonzero(np.triu(crossing))
    return np.asarray(start[first, 1] + along[first, second] * step[first, 1])


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
