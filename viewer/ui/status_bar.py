"""The line at the bottom: the disclaimer, what is going on, the pointer, memory, device."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy.typing as npt
from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from viewer import DISCLAIMER
from viewer.session.opening import Activity
from viewer.session.session import Session
from viewer.ui import captions, theme
from viewer.ui.icons import IconName, icon
from viewer.ui.language import Texts, tr

_MEMORY_EVERY_MS = 2000


class StatusBar(QStatusBar):
    """Always says that this is no medical device."""

    cancel_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._texts = Texts()
        self._activity = QLabel()
        self._progress = QProgressBar()
        self._cancel = QToolButton()
        self._point = QLabel()
        self._memory = QLabel()
        self._device = QLabel()
        self._build()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._show_memory)
        self._timer.start(_MEMORY_EVERY_MS)
        session.opening.activity_changed.connect(self._show_activity)
        session.cursor_moved.connect(self._show_cursor)
        session.volume_changed.connect(self._show_cursor)
        session.filled.connect(self._show_cursor)
        self._show_activity()
        self._show_memory()

    def show_pointer(self, lps: npt.ArrayLike | None) -> None:
        """Say where the pointer is and what is there; the cursor when it is nowhere."""
        display = self._session.display
        at = lps if lps is not None else display.cursor
        if at is None or display.volume is None:
            self._point.clear()
            return
        value = captions.value_at(display.volume, at) or tr("no value")
        place = f"{captions.point(at)}   " if self._session.is_in_patient_space else ""
        self._point.setText(f"{place}{value}")

    def show_device(self, text: str) -> None:
        """Say where models run."""
        self._device.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        """Say it in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._show_activity()
            self._show_memory()
        super().changeEvent(event)

    def _build(self) -> None:
        self.setSizeGripEnabled(False)
        disclaimer = QLabel()
        self._texts.say(disclaimer.setText, DISCLAIMER)
        disclaimer.setObjectName("disclaimer")
        self._point.setFont(theme.body_font(theme.tokens().font_caption))
        self._progress.setFixedWidth(120)
        self._progress.setTextVisible(False)
        self._cancel.setIcon(icon(IconName.CANCEL))
        self._texts.say(self._cancel.setToolTip, "Stop reading (Esc)")
        self._texts.say(self._cancel.setAccessibleName, "Stop reading")
        self._cancel.clicked.connect(self.cancel_requested)
        for widget in (disclaimer, self._activity, self._progress, self._cancel):
            self.addWidget(widget)
        for label in (self._point, self._memory, self._device):
            self.addPermanentWidget(label)

    def _show_activity(self) -> None:
        activity: Activity | None = self._session.opening.activity
        for widget in (self._activity, self._progress, self._cancel):
            widget.setVisible(activity is not None)
        if activity is None:
            return
        counted = f" {activity.done} / {activity.total}" if activity.total else ""
        self._activity.setText(f"{tr(activity.what)}{counted}")
        self._progress.setRange(0, activity.total)
        self._progress.setValue(activity.done)

    def _show_cursor(self) -> None:
        self.show_pointer(None)

    def _show_memory(self) -> None:
        used = resident_bytes()
        amount = captions.megabytes(used) if used is not None else ""
        self._memory.setText(tr("Memory {amount}", amount=amount) if amount else "")


def resident_bytes() -> int | None:
    """Memory that this process holds now; None where the system does not say it simply."""
    if not sys.platform.startswith("linux"):
        return None
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
