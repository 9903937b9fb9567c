"""What is drawn over a picture: letters, texts, scale bar, crosshair, findings.

Each function paints in the pixels of the view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from viewer.ui import theme

Align = Qt.AlignmentFlag

_MARGIN = 12.0
_LETTER_ROOM = 36.0  # left free between the corners for the letters at top and bottom
_CROSSHAIR_GAP = 14.0
_BAR_LENGTHS_MM = (1, 2, 5, 10, 20, 50, 100, 200)
_BAR_SHARE = 0.28  # of the view's width, at most
_BAR_TICK = 4.0
_HANDLE_RADIUS = 5.0
_COLORS_SHARE, _COLORS_LONGEST, _COLORS_WIDTH = 0.26, 160.0, 10.0


@dataclass(frozen=True)
class Line:
    """One line of text over a picture: its colour is a token's name."""

    text: str
    color: str = "overlay_text"
    bold: bool = False


@dataclass(frozen=True)
class Corners:
    """The texts of the four corners, from top to bottom."""

    top_left: Sequence[Line] = ()
    top_right: Sequence[Line] = ()
    bottom_left: Sequence[Line] = ()
    bottom_right: Sequence[Line] = ()


def draw_corners(painter: QPainter, view: QRectF, corners: Corners) -> None:
    """Draw the corner texts, each cut off where it would run into its neighbour."""
    width = (view.width() - 2 * _MARGIN - _LETTER_ROOM) / 2
    inner = view.adjusted(_MARGIN, _MARGIN - 2, -_MARGIN, -_MARGIN + 2)
    font, bold = _font(), _font(bold=True)
    metrics = QFontMetricsF(font)
    step = metrics.lineSpacing() + 1
    for lines, right, bottom in (
        (corners.top_left, False, False),
        (corners.top_right, True, False),
        (corners.bottom_left, False, True),
        (corners.bottom_right, True, True),
    ):
        y = inner.bottom() - step * len(lines) if bottom else inner.top()
        for line in lines:
            text = metrics.elidedText(line.text, Qt.TextElideMode.ElideRight, width)
            box = QRectF(inner.left(), y, inner.width(), step)
            painter.setFont(bold if line.bold else font)
            align = Align.AlignRight if right else Align.AlignLeft
            _text(painter, box, align | Align.AlignVCenter, text, line.color)
            y += step


def draw_letters(painter: QPainter, view: QRectF, letters: tuple[str, str, str, str]) -> None:
    """Draw the patient directions at the ``(left, right, top, bottom)`` edges."""
    inner = view.adjusted(_MARGIN, _MARGIN - 4, -_MARGIN, -_MARGIN + 4)
    painter.setFont(_font(theme.tokens().font_title, bold=True))
    places = (
        Align.AlignLeft | Align.AlignVCenter,
        Align.AlignRight | Align.AlignVCenter,
        Align.AlignHCenter | Align.AlignTop,
        Align.AlignHCenter | Align.AlignBottom,
    )
    for letter, place in zip(letters, places, strict=True):
        _text(painter, inner, place, letter, "overlay_letter")


def bar_length_mm(pixels_per_mm: float, view_width: float) -> int:
    """A round length that fits into its share of the view."""
    longest = view_width * _BAR_SHARE / pixels_per_mm
    return max((n for n in _BAR_LENGTHS_MM if n <= longest), default=_BAR_LENGTHS_MM[0])


def draw_scale_bar(
    painter: QPainter, view: QRectF, pixels_per_mm: float, unit: str, lines_below: int
) -> None:
    """Draw a horizontal bar of a round length above the bottom right texts."""
    length = bar_length_mm(pixels_per_mm, view.width())
    font = _font()
    step = QFontMetricsF(font).lineSpacing() + 1
    right = view.right() - _MARGIN
    y = view.bottom() - _MARGIN - step * lines_below - 4
    left = right - length * pixels_per_mm
    strokes = [
        QLineF(left, y, right, y),
        QLineF(left, y - _BAR_TICK, left, y),
        QLineF(right, y - _BAR_TICK, right, y),
    ]
    for color, width in (("overlay_shadow", 3.0), ("overlay_text", 1.0)):
        painter.setPen(QPen(_color(color), width))
        painter.drawLines(strokes)
    painter.setFont(font)
    box = QRectF(right - 160, y - step - _BAR_TICK, 160, step)
    _text(painter, box, Align.AlignRight | Align.AlignVCenter, f"{length} {unit}", "overlay_text")


def draw_color_bar(
    painter: QPainter,
    view: QRectF,
    colors: npt.NDArray[np.uint8],
    texts: tuple[str, str],
    *,
    right: bool = False,
) -> None:
    """Draw colours from bottom to top at the left or right edge, above the letter.

    Parameters
    ----------
    painter : QPainter
    view : QRectF
    colors : ndarray of uint8, shape (256, 3)
    texts : tuple of str
        What the first and the last colour mean.
    right : bool
    """
    height = min(view.height() * _COLORS_SHARE, _COLORS_LONGEST)
    left = view.right() - _MARGIN - _COLORS_WIDTH if right else view.left() + _MARGIN
    bar = QRectF(left, view.center().y() - 24 - height, _COLORS_WIDTH, height)
    column = np.ascontiguousarray(colors[::-1])
    image = QImage(column.data, 1, len(column), 3, QImage.Format.Format_RGB888)
    painter.drawImage(bar, image)
    painter.setPen(QPen(_color("overlay_text", 0.6), 1.0))
    painter.drawRect(bar)
    font = _font()
    step = QFontMetricsF(font).lineSpacing()
    painter.setFont(font)
    for text, y in ((texts[1], bar.top()), (texts[0], bar.bottom() - step)):
        place = QRectF(bar.right() + 5, y, view.width() / 2, step)
        align = Align.AlignLeft
        if right:
            place.moveRight(bar.left() - 5)
            align = Align.AlignRight
        _text(painter, place, align | Align.AlignVCenter, text, "overlay_text")


