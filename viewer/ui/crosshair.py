"""The lines in which the planes of other views cut a picture, and the handles that turn them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter

from viewer.imaging.geometry import Points
from viewer.imaging.plane import Orientation
from viewer.session.display import Display
from viewer.ui import drawing
from viewer.ui.placement import Placement

_HANDLE_SHARE = 0.36  # of the view's smaller side, from the cursor
_NEAREST_HANDLE_PX = 28.0
_HANDLE_REACH_PX = 9.0


@dataclass(frozen=True, eq=False)
class Crosshair:
    """Where the planes of the other views cut the picture of one.

    Parameters
    ----------
    display : Display
        With a cursor.
    orientation : Orientation
        The view.
    placement : Placement
        Of its picture.
    """

    display: Display
    orientation: Orientation
    placement: Placement

    def paint(self, painter: QPainter, pointer: QPointF | None) -> None:
        """Draw the lines, each in the colour of its plane, and handles while the pointer is there.

        Parameters
        ----------
        painter : QPainter
        pointer : QPointF, optional
            Where the pointer is in the view; a handle under it is filled.
        """
        lines = [(line, f"crosshair_{plane}") for plane, line in self._lines()]
        drawing.draw_crosshair(painter, lines, self._center)
        if pointer is not None:
            for plane, at in self._handles():
                held = _is_near(pointer, at)
                drawing.draw_handle(painter, at, f"crosshair_{plane}", filled=held)

    def has_handle_at(self, position: QPointF) -> bool:
        """Whether a point of the view is near enough to a handle to mean it."""
        return any(_is_near(position, at) for _, at in self._handles())

    def angle(self, before: QPointF, after: QPointF) -> float:
        """How far a drag turns about the cursor, in radians about the picture's normal."""
        start, end = (self._from_cursor(p) for p in (before, after))
        normal = self.placement.plane.normal
        return float(np.arctan2(np.cross(start, end) @ normal, start @ end))

    @property
    def _cursor(self) -> Points:
        assert self.display.cursor is not None
        return self.display.cursor

    @property
    def _center(self) -> QPointF:
        return self.placement.position_of(self._cursor)

    def _from_cursor(self, position: QPointF) -> Points:
        plane = self.placement.plane
        projected = self._cursor - plane.distance_mm(self._cursor) * plane.normal
        return np.asarray(self.placement.lps_of(position) - projected)

    def _lines(self) -> Iterator[tuple[Orientation, QLineF]]:
        for other in Orientation:
            stack = self.display.stack(other)
            if other is self.orientation or stack is None:
                continue
            line = self.placement.trace(self._cursor, stack.first.normal)
            if line is not None:
                yield other, line

    def _handles(self) -> Iterator[tuple[Orientation, QPointF]]:
        """On either side of the cursor, no farther than the lines go, if in sight."""
        view, center = self.placement.view, self._center
        distance = min(view.width(), view.height()) * _HANDLE_SHARE
        in_sight = QRectF(QPointF(0, 0), view)
        for plane, line in self._lines():
            for end in (line.p1(), line.p2()):
                arm = QLineF(center, end)
                arm.setLength(max(min(distance, arm.length()), _NEAREST_HANDLE_PX))
                if in_sight.contains(arm.p2()):
                    yield plane, arm.p2()


def _is_near(position: QPointF, handle: QPointF) -> bool:
    return QLineF(position, handle).length() <= _HANDLE_REACH_PX
