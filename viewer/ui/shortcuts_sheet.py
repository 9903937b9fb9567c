"""The ``?`` sheet: every key and mouse gesture of the window on one page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from resources import ROOT
from viewer.ui import theme
from viewer.ui.language import tr

_COLUMNS = 3


@dataclass(frozen=True)
class ShortcutGroup:
    """Keys or gestures that belong together: a title and rows of ``(keys, what they do)``."""

    title: str
    rows: tuple[tuple[str, str], ...]


def mouse_groups() -> list[ShortcutGroup]:
    """What the mouse does, from ``resources/mouse.json``."""
    document = json.loads((ROOT / "mouse.json").read_text("utf-8"))
    return [
        ShortcutGroup(
            tr(group["title"]), tuple((tr(keys), tr(text)) for keys, text in group["rows"])
        )
        for group in document["groups"]
    ]


def key_groups(window: QMainWindow) -> list[ShortcutGroup]:
    """The keys of a window's actions, a group for each menu; menus without keys are left out."""
    groups = []
    for entry in window.menuBar().actions():
        menu = entry.menu()
        if isinstance(menu, QMenu):
            rows = tuple(_rows(menu))
            if rows:
                groups.append(ShortcutGroup(_plain(entry.text()), rows))
    return groups


def _rows(menu: QMenu) -> Iterable[tuple[str, str]]:
    for action in menu.actions():
        submenu = action.menu()
        if isinstance(submenu, QMenu):
            yield from _rows(submenu)
        elif action.shortcuts():
            native = QKeySequence.SequenceFormat.NativeText
            keys = ", ".join(key.toString(native) for key in action.shortcuts())
            yield keys, _plain(action.text())


def _plain(text: str) -> str:
    # Chinese puts the letter of a menu in brackets behind it.
    return re.sub(r"\(&\w\)", "", text).replace("&", "").rstrip("…")


class ShortcutsSheet(QDialog):
    """Lists the window's keys as its menus have them now, and the mouse. Esc closes it.

    Parameters
    ----------
    window : QMainWindow
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keys and mouse"))
        values = theme.tokens()
        self._groups = [_GroupBox(group) for group in [*mouse_groups(), *key_groups(window)]]
        self._filter = QLineEdit(
            placeholderText=tr("Filter: “zoom”, “Ctrl”…"), clearButtonEnabled=True
        )
        self._filter.setMaximumWidth(260)
        self._filter.textChanged.connect(self._apply_filter)
        self._nothing = QLabel(
            tr("No key or gesture matches."), alignment=Qt.AlignmentFlag.AlignCenter
        )
        self._nothing.setProperty("role", "muted")
        self._nothing.hide()

        title = QLabel(tr("Keys and mouse"))
        title.setProperty("role", "display")
        header = QHBoxLayout()
        header.addWidget(title)
        header.addStretch()
        header.addWidget(self._filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[values.space_xl] * 4)
        layout.setSpacing(values.space_l)
        layout.addLayout(header)
        layout.addWidget(self._nothing)
        layout.addWidget(self._columns(), 1)
        self.resize(QSize(1080, 800).boundedTo(window.size() - QSize(64, 64)))
        self._filter.setFocus()

    def visible_rows(self) -> list[tuple[str, str]]:
        """The rows that the filter leaves, in reading order."""
        return [row for group in self._groups for row in group.visible_rows()]

    def _columns(self) -> QScrollArea:
        """The groups, each laid under the shortest column so far."""
        values = theme.tokens()
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, values.space_s, 0)
        row.setSpacing(values.space_xl)
        columns = [QVBoxLayout() for _ in range(_COLUMNS)]
        heights = [0] * _COLUMNS
        for column in columns:
            column.setSpacing(values.space_l)
            row.addLayout(column, 1)
        for group in self._groups:
            shortest = heights.index(min(heights))
            columns[shortest].addWidget(group)
            heights[shortest] += group.sizeHint().height()
        for column in columns:
            column.addStretch()
        area = QScrollArea(widgetResizable=True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(page)
        return area

    def _apply_filter(self, text: str) -> None:
        words = text.lower().split()
        shown = [group.apply_filter(words) for group in self._groups]
        self._nothing.setVisible(not any(shown))


class _GroupBox(QWidget):
    """A group's title and its rows: keys left, words right."""

    def __init__(self, group: ShortcutGroup) -> None:
        super().__init__()
        self._rows: list[tuple[tuple[str, str], QLabel, QLabel]] = []
        values = theme.tokens()
        title = QLabel(group.title)
        title.setProperty("role", "title")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(values.space_m)
        grid.setVerticalSpacing(values.space_xs)
        grid.setColumnStretch(1, 1)
        grid.addWidget(title, 0, 0, 1, 2)
        for line, (keys, text) in enumerate(group.rows, start=1):
            key, words = QLabel(keys), QLabel(text)
            key.setProperty("role", "key")
            words.setWordWrap(True)
            words.setContentsMargins(0, 1, 0, 0)
            grid.addWidget(key, line, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, line, 1)
            self._rows.append(((keys, text), key, words))

    def apply_filter(self, words: list[str]) -> bool:
        """Hide the rows that lack one of the words; whether any is left."""
        left = False
        for row, key, text in self._rows:
            matches = all(word in " ".join(row).lower() for word in words)
            key.setVisible(matches)
            text.setVisible(matches)
            left |= matches
        self.setVisible(left)
        return left

    def visible_rows(self) -> list[tuple[str, str]]:
        return [row for row, key, _ in self._rows if not key.isHidden()]
