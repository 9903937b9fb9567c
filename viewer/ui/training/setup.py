"""What is going to be trained: data, configuration, and what both look like."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from ai.errors import AIError
from viewer.training import (
    AnyConfig,
    Config,
    Document,
    GalleryRow,
    Preset,
    Survey,
    Workbench,
    checked,
    kind_of_data,
    kind_of_document,
)
from viewer.ui.bridge import GuiThread

#: Pictures in the gallery, and augmented copies of each.
GALLERY = (5, 5)

_SETTLE_MS = 250


class Setup(QObject):
    """The choice of data and settings; looks at both in the background as they change.

    Parameters
    ----------
    bench : Workbench
    gui : GuiThread
    presets : tuple of Preset
        The first of each kind is the default for such data.
    """

    #: The data, or what is known of it, has changed.
    data_changed = Signal()
    #: The configuration has changed; the argument says whether as a whole.
    document_changed = Signal(bool)
    #: The gallery has other pictures.
    gallery_changed = Signal()

    def __init__(
        self,
        bench: Workbench,
        gui: GuiThread,
        presets: tuple[Preset, ...],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.presets = presets
        self.data: Path | None = None
        self.document: Document = deepcopy(presets[0].document)
        self.survey: Survey | None = None
        self.survey_error: Exception | None = None
        self.gallery: tuple[GalleryRow, ...] = ()
        self.gallery_error: AIError | None = None
        self._draw = 0
        self._surveying = _Newest(gui, self._surveyed, self._not_surveyed)
        self._drawing = _Newest(gui, self._drawn, self._not_drawn)
        self._bench = bench
        self._settled = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settled.timeout.connect(self._look)

    @property
    def config(self) -> AnyConfig | None:
        """The configuration, if it is valid."""
        return checked(self.document)[0]

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong with the configuration, by place."""
        return checked(self.document)[1]

    @property
    def is_looking(self) -> bool:
        """Whether the data is being looked at."""
        return self._settled.isActive() or self._surveying.is_busy

    def choose_data(self, path: Path) -> None:
        """Take a folder of classes, a zip of one, or a CSV."""
        self.data, self.survey, self.survey_error = path, None, None
        self._surveying.forget()
        self._drawing.forget()
        self.gallery, self.gallery_error = (), None
        kind = kind_of_data(path)
        if kind != kind_of_document(self.document):
            self.choose_preset(next(p for p in self.presets if p.kind == kind))
        self._look()
        self.gallery_changed.emit()

    def choose_preset(self, preset: Preset) -> None:
        """Begin with another configuration."""
        self.replace(deepcopy(preset.document))

    def replace(self, document: Document) -> None:
        """Take another configuration as a whole."""
        self.document = document
        self.document_changed.emit(True)
        self._settled.start()

    def value(self, place: str) -> Any:
        """A setting by its place (``"optimisation.epochs"``), None where the document has none."""
        value: Any = self.document
        for name in place.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def change(self, place: str, value: Any) -> None:
        """Change one setting."""
        *sections, name = place.split(".")
        target = self.document
        for section in sections:
            target = target.setdefault(section, {})
        if target.get(name) == value:
            return
        target[name] = value
        self.document_changed.emit(False)
        self._settled.start()

    def draw_again(self) -> None:
        """Show other augmentations of the same pictures."""
        self._draw += 1
        self._look()

    def _look(self) -> None:
        self._settled.stop()
        config, data = self.config, self.data
        if config is None or data is None:
            self.data_changed.emit()
            return
        bench = self._bench
        bare = _what_divides(config)
        self._surveying.want(
            (data, bare), lambda done, failed: bench.survey(data, config, done, failed)
        )
        if isinstance(config, Config):
            picture = (data, config.preparation, config.augmentation, config.seed, self._draw)
            pattern, draw = config.data.patient_pattern, self._draw
            self._drawing.want(
                (*picture, pattern),
                lambda done, failed: bench.gallery(data, config, draw, GALLERY, done, failed),
            )
        self.data_changed.emit()

    def _surveyed(self, survey: Survey) -> None:
        self.survey, self.survey_error = survey, None
        self.data_changed.emit()

    def _not_surveyed(self, error: AIError) -> None:
        self.survey, self.survey_error = None, error
        self.data_changed.emit()

    def _drawn(self, rows: tuple[GalleryRow, ...]) -> None:
        self.gallery, self.gallery_error = rows, None
        self.gallery_changed.emit()

    def _not_drawn(self, error: AIError) -> None:
        self.gallery, self.gallery_error = (), error
        self.gallery_changed.emit()


def _what_divides(config: AnyConfig) -> object:
    """The settings on which a survey depends."""
    if isinstance(config, Config):
        return (config.data, config.split, config.seed)
    return (config.label, config.patient, config.split, config.seed)


class _Newest:
    """Asks for one thing at a time; of those wanted meanwhile only the last is asked for.

    Parameters
    ----------
    gui : GuiThread
    on_done, on_failed : callable
        Called on the GUI thread with what is still wanted.
    """

    def __init__(
        self,
        gui: GuiThread,
        on_done: Callable[[Any], None],
        on_failed: Callable[[AIError], None],
    ) -> None:
        self._gui = gui
        self._on_done = on_done
        self._on_failed = on_failed
        self._asked: object = None
        self._wanted: tuple[object, Callable[..., None]] | None = None
        self.is_busy = False

    def want(self, key: object, ask: Callable[..., None]) -> None:
        """Ask, unless the same was asked for last."""
        if self._wanted is None and key == self._asked:
            return
        self._wanted = (key, ask)
        if not self.is_busy:
            self._ask()

    def forget(self) -> None:
        """What was asked for is not wanted any more."""
        self._asked = self._wanted = None

    def _ask(self) -> None:
        if self._wanted is None:
            return
        key, ask = self._wanted
        self._asked, self._wanted, self.is_busy = key, None, True
        ask(
            lambda result: self._gui.post(lambda: self._reply(key, self._on_done, result)),
            lambda error: self._gui.post(lambda: self._reply(key, self._on_failed, error)),
        )

    def _reply(self, key: object, callback: Callable[[Any], None], value: Any) -> None:
        self.is_busy = False
        if self._wanted is not None:
            self._ask()
        elif key == self._asked:
            callback(value)
