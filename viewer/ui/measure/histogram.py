"""How often each value occurs in a region."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viewer.imaging.roi.statistics import Statistics
from viewer.ui import captions, theme

_HEIGHT = 132
_GAP = 4.0


class HistogramPlot(QWidget):
    """Bars of one region's values, with lines at the mean and one SD to both sides."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("histogram")
        self.setAccessibleName("Histogram of the selected region")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._statistics: Statistics | None = None
        self._unit = ""
        self._color = ""
        self.counts = np.zeros(0, np.intp)
        self.edges = np.zeros(1)

    def sizeHint(self) -> QSize:
        """As high as bars can be told apart."""
        return QSize(200, _HEIGHT)

    def show_values(self, statistics: Statistics, unit: str, color: str) -> None:
        """Show the values of another region.

        Parameters
        ----------
        statistics : Statistics
        unit : str
        color : str
            Of the bars, ``"#rrggbb"``; empty for the theme's.
        """
        if statistics is not self._statistics:
            self._statistics = statistics
            self.counts, self.edges = statistics.histogram()
        self._unit, self._color = unit, color
        self.update()

    def bin_at(self, position: QPointF) -> int | None:
        """The number of the bar at a point, None beside the plot."""
        plot = self._plot
        share = (position.x() - plot.left()) / plot.width()
        return int(share * len(self.counts)) if 0 <= share < 1 and len(self.counts) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what the bar under the pointer stands for."""
        number = self.bin_at(event.position())
        if number is None:
            QToolTip.hideText()
            return
        text = f"{self._range(number)}: {captions.count(int(self.counts[number]), 'pixel')}"
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars and the axis."""
        if self._statistics is None:
            return
        values, plot = theme.tokens(), self._plot
        painter = QPainter(self)
        painter.setFont(theme.body_font(values.font_caption))
        self._draw_bars(painter, plot)
        painter.setPen(QPen(QColor(values.border_strong), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        self._draw_mean(painter, plot, self._statistics)
        self._draw_ends(painter, plot)
        painter.end()

    @property
    def _plot(self) -> QRectF:
        line = QFontMetricsF(theme.body_font(theme.tokens().font_caption)).height()
        return QRectF(self.rect()).adjusted(1, line + _GAP, -1, -line - _GAP)

    def _draw_bars(self, painter: QPainter, plot: QRectF) -> None:
        width = plot.width() / len(self.counts)
        gap = 1.0 if width > 4 else 0.0
        color = QColor(self._color or theme.tokens().accent)
        color.setAlphaF(0.85)
        heights = plot.height() * self.counts / self.counts.max()
        for number, height in enumerate(heights.tolist()):
            left = plot.left() + number * width
            painter.fillRect(QRectF(left, plot.bottom() - height, width - gap, height), color)

    def _draw_mean(self, painter: QPainter, plot: QRectF, statistics: Statistics) -> None:
        values, low, high = theme.tokens(), self.edges[0], self.edges[-1]
        at = plot.left() + plot.width() * (statistics.mean - low) / (high - low)
        painter.setPen(QPen(QColor(values.text), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(at, plot.top()), QPointF(at, plot.bottom()))
        text = f"mean {self._number(statistics.mean)}"
        width = painter.fontMetrics().horizontalAdvance(text)
        left = min(max(at - width / 2, plot.left()), plot.right() - width)
        box = QRectF(left, 0, width + 1, plot.top() - _GAP)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, text)

    def _draw_ends(self, painter: QPainter, plot: QRectF) -> None:
        painter.setPen(QColor(theme.tokens().text_muted))
        below = QRectF(plot.left(), plot.bottom() + _GAP, plot.width(), self.height())
        top = Qt.AlignmentFlag.AlignTop
        assert self._statistics is not None
        painter.drawText(
            below, top | Qt.AlignmentFlag.AlignLeft, self._number(self._statistics.minimum)
        )
        painter.drawText(
            below,
            top | Qt.AlignmentFlag.AlignRight,
            f"{self._number(self._statistics.maximum)} {self._unit}".strip(),
        )

    def _range(self, number: int) -> str:
        low, high = float(self.edges[number]), float(self.edges[number + 1])
        if self._is_whole:  # bins begin half way between whole numbers
            low, high = low + 0.5, high - 0.5
        ends = self._number(low) if low == high else f"{self._number(low)} to {self._number(high)}"
        return f"{ends} {self._unit}".strip()

    @property
    def _is_whole(self) -> bool:
        return self._statistics is not None and self._statistics.values.dtype.kind in "iu"

    def _number(self, value: float) -> str:
        return captions.number(value, 0 if self._is_whole else 2)
