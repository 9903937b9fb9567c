"""Draws measurements over a picture, in pixels of the view: as thin at every magnification."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from viewer.imaging.roi.figure import AREAS, Kind
from viewer.ui import theme
from viewer.ui.measure.sketch import Sketch

_LINE, _LINE_SELECTED, _HALO = 1.5, 2.0, 2.5
_HANDLE, _TICK = 4.0, 5.0
_ARC = 18.0
_PROBE = 6.0
_HEAD_LENGTH, _HEAD_WIDTH = 12.0, 4.5
_LEADER_FROM = 24.0

Stroke = list[QPointF]


def paint(painter: QPainter, drawn: Sketch, *, selected: bool, hovered: bool) -> None:
    """Draw a measurement with its label; its handles where it is selected or hovered."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    color = _color(drawn, hovered and not selected)
    strokes = [*drawn.strokes, *_marks(drawn)]
    width = _LINE_SELECTED if selected else _LINE
    for pen in (_halo(width), _pen(color, width)):
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in strokes:
            painter.drawPolyline(QPolygonF(stroke))
    _draw_leaders(painter, drawn, color)
    if drawn.measurement.kind is Kind.ARROW and len(drawn.handles) == 2:
        tip, tail = drawn.handles
        _draw_head(painter, tip, tail, color)
    if selected or hovered:
        _draw_handles(painter, drawn.handles, color, filled=selected)
    if drawn.lines:
        _draw_label(painter, drawn, color, framed=selected)


def _color(drawn: Sketch, lighter: bool) -> QColor:
    color = QColor(drawn.measurement.color or theme.tokens().measurement)
    return color.lighter(125) if lighter else color


def _marks(drawn: Sketch) -> list[Stroke]:
    """The small strokes that tell one kind from another."""
    kind, handles = drawn.measurement.kind, drawn.handles
    if kind in (Kind.LENGTH, Kind.BIDIRECTIONAL):
        return [tick for stroke in drawn.strokes for tick in _ticks(stroke)]
    if kind is Kind.ANGLE and len(handles) == 3:
        return [_arc(*handles)]
    if kind is Kind.PROBE:
        near, far = _PROBE / 2, 2 * _PROBE
        ways = (QPointF(-1, 0), QPointF(1, 0), QPointF(0, -1), QPointF(0, 1))
        return [[handles[0] + way * near, handles[0] + way * far] for way in ways]
    return []


def _ticks(stroke: Stroke) -> list[Stroke]:
    """Short lines across both ends."""
    line = QLineF(stroke[0], stroke[-1])
    if line.length() < 1:
        return []
    across = QPointF(-line.dy(), line.dx()) * (_TICK / line.length())
    return [[end - across, end + across] for end in (line.p1(), line.p2())]


def _arc(first: QPointF, vertex: QPointF, last: QPointF) -> Stroke:
    """The bow between the arms, on the side of the angle that is measured."""
    arms = [QLineF(vertex, end) for end in (first, last)]
    radius = min(_ARC, *(arm.length() / 2 for arm in arms))
    start, end = (float(np.arctan2(arm.dy(), arm.dx())) for arm in arms)
    turn = (end - start + np.pi) % (2 * np.pi) - np.pi
    angles = start + turn * np.linspace(0, 1, 24)
    places = np.stack([np.cos(angles), np.sin(angles)], axis=-1) * radius
    return [vertex + QPointF(x, y) for x, y in places.tolist()]


def _draw_leaders(painter: QPainter, drawn: Sketch, color: QColor) -> None:
    """Dotted lines: between the two lines of a Cobb angle, and to a label that lies apart."""
    lines = []
    if drawn.measurement.kind is Kind.COBB and len(drawn.strokes) == 2:
        middles = [QLineF(s[0], s[-1]).center() for s in drawn.strokes]
        lines.append(QLineF(*middles))
    if drawn.lines and drawn.measurement.label is not None:
        box, anchor = drawn.label, drawn.anchor
        edge = QPointF(
            min(max(anchor.x(), box.left()), box.right()),
            min(max(anchor.y(), box.top()), box.bottom()),
        )
        if QLineF(edge, anchor).length() > _LEADER_FROM:
            lines.append(QLineF(edge, anchor))
    for pen in (_halo(1.0), _pen(color, 1.0, Qt.PenStyle.DotLine)):
        painter.setPen(pen)
        painter.drawLines(lines)


def _draw_head(painter: QPainter, tip: QPointF, tail: QPointF, color: QColor) -> None:
    line = QLineF(tip, tail)
    if line.length() < 1:
        return
    along = QPointF(line.dx(), line.dy()) * (_HEAD_LENGTH / line.length())
    across = QPointF(-along.y(), along.x()) * (_HEAD_WIDTH / _HEAD_LENGTH)
    painter.setPen(_halo(0))
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([tip, tip + along + across, tip + along - across]))


def _draw_handles(
    painter: QPainter, handles: Sequence[QPointF], color: QColor, *, filled: bool
) -> None:
    shadow = QColor(theme.tokens().overlay_shadow)
    for handle in handles:
        painter.setPen(_halo(_LINE))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(handle, _HANDLE, _HANDLE)
        painter.setPen(_pen(color, _LINE))
        painter.setBrush(color if filled else shadow)
        painter.drawEllipse(handle, _HANDLE, _HANDLE)


def _draw_label(painter: QPainter, drawn: Sketch, color: QColor, *, framed: bool) -> None:
    values = theme.tokens()
    ground = QColor(values.overlay_shadow)
    ground.setAlphaF(0.72)
    painter.setPen(_pen(color, 1.0) if framed else Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    # On the middle of pixels, so that the frame is one pixel wide.
    box = QRectF(drawn.label.toRect()).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(box, values.radius - 1, values.radius - 1)
    painter.setFont(theme.body_font(values.font_caption + 1))
    painter.setPen(color)
    align = Qt.AlignmentFlag.AlignCenter
    if drawn.measurement.kind in AREAS:
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        box = box.adjusted(5, 0, 0, 0)
    painter.drawText(box, align, "\n".join(drawn.lines))


def _pen(color: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    return QPen(color, width, style, cap, join)


def _halo(width: float) -> QPen:
    """A dark edge around a line of this width."""
    color = QColor(theme.tokens().overlay_shadow)
    color.setAlphaF(0.55)
    return _pen(color, width + _HALO)
