"""Playing the slices of a view like a film."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from viewer.ui.slice_view import SliceView

#: Slices a second.
SPEEDS = (1, 2, 4, 6, 8, 10, 15, 20, 25, 30, 40, 60)
_FIRST = 15


class Cine(QObject):
    """Goes on by a slice at each tick, from the last one to the first."""

    running_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view: SliceView | None = None
        self._speed = _FIRST
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)

    @property
    def is_running(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    @property
    def speed(self) -> int:
        """Slices a second."""
        return self._speed

    def start(self, view: SliceView) -> None:
        """Play the slices of a view."""
        self._view = view
        self._timer.setInterval(round(1000 / self._speed))
        self._timer.start()
        self._tell()
        self.running_changed.emit(True)

    def stop(self) -> None:
        """Stop where it is."""
        if self.is_running:
            self._timer.stop()
            self._tell()
            self.running_changed.emit(False)

    def change_speed(self, step: int) -> None:
        """Go on faster by some of the speeds that there are, or with −1 slower."""
        place = SPEEDS.index(self._speed) + step
        self._speed = SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]
        self._timer.setInterval(round(1000 / self._speed))
        self._tell()

    def _tell(self) -> None:
        """Say in the view how fast it plays."""
        if self._view is not None:
            self._view.set_caption(f"{self._speed} slices/s" if self.is_running else "")

    def _tick(self) -> None:
        view = self._view
        if view is None or view.stack is None:
            self.stop()
            return
        view.go_to((view.index + 1) % view.stack.count)
