"""What a classifier said: the probability of each class as a bar, and the decision."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from viewer.session.results import Result
from viewer.session.session import Session
from viewer.ui import captions, theme
from viewer.ui.language import tr

_BAR_HEIGHT = 8


class ClassesBox(QWidget):
    """The class that the operating point is about, in a line, and all classes below it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("classes_box")
        self._session = session
        self._decision = QLabel()
        self._point = QLabel()
        self._doubt = QLabel()
        self._rows = QGridLayout()
        self._build()
        session.results.findings_changed.connect(self._show)
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._show()
        super().changeEvent(event)

    @property
    def decision(self) -> str:
        """What is said above the bars."""
        return f"{self._decision.text()} {self._point.text()}".strip()

    @property
    def doubt(self) -> str:
        """Why the probabilities should not be believed; empty where nothing speaks against them."""
        return self._doubt.text()

    def _build(self) -> None:
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space.space_s)
        self._decision.setProperty("role", "title")
        self._point.setProperty("role", "caption")
        self._doubt.setProperty("role", "badge")
        for label in (self._doubt, self._decision, self._point):
            label.setWordWrap(True)
            column.addWidget(label)
        self._rows.setColumnStretch(1, 1)
        self._rows.setHorizontalSpacing(space.space_m)
        self._rows.setVerticalSpacing(space.space_s)
        column.addLayout(self._rows)

    def _show(self) -> None:
        result = self._session.results.result
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if result is None or not result.classes:
            return
        decision, point = _decision(result)
        self._decision.setText(decision)
        self._point.setText(point)
        self._point.setVisible(bool(point))
        self._doubt.setText(" ".join([tr("Do not rely on this."), *result.reasons]))
        self._doubt.setVisible(bool(result.reasons))
        if not result.reasons:
            self._doubt.clear()
        for row, (name, probability) in enumerate(result.classes.items()):
            label, value = QLabel(tr(name.capitalize())), QLabel(captions.probability(probability))
            for text in (label, value):
                text.setProperty("role", "" if name == result.decides else "muted")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            marks = tuple(result.operating_points.values()) if name == result.decides else ()
            bar = _Bar(probability, marks)
            bar.setAccessibleName(f"{tr(name.capitalize())}: {captions.probability(probability)}")
            for column, widget in enumerate((label, bar, value)):
                self._rows.addWidget(widget, row, column)


class _Bar(QWidget):
    """A probability from 0 to 1, with the operating points as ticks."""

    def __init__(self, value: float, marks: tuple[float, ...]) -> None:
        super().__init__()
        self._value = value
        self._marks = marks
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """As high as a line of text."""
        return QSize(60, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar on its track."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        values = theme.tokens()
        track = QRectF(0, (self.height() - _BAR_HEIGHT) / 2, self.width(), _BAR_HEIGHT)
        radius = _BAR_HEIGHT / 2
        painter.setBrush(QColor(values.field))
        painter.drawRoundedRect(track, radius, radius)
        filled = QRectF(track)
        filled.setWidth(max(track.width() * self._value, _BAR_HEIGHT))
        painter.setBrush(QColor(values.accent_fill))
        painter.drawRoundedRect(filled, radius, radius)
        painter.setBrush(QColor(values.text))
        for mark in self._marks:
            x = track.left() + track.width() * mark
            painter.drawRect(QRectF(x - 0.75, track.top() - 3, 1.5, _BAR_HEIGHT + 6))


def _decision(result: Result) -> tuple[str, str]:
    """The decision in a line, and the operating point that it was made by."""
    probability = result.classes.get(result.decides)
    if probability is None:
        name, probability = max(result.classes.items(), key=lambda item: item[1])
        return f"{tr(name.capitalize())}: {captions.probability(probability)}", ""
    name = next((n for n, t in result.operating_points.items() if t == result.threshold), "")
    above = probability >= result.threshold
    of = tr("At or above the" if above else "Below the")
    point = f" “{name}”" if name else ""
    said = tr(
        "{above_or_below} operating point{name}, {threshold}.",
        above_or_below=of,
        name=point,
        threshold=captions.probability(result.threshold),
    )
    return (
        f"{tr(result.decides.capitalize())}: {captions.probability(probability)}",
        said + ("" if above else " " + tr("This does not mean that there is none.")),
    )
