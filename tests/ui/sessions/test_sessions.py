"""Sessions of the window: saved, opened, kept at the end, and brought back after a kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.ui.conftest import StillVolumeView, settle
from tests.ui.runners import InlineWorker
from viewer.analysis import Analysis
from viewer.imaging.plane import Orientation
from viewer.imaging.roi.figure import Figure, Kind
from viewer.imaging.voi import Window
from viewer.session.document import read_session
from viewer.ui import panes
from viewer.ui.actions import ActionId as A
from viewer.ui.app import open_window
from viewer.ui.layouts import LayoutName, ViewKind
from viewer.ui.main_window import MainWindow

ROOT = Path(__file__).parents[3]


@pytest.fixture
def make_window(qtbot, tmp_path, monkeypatch):
    """Makes windows that keep their sessions in one folder."""
    monkeypatch.setattr(panes, "VolumeView", StillVolumeView)
    windows: list[MainWindow] = []

    def make(*paths: Path) -> MainWindow:
        store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
        analysis = Analysis(tmp_path / "models", worker=InlineWorker())
        window = open_window(paths, store, analysis=analysis, sessions=tmp_path / "sessions")
        windows.append(window)
        window.resize(1300, 800)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.processEvents()


def loaded(qtbot, window: MainWindow) -> MainWindow:
    qtbot.waitUntil(lambda: window.session.is_complete, timeout=20_000)
    settle(qtbot)
    return window


def measure(window: MainWindow) -> None:
    session = window.session
    plane = session.display.stack(Orientation.AXIAL).plane(3)
    ends = np.array([plane.to_lps(5, 5), plane.to_lps(9, 12)])
    figure = Figure(Kind.LENGTH, ends, plane)
    session.measurements.put(session.measurements.begin(figure, session.active.key))


def test_a_saved_session_comes_back_with_its_layout(
    qtbot, make_window, folder, tmp_path, monkeypatch
):
    window = loaded(qtbot, make_window(folder))
    measure(window)
    window.session.display.set_window(Window(12, 345))
    window.session.display.move_cursor(np.add(window.session.display.cursor, (3, 4, 5)))
    cursor = window.session.display.cursor
    window.panes.show_layout(LayoutName.ONE_AND_THREE)
    window.panes.show_kind(window.panes.grid.panes[0], ViewKind.SAGITTAL)
    window.panes.activate(window.panes.grid.panes[1])
    path = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.actions_[A.SAVE_SESSION].trigger()
    qtbot.waitUntil(lambda: "mine.hounsfield" in window.banner.text, timeout=20_000)

    again = make_window(tmp_path / "mine.hounsfield")
    loaded(qtbot, again)
    assert again.panes.grid.name is LayoutName.ONE_AND_THREE
    kinds = [pane.kind for pane in again.panes.grid.panes]
    assert kinds == [pane.kind for pane in window.panes.grid.panes]
    assert again.panes.grid.panes.index(again.panes.active) == 1
    assert again.session.display.window == Window(12, 345)
    assert again.session.display.cursor == pytest.approx(cursor)
    (back,), (was,) = again.session.measurements.kept, window.session.measurements.kept
    assert np.array_equal(back.figure.points, was.figure.points)


def test_files_that_have_changed_are_told_of(qtbot, make_window, folder, tmp_path):
    window = loaded(qtbot, make_window(folder))
    path = tmp_path / "mine.hounsfield"
    qtbot.waitUntil(lambda: bool(window.sessions.describe().series[0].sha256), timeout=20_000)
    window.sessions.save(path)
    qtbot.waitUntil(path.exists, timeout=20_000)
    content = json.loads(path.read_text())
    content["series"][0]["sha256"] = "0" * 64
    path.write_text(json.dumps(content))
    again = make_window()
    again.sessions.open(path)
    qtbot.waitUntil(lambda: "have changed" in again.banner.text, timeout=20_000)


def test_the_last_session_is_kept_when_the_window_is_closed(qtbot, make_window, folder, tmp_path):
    window = loaded(qtbot, make_window(folder))
    assert not window.actions_[A.LAST_SESSION].isEnabled()
    measure(window)
    window.close()
    assert [p.name for p in (tmp_path / "sessions").iterdir()] == ["last.hounsfield"]
    again = make_window()
    assert again.sessions.offer_what_crashed() is None
    again.actions_[A.LAST_SESSION].trigger()
    loaded(qtbot, again)
    assert len(again.session.measurements.kept) == 1


def test_a_session_is_saved_by_itself_and_only_when_it_changes(
    qtbot, make_window, folder, tmp_path
):
    window = loaded(qtbot, make_window(folder))
    autosave = window.sessions.autosave
    measure(window)
    autosave.save()
    qtbot.waitUntil(autosave.path.exists, timeout=20_000)
    qtbot.waitUntil(lambda: window.session.jobs.unfinished == 0, timeout=20_000)
    settle(qtbot)
    assert len(read_session(autosave.path).measurements) == 1
    autosave.save()
    qtbot.waitUntil(lambda: window.session.jobs.unfinished == 0, timeout=20_000)
    settle(qtbot)
    before = autosave.path.stat().st_mtime_ns
    autosave.save()
    qtbot.waitUntil(lambda: window.session.jobs.unfinished == 0, timeout=20_000)
    assert autosave.path.stat().st_mtime_ns == before
    window.session.measurements.remove(window.session.measurements.kept)
    autosave.save()
    qtbot.waitUntil(lambda: not read_session(autosave.path).measurements, timeout=20_000)


def test_a_window_at_work_is_no_crash(qtbot, make_window, folder):
    first = loaded(qtbot, make_window(folder))
    first.sessions.autosave.save()
    qtbot.waitUntil(first.sessions.autosave.path.exists, timeout=20_000)
    second = make_window()
    assert second.sessions.autosave.left_behind() == ()


def killed(folder: Path, tmp_path: Path) -> None:
    """Let another process open, measure, and be killed ten seconds later at the most."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.sessions.victim", folder, tmp_path / "sessions", tmp_path],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        assert process.stdout.readline() == "measured\n"
        until = time.monotonic() + 10
        while not any(
            read_session(path).measurements for path in (tmp_path / "sessions").glob("*.hounsfield")
        ):
            assert time.monotonic() < until, "nothing was saved within ten seconds"
            time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_session_is_offered_and_restored(qtbot, make_window, folder, tmp_path):
    killed(folder, tmp_path)
    window = make_window()
    box = window.sessions.offer_what_crashed()
    assert "not closed properly" in box.text()
    assert "1 series, 1 measurement" in box.informativeText()
    next(b for b in box.buttons() if b.text() == "Restore").click()
    loaded(qtbot, window)
    (back,) = window.session.measurements.kept
    assert back.name == "Length 1"
    assert back.series == window.session.active.key
    settle(qtbot)
    assert window.sessions.offer_what_crashed() is None


def test_what_is_not_wanted_back_is_deleted(qtbot, make_window, folder, tmp_path):
    window = make_window()
    left = tmp_path / "sessions" / "abc.hounsfield"
    left.write_text(loaded(qtbot, make_window(folder)).sessions.describe().text())
    box = window.sessions.offer_what_crashed()
    next(b for b in box.buttons() if b.text() == "Discard").click()
    assert not left.exists()
    left.write_text("no session")
    assert window.sessions.offer_what_crashed() is None
    assert not left.exists()
