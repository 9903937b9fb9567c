from __future__ import annotations

import itertools

import pytest
from pydantic import ValidationError
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QPushButton, QWidget

from resources import ROOT
from viewer.ui import theme
from viewer.ui.icons import IconName, application_icon, icon
from viewer.ui.theme import Tokens, apply_theme, set_style, themes, tokens

SURFACES = ("window", "surface", "surface_raised", "field", "surface_selected", "surface_hover")
STATES = ("info", "ok", "warn", "error")


@pytest.fixture
def app(qapp):
    yield qapp
    apply_theme(qapp, "dark")


def luminance(color: str) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_pairs() -> list[tuple[str, str]]:
    pairs = list(itertools.product(("text", "text_muted", "accent"), SURFACES))
    pairs += [(state, "surface") for state in STATES]
    pairs += [(ink, f"{state}_surface") for state in STATES for ink in (state, "text")]
    pairs += [("on_accent", fill) for fill in ("accent_fill", "accent_fill_hover")]
    pairs += [("on_accent", "accent_fill_pressed")]
    pairs += [
        (ink, ground)
        for ink in (
            "overlay_text",
            "overlay_text_muted",
            "overlay_letter",
            "overlay_warn",
            "finding",
            "measurement",
        )
        for ground in ("image_background", "volume_background")
    ]
    return pairs


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize(("ink", "ground"), text_pairs())
def test_text_can_be_read_on_its_surface(name, ink, ground):
    values = themes()[name]
    assert contrast(getattr(values, ink), getattr(values, ground)) >= 4.5


@pytest.mark.parametrize("name", ["dark", "light"])
def test_outlines_of_controls_can_be_seen(name):
    values = themes()[name]
    for line in ("border_strong", "accent"):
        assert contrast(getattr(values, line), values.surface) >= 3


def test_image_panes_are_black_in_every_theme():
    dark, light = themes()["dark"], themes()["light"]
    assert dark.image_background == light.image_background == "#000000"
    assert luminance(light.volume_background) < 0.01


def test_a_token_that_is_not_a_colour_is_refused():
    values = themes()["dark"].model_dump()
    with pytest.raises(ValidationError, match="accent"):
        Tokens(**{**values, "accent": "blue"})


def test_applying_a_theme_changes_tokens_palette_and_style_sheet(app):
    seen = {}
    for name in ("dark", "light"):
        apply_theme(app, name)
        seen[name] = (
            tokens().name,
            app.palette().color(QPalette.ColorRole.Window),
            app.styleSheet(),
        )
        assert seen[name][0] == name
        assert seen[name][1] == QColor(tokens().window)
    assert seen["dark"][2] != seen["light"][2]


def test_the_style_sheet_has_no_colours_of_its_own():
    template = (ROOT / "theme.qss").read_text("utf-8")
    assert "#" not in template
    assert "$" not in theme.style_sheet(themes()["dark"])


def test_widgets_hear_of_a_new_theme(app, qtbot):
    class Listener(QWidget):
        heard = False

        def changeEvent(self, event):  # noqa: N802
            self.heard |= event.type() is QEvent.Type.PaletteChange

    apply_theme(app, "dark")
    widget = Listener()
    qtbot.addWidget(widget)
    widget.show()
    apply_theme(app, "light")
    app.processEvents()
    assert widget.heard


def test_the_system_theme_follows_the_desktop(app, monkeypatch):
    desktop = Qt.ColorScheme.Dark
    hints = type(app.styleHints())
    monkeypatch.setattr(hints, "setColorScheme", lambda self, scheme: None)
    monkeypatch.setattr(hints, "colorScheme", lambda self: desktop)
    apply_theme(app, "system")
    assert tokens().name == "dark"
    desktop = Qt.ColorScheme.Light
    app.styleHints().colorSchemeChanged.emit(desktop)
    assert tokens().name == "light"
    assert app.palette().color(QPalette.ColorRole.Window) == QColor(themes()["light"].window)
    apply_theme(app, "dark")
    app.styleHints().colorSchemeChanged.emit(desktop)
    assert app.palette().color(QPalette.ColorRole.Window) == QColor(themes()["dark"].window)


def test_an_unknown_theme_is_refused(app):
    with pytest.raises(ValueError, match="dark, light, system"):
        apply_theme(app, "sepia")


def test_a_primary_button_is_filled_with_the_accent(app, qtbot):
    apply_theme(app, "dark")
    button = QPushButton()
    qtbot.addWidget(button)
    button.resize(80, 30)
    button.show()
    plain = button.grab().toImage().pixelColor(40, 15)
    set_style(button, primary=True)
    filled = button.grab().toImage().pixelColor(40, 15)
    assert filled == QColor(tokens().accent_fill) != plain


def ink(symbol: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off):
    """The colour of an icon's most opaque pixel."""
    image = symbol.pixmap(QSize(64, 64), mode, state).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    strongest = max(pixels, key=lambda c: c.alpha())
    assert strongest.alpha() > 200
    return strongest.name()


def test_icons_follow_theme_state_and_token(app):
    symbol = icon(IconName.PAN)
    for name in ("dark", "light"):
        apply_theme(app, name)
        assert ink(symbol) == tokens().text
        assert ink(symbol, state=QIcon.State.On) == tokens().accent
        assert ink(symbol, QIcon.Mode.Disabled) == tokens().text_disabled
        assert ink(icon(IconName.WARNING, "warn")) == tokens().warn


@pytest.mark.parametrize("name", IconName)
def test_every_icon_has_a_picture(app, name):
    assert ink(icon(name))


def test_the_application_icon_can_be_drawn_large(qapp):
    image = application_icon().pixmap(256, 256).toImage()
    assert image.width() == 256
    assert image.pixelColor(190, 66).name() == themes()["dark"].accent
