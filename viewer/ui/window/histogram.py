"""How often values occur in the series in view, with the window on it, to be dragged."""

from __future__ import annotations

from enum import Enum, auto

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.imaging.voi import Histogram
from viewer.ui import captions, theme

_HEIGHT = 150
_REACH_PX = 7.0
_LEAST_SHARE = 1e-3  # of the range, that a dragged window is wide


class _Part(Enum):
    LOW = auto()
    HIGH = auto()
    ALL = auto()


class WindowHistogram(QWidget):
    """Bars, and the window as a ramp over them."""

    #: The window was dragged: the values that become black and white.
    dragged = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("window_histogram")
        self.setAccessibleName("Histogram of the series, with the window")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self._histogram: Histogram | None = None
        self._limits = (0.0, 1.0)
        self._unit = ""
        self._held: tuple[_Part, float, tuple[float, float]] | None = None

    def sizeHint(self) -> QSize:
        """High enough to see peaks."""
        return QSize(380, _HEIGHT)

    def show_values(self, histogram: Histogram | None, unit: str) -> None:
        """Show how often values occur; None for nothing."""
        self._histogram, self._unit = histogram, unit
        self.update()

    def show_window(self, low: float, high: float) -> None:
        """Show the window."""
        self._limits = (low, high)
        self.update()

    def x_of(self, value: float) -> float:
        """Where a value lies."""
        first, last = self._range
        return self._plot.left() + (value - first) / (last - first) * self._plot.width()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of an edge of the window, or of all of it."""
        part = self._part_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and part is not None:
            self._held = part, self._value_at(event.position()), self._limits

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is held; show by the pointer what can be."""
        if self._held is None:
            part = self._part_at(event.position())
            edge, body = Qt.CursorShape.SizeHorCursor, Qt.CursorShape.OpenHandCursor
            shapes = {_Part.LOW: edge, _Part.HIGH: edge, _Part.ALL: body}
            self.setCursor(shapes[part] if part else Qt.CursorShape.ArrowCursor)
            return
        part, start, (low, high) = self._held
        moved = self._value_at(event.position()) - start
        least = (self._range[1] - self._range[0]) * _LEAST_SHARE
        if part is not _Part.HIGH:
            low += moved
        if part is not _Part.LOW:
            high += moved
        if part is _Part.LOW:
            low = min(low, high - least)
        elif part is _Part.HIGH:
            high = max(high, low + least)
        self.dragged.emit(low, high)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bars, window and ends."""
        values, plot = theme.tokens(), self._plot
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(plot, QColor(values.field))
        if self._histogram is None:
            return
        painter.save()
        painter.setClipRect(plot)
        self._draw_window(painter)
        self._draw_bars(painter, self._histogram)
        self._draw_ramp(painter)
        painter.restore()
        painter.setPen(QColor(values.border_strong))
        painter.drawRect(plot)
        painter.setFont(theme.body_font(values.font_caption))
        painter.setPen(QColor(values.text_muted))
        below = QRectF(plot.left(), plot.bottom() + 2, plot.width(), self.height() - plot.bottom())
        for value, align in zip(
            self._range, (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), strict=True
        ):
            painter.drawText(below, align, captions.value(round(value, 2), self._unit))

    def _draw_window(self, painter: QPainter) -> None:
        shade = QColor(theme.tokens().accent)
        shade.setAlphaF(0.14)
        low, high = (self.x_of(v) for v in self._limits)
        painter.fillRect(QRectF(low, self._plot.top(), high - low, self._plot.height()), shade)

    def _draw_bars(self, painter: QPainter, histogram: Histogram) -> None:
        # Roots, as air would leave nothing to be seen of the rest.
        heights = np.sqrt(histogram.counts / max(histogram.counts.max(), 1))
        plot, edges = self._plot, histogram.edges
        points = [plot.bottomLeft()]
        for n, height in enumerate(heights):
            y = plot.bottom() - height * (plot.height() - 6)
            points += [QPointF(self.x_of(edges[n]), y), QPointF(self.x_of(edges[n + 1]), y)]
        points.append(plot.bottomRight())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens().text_muted))
        painter.drawPolygon(QPolygonF(points))

    def _draw_ramp(self, painter: QPainter) -> None:
        plot, accent = self._plot, QColor(theme.tokens().accent)
        low, high = (self.x_of(v) for v in self._limits)
        painter.setPen(QPen(accent, 1.5))
        painter.drawPolyline(
            QPolygonF(
                [
                    plot.bottomLeft(),
                    QPointF(low, plot.bottom()),
                    QPointF(high, plot.top()),
                    plot.topRight(),
                ]
            )
        )
        for x in (low, high):
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    @property
    def _plot(self) -> QRectF:
        below = self.fontMetrics().height() + 2
        return QRectF(0.5, 0.5, self.width() - 1, self.height() - below - 1)

    @property
    def _range(self) -> tuple[float, float]:
        if self._histogram is None:
            return 0.0, 1.0
        return float(self._histogram.edges[0]), float(self._histogram.edges[-1])

    def _value_at(self, position: QPointF) -> float:
        first, last = self._range
        return first + (position.x() - self._plot.left()) / self._plot.width() * (last - first)

    def _part_at(self, position: QPointF) -> _Part | None:
        low, high = (self.x_of(v) for v in self._limits)
        x = position.x()
        if self._histogram is None or not low - _REACH_PX <= x <= high + _REACH_PX:
            return None
        if abs(x - high) <= min(_REACH_PX, abs(x - low)):
            return _Part.HIGH
        return _Part.LOW if abs(x - low) <= _REACH_PX else _Part.ALL
