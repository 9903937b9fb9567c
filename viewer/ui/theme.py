"""Dark and light as one system: design tokens, the palette and the style sheet made from them.

Everything that has a colour, a size or a distance asks for it here by name:
``theme.tokens().accent``. The tokens are data (``resources/theme.json``), the style sheet is a
template (``resources/theme.qss``).

Widgets opt into a style with dynamic properties, set through :func:`set_style`:

=============  ==========================================================================
Widget         Properties
=============  ==========================================================================
QPushButton    ``primary``, ``danger``, ``flat``, ``onImage``
QToolButton    ``onImage``: on a black image pane, whatever the theme
QLabel         ``role``: ``display``, ``title``, ``section``, ``muted``, ``caption``,
               ``ok``, ``warn``, ``error``, ``badge``, ``key``
QFrame         ``card``, ``selected``; ``banner``: ``info``, ``ok``, ``warn``, ``error``;
               ``pane``, ``active``; ``panel``; ``rule``
=============  ==========================================================================

A widget that paints itself repaints on ``QEvent.Type.PaletteChange``.
"""

from __future__ import annotations

import json
from functools import lru_cache
from string import Template
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from resources import ROOT

ThemeName = Literal["dark", "light", "system"]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]

_CHOSEN = "hounsfield_theme"
_SCHEMES = {
    "dark": Qt.ColorScheme.Dark,
    "light": Qt.ColorScheme.Light,
    "system": Qt.ColorScheme.Unknown,
}


class Tokens(BaseModel):
    """One theme's values: colours as ``#rrggbb``, sizes and distances in logical pixels.

    The ``image_``, ``volume_``, ``overlay_``, ``crosshair_``, ``measurement`` and ``finding``
    colours lie on images, which are black in every theme, and are the same in all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["dark", "light"]

    font_family: str
    font_caption: int
    font_body: int
    font_title: int
    font_display: int
    space_xs: int
    space_s: int
    space_m: int
    space_l: int
    space_xl: int
    radius: int
    radius_large: int
    control_height: int
    icon_size: int

    image_background: Color
    image_border: Color
    volume_background: Color
    overlay_text: Color
    overlay_text_muted: Color
    overlay_hover: Color
    overlay_shadow: Color
    overlay_letter: Color
    overlay_warn: Color
    crosshair_axial: Color
    crosshair_coronal: Color
    crosshair_sagittal: Color
    measurement: Color
    finding: Color
    finding_selected: Color

    window: Color
    surface: Color
    surface_raised: Color
    surface_hover: Color
    surface_pressed: Color
    surface_selected: Color
    field: Color
    border: Color
    border_strong: Color
    text: Color
    text_muted: Color
    text_disabled: Color
    accent: Color
    accent_fill: Color
    accent_fill_hover: Color
    accent_fill_pressed: Color
    on_accent: Color
    info: Color
    info_surface: Color
    ok: Color
    ok_surface: Color
    warn: Color
    warn_surface: Color
    error: Color
    error_surface: Color


@lru_cache(maxsize=1)
def themes() -> dict[str, Tokens]:
    """All themes by name, read from ``resources/theme.json`` once.

    Raises
    ------
    pydantic.ValidationError
        A token is missing, unknown or not a colour.
    """
    document = json.loads((ROOT / "theme.json").read_text("utf-8"))
    return {
        name: Tokens(name=name, **document["shared"], **own)
        for name, own in document["themes"].items()
    }


def tokens() -> Tokens:
    """The tokens of the theme in use; dark before one is applied."""
    return themes()[_resolve(chosen_theme())]


def chosen_theme() -> ThemeName:
    """What was last given to :func:`apply_theme`: ``"system"`` stays ``"system"``."""
    app = QApplication.instance()
    name = app.property(_CHOSEN) if app is not None else None
    return name if name in _SCHEMES else "dark"


def apply_theme(app: QApplication, name: ThemeName) -> None:
    """Dress the application, at the start or while it runs.

    Parameters
    ----------
    app : QApplication
    name : {"dark", "light", "system"}
        ``"system"`` follows the desktop, also when it changes later.
    """
    if name not in _SCHEMES:
        raise ValueError(f"theme must be one of {', '.join(_SCHEMES)}, not {name!r}")
    if app.findChild(_SystemFollower) is None:
        _install_fonts()
        app.setStyle(QStyleFactory.create("Fusion"))
        _SystemFollower(app)
    app.setProperty(_CHOSEN, name)
    app.styleHints().setColorScheme(_SCHEMES[name])
    _dress(app)


def set_style(widget: QWidget, **properties: Any) -> None:
    """Set dynamic properties that the style sheet selects on, and restyle the widget."""
    for key, value in properties.items():
        widget.setProperty(key, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def body_font(size: int | None = None, *, bold: bool = False) -> QFont:
    """The interface's font with digits of equal width, so that read-outs do not jitter.

    Parameters
    ----------
    size : logical pixels; the body size by default.
    bold : semi-bold.
    """
    values = tokens()
    font = QFont(values.font_family)
    font.setPixelSize(size or values.font_body)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def style_sheet(values: Tokens) -> str:
    """The style sheet of a theme."""
    template = Template((ROOT / "theme.qss").read_text("utf-8"))
    icons = (ROOT / "icons").as_posix()
    return template.substitute(values.model_dump(), icons=icons)


class _SystemFollower(QObject):
    """Dresses the application anew when the desktop turns dark or light."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        app.styleHints().colorSchemeChanged.connect(self._follow)

    def _follow(self) -> None:
        if chosen_theme() == "system":
            _dress(self._app)


def _resolve(name: ThemeName) -> str:
    if name != "system":
        return name
    light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
    return "light" if light else "dark"


def _dress(app: QApplication) -> None:
    values = tokens()
    app.setFont(body_font())
    app.setPalette(_palette(values))
    app.setStyleSheet(style_sheet(values))


def _install_fonts() -> None:
    for file in sorted((ROOT / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(file))


def _palette(values: Tokens) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    colors = {
        role.Window: values.window,
        role.WindowText: values.text,
        role.Base: values.field,
        role.AlternateBase: values.surface,
        role.Text: values.text,
        role.PlaceholderText: values.text_muted,
        role.Button: values.surface_raised,
        role.ButtonText: values.text,
        role.BrightText: values.on_accent,
        role.ToolTipBase: values.surface_raised,
        role.ToolTipText: values.text,
        role.Highlight: values.accent_fill,
        role.HighlightedText: values.on_accent,
        role.Accent: values.accent,
        role.Link: values.accent,
        role.LinkVisited: values.accent,
        role.Light: values.surface_hover,
        role.Midlight: values.surface_hover,
        role.Mid: values.border,
        role.Dark: values.border,
        role.Shadow: values.window,
    }
    palette = QPalette()
    for key, color in colors.items():
        palette.setColor(key, QColor(color))
    for key in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(group.Disabled, key, QColor(values.text_disabled))
    palette.setColor(group.Disabled, role.Highlight, QColor(values.surface_pressed))
    return palette
