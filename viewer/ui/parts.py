"""Small pieces that dialogs and pages share."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QLayout, QScrollArea, QVBoxLayout, QWidget

from viewer.ui import theme


def label(text: str = "", role: str = "", *, wraps: bool = False) -> QLabel:
    """A label in one of the theme's roles."""
    found = QLabel(text)
    if role:
        found.setProperty("role", role)
    found.setWordWrap(wraps)
    return found


def page() -> tuple[QFrame, QVBoxLayout]:
    """A panel with the page's margins, and its column."""
    space = theme.tokens()
    frame = QFrame()
    frame.setProperty("panel", True)
    column = QVBoxLayout(frame)
    column.setContentsMargins(space.space_l, space.space_l, space.space_l, space.space_l)
    column.setSpacing(space.space_m)
    return frame, column


def scrolling(content: QWidget) -> QScrollArea:
    """A scroll area on the colour of panels."""
    content.setProperty("panel", True)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(content)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        inner, widget = item.layout(), item.widget()
        if inner is not None:
            clear(inner)
        if widget is not None:
            widget.hide()
            widget.deleteLater()
