"""What the window remembers. Nothing of any patient."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from viewer.session.links import LinkOptions
from viewer.session.presets import WindowPresets
from viewer.ui.foreground import ViewOptions
from viewer.ui.language import Language
from viewer.ui.layouts import LayoutName
from viewer.ui.theme import ThemeName


class Settings:
    """Typed access to the user's settings.

    Parameters
    ----------
    store : QSettings
        Where they are kept.
    """

    def __init__(self, store: QSettings) -> None:
        self._store = store

    @property
    def geometry(self) -> QByteArray | None:
        """Size and place of the window."""
        return self._bytes("window/geometry")

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("window/geometry", value)

    @property
    def splitter(self) -> QByteArray | None:
        """Widths of the panels."""
        return self._bytes("window/splitter")

    @splitter.setter
    def splitter(self, value: QByteArray) -> None:
        self._store.setValue("window/splitter", value)

    @property
    def theme(self) -> ThemeName:
        """Dark, light, or the system's."""
        value = self._store.value("theme", "dark")
        return value if value in ("dark", "light", "system") else "dark"

    @theme.setter
    def theme(self, value: ThemeName) -> None:
        self._store.setValue("theme", value)

    @property
    def language(self) -> Language:
        """The language of the window."""
        value = str(self._store.value("language", Language.ENGLISH.value))
        return Language(value) if value in list(Language) else Language.ENGLISH

    @language.setter
    def language(self, value: Language) -> None:
        self._store.setValue("language", value.value)

    @property
    def last_folder(self) -> Path:
        """The folder above the one opened last, whose name may be a patient's."""
        return Path(str(self._store.value("last_folder", Path.home())))

    @last_folder.setter
    def last_folder(self, value: Path) -> None:
        self._store.setValue("last_folder", str(value))

    @property
    def export_folder(self) -> Path:
        """The folder that was exported to last."""
        return Path(str(self._store.value("export_folder", Path.home())))

    @export_folder.setter
    def export_folder(self, value: Path) -> None:
        self._store.setValue("export_folder", str(value))

    @property
    def layout(self) -> LayoutName:
        """Which views are shown."""
        value = str(self._store.value("window/layout", LayoutName.FOUR))
        return LayoutName(value) if value in list(LayoutName) else LayoutName.FOUR

    @layout.setter
    def layout(self, value: LayoutName) -> None:
        self._store.setValue("window/layout", str(value))

    @property
    def shares(self) -> str:
        """How views share the space, as ``LayoutGrid.shares`` tells it."""
        return str(self._store.value("window/shares", "{}"))

    @shares.setter
    def shares(self, value: str) -> None:
        self._store.setValue("window/shares", value)

    @property
    def panels(self) -> tuple[bool, bool]:
        """Whether the series list and the analysis side are shown."""
        return self._flag("window/series_panel"), self._flag("window/side_panel")

    @panels.setter
    def panels(self, value: tuple[bool, bool]) -> None:
        self._store.setValue("window/series_panel", value[0])
        self._store.setValue("window/side_panel", value[1])

    @property
    def view_options(self) -> ViewOptions:
        """What is drawn over the pictures; patients' names are never remembered as shown."""
        return ViewOptions(
            crosshair=self._flag("view/crosshair"),
            reference_lines=self._flag("view/reference_lines"),
            texts=self._flag("view/texts"),
            overlay_planes=self._flag("view/overlay_planes"),
            shutter=self._flag("view/shutter"),
            smooth=self._flag("view/smooth"),
        )

    @view_options.setter
    def view_options(self, value: ViewOptions) -> None:
        self._store.setValue("view/crosshair", value.crosshair)
        self._store.setValue("view/reference_lines", value.reference_lines)
        self._store.setValue("view/texts", value.texts)
        self._store.setValue("view/overlay_planes", value.overlay_planes)
        self._store.setValue("view/shutter", value.shutter)
        self._store.setValue("view/smooth", value.smooth)

    @property
    def window_presets(self) -> WindowPresets | None:
        """The user's own window presets; None where none were made, or they cannot be read."""
        text = str(self._store.value("window_presets", ""))
        try:
            return WindowPresets.model_validate_json(text) if text else None
        except ValueError:
            return None  # written by hand, or by another version

    @window_presets.setter
    def window_presets(self, value: WindowPresets) -> None:
        self._store.setValue("window_presets", value.model_dump_json(by_alias=True))

    @property
    def links(self) -> LinkOptions:
        """What linked series share."""
        return LinkOptions(
            position=self._flag("links/position"),
            zoom=self._flag("links/zoom"),
            window=self._flag("links/window", default=False),
        )

    @links.setter
    def links(self, value: LinkOptions) -> None:
        self._store.setValue("links/position", value.position)
        self._store.setValue("links/zoom", value.zoom)
        self._store.setValue("links/window", value.window)

    def _flag(self, key: str, *, default: bool = True) -> bool:
        return bool(self._store.value(key, default, bool))

    def _bytes(self, key: str) -> QByteArray | None:
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else None
