"""The model card: what a model was trained on, how well it does, and where it must not be used."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from viewer.ui import theme
from viewer.ui.language import tr


class ModelCardDialog(QDialog):
    """Shows a card written in Markdown.

    Parameters
    ----------
    title : str
        Of the model.
    card : str
        Markdown.
    """

    def __init__(self, title: str, card: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Model card: {title}", title=title))
        self.resize(760, 640)
        text = QTextBrowser()
        text.setMarkdown(card)
        text.setOpenExternalLinks(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setContentsMargins(space.space_l, space.space_l, space.space_l, space.space_l)
        column.setSpacing(space.space_m)
        column.addWidget(text)
        column.addWidget(buttons)
