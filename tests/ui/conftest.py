"""Sessions and views for tests of widgets; everything runs on Qt's offscreen platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ai.worker import Worker
from tests.ai.samples import STACKS, make_package, marker_phantom
from tests.dicom.phantoms import marker_volume
from tests.ui.runners import InlineWorker
from viewer.analysis import Analysis
from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.imaging.geometry import Geometry
from viewer.imaging.plane import Orientation
from viewer.imaging.voi import Window
from viewer.imaging.volume import Volume
from viewer.session.session import Session
from viewer.ui import panes
from viewer.ui.app import open_window
from viewer.ui.bridge import GuiThread
from viewer.ui.main_window import MainWindow
from viewer.ui.slice_view import SliceView
from viewer.ui.theme import apply_theme


@pytest.fixture(autouse=True)
def _dressed(qapp) -> None:
    apply_theme(qapp, "dark")


@pytest.fixture
def session(qapp) -> Iterator[Session]:
    """A session whose replies come on the GUI thread."""
    gui = GuiThread()
    session = Session(gui.post)
    yield session
    gui.close()
    session.shutdown()


@pytest.fixture
def shown_markers(session) -> Volume:
    """The marker phantom, shown without files."""
    volume = marker_volume()
    session.display.show(volume, Window(500, 2000))
    return volume


@pytest.fixture
def make_view(qtbot: QtBot, session: Session) -> Callable[[Orientation], SliceView]:
    """Makes shown slice views of 400 × 300 pixels."""

    def make(orientation: Orientation) -> SliceView:
        view = SliceView(session, orientation)
        qtbot.addWidget(view)
        view.resize(400, 300)
        view.show()
        qtbot.waitExposed(view)
        settle(qtbot)
        return view

    return make


def settle(qtbot: QtBot) -> None:
    """Let waiting events and zero timers run."""
    for _ in range(3):
        qtbot.wait(1)


def pixels(view: SliceView) -> np.ndarray:
    """What is painted in a view, as RGB, shape (rows, columns, 3)."""
    image = view.grab().toImage().convertToFormat(view.grab().toImage().Format.Format_RGB888)
    rows, columns, stride = image.height(), image.width(), image.bytesPerLine()
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(rows, stride)
    return flat[:, : columns * 3].reshape(rows, columns, 3).copy()


class StillVolumeView(QWidget):
    """Stands where the 3D view stands, without its process; it has tests of its own."""

    message = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.volume = None
        self.findings: list = []

    def set_volume(self, volume) -> None:
        self.volume = volume

    def set_cursor(self, lps) -> None: ...

    def set_findings(self, findings) -> None:
        self.findings = list(findings)

    def reset(self) -> None: ...

    def close_rendering(self) -> None: ...


@pytest.fixture
def folder(tmp_path) -> Path:
    """A CT series with three markers."""
    image = marker_phantom(STACKS["axial"])
    volume = Volume(image.voxels, Geometry(image.affine, image.voxels.shape))
    write_ct(
        volume,
        tmp_path / "scan",
        CtSeries(uid_seed="window", series_description="Markers", patient_name="Secret^Sally"),
    )
    return tmp_path / "scan"


@pytest.fixture
def make_window(qtbot, tmp_path, monkeypatch):
    """Makes shown windows with one tiny model."""
    monkeypatch.setattr(panes, "VolumeView", StillVolumeView)
    make_package(tmp_path / "models")
    windows: list[MainWindow] = []

    def make(*paths: Path, worker: Worker | None = None) -> MainWindow:
        store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
        analysis = Analysis(tmp_path / "models", worker=worker or InlineWorker())
        window = open_window(paths, store, analysis=analysis)
        windows.append(window)
        window.resize(1300, 800)
        window.show()
        qtbot.waitExposed(window)
        qtbot.waitUntil(lambda: window.analysis.model is not None, timeout=20_000)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def opened(qtbot, make_window, folder) -> MainWindow:
    """A window with the series loaded."""
    window = make_window(folder)
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    settle(qtbot)
    return window


def texts(window: MainWindow) -> str:
    """All texts in sight, those of the list of series among them."""
    labels = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    model = window.series_panel.model
    return "\n".join([*labels, *(model.index(n).data() for n in range(model.rowCount()))])


def press(qtbot, window: MainWindow, key: str) -> None:
    window.activateWindow()  # without a window manager nobody else does it, and keys go nowhere
    qtbot.waitUntil(window.isActiveWindow)
    view = window.panes.active_slices
    view.setFocus()
    combination = QKeySequence(key)[0]
    qtbot.keyClick(view, combination.key(), combination.keyboardModifiers())
    settle(qtbot)
