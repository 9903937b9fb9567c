"""A figure while it is being drawn: points placed one after the other."""

from __future__ import annotations

import numpy as np

from viewer.imaging.geometry import Points
from viewer.imaging.plane import Plane
from viewer.imaging.roi.figure import PLACED, Figure, Kind


class Draft:
    """Points placed by dragging or by clicking, whichever the hand does.

    A press places a point, and another that follows the pointer; a release fixes that one if the
    pointer was dragged, the next press if it was not. A freehand outline takes every point that it
    is dragged through, or the corners that are clicked.

    Parameters
    ----------
    kind : Kind
    plane : Plane
        In which all points lie.
    lps : ndarray, shape (3,)
        Where the first press was.
    """

    def __init__(self, kind: Kind, plane: Plane, lps: Points) -> None:
        self.kind = kind
        self.plane = plane
        self._fixed = [lps]
        self._loose: Points | None = None if self.is_complete else lps

    @property
    def is_complete(self) -> bool:
        """Whether all points are placed; a freehand outline is finished by ``close``."""
        return self.kind in PLACED and len(self._fixed) == PLACED[self.kind]

    @property
    def figure(self) -> Figure:
        """What there is of the figure, the point under the pointer included."""
        points = self._fixed if self._loose is None else [*self._fixed, self._loose]
        return Figure(self.kind, np.array(points), self.plane).completed()

    @property
    def start(self) -> Points:
        """The first point."""
        return self._fixed[0]

    @property
    def last(self) -> Points:
        """The point fixed last."""
        return self._fixed[-1]

    def press(self, lps: Points) -> None:
        """A click places the point that followed the pointer; a second Cobb line begins there."""
        self._fix(lps)

    def move(self, lps: Points, *, dragging: bool) -> None:
        """The pointer moved."""
        if self.kind is Kind.FREEHAND and dragging:
            self._fixed.append(lps)
        self._loose = lps

    def release(self, lps: Points, *, dragged: bool) -> None:
        """The button went up."""
        if dragged and self.kind is not Kind.FREEHAND and not self._begins_stroke:
            self._fix(lps)

    def close(self) -> None:
        """Finish a freehand outline."""
        self._loose = None

    @property
    def _begins_stroke(self) -> bool:
        """Whether the next point is the first of a line of its own."""
        return self.kind is Kind.COBB and len(self._fixed) == 2

    def _fix(self, lps: Points) -> None:
        if not self.is_complete:
            self._fixed.append(lps)
            self._loose = None if self.is_complete else lps
