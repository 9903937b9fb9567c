"""The panes and how they share the space: 2×2, or one of them alone."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from viewer.ui import theme


class LayoutName(StrEnum):
    """The layouts there are; a single pane's is the name of the pane."""

    FOUR = "2x2"
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    VOLUME = "3d"


#: The panes in the order of the grid: first row, then second row.
PANES = (LayoutName.AXIAL, LayoutName.VOLUME, LayoutName.CORONAL, LayoutName.SAGITTAL)


class LayoutGrid(QWidget):
    """Four panes with a border around the active one.

    Parameters
    ----------
    views : sequence of QWidget
        One for each of ``PANES``.
    """

    layout_changed = Signal(str)
    active_changed = Signal(str)

    def __init__(self, views: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views = dict(zip(PANES, views, strict=True))
        self._grid = QGridLayout(self)
        self._panes: dict[LayoutName, QFrame] = {}
        self._layout_name = LayoutName.FOUR
        self._active = LayoutName.AXIAL
        self._build()
        self.activate(self._active)

    @property
    def layout_name(self) -> LayoutName:
        """The layout in use."""
        return self._layout_name

    @property
    def active(self) -> LayoutName:
        """The pane that keys act on."""
        return self._active

    def view(self, name: LayoutName) -> QWidget:
        """The view in a pane."""
        return self._views[name]

    def show_layout(self, name: LayoutName) -> None:
        """Show all four panes, or one."""
        self._layout_name = name
        for number, (pane, frame) in enumerate(self._panes.items()):
            shown = name in (LayoutName.FOUR, pane)
            frame.setVisible(shown)
            if name is not LayoutName.FOUR and shown:
                self._stretch(number // 2, number % 2)
        if name is LayoutName.FOUR:
            self._stretch()
        if name is not LayoutName.FOUR:
            self.activate(name)
        self.layout_changed.emit(name)

    def toggle_maximized(self, name: LayoutName) -> None:
        """Show a pane alone, or all four again."""
        four = self._layout_name is LayoutName.FOUR
        self.show_layout(name if four else LayoutName.FOUR)

    def activate(self, name: LayoutName) -> None:
        """Make a pane the one that keys act on."""
        for pane, frame in self._panes.items():
            theme.set_style(frame, active=pane is name)
        changed, self._active = name is not self._active, name
        if changed:
            self.active_changed.emit(name)

    def activate_neighbour(self, step: int) -> None:
        """Turn to the next pane, going round."""
        name = PANES[(PANES.index(self._active) + step) % len(PANES)]
        if self._layout_name is not LayoutName.FOUR:
            self.show_layout(name)
        self.activate(name)
        self._views[name].setFocus()

    def _build(self) -> None:
        grid = self._grid
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.tokens().space_xs)
        for number, (name, view) in enumerate(self._views.items()):
            frame = QFrame()
            frame.setObjectName(f"{name}_pane")
            theme.set_style(frame, pane=True, active=False)
            inside = QVBoxLayout(frame)
            inside.setContentsMargins(1, 1, 1, 1)
            inside.addWidget(view)
            grid.addWidget(frame, number // 2, number % 2)
            self._panes[name] = frame
        self._stretch()

    def _stretch(self, row: int | None = None, column: int | None = None) -> None:
        """Give the space to one row and column, or to all; empty ones would keep theirs."""
        for part in (0, 1):
            self._grid.setRowStretch(part, int(row in (None, part)))
            self._grid.setColumnStretch(part, int(column in (None, part)))
