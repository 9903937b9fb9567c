"""The window of the series in view as numbers and on its histogram, and the presets."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viewer.imaging.voi import Histogram, VoiFunction, VoiLut, Window, histogram
from viewer.session.jobs import Job
from viewer.session.presets import WindowPresets
from viewer.session.session import Session
from viewer.ui import theme
from viewer.ui.language import Texts, tr
from viewer.ui.parts import label
from viewer.ui.window.histogram import WindowHistogram
from viewer.ui.window.presets_editor import PresetsEditor

_MOST = 1e6


class WindowDialog(QDialog):
    """Stays open beside the images.

    Parameters
    ----------
    session : Session
    presets, defaults : WindowPresets
        In use, and to be restored.
    """

    def __init__(
        self,
        session: Session,
        presets: WindowPresets,
        defaults: WindowPresets,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._texts = Texts()
        self._texts.say(self.setWindowTitle, "Window and Presets")
        self._session = session
        self._job: Job | None = None
        self._histogram_of: object = None
        self.histogram = WindowHistogram()
        self.width_ = _field(1e-3)
        self.level = _field(-_MOST)
        self.auto = QPushButton()
        self.presets = PresetsEditor(presets, defaults)
        self._why = QLabel()
        self._build()
        self._connect()
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._show()
        super().changeEvent(event)

    def _build(self) -> None:
        space = theme.tokens()
        say = self._texts.say
        say(self.auto.setText, "Auto")
        say(self.auto.setToolTip, "Fit the window to the values of the volume")
        self.auto.setAutoDefault(False)
        for button in (self.presets.add, self.presets.remove, self.presets.restore):
            button.setAutoDefault(False)
        numbers = QHBoxLayout()
        numbers.setSpacing(space.space_m)
        for text, box in (("Width", self.width_), ("Level", self.level)):
            form, name = QFormLayout(), QLabel()
            say(name.setText, text)
            say(box.setAccessibleName, text)
            form.addRow(name, box)
            numbers.addLayout(form, 1)
        numbers.addWidget(self.auto)
        self._why.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(space.space_l, space.space_l, space.space_l, space.space_l)
        column.setSpacing(space.space_m)
        column.addWidget(self.histogram, 1)
        column.addLayout(numbers)
        column.addWidget(self._why)
        title = label("", "section")
        say(title.setText, "Presets for CT")
        column.addWidget(title)
        column.addWidget(self.presets, 1)
        self.resize(460, 620)

    def _connect(self) -> None:
        session = self._session
        session.window_changed.connect(self._show)
        session.volume_changed.connect(self._show)
        session.filled.connect(self._count)
        session.active_changed.connect(self._count)
        self.histogram.dragged.connect(self._set_limits)
        self.width_.valueChanged.connect(self._set_numbers)
        self.level.valueChanged.connect(self._set_numbers)
        self.auto.clicked.connect(lambda: session.display.set_auto_window())

    def showEvent(self, event: object) -> None:
        """Count what was not needed while hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._show()

    def _show(self) -> None:
        display = self._session.display
        why = "Open a series first." if display.volume is None else display.no_window
        self._why.setText(tr(why))
        self._why.setVisible(bool(why))
        for widget in (self.histogram, self.width_, self.level, self.auto, self.presets.add):
            widget.setEnabled(not why)
        window = _as_window(display.window)
        self.histogram.show_window(*window.limits)
        self.presets.show_window(window)
        exact = window.function is not VoiFunction.LINEAR
        for box, value in ((self.width_, window.width), (self.level, window.center)):
            blocked = box.blockSignals(True)
            box.setDecimals(2 if exact and window.width < 100 else 0)
            box.setValue(value)
            box.blockSignals(blocked)
        self._count()

    def _count(self) -> None:
        """Count values on another thread, while the dialog is in sight."""
        volume, display = self._session.display.volume, self._session.display
        if volume is None or display.no_window:
            self._histogram_of = None
            self.histogram.show_values(None, "")
            return
        state = (id(volume), display.is_complete)
        if not self.isVisible() or state == self._histogram_of or self._job is not None:
            return
        self._histogram_of = state

        def take(found: Histogram | None) -> None:
            self._job = None
            self.histogram.show_values(found, volume.unit)
            self._count()  # another series, or the rest of this one

        def fail(error: Exception) -> None:
            self._job = None
            raise error

        shown = display.unshuttered
        self._job = self._session.jobs.submit(
            lambda _: histogram(volume.read_slices(), shown=shown), on_done=take, on_failed=fail
        )

    def _set_limits(self, low: float, high: float) -> None:
        before = _as_window(self._session.display.window)
        center, width = (low + high) / 2, high - low
        if before.function is VoiFunction.LINEAR:
            center, width = round(center), max(1, round(width))
        self._use(Window(center, width, function=before.function))

    def _set_numbers(self) -> None:
        before = _as_window(self._session.display.window)
        self._use(Window(self.level.value(), self.width_.value(), function=before.function))

    def _use(self, window: Window) -> None:
        self._session.display.set_window(window)


def _as_window(voi: Window | VoiLut) -> Window:
    return voi.as_window() if isinstance(voi, VoiLut) else voi


def _field(least: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(least, _MOST)
    box.setKeyboardTracking(False)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    return box
