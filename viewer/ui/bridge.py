"""From any thread to the GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot


class GuiThread(QObject):
    """Runs calls on the thread it was made on, in the order in which they were posted.

    Hand ``post`` to whatever calls back from other threads.
    """

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Run a call on the GUI thread soon; dropped after ``close``."""
        if self._open:
            self._posted.emit(call)

    def close(self) -> None:
        """Drop what is still posted and all that follows."""
        self._open = False

    @Slot(object)
    def _run(self, call: Callable[[], None]) -> None:
        if self._open:
            call()
