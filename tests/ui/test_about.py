from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from viewer import DISCLAIMER, __version__
from viewer.ui.about import (
    AboutDialog,
    DisclaimerDialog,
    licences,
    show_disclaimer_once,
    versions,
)


@pytest.fixture
def parent(qtbot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def settings(tmp_path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


def button(widget: QWidget, text: str) -> QPushButton:
    return next(b for b in widget.findChildren(QPushButton) if b.text() == text)


@pytest.mark.parametrize("dialog", [AboutDialog, DisclaimerDialog])
def test_the_disclaimer_stands_in_both(parent, dialog):
    assert DISCLAIMER in texts(dialog(parent))


def test_versions_can_be_copied(qtbot, parent):
    dialog = AboutDialog(parent)
    qtbot.mouseClick(button(dialog, "Copy versions"), Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert __version__ in copied
    assert "pydicom" in copied


def test_every_component_has_a_version_and_a_licence():
    assert set(licences()) <= set(versions())
    assert "BSD" in licences()["vtk"]
    assert all(licences().values())


def test_the_disclaimer_is_shown_until_it_is_accepted_and_then_never_again(qtbot, parent, settings):
    dialog = show_disclaimer_once(parent, settings)
    assert dialog is not None
    dialog.reject()
    again = show_disclaimer_once(parent, settings)
    assert again is not None
    qtbot.mouseClick(button(again, "I understand"), Qt.MouseButton.LeftButton)
    assert show_disclaimer_once(parent, settings) is None
    settings.sync()
    reopened = QSettings(settings.fileName(), QSettings.Format.IniFormat)
    assert show_disclaimer_once(parent, reopened) is None
