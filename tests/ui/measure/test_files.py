"""Measurements exported from the window and imported again."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog

from tests.ui.conftest import press, settle
from viewer.ui.actions import ActionId as A


def draw(qtbot, window) -> None:
    """A length and an ellipse in the active view."""
    viewport = window.panes.active_slices.viewport()
    middle = viewport.rect().center()
    for key, places in (("L", ((-50, -30), (10, -30))), ("E", ((-40, 0), (30, 50)))):
        press(qtbot, window, key)
        for x, y in places:
            qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=middle + QPoint(x, y))
    settle(qtbot)


def choose(monkeypatch, path, title: str) -> None:
    """Answer the file dialogs."""
    answer = lambda *_: (str(path), title)  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)


@pytest.mark.parametrize(
    ("end", "title"), [(".json", "JSON (*.json)"), (".dcm", "DICOM structured report (*.dcm)")]
)
def test_what_was_exported_comes_back(qtbot, opened, tmp_path, monkeypatch, end, title):
    session = opened.session
    draw(qtbot, opened)
    drawn = session.measurements.kept
    choose(monkeypatch, tmp_path / "mine", title)
    opened.actions_[A.EXPORT_MEASUREMENTS].trigger()
    qtbot.waitUntil(lambda: f"mine{end}" in opened.banner.text, timeout=20_000)
    session.measurements.remove(drawn)
    choose(monkeypatch, tmp_path / f"mine{end}", title)
    opened.actions_[A.IMPORT_MEASUREMENTS].trigger()
    qtbot.waitUntil(lambda: len(session.measurements.kept) == 2, timeout=20_000)
    for back, was in zip(session.measurements.kept, drawn, strict=True):
        assert (back.kind, back.name, back.series) == (was.kind, was.name, was.series)
        assert np.allclose(np.sort(back.figure.points), np.sort(was.figure.points), atol=1e-3)
    assert "2 measurements read" in opened.banner.text
    assert opened.actions_[A.UNDO].text() == "Undo Import 2 measurements"


def test_a_table_gets_the_end_of_its_name(qtbot, opened, tmp_path, monkeypatch):
    draw(qtbot, opened)
    choose(monkeypatch, tmp_path / "mine", "Table (*.csv)")
    opened.actions_[A.EXPORT_MEASUREMENTS].trigger()
    qtbot.waitUntil((tmp_path / "mine.csv").exists, timeout=20_000)
    with (tmp_path / "mine.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["Length 1", "Ellipse 1"]


def test_without_measurements_there_is_nothing_to_export(qtbot, opened):
    action = opened.actions_[A.EXPORT_MEASUREMENTS]
    assert not action.isEnabled()
    assert "Measure something first" in action.toolTip()
    draw(qtbot, opened)
    assert action.isEnabled()


def test_a_wrong_file_is_said_in_the_banner(qtbot, opened, tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]")
    opened.measurement_files.import_(wrong)
    qtbot.waitUntil(lambda: "wrong.json" in opened.banner.text, timeout=20_000)
    assert opened.session.measurements.kept == ()
