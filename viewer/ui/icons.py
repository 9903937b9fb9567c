"""Icons of one family (Phosphor, through qtawesome), in the colours of the theme in use.

An icon is drawn when it is shown, so that it follows the theme without being made anew:
text colour, accent where checked, grey where disabled.
"""

from __future__ import annotations

from enum import StrEnum

import qtawesome
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap

from resources import ROOT
from viewer.ui import theme


class IconName(StrEnum):
    """What an icon means, and Phosphor's name for its picture."""

    OPEN = "folder-open"
    DEMO = "graduation-cap"
    SERIES = "stack"
    SEARCH = "magnifying-glass"
    WINDOW = "circle-half"
    PAN = "hand"
    ZOOM = "magnifying-glass-plus"
    SCROLL = "mouse-simple"
    CROSSHAIR = "crosshair"
    REGION = "selection"
    OVERLAY = "stack-simple"
    VISIBLE = "eye"
    HIDDEN = "eye-slash"
    ANALYZE = "sparkle"
    MODEL = "brain"
    CANCEL = "x"
    CLOSE = "x-circle"
    LAYOUT = "squares-four"
    SIDE_BY_SIDE = "columns"
    MAXIMIZE = "corners-out"
    RESTORE = "corners-in"
    FULL_SCREEN = "arrows-out"
    VOLUME = "cube"
    CINE = "play"
    PAUSE = "pause"
    RESET = "arrow-counter-clockwise"
    INVERT = "circle-half-tilt"
    FLIP_HORIZONTAL = "arrows-left-right"
    FLIP_VERTICAL = "arrows-down-up"
    ROTATE = "arrow-clockwise"
    UNDO = "arrow-u-up-left"
    REDO = "arrow-u-up-right"
    INFO = "info"
    OK = "check-circle"
    WARNING = "warning"
    ERROR = "warning-octagon"
    REPORT = "clipboard-text"
    TAGS = "tag"
    RULER = "ruler"
    ANGLE = "triangle"
    ELLIPSE = "circle"
    BIDIRECTIONAL = "plus"
    COBB = "equals"
    RECTANGLE = "rectangle"
    FREEHAND = "scribble-loop"
    PROBE = "eyedropper"
    ARROW = "arrow-down-left"
    TEXT = "text-t"
    TABLE = "list-numbers"
    BRUSH = "paint-brush"
    ERASER = "eraser"
    GROW = "magic-wand"
    ADD = "plus-circle"
    THRESHOLD = "sliders-horizontal"
    FILL = "rows"
    SMOOTH = "drop"
    FINDING = "target"
    PREVIOUS = "caret-left"
    NEXT = "caret-right"
    EXPAND = "caret-down"
    COLLAPSE = "caret-up"
    MENU = "dots-three"
    SETTINGS = "gear-six"
    THEME = "moon"
    HELP = "question"
    KEYBOARD = "keyboard"
    EXPORT = "export"
    SAVE = "floppy-disk"
    SCREENSHOT = "camera"
    COPY = "copy"
    DELETE = "trash"
    LINK = "link"


def icon(name: IconName, color: str | None = None) -> QIcon:
    """An icon.

    Parameters
    ----------
    name : IconName
    color : str, optional
        Name of a token (``"warn"``, ``"accent"``, ``"overlay_text"``) to draw it in instead of the
        text colour; disabled icons stay grey.
    """
    return QIcon(_GlyphEngine(name, color))


def application_icon() -> QIcon:
    """Hounsfield's own icon."""
    return QIcon(str(ROOT / "icons" / "hounsfield.svg"))


class _GlyphEngine(QIconEngine):
    """Draws one character of the icon font in a colour of the theme."""

    def __init__(self, name: IconName, color: str | None) -> None:
        super().__init__()
        self._name = name
        self._color = color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the icon into a rectangle."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.setPen(QColor(self._token(mode, state)))
        painter.setFont(qtawesome.font("ph", min(rect.width(), rect.height())))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, qtawesome.charmap(f"ph.{self._name}"))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The icon as a pixmap of a size in device pixels."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Another engine for the same icon."""
        return _GlyphEngine(self._name, self._color)

    def _token(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        values = theme.tokens()
        if mode is QIcon.Mode.Disabled:
            return values.text_disabled
        if self._color is not None:
            return str(getattr(values, self._color))
        return values.accent if state is QIcon.State.On else values.text
