"""The menu of colours for the values of the series in view."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from viewer.imaging.colormaps import colormap_names
from viewer.session.session import Session
from viewer.ui.language import Texts, tr

_NO_VOLUME = "Open a series first."


class ColormapMenu(QMenu):
    """Grey, or one of the colour maps.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self._session = session
        self._group = QActionGroup(self)
        self._entries: dict[str, QAction] = {}
        for name in ("", *colormap_names()):
            action = self.addAction(name.capitalize(), partial(self._choose, name))
            action.setObjectName(f"colormap_{name or 'gray'}")
            action.setCheckable(True)
            self._group.addAction(action)
            self._entries[name] = action
        self._texts = Texts()
        self._texts.say(self.setTitle, "Colour Map")
        self._texts.say(self._entries[""].setText, "Grey")
        session.window_changed.connect(self._show)
        session.volume_changed.connect(self._show)
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._show()
        super().changeEvent(event)

    def _choose(self, name: str) -> None:
        self._session.display.set_colormap(name)

    def _show(self) -> None:
        display = self._session.display
        why = _NO_VOLUME if display.volume is None else display.no_window
        for name, action in self._entries.items():
            action.setChecked(name == display.colormap)
            action.setEnabled(not why)
            tip = tr("Show values in the colours of {name}", name=action.text().lower())
            action.setToolTip(tr(why) if why else tip)
