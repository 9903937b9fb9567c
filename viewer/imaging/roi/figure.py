"""What is drawn of each kind of measurement: its strokes, its handles, the region inside.

A figure's points lie in the plane that it was drawn in, in LPS mm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from skimage.measure import approximate_polygon

from viewer.imaging.geometry import Points
from viewer.imaging.plane import Plane
from viewer.imaging.roi.region import Ellipse, Floats, Polygon, Region


class Kind(StrEnum):
    """What is measured or marked."""

    LENGTH = "length"
    BIDIRECTIONAL = "bidirectional"
    ANGLE = "angle"
    COBB = "cobb"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    FREEHAND = "freehand"
    PROBE = "probe"
    ARROW = "arrow"
    TEXT = "text"


#: Kinds that enclose pixels.
AREAS = frozenset((Kind.RECTANGLE, Kind.ELLIPSE, Kind.FREEHAND))

#: How many points are placed to draw a kind; a freehand outline has as many as one likes.
PLACED = {
    Kind.LENGTH: 2,
    Kind.BIDIRECTIONAL: 2,
    Kind.ANGLE: 3,
    Kind.COBB: 4,
    Kind.RECTANGLE: 2,
    Kind.ELLIPSE: 2,
    Kind.PROBE: 1,
    Kind.ARROW: 2,
    Kind.TEXT: 1,
}


@dataclass(frozen=True, eq=False)
class Figure:
    """A kind with its points.

    Parameters
    ----------
    kind : Kind
    points : array_like, shape (n, 3)
        LPS mm. Of a length, its ends; of an angle, an end, the vertex and the other end; of a Cobb
        angle, the ends of one line and of the other; of a rectangle or ellipse, two opposite
        corners of the box, whose sides run along the plane's rows and columns; of a bidirectional
        measurement, the ends of the long axis and of the short one; of an arrow, tip and tail.
        There may be fewer while it is being drawn.
    plane : Plane
    """

    kind: Kind
    points: Points
    plane: Plane

    def __post_init__(self) -> None:
        points = np.array(self.points, dtype=np.float64).reshape(-1, 3)
        points.flags.writeable = False
        object.__setattr__(self, "points", points)

    @property
    def is_whole(self) -> bool:
        """Whether there are as many points as the kind needs."""
        needed = {Kind.BIDIRECTIONAL: 4, Kind.FREEHAND: 3}.get(self.kind) or PLACED[self.kind]
        return len(self.points) >= needed

    @property
    def region(self) -> Region | None:
        """What the figure encloses; None for lines and points."""
        flat = self._flat
        if not self.is_whole:
            return None
        if self.kind is Kind.ELLIPSE:
            return Ellipse(flat[0], flat[1])
        if self.kind is Kind.RECTANGLE:
            return Polygon(_corners(flat[0], flat[1]))
        return Polygon(flat) if self.kind is Kind.FREEHAND else None

    @property
    def strokes(self) -> list[Points]:
        """The lines to draw, each of shape (n, 3); none for points."""
        region = self.region
        if region is not None:
            return [self._lps(region.outline)]
        if self.kind in (Kind.COBB, Kind.BIDIRECTIONAL):
            return [part for part in (self.points[:2], self.points[2:]) if len(part) == 2]
        return [self.points] if len(self.points) > 1 else []

    @property
    def handles(self) -> Points:
        """Where the figure can be taken hold of, shape (n, 3)."""
        if self.is_whole and self.kind is Kind.RECTANGLE:
            return self._lps(_corners(*self._flat))
        if self.is_whole and self.kind is Kind.ELLIPSE:
            (x0, y0), (x1, y1) = self._flat
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            return self._lps(np.array([(x0, y), (x, y0), (x1, y), (x, y1)]))
        return self.points

    def with_handle(self, number: int, lps: npt.ArrayLike) -> Figure:
        """The figure with a handle moved to a point of its plane.

        Parameters
        ----------
        number : int
            Of the handle, in the order of ``handles``.
        lps : array_like, shape (3,)
        """
        x, y = self._flatten(np.asarray(lps, np.float64)[None])[0]
        flat = self._flat.copy()
        if self.kind is Kind.RECTANGLE:
            flat[int(number in (1, 2)), 0] = x
            flat[int(number in (2, 3)), 1] = y
        elif self.kind is Kind.ELLIPSE:
            axis = number % 2
            flat[number // 2, axis] = (x, y)[axis]
        elif self.kind is Kind.BIDIRECTIONAL:
            flat = _with_end(flat, number, np.array((x, y)))
        else:
            flat[number] = x, y
        return replace(self, points=self._lps(flat))

    def moved(self, by_mm: npt.ArrayLike) -> Figure:
        """The figure moved within its plane, as a whole."""
        by = np.asarray(by_mm, np.float64)
        normal = self.plane.normal
        return replace(self, points=self.points + by - (by @ normal) * normal)

    def completed(self) -> Figure:
        """The figure with what is not placed by hand: the short axis across the long one.

        It starts half as long, through the middle.
        """
        if self.kind is not Kind.BIDIRECTIONAL or len(self.points) != 2:
            return self
        start, end = self._flat
        across = np.array([-(end - start)[1], (end - start)[0]]) / 4
        middle = (start + end) / 2
        flat = np.stack([start, end, middle + across, middle - across])
        return replace(self, points=self._lps(flat))

    def simplified(self, tolerance_mm: float) -> Figure:
        """A freehand outline with fewer points, never farther from the line than the tolerance.

        By Douglas and Peucker (Cartographica 1973; 10(2): 112-122).
        """
        if self.kind is not Kind.FREEHAND or len(self.points) < 4:
            return self
        flat = self._flat
        closed = np.concatenate([flat, flat[:1]])
        kept = approximate_polygon(closed, tolerance_mm)[:-1]  # type: ignore[no-untyped-call]
        return replace(self, points=self._lps(kept)) if len(kept) >= 3 else self

    def lies_in(self, plane: Plane, reach_mm: float) -> bool:
        """Whether all of it is within ``reach_mm`` of a plane."""
        points = np.concatenate([self.points, *self.strokes])
        distances = (points - plane.origin) @ plane.normal
        return bool(np.all(np.abs(distances) <= reach_mm + 1e-6))

    @property
    def _flat(self) -> Floats:
        return self._flatten(self.points)

    def _flatten(self, lps: Points) -> Floats:
        """Points as ``(x, y)`` in mm along the plane's rows and columns, shape (n, 2)."""
        row, column = self.plane.to_pixel(lps)
        height, width = self.plane.pixel_mm
        return np.stack([column * width, row * height], axis=-1)

    def _lps(self, flat: Floats) -> Points:
        height, width = self.plane.pixel_mm
        offset = (self.points[0] - self.plane.origin) @ self.plane.normal
        lps = self.plane.to_lps(flat[:, 1] / height, flat[:, 0] / width)
        return np.asarray(lps + offset * self.plane.normal)


def _corners(first: Floats, last: Floats) -> Floats:
    (x0, y0), (x1, y1) = first, last
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def _with_end(flat: Floats, number: int, to: Floats) -> Floats:
    """Two axes with one end moved, kept perpendicular and crossing.

    An end of the long axis takes the short one along, its halves as long as before; an end of the
    short axis takes the other end's place along the long one, and its own distance from it.
    """
    long, short = flat[:2].copy(), flat[2:].copy()
    start, step = long[0], long[1] - long[0]
    length = float(np.linalg.norm(step)) or 1.0
    unit = step / length
    normal = np.array([-unit[1], unit[0]])
    place = float((short[0] - start) @ unit) / length
    halves = (short - start) @ normal
    if number < 2:
        long[number] = to
        start, step = long[0], long[1] - long[0]
        length = float(np.linalg.norm(step)) or 1.0
        unit = step / length
        normal = np.array([-unit[1], unit[0]])
    else:
        place = float(np.clip((to - start) @ unit / length, 0, 1))
        halves[number - 2] = (to - start) @ normal
    short = start + place * length * unit + halves[:, None] * normal
    return np.concatenate([long, short])