def draw_gauge(
    painter: QPainter, track: QRectF, index: int, count: int, marked: Sequence[int]
) -> None:
    """Draw how far through its slices a view is, and the slices in which findings lie."""
    if count < 2:
        return

    def height(slice_: float) -> float:
        return track.top() + track.height() * slice_ / (count - 1)

    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # upright rectangles
    painter.fillRect(track, _color("overlay_text", 0.16))
    finding = _color("finding", 0.9)
    for slice_ in marked:
        tick = QRectF(track.left() - 2, round(height(slice_)) - 1, track.width() + 4, 2)
        painter.fillRect(tick, finding)
    thumb = QRectF(track.left() - 1, height(index) - 4, track.width() + 2, 8)
    painter.fillRect(thumb.adjusted(-1, -1, 1, 1), _color("overlay_shadow", 0.7))
    painter.fillRect(thumb, _color("overlay_text", 0.95))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def draw_crosshair(painter: QPainter, lines: Sequence[tuple[QLineF, str]], center: QPointF) -> None:
    """Draw lines with a gap around ``center``, each in the colour of the plane it stands for."""
    for line, color in lines:
        painter.setPen(QPen(_color(color, 0.75), 1.0))
        length = line.length()
        if length <= 0:
            continue
        unit = QPointF(line.dx() / length, line.dy() / length)
        painter.drawLine(line.p1(), center - unit * _CROSSHAIR_GAP)
        painter.drawLine(center + unit * _CROSSHAIR_GAP, line.p2())


def draw_references(painter: QPainter, lines: Sequence[tuple[QLineF, str]]) -> None:
    """Draw the slices of other views as dashed lines, each in the colour of its plane."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line, color in lines:
        painter.setPen(QPen(_color("overlay_shadow", 0.5), 3.0))
        painter.drawLine(line)
        pen = QPen(_color(color), 1.2)
        pen.setDashPattern([6, 4])
        painter.setPen(pen)
        painter.drawLine(line)


def draw_frame(painter: QPainter, frame: QRectF) -> None:
    """Draw a frame that is being dragged."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for name, width in (("overlay_shadow", 3.0), ("measurement", 1.2)):
        painter.setPen(QPen(_color(name, 0.6 if width > 2 else 1.0), width))
        painter.drawRect(frame)


def draw_ring(painter: QPainter, at: QPointF, radius: float) -> None:
    """Draw the edge of a magnifier."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for name, width in (("overlay_shadow", 4.0), ("overlay_text", 1.5)):
        painter.setPen(QPen(_color(name, 0.7), width))
        painter.drawEllipse(at, radius, radius)


def draw_handle(painter: QPainter, at: QPointF, color: str, *, filled: bool) -> None:
    """Draw a ring to take hold of; filled under the pointer."""
    painter.setBrush(_color(color) if filled else _color("overlay_shadow", 0.5))
    for name, width in (("overlay_shadow", 3.5), (color, 1.5)):
        painter.setPen(QPen(_color(name, 0.6 if width > 2 else 1.0), width))
        painter.drawEllipse(at, _HANDLE_RADIUS, _HANDLE_RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_finding(painter: QPainter, box: QRectF, label: str, *, selected: bool) -> None:
    """Draw a finding as the four corners of a box, with its label when selected."""
    color = "finding_selected" if selected else "finding"
    tick = min(max(6.0, box.width() / 4), box.width() / 2)
    rise = min(max(6.0, box.height() / 4), box.height() / 2)
    strokes = [
        line
        for corner, dx, dy in (
            (box.topLeft(), tick, rise),
            (box.topRight(), -tick, rise),
            (box.bottomLeft(), tick, -rise),
            (box.bottomRight(), -tick, -rise),
        )
        for line in (
            QLineF(corner, corner + QPointF(dx, 0)),
            QLineF(corner, corner + QPointF(0, dy)),
        )
    ]
    for name, width in (("overlay_shadow", 4.0), (color, 2.0)):
        painter.setPen(QPen(_color(name, 0.6 if width > 2 else 1.0), width))
        painter.drawLines(strokes)
    if label:
        painter.setFont(_font(bold=selected))
        place = QRectF(box.right() + 6, box.top() - 3, 240, 18)
        _text(painter, place, Align.AlignLeft | Align.AlignVCenter, label, color)


def _font(size: int | None = None, *, bold: bool = False) -> QFont:
    return theme.body_font(size or theme.tokens().font_caption + 1, bold=bold)


def _color(token: str, alpha: float = 1.0) -> QColor:
    color = QColor(getattr(theme.tokens(), token))
    color.setAlphaF(alpha)
    return color


def _text(painter: QPainter, box: QRectF, align: Qt.AlignmentFlag, text: str, color: str) -> None:
    """Draw a text on a dark edge of its own, so that it can be read on bone too."""
    painter.setPen(_color("overlay_shadow", 0.85))
    for dx, dy in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        painter.drawText(box.translated(dx, dy), align, text)
    painter.setPen(_color(color))
    painter.drawText(box, align, text)
