"""A labelled slider for a value between 0 and 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QVBoxLayout,
    QWidget,
)

from viewer.ui import theme
from viewer.ui.language import Texts

_STEPS = 1000


class FractionSlider(QWidget):
    """A name, the value in words, and a slider below, with marked values.

    Parameters
    ----------
    name : str
        Shown on the left and given to screen readers.
    words : callable
        Says the value.
    """

    changed = Signal(float)

    def __init__(
        self, name: str, words: Callable[[float], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._marks: dict[str, float] = {}
        self._value_label = QLabel()
        self.slider = _MarkedSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_STEPS // 20)
        self.slider.setSingleStep(_STEPS // 100)
        self.slider.valueChanged.connect(self._slid)
        top = QHBoxLayout()
        named = QLabel()
        self._texts = Texts()
        self._texts.say(self.slider.setAccessibleName, name)
        self._texts.say(named.setText, name)
        top.addWidget(named)
        top.addStretch(1)
        self._value_label.setProperty("role", "muted")
        top.addWidget(self._value_label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.slider)
        self.set_value(0.0)

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
        super().changeEvent(event)

    @property
    def value(self) -> float:
        """Where the slider stands."""
        return self.slider.value() / _STEPS

    def set_value(self, value: float) -> None:
        """Move the slider without announcing it."""
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(round(value * _STEPS))
        self.slider.blockSignals(blocked)
        self._say(value)

    def set_lowest(self, value: float) -> None:
        """Let the slider begin at a value above 0."""
        blocked = self.slider.blockSignals(True)
        self.slider.setMinimum(round(value * _STEPS))
        self.slider.blockSignals(blocked)

    def set_marks(self, marks: Mapping[str, float]) -> None:
        """Mark values on the slider, each with its name."""
        self._marks = dict(marks)
        self.slider.marks = tuple(round(v * _STEPS) for v in marks.values())
        self.slider.setToolTip(
            "\n".join(f"{name}: {self._words(value)}" for name, value in marks.items())
        )
        self.slider.update()
        self._say(self.value)

    def _say(self, value: float) -> None:
        """The value in words, with the name of the mark that it stands on."""
        names = [name for name, mark in self._marks.items() if abs(mark - value) < 1 / _STEPS]
        self._value_label.setText(" · ".join([*names, self._words(value)]))

    def _slid(self) -> None:
        self._say(self.value)
        self.changed.emit(self.value)


class _MarkedSlider(QSlider):
    """A slider with small ticks at some values."""

    marks: tuple[int, ...] = ()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control = QStyle.ComplexControl.CC_Slider
        groove = self.style().subControlRect(
            control, option, QStyle.SubControl.SC_SliderGroove, self
        )
        handle = self.style().subControlRect(
            control, option, QStyle.SubControl.SC_SliderHandle, self
        )
        painter = QPainter(self)
        span = groove.width() - handle.width()
        for mark in self.marks:
            x = (
                groove.left()
                + handle.width() / 2
                + QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), mark, span)
            )
            tick = QRectF(x - 1, groove.center().y() - 7, 2, 14)
            painter.fillRect(tick, QColor(theme.tokens().border_strong))
        painter.end()
        super().paintEvent(event)
