"""What stands in the middle while nothing is open: what to do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from viewer.ui import theme
from viewer.ui.icons import application_icon
from viewer.ui.language import Texts


class Welcome(QWidget):
    """Offers the ways to begin.

    Parameters
    ----------
    open_folder, open_demo : QAction
        What the two buttons do.
    """

    def __init__(
        self, open_folder: QAction, open_demo: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self._texts = Texts()
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setSpacing(space.space_m)
        column.addStretch(2)
        logo = QLabel()
        logo.setPixmap(application_icon().pixmap(QSize(64, 64)))
        self._add(column, logo)
        self._add(column, self._label("Open images", "display"))
        self._add(
            column,
            self._label("Drop a folder, a zip or files anywhere on this window.", "muted"),
        )
        self._add(column, self._label("DICOM · NIfTI · NRRD · PNG · JPEG · TIFF", "caption"))
        column.addSpacing(space.space_m)
        buttons = QHBoxLayout()
        buttons.setSpacing(space.space_s)
        buttons.addStretch(1)
        buttons.addWidget(_button(open_folder, primary=True))
        buttons.addWidget(_button(open_demo, primary=False))
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(3)

    def changeEvent(self, event: QEvent) -> None:
        """Say it in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
        super().changeEvent(event)

    def _label(self, text: str, role: str) -> QLabel:
        label = QLabel()
        label.setProperty("role", role)
        self._texts.say(label.setText, text)
        return label

    def _add(self, column: QVBoxLayout, label: QLabel) -> None:
        column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)


def _button(action: QAction, *, primary: bool) -> QPushButton:
    button = QPushButton(action.icon(), "")

    def show_words() -> None:
        button.setText(action.iconText())
        button.setToolTip(action.toolTip())

    show_words()
    action.changed.connect(show_words)
    button.setProperty("primary", primary)
    button.clicked.connect(action.trigger)
    return button
