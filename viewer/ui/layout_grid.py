"""The panes and how they share the space: a layout, or one of them alone."""

from __future__ import annotations

import json
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from viewer.ui import theme
from viewer.ui.layouts import LAYOUTS, Layout, LayoutName
from viewer.ui.pane import Pane


class LayoutGrid(QWidget):
    """Panes in lines with movable borders, and a frame around the active one.

    Parameters
    ----------
    panes : sequence of Pane
        As many as any layout has.
    """

    #: Another layout is in use, or a pane is alone, or no longer.
    layout_changed = Signal()
    #: Another pane is active.
    active_changed = Signal()

    def __init__(self, panes: Sequence[Pane], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all = tuple(panes)
        self._name = LayoutName.FOUR
        self._alone: Pane | None = None
        self._active = self._all[0]
        self._shares: dict[str, list[list[int]]] = {}
        self._outer = QSplitter()
        self._lines: list[QSplitter] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._arrange()
        self.activate(self._active)

    @property
    def name(self) -> LayoutName:
        """The layout in use, also while one of its panes is alone."""
        return self._name

    @property
    def layout_(self) -> Layout:
        """The layout in use."""
        return LAYOUTS[self._name]

    @property
    def panes(self) -> tuple[Pane, ...]:
        """The panes of the layout, line by line."""
        return self._all[: len(self.layout_.kinds)]

    @property
    def all_panes(self) -> tuple[Pane, ...]:
        """All panes, those that the layout has no place for among them."""
        return self._all

    @property
    def active(self) -> Pane:
        """The pane that keys act on."""
        return self._active

    @property
    def alone(self) -> Pane | None:
        """The pane that is shown alone, if one is."""
        return self._alone

    def show_layout(self, name: LayoutName) -> None:
        """Arrange the panes another way, all in sight.

        Raises
        ------
        KeyError
            The layout has a single view; see ``show_alone``.
        """
        assert name in LAYOUTS
        self._name, self._alone = name, None
        self._arrange()
        if self._active not in self.panes:
            self.activate(self._all[0])
        self.layout_changed.emit()

    def show_alone(self, pane: Pane | None) -> None:
        """Show a pane alone, or all again."""
        self._alone = pane
        self._show_or_hide()
        if pane is not None:
            self.activate(pane)
        self.layout_changed.emit()

    def activate(self, pane: Pane) -> None:
        """Make a pane the one that keys act on."""
        for other in self._all:
            theme.set_style(other, active=other is pane)
        changed, self._active = pane is not self._active, pane
        if changed:
            self.active_changed.emit()

    def neighbour(self, step: int) -> Pane:
        """The pane some places after the active one, going round."""
        panes = self.panes
        return panes[(panes.index(self._active) + step) % len(panes)]

    @property
    def shares(self) -> str:
        """How panes share the space in each layout that was changed, to be remembered."""
        return json.dumps(self._shares)

    @shares.setter
    def shares(self, text: str) -> None:
        try:
            self._shares = {
                str(k): [list(map(int, s)) for s in v] for k, v in json.loads(text).items()
            }
        except (ValueError, TypeError, AttributeError):
            self._shares = {}  # written by hand, or by another version
        self._share()

    def _arrange(self) -> None:
        """Put the panes into new splitters, and give up the old ones."""
        layout, before = self.layout_, self._outer
        lines_run = Qt.Orientation.Vertical if layout.in_columns else Qt.Orientation.Horizontal
        across = Qt.Orientation.Horizontal if layout.in_columns else Qt.Orientation.Vertical
        self._outer = _splitter(across)
        self._lines = []
        panes = iter(self.panes)
        for line in layout.lines:
            splitter = _splitter(lines_run)
            for _ in line:
                splitter.addWidget(next(panes))
            self._lines.append(splitter)
            self._outer.addWidget(splitter)
        for pane in self._all[len(self.panes) :]:
            pane.setParent(self)
            pane.hide()
        for splitter in (self._outer, *self._lines):
            splitter.splitterMoved.connect(self._moved)
        self._column.addWidget(self._outer)
        before.hide()
        before.deleteLater()
        self._show_or_hide()
        self._share()

    def _show_or_hide(self) -> None:
        panes = self.panes
        for pane in panes:
            pane.setVisible(self._alone in (None, pane))
        for line in self._lines:
            members = [line.widget(n) for n in range(line.count())]
            line.setVisible(self._alone is None or self._alone in members)

    def _share(self) -> None:
        """Give each pane its share of the space: the one remembered, or an equal one."""
        layout = self.layout_
        default = [list(layout.weights or (1,) * len(layout.lines))]
        default += [[1] * len(line) for line in layout.lines]
        shares = self._shares.get(self._name, default)
        for splitter, share in zip((self._outer, *self._lines), shares, strict=False):
            if len(share) == splitter.count():
                # Sizes beyond the splitter's are scaled down in proportion.
                splitter.setSizes([max(1, s * 10_000 // max(sum(share), 1)) for s in share])

    def _moved(self) -> None:
        """Move the borders of equal lines together, and remember where they are."""
        if self._alone is not None:
            return
        moved = self.sender()
        if moved in self._lines:
            for line in self._lines:
                if line is not moved and line.count() == moved.count():
                    line.setSizes(moved.sizes())
        self._shares[self._name] = [s.sizes() for s in (self._outer, *self._lines)]


def _splitter(orientation: Qt.Orientation) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(theme.tokens().space_xs)
    return splitter
