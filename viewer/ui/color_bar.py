"""The legend of a heatmap: its colours, its threshold and the value under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.imaging.colormaps import colormap
from viewer.session.results import OverlayStyle
from viewer.ui import captions, theme

_BAR_HEIGHT = 12
_MARK = 5.0


class ColorBar(QWidget):
    """Colours from 0 to the full value; what lies below the threshold is shown as empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("color_bar")
        self._style = OverlayStyle()
        self._full = 1.0
        self._value: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> float | None:
        """The value that is marked."""
        return self._value

    def set_style(self, style: OverlayStyle, full: float) -> None:
        """Show another colour map, threshold or value of the last colour."""
        self._style, self._full = style, full
        self.update()

    def set_value(self, value: float | None) -> None:
        """Mark the value under the pointer; None where there is none."""
        if value != self._value:
            self._value = value
            self.setAccessibleDescription("" if value is None else captions.number(value, 3))
            self.update()

    def sizeHint(self) -> QSize:
        """The bar with its mark above and its numbers below."""
        return QSize(160, int(_MARK) + _BAR_HEIGHT + self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar, its numbers and the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        values = theme.tokens()
        bar = QRectF(_MARK, _MARK + 1, self.width() - 2 * _MARK, _BAR_HEIGHT)
        table = colormap(self._style.colormap)
        image = QImage(table.data, 256, 1, 768, QImage.Format.Format_RGB888)
        painter.drawImage(bar, image)
        hidden = QRectF(bar.topLeft(), bar.bottomRight())
        hidden.setWidth(bar.width() * self._style.threshold)
        painter.fillRect(hidden, QColor(values.field))
        painter.setPen(QColor(values.border_strong))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar)
        painter.setFont(theme.body_font(values.font_caption))
        painter.setPen(QColor(values.text_muted))
        numbers = QRectF(0, bar.bottom() + 2, self.width(), self.fontMetrics().height())
        most = captions.number(self._full, 0 if self._full.is_integer() else 1)
        for text, place in (("0", Qt.AlignmentFlag.AlignLeft), (most, Qt.AlignmentFlag.AlignRight)):
            painter.drawText(numbers.adjusted(2, 0, -2, 0), place, text)
        if self._value is not None:
            self._draw_mark(painter, bar, self._value)
            place = Qt.AlignmentFlag.AlignHCenter
            painter.drawText(numbers, place, f"{captions.number(self._value, 3)} under the pointer")

    def _draw_mark(self, painter: QPainter, bar: QRectF, value: float) -> None:
        x = bar.left() + bar.width() * min(max(value / self._full, 0.0), 1.0)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens().text))
        top = bar.top()
        painter.drawPolygon(
            QPolygonF(
                [QPointF(x - _MARK, top - _MARK), QPointF(x + _MARK, top - _MARK), QPointF(x, top)]
            )
        )
        painter.restore()
