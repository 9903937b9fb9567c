"""The application: made, dressed, and given its window."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

import resources
from viewer import __version__, locations
from viewer.analysis import Analysis
from viewer.session.presets import load_presets
from viewer.session.session import Session
from viewer.ui import theme
from viewer.ui.about import show_disclaimer_once
from viewer.ui.analysis_controller import AnalysisController
from viewer.ui.bridge import GuiThread
from viewer.ui.icons import application_icon
from viewer.ui.language import apply_language
from viewer.ui.main_window import MainWindow
from viewer.ui.settings import Settings
from viewer.ui.training.launcher import TrainingLauncher


def create_application(argv: Sequence[str]) -> QApplication:
    """The Qt application; the one there is already, if any."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    app = QApplication(list(argv))
    app.setApplicationName("hounsfield")
    app.setApplicationDisplayName("Hounsfield")
    app.setApplicationVersion(__version__)
    app.setOrganizationName("hounsfield")
    app.setDesktopFileName("hounsfield")
    app.setWindowIcon(application_icon())
    return app


def user_settings() -> QSettings:
    """Where this user's settings are kept."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "hounsfield", "window")


def open_window(
    paths: Sequence[Path],
    store: QSettings,
    *,
    analysis: Analysis | None = None,
    header_index: Path | None = None,
    sessions: Path | None = None,
) -> MainWindow:
    """Make the window and begin to open paths; it is not shown yet.

    Parameters
    ----------
    paths : sequence of Path
        Folders, files or zip archives.
    store : QSettings
        Where the window finds and leaves its settings.
    analysis : Analysis, optional
        The models; the built-in and the added ones by default.
    header_index : Path, optional
        Database that remembers the headers of folders opened before.
    sessions : Path, optional
        Folder in which the session is saved while one works.
    """
    gui = GuiThread()
    session = Session(gui.post, header_index)
    controller = AnalysisController(
        analysis
        or Analysis(resources.MODELS, locations.added_models(), locations.trusted_models()),
        session,
        gui,
    )

    training = TrainingLauncher(
        resources.MODELS,
        locations.added_models(),
        locations.cache(),
        locations.trainings(),
        session.jobs,
        gui,
        controller.refresh,
    )

    def close() -> None:
        gui.close()
        training.close()
        controller.close()
        session.shutdown()

    window = MainWindow(
        session,
        controller,
        load_presets(resources.ROOT / "windows.json"),
        Settings(store),
        training,
        make_demo=_make_demo,
        on_close=close,
        sessions_folder=sessions,
    )
    gui.setParent(window)
    controller.setParent(window)
    training.setParent(window)
    window.open(paths)
    return window


def _make_demo(on_progress: Callable[[int, int], None]) -> Path:
    from viewer.demo import demo_series  # costs half a second that most starts need not pay

    return demo_series(locations.cache(), on_progress=on_progress)


def run(paths: Sequence[Path]) -> int:
    """Show the window and stay until it is closed.

    Returns
    -------
    int
        The exit code.
    """
    app = create_application(sys.argv)
    store = user_settings()
    theme.apply_theme(app, Settings(store).theme)
    apply_language(app, Settings(store).language)
    window = open_window(
        paths, store, header_index=locations.header_index(), sessions=locations.sessions()
    )
    window.show()
    show_disclaimer_once(window, store)
    window.sessions.offer_what_crashed()
    return app.exec()
