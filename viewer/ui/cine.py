"""Playing the slices of a view like a film."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from viewer.ui.slice_view import SliceView


class Cine(QObject):
    """Goes on by a slice at each tick, from the last one to the first."""

    running_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None, frames_per_second: float = 15.0) -> None:
        super().__init__(parent)
        self._view: SliceView | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(round(1000 / frames_per_second))
        self._timer.timeout.connect(self._tick)

    @property
    def is_running(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    def start(self, view: SliceView) -> None:
        """Play the slices of a view."""
        self._view = view
        self._timer.start()
        self.running_changed.emit(True)

    def stop(self) -> None:
        """Stop where it is."""
        if self.is_running:
            self._timer.stop()
            self.running_changed.emit(False)

    def _tick(self) -> None:
        view = self._view
        if view is None or view.stack is None:
            self.stop()
            return
        view.go_to((view.index + 1) % view.stack.count)
