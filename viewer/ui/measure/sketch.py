"""A measurement as it lies in one view, in the view's pixels, and what of it is where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF

from viewer.imaging.geometry import Points
from viewer.imaging.roi.figure import Kind
from viewer.session.measurements import Measurement
from viewer.ui import theme
from viewer.ui.placement import Placement

#: How far from a handle, a line or a label a press still means it.
_HANDLE_REACH, _LINE_REACH = 10.0, 6.0
_LABEL_GAP = 12.0
_LABEL_PADDING = (5.0, 3.0)


class Part(StrEnum):
    """What of a measurement can be taken hold of."""

    HANDLE = "handle"
    BODY = "body"
    LABEL = "label"


@dataclass(frozen=True)
class Grip:
    """A part of a measurement.

    Parameters
    ----------
    measurement : Measurement
    part : Part
    handle : int
        The handle's number.
    label : QPointF
        Where the label is, in pixels of the view: the middle of its left side.
    """

    measurement: Measurement
    part: Part
    handle: int = 0
    label: QPointF = field(default_factory=QPointF)


@dataclass(frozen=True, eq=False)
class Sketch:
    """What is drawn of a measurement.

    Parameters
    ----------
    measurement : Measurement
    strokes : list of list of QPointF
    handles : list of QPointF
    label : QRectF
        Empty if there is nothing to be written.
    lines : sequence of str
        The label's.
    """

    measurement: Measurement
    strokes: list[list[QPointF]]
    handles: list[QPointF]
    label: QRectF
    lines: Sequence[str]

    def grip_at(self, position: QPointF) -> Grip | None:
        """What of it lies at a point of the view: handles first, then the label, then lines."""
        distances = [_distance(position, handle) for handle in self.handles]
        if distances and min(distances) <= _HANDLE_REACH:
            return Grip(self.measurement, Part.HANDLE, distances.index(min(distances)))
        if self.label.contains(position):
            place = QPointF(self.label.left(), self.label.center().y())
            return Grip(self.measurement, Part.LABEL, label=place)
        for stroke in self.strokes:
            if any(_to_segment(position, a, b) <= _LINE_REACH for a, b in pairwise(stroke)):
                return Grip(self.measurement, Part.BODY)
        return None

    @property
    def anchor(self) -> QPointF:
        """The point of the figure nearest to the label, which a line leads to."""
        points = [p for stroke in self.strokes for p in stroke] or self.handles
        return min(points, key=lambda point: _distance(point, self.label.center()))


def sketch(measurement: Measurement, lines: Sequence[str], placement: Placement) -> Sketch:
    """Lay a measurement out in a view.

    Parameters
    ----------
    measurement : Measurement
    lines : sequence of str
        What is written beside it.
    placement : Placement
    """
    figure = measurement.figure
    strokes = [in_view(stroke, placement) for stroke in figure.strokes]
    handles = in_view(figure.handles, placement)
    size = label_size(lines)
    if figure.kind is Kind.TEXT:
        place = handles[0]
    elif measurement.label is not None:
        place = placement.position_of(measurement.label)
    else:
        points = [p for stroke in strokes for p in stroke] or handles
        right = max(points, key=lambda p: (round(p.x()), p.y()))
        place = right + QPointF(_LABEL_GAP, 0)
    box = QRectF(QPointF(place.x(), place.y() - size.height() / 2), size)
    return Sketch(measurement, strokes, handles, _kept_inside(box, placement.view), lines)


def in_view(points: Points, placement: Placement) -> list[QPointF]:
    """Points of the patient (LPS mm, shape (n, 3)) as points of a view."""
    row, column = placement.plane.to_pixel(points)
    height, width = placement.pixel_mm
    x, y = (column + 0.5) * width, (row + 0.5) * height
    return [
        placement.to_view.map(QPointF(a, b)) for a, b in zip(x.tolist(), y.tolist(), strict=True)
    ]


def lps_of(position: QPointF, placement: Placement, *, beside: bool = False) -> Points:
    """The point of the plane (LPS mm) under a point of the view.

    Parameters
    ----------
    position : QPointF
    placement : Placement
    beside : bool
        Whether it may lie beside the picture; else it is the picture's point nearest to it.
    """
    at = placement.from_view.map(position)
    height, width = placement.pixel_mm
    row, column = at.y() / height - 0.5, at.x() / width - 0.5
    if not beside:
        rows, columns = placement.plane.shape
        row = min(max(row, -0.5), rows - 0.5)
        column = min(max(column, -0.5), columns - 0.5)
    return placement.plane.to_lps(row, column)


def label_size(lines: Sequence[str]) -> QSizeF:
    """Size of a label."""
    if not lines:
        return QSizeF()
    metrics = QFontMetricsF(theme.body_font(theme.tokens().font_caption + 1))
    width = max(metrics.horizontalAdvance(line) for line in lines)
    across, along = _LABEL_PADDING
    return QSizeF(width + 2 * across, metrics.lineSpacing() * len(lines) + 2 * along)


def _kept_inside(box: QRectF, view: QSizeF) -> QRectF:
    x = min(max(box.x(), 0.0), max(view.width() - box.width(), 0.0))
    y = min(max(box.y(), 0.0), max(view.height() - box.height(), 0.0))
    return QRectF(QPointF(x, y), box.size())


def _distance(a: QPointF, b: QPointF) -> float:
    return float(np.hypot(a.x() - b.x(), a.y() - b.y()))


def _to_segment(point: QPointF, a: QPointF, b: QPointF) -> float:
    step, offset = b - a, point - a
    length = QPointF.dotProduct(step, step)
    share = 0.0 if length == 0 else QPointF.dotProduct(offset, step) / length
    return _distance(point, a + step * min(max(share, 0.0), 1.0))
