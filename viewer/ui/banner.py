"""A message over the views that does not stop anybody's work."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ai.errors import AIError
from viewer.dicom.report import Severity
from viewer.errors import ViewerError
from viewer.ui import theme
from viewer.ui.icons import IconName, icon
from viewer.ui.severity import BANNER, show_severity


class Banner(QFrame):
    """What happened, to which file, and what to do about it; stays until it is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._icon = QLabel()
        self._message = QLabel()
        self._remedy = QLabel()
        self._build()
        self.hide()

    @property
    def text(self) -> str:
        """What it says, in one line."""
        return " ".join(t for t in (self._message.text(), self._remedy.text()) if t)

    def show_error(self, error: Exception) -> None:
        """Show an error with its file and remedy."""
        if isinstance(error, ViewerError):
            where = f"{error.path.name}: " if error.path is not None else ""
            self.show_message(where + error.message, error.remedy, Severity.ERROR)
        elif isinstance(error, AIError):
            self.show_message(error.message, error.remedy, Severity.ERROR)
        else:
            self.show_message(
                f"Something unexpected went wrong: {type(error).__name__}: {error}",
                "Please report this with the steps that led here.",
                Severity.ERROR,
            )

    def show_message(self, message: str, remedy: str, severity: Severity) -> None:
        """Show a message in the place of an earlier one."""
        theme.set_style(self, banner=BANNER[severity])
        show_severity(self._icon, severity)
        self._message.setText(message)
        self._remedy.setText(remedy)
        self._remedy.setVisible(bool(remedy))
        self.show()

    def _build(self) -> None:
        space = theme.tokens()
        row = QHBoxLayout(self)
        row.setContentsMargins(space.space_m, space.space_s, space.space_s, space.space_s)
        row.setSpacing(space.space_m)
        row.addWidget(self._icon)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        for label in (self._message, self._remedy):
            label.setWordWrap(True)
            lines.addWidget(label)
        self._remedy.setProperty("role", "muted")
        row.addLayout(lines, 1)
        close = QPushButton()
        close.setIcon(icon(IconName.CANCEL))
        close.setAccessibleName("Close the message")
        close.setToolTip("Close the message")
        close.setProperty("flat", True)
        close.clicked.connect(self.hide)
        row.addWidget(close)
