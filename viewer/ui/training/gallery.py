"""Augmented samples beside their originals: what the network will see."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viewer.ui import theme
from viewer.ui.icons import IconName, icon
from viewer.ui.parts import clear, label, scrolling
from viewer.ui.training.pictures import pixmap
from viewer.ui.training.setup import Setup

_CELL = QSize(104, 104)


class Gallery(QWidget):
    """The gallery of a setup; the same seed gives the same pictures."""

    def __init__(self, setup: Setup, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup = setup
        self._grid = QGridLayout()
        self._message = label("", "muted", wraps=True)
        self.again = QPushButton(icon(IconName.RESET), "&Again")
        self.again.setToolTip("Other random changes of the same pictures")
        self.again.clicked.connect(setup.draw_again)
        self._build()
        setup.gallery_changed.connect(self._show)
        setup.data_changed.connect(self._show_message)
        self._show()

    @property
    def cells(self) -> list[QLabel]:
        """The pictures shown, row by row."""
        items = (self._grid.itemAt(i) for i in range(self._grid.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [w for w in widgets if isinstance(w, QLabel) and not w.pixmap().isNull()]

    def _build(self) -> None:
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setContentsMargins(space.space_m, 0, 0, 0)
        top = QHBoxLayout()
        top.addWidget(label("What the network will see", "section"))
        top.addStretch(1)
        top.addWidget(self.again)
        column.addLayout(top)
        column.addWidget(self._message)
        inside = QFrame()
        outer = QVBoxLayout(inside)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._grid)
        outer.addStretch(1)
        self._grid.setSpacing(space.space_xs)
        column.addWidget(scrolling(inside), 1)

    def _show(self) -> None:
        clear(self._grid)
        rows = self._setup.gallery
        if rows:
            self._grid.addWidget(label("Original", "caption"), 0, 1)
            self._grid.addWidget(label("Augmented", "caption"), 0, 2, 1, 3)
        for y, row in enumerate(rows, 1):
            self._grid.addWidget(label(row.label, "caption"), y, 0)
            for x, picture in enumerate(row.pictures, 1):
                cell = QLabel()
                cell.setPixmap(pixmap(picture, _CELL))
                cell.setAlignment(Qt.AlignmentFlag.AlignCenter)
                cell.setAccessibleName(f"{row.label}, {'augmented' if x > 1 else 'original'}")
                self._grid.addWidget(cell, y, x)
            self._grid.setColumnStretch(len(row.pictures) + 1, 1)
        self._show_message()

    def _show_message(self) -> None:
        setup = self._setup
        if setup.data is None:
            text = "Choose data first: its pictures are shown here as augmentation changes them."
        elif setup.gallery_error is not None:
            text = str(setup.gallery_error)
        else:
            text = "" if setup.gallery else "Preparing the pictures …"
        self._message.setText(text)
        self._message.setVisible(bool(text))
        self.again.setEnabled(bool(setup.gallery))
