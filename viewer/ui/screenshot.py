"""Pictures of the real window, offscreen."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings, QTimer

import resources
from ai.errors import ContractError
from viewer.errors import ViewerError
from viewer.imaging.plane import Orientation
from viewer.session.presets import load_presets
from viewer.ui.app import create_application, open_window
from viewer.ui.language import Language, apply_language
from viewer.ui.layouts import LayoutName
from viewer.ui.main_window import MainWindow
from viewer.ui.theme import ThemeName, apply_theme

_LOOK_EVERY_MS = 20
_LOADING_S, _ANALYSIS_S, _RENDERING_S = 600, 3600, 120


def render(
    paths: Sequence[Path],
    out: Path,
    size: tuple[int, int] = (1440, 900),
    *,
    preset: str | None = None,
    slice_number: int | None = None,
    layout: str = LayoutName.FOUR,
    theme: ThemeName = "dark",
    language: Language = Language.ENGLISH,
    analyze: bool = False,
) -> None:
    """Open paths in the real window, wait until everything is there, and save a picture of it.

    The user's own settings are neither read nor changed.

    Parameters
    ----------
    paths : sequence of Path
        Folders, files or zip archives; none for the empty window.
    out : Path
        The PNG to write.
    size : tuple of int
        Width and height of the window in pixels.
    preset : str, optional
        Id of a window preset; the file's own window by default.
    slice_number : int, optional
        Axial slice, counted from 1; the middle one by default.
    layout : str
        One of ``LayoutName``.
    theme : {"dark", "light", "system"}
    language : Language
    analyze : bool
        Run the first model and go to its first finding.

    Raises
    ------
    ViewerError
        Nothing could be opened, or an option names something that is not there.
    ContractError
        The model does not accept the series.
    AIError
        The analysis failed.
    """
    layout_name = _layout(layout)
    with _window(paths, theme, language) as window:
        window.resize(*size)
        window.show()
        _wait(window, lambda: not paths or window.session.is_complete, _LOADING_S)
        # A single image has one view, which the window chooses itself.
        if layout_name is not LayoutName.FOUR or not window.session.no_cross_sections:
            window.panes.show_layout(layout_name)
        if preset is not None:
            _set_preset(window, preset)
        if analyze:
            _analyze(window)
        if slice_number is not None:
            _go_to(window, slice_number)
        volume = window.panes.volume
        _wait(window, lambda: not volume.isVisible() or volume.is_settled, _RENDERING_S)
        _wait(window, lambda: window.panes.is_settled, _RENDERING_S)
        window.repaint()
        if not window.grab().save(str(out), "PNG"):
            raise ViewerError("The picture could not be written.", out, "Choose another folder.")


@contextmanager
def _window(
    paths: Sequence[Path], theme: ThemeName, language: Language = Language.ENGLISH
) -> Iterator[MainWindow]:
    """A window with settings of its own, closed in the end."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = create_application(["hounsfield"])
    apply_theme(app, theme)
    apply_language(app, language)
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "window.ini"), QSettings.Format.IniFormat)
        window = open_window(paths, store)
        try:
            yield window
        finally:
            window.close()


def _wait(window: MainWindow, ready: Callable[[], bool], seconds: int) -> None:
    """Run the event loop until something is ready; raises what goes wrong meanwhile."""
    loop, failures = QEventLoop(), list[Exception]()
    look, limit = QTimer(interval=_LOOK_EVERY_MS), QTimer(singleShot=True)

    def fail(error: Exception) -> None:
        failures.append(error)
        loop.quit()

    look.timeout.connect(lambda: loop.quit() if ready() else None)
    limit.timeout.connect(
        lambda: fail(ViewerError(f"The window was not ready within {seconds} s."))
    )
    window.session.opening.failed.connect(fail)
    window.analysis.failed.connect(fail)
    look.start()
    limit.start(seconds * 1000)
    loop.exec()
    window.session.opening.failed.disconnect(fail)
    window.analysis.failed.disconnect(fail)
    if failures:
        raise failures[0]


def _layout(name: str) -> LayoutName:
    try:
        return LayoutName(name)
    except ValueError:
        known = ", ".join(LayoutName)
        raise ViewerError(f"There is no layout {name!r}.", remedy=f"Choose {known}.") from None


def _set_preset(window: MainWindow, preset: str) -> None:
    presets = load_presets(resources.ROOT / "windows.json")
    try:
        chosen = presets.by_id(preset)
    except KeyError as error:
        raise ViewerError(str(error.args[0])) from None
    window.session.display.set_window(chosen.window)


def _analyze(window: MainWindow) -> None:
    analysis, results = window.analysis, window.session.results
    _wait(window, lambda: analysis.is_listed, _LOADING_S)
    if analysis.refusal:
        raise ContractError(analysis.refusal)
    analysis.start()
    _wait(window, lambda: results.result is not None, _ANALYSIS_S)
    window.session.jump_to_neighbour(1)


def _go_to(window: MainWindow, number: int) -> None:
    stack = window.session.display.stack(Orientation.AXIAL)
    count = stack.count if stack is not None else 0
    if not 1 <= number <= count:
        raise ViewerError(f"There is no axial slice {number}; there are {count}.")
    window.session.display.go_to(Orientation.AXIAL, number - 1)
