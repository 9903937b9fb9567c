"""The table in which window presets are changed, added and removed."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.imaging.voi import Window
from viewer.session.presets import WindowPreset, WindowPresets, with_presets
from viewer.ui import captions, theme
from viewer.ui.language import Texts, tr

_COLUMNS = ("Name", "Width", "Level", "Key")


class PresetsEditor(QWidget):
    """All presets, one a row. What cannot be taken over is said, and not taken.

    Parameters
    ----------
    presets : WindowPresets
        In use.
    defaults : WindowPresets
        What "Restore" brings back.
    """

    #: Other presets are to be used.
    changed = Signal(object)

    def __init__(
        self, presets: WindowPresets, defaults: WindowPresets, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._presets = presets
        self._defaults = defaults
        self._window = Window(40, 400)
        self.table = QTableWidget(0, len(_COLUMNS))
        self.add = QPushButton()
        self.remove = QPushButton()
        self.restore = QPushButton()
        self._texts = Texts()
        self._error = QLabel()
        self._build()
        self._fill()

    @property
    def error(self) -> str:
        """What is wrong with what was typed last; empty for nothing."""
        return self._error.text()

    def show_window(self, window: Window) -> None:
        """Say which window would be added."""
        self._window = window

    def _build(self) -> None:
        space = theme.tokens()
        table = self.table
        say = self._texts.say
        say(table.setAccessibleName, "Window presets")
        table.verticalHeader().hide()
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for column, name in enumerate(_COLUMNS):
            title = QTableWidgetItem()
            say(title.setText, name)
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            title.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            table.setHorizontalHeaderItem(column, title)
        for column in (1, 2, 3):
            table.setColumnWidth(column, 72)
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        for button, text, tip in (
            (self.add, "Add the Window in Use", "Make a preset of the window in use"),
            (self.remove, "Remove", "Remove the selected preset"),
            (
                self.restore,
                "Restore Defaults",
                "Bring back the presets that Hounsfield comes with",
            ),
        ):
            say(button.setText, text)
            say(button.setToolTip, tip)
        buttons = QHBoxLayout()
        buttons.setSpacing(space.space_s)
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(self.restore)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(space.space_s)
        lines.addWidget(table, 1)
        lines.addWidget(self._error)
        lines.addLayout(buttons)
        table.itemChanged.connect(lambda _: self._take())
        table.itemSelectionChanged.connect(self._show_removable)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.restore.clicked.connect(lambda: self._use(self._defaults.presets))

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            blocked = self.table.blockSignals(True)
            self._texts.show()
            self.table.blockSignals(blocked)
        super().changeEvent(event)

    def _fill(self) -> None:
        blocked = self.table.blockSignals(True)
        self.table.setRowCount(len(self._presets.presets))
        for row, preset in enumerate(self._presets.presets):
            key = str(preset.key) if preset.key is not None else ""
            numbers = (captions.number(preset.width), captions.number(preset.center), key)
            for column, text in enumerate((preset.name, *numbers)):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(row, column, item)
        self.table.blockSignals(blocked)
        self._error.setText("")
        self._error.hide()
        self._show_removable()

    def _show_removable(self) -> None:
        self.remove.setEnabled(bool(self.table.selectedItems()))

    def _add(self) -> None:
        taken = {preset.name for preset in self._presets.presets}
        names = (f"Preset {n}" for n in range(1, len(taken) + 2))
        name = next(name for name in names if name not in taken)
        window = self._window
        preset = WindowPreset(id=_id(name), name=name, width=window.width, center=window.center)
        self._use((*self._presets.presets, preset))
        last = self.table.rowCount() - 1
        self.table.selectRow(last)
        item = self.table.item(last, 0)
        if item is not None:
            self.table.editItem(item)

    def _remove(self) -> None:
        rows = {item.row() for item in self.table.selectedItems()}
        self._use(tuple(p for n, p in enumerate(self._presets.presets) if n not in rows))

    def _take(self) -> None:
        """Take over what was typed, or say why not."""
        try:
            read = [self._read(row) for row in range(self.table.rowCount())]
            self._use(tuple(read))
        except ValueError as error:
            self._error.setText(_plain(error))
            self._error.show()

    def _read(self, row: int) -> WindowPreset:
        cells = (self.table.item(row, column) for column in range(len(_COLUMNS)))
        name, width, center, key = (cell.text().strip() if cell else "" for cell in cells)
        before = self._presets.presets[row]
        if key and (not key.isdigit() or not 1 <= int(key) <= 9):
            raise ValueError(tr("A key is a number from 1 to 9, or empty."))
        if not name:
            raise ValueError(tr("A preset needs a name."))
        if _number(width) < 1:
            raise ValueError(tr("A width is at least 1."))
        return WindowPreset(
            id=before.id,
            name=name,
            width=_number(width),
            center=_number(center),
            key=int(key) if key else None,
        )

    def _use(self, presets: tuple[WindowPreset, ...]) -> None:
        self._presets = with_presets(self._presets, presets)
        self._fill()
        self.changed.emit(self._presets)


def _number(text: str) -> float:
    try:
        return float(text.replace("−", "-").replace(",", "."))
    except ValueError:
        raise ValueError(tr("“{typed}” is not a number.", typed=text)) from None


def _id(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _plain(error: ValueError) -> str:
    """The last line of a message that is made for programmers, or the message."""
    found = re.search(r"two window presets have the same (\w+)", str(error))
    return tr(f"Two presets have the same {found[1]}.") if found else str(error)
