"""The colours that measurements can have."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QActionGroup, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QColorDialog, QMenu

from viewer.ui import theme

#: To be told apart on grey; the first stands for that of all measurements.
PALETTE = {
    "As All": "",
    "Yellow": "#ffd43b",
    "Orange": "#ff9f43",
    "Red": "#ff6b6b",
    "Pink": "#f78fe0",
    "Violet": "#b197fc",
    "Blue": "#74a9ff",
    "Green": "#69db7c",
    "White": "#f4f6f8",
}
_SIDE, _RATIO = 14, 2


def shown(color: str) -> str:
    """The colour that a measurement is drawn in."""
    return color or theme.tokens().measurement


def swatch(color: str) -> QIcon:
    """A small square of a measurement's colour."""
    pixmap = QPixmap(_SIDE * _RATIO, _SIDE * _RATIO)
    pixmap.setDevicePixelRatio(_RATIO)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(theme.tokens().border_strong))
    painter.setBrush(QColor(shown(color)))
    painter.drawRoundedRect(QRectF(1.5, 1.5, _SIDE - 3, _SIDE - 3), 3, 3)
    painter.end()
    return QIcon(pixmap)


def add_colors(menu: QMenu, current: str, choose: Callable[[str], None]) -> None:
    """Fill a menu with the colours there are, and any other.

    Parameters
    ----------
    menu : QMenu
    current : str
        ``"#rrggbb"`` or empty.
    choose : callable
        Receives the colour chosen.
    """
    group = QActionGroup(menu)
    for name, color in PALETTE.items():
        action = menu.addAction(swatch(color), name)
        action.setCheckable(True)
        action.setChecked(color == current)
        action.triggered.connect(lambda _=False, color=color: choose(color))
        group.addAction(action)
    menu.addSeparator()
    menu.addAction("Other…").triggered.connect(lambda: _ask(current, choose))


def _ask(current: str, choose: Callable[[str], None]) -> None:
    dialog = QColorDialog(QColor(shown(current)), QApplication.activeWindow())
    dialog.setWindowTitle("Colour of the measurement")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.colorSelected.connect(lambda color: choose(color.name()))
    dialog.open()
