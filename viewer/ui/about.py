"""What Hounsfield is, what it is not, and whose work it stands on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata, version

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from viewer import DISCLAIMER, __version__
from viewer.ui import theme
from viewer.ui.icons import IconName, application_icon, icon
from viewer.ui.language import tr

#: What the window and the models stand on, by the name of its distribution.
_COMPONENTS = (
    "PySide6_Essentials",
    "vtk",
    "pydicom",
    "numpy",
    "scipy",
    "torch",
    "pyqtgraph",
    "imagecodecs",
    "scikit-image",
    "nibabel",
    "safetensors",
    "pydantic",
    "QtAwesome",
)
_CONSEQUENCES = (
    "Nothing shown or computed here may be used to diagnose or treat a patient. "
    "What the models find, and what they miss, has not been assessed by any authority."
)
_LICENCE = "Hounsfield is free software under the Apache License 2.0."
_FONTS = "Typeface: Inter (SIL Open Font License 1.1). Icons: Phosphor (MIT)."
_LONGEST_NAME = 60
_ACCEPTED = "disclaimer/understood"


def versions() -> dict[str, str]:
    """Versions of Hounsfield, Python, the system and the components that are installed."""
    found = {
        "Hounsfield": __version__,
        "Python": platform.python_version(),
        "System": platform.platform(terse=True),
    }
    for name in _COMPONENTS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def licences() -> dict[str, str]:
    """The licence that each installed component states."""
    found = {}
    for name in _COMPONENTS:
        try:
            stated = metadata(name)
        except PackageNotFoundError:
            continue
        found[name] = _licence(stated)
    return found


def _licence(stated: PackageMetadata) -> str:
    """The SPDX expression, else the licence's name, else the classifiers'."""
    if "License-Expression" in stated:
        return stated["License-Expression"]
    # The field may also hold the text of a whole licence.
    if "License" in stated and len(stated["License"].strip()) <= _LONGEST_NAME:
        return stated["License"].strip()
    classifiers = stated.get_all("Classifier") or []
    names = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License ::")]
    return ", ".join(names) or "stated in its package"


class AboutDialog(QDialog):
    """Name, version, disclaimer; licences and versions to copy into a report."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("About Hounsfield"))
        values = theme.tokens()
        tabs = QTabWidget()
        tabs.addTab(_text(_table(versions())), tr("Versions"))
        tabs.addTab(_text(f"{_LICENCE}\n{_FONTS}\n\n{_table(licences())}"), tr("Licences"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[values.space_xl] * 4)
        layout.setSpacing(values.space_l)
        layout.addLayout(_heading())
        layout.addWidget(_disclaimer())
        layout.addWidget(tabs, 1)
        layout.addLayout(self._buttons())
        self.resize(560, 560)

    def _buttons(self) -> QHBoxLayout:
        copy = QPushButton(icon(IconName.COPY), tr("Copy versions"))
        copy.clicked.connect(lambda: QApplication.clipboard().setText(_table(versions())))
        close = QPushButton(tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addStretch()
        row.addWidget(close)
        return row


class DisclaimerDialog(QDialog):
    """Says once what Hounsfield must not be used for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Hounsfield")
        values = theme.tokens()
        understood = QPushButton(tr("I understand"))
        understood.setProperty("primary", True)
        understood.setDefault(True)
        understood.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(understood)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[values.space_xl] * 4)
        layout.setSpacing(values.space_l)
        layout.addLayout(_heading())
        layout.addWidget(_disclaimer())
        layout.addLayout(row)
        self.setFixedWidth(520)


def show_disclaimer_once(parent: QWidget, settings: QSettings) -> DisclaimerDialog | None:
    """Open the disclaimer over a window unless it was accepted on this machine before.

    Parameters
    ----------
    parent : QWidget
    settings : QSettings
        Remembers the acceptance.

    Returns
    -------
    DisclaimerDialog, already open; None when there is no need for it.
    """
    if settings.value(_ACCEPTED, False, type=bool):
        return None
    dialog = DisclaimerDialog(parent)
    dialog.accepted.connect(lambda: settings.setValue(_ACCEPTED, True))
    dialog.open()
    return dialog


def _heading() -> QHBoxLayout:
    values = theme.tokens()
    picture = QLabel()
    picture.setPixmap(application_icon().pixmap(56, 56))
    name, about = (
        QLabel("Hounsfield"),
        QLabel(tr("Version {version} · DICOM viewer with AI", version=__version__)),
    )
    name.setProperty("role", "display")
    about.setProperty("role", "muted")
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(name)
    words.addWidget(about)
    row = QHBoxLayout()
    row.setSpacing(values.space_l)
    row.addWidget(picture)
    row.addLayout(words, 1)
    return row


def _disclaimer() -> QFrame:
    values = theme.tokens()
    title, words = QLabel(tr(DISCLAIMER)), QLabel(tr(_CONSEQUENCES))
    title.setProperty("role", "title")
    for label in (title, words):
        label.setWordWrap(True)
    frame = QFrame()
    frame.setProperty("banner", "warn")
    column = QVBoxLayout(frame)
    column.setContentsMargins(values.space_l, values.space_m, values.space_l, values.space_m)
    column.setSpacing(values.space_s)
    column.addWidget(title)
    column.addWidget(words)
    return frame


def _table(rows: dict[str, str]) -> str:
    width = max(len(name) for name in rows) + 2
    return "\n".join(f"{name:<{width}}{value}" for name, value in rows.items())


def _text(text: str) -> QPlainTextEdit:
    view = QPlainTextEdit(text, readOnly=True)
    view.setProperty("monospaced", True)
    view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    return view
