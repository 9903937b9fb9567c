"""The menu of windows: automatic, the presets with their keys, and the file's own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from viewer.dicom.series import SUV
from viewer.imaging.voi import Voi
from viewer.session.presets import WindowPresets
from viewer.session.session import Session
from viewer.ui import captions

_NO_VOLUME = "Open a series first."
_NO_HU = "These windows are for CT, whose values are HU."


class WindowMenu(QMenu):
    """Sets the window of the series in view.

    Parameters
    ----------
    session : Session
    presets : WindowPresets
    auto : QAction
        Fits the window to the values.
    """

    #: The name and values of the window in use.
    caption_changed = Signal(str)
    #: There are other presets: see ``preset_actions``.
    presets_changed = Signal()

    def __init__(
        self,
        session: Session,
        presets: WindowPresets,
        auto: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Window", parent)
        self.setToolTipsVisible(True)
        self._session = session
        self._files: list[QAction] = []
        self.addAction(auto)
        self.addSeparator()
        self.preset_actions: list[QAction] = []
        self._end = self.addSeparator()
        self.set_presets(presets)
        session.window_changed.connect(self._announce)
        session.volume_changed.connect(self._list_files_windows)
        session.active_changed.connect(self._list_files_windows)
        self._list_files_windows()

    def set_presets(self, presets: WindowPresets) -> None:
        """Offer other presets."""
        for action in self.preset_actions:
            self.removeAction(action)
            action.setShortcuts([])
            action.deleteLater()
        self.preset_actions = [
            self._entry(p.window, f"preset_{p.id}", str(p.key) if p.key is not None else "")
            for p in presets.presets
        ]
        self.insertActions(self._end, self.preset_actions)
        self._show_possible()
        self.presets_changed.emit()

    @property
    def caption(self) -> str:
        """The name and values of the window in use."""
        if self._session.display.volume is None:
            return "Window"
        if self._session.display.no_window:
            return "Colour"
        window = self._session.display.window
        return f"{window.name}  {captions.window_line(window)}".strip()

    def _entry(self, window: Voi, name: str, key: str, origin: str = "") -> QAction:
        action = QAction(f"{origin}{window.name}   {captions.window_line(window)}", self)
        action.setObjectName(name)
        if key:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda: self._session.display.set_window(window))
        self.addAction(action)
        return action

    def _list_files_windows(self) -> None:
        for action in self._files:
            self.removeAction(action)
            action.deleteLater()
        series = self._session.active
        windows: tuple[Voi, ...] = ()
        if series is not None:
            windows = (*series.windows, *series.voi_luts)
        origin = "File: " if series is None or series.unit != SUV else ""
        self._files = [self._entry(w, f"file_{n}", "", origin) for n, w in enumerate(windows)]
        self._show_possible()
        self._announce()

    def _show_possible(self) -> None:
        series = self._session.active
        why = _NO_VOLUME if series is None else "" if series.unit == "HU" else _NO_HU
        for actions, reason in (
            (self.preset_actions, self._session.display.no_window or why),
            (self._files, self._session.display.no_window),
        ):
            for action in actions:
                action.setEnabled(not reason)
                action.setToolTip(reason or action.text())

    def _announce(self) -> None:
        self.caption_changed.emit(self.caption)
