"""The settings: a configuration to begin with, the form, the gallery, the file behind them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ai.errors import AIError
from viewer.dicom.report import Severity
from viewer.errors import ViewerError
from viewer.training import Config, TableConfig, kind_of_document, read_document, save_text, to_toml
from viewer.ui import theme
from viewer.ui.banner import Banner
from viewer.ui.parts import label, page, scrolling
from viewer.ui.training.fields import ARCHITECTURES, PICTURES, TABLE
from viewer.ui.training.form import Form
from viewer.ui.training.gallery import Gallery
from viewer.ui.training.setup import Setup

_FILES = "Configurations (*.toml *.json)"
_FORM_WIDTH = 380


class SettingsPage(QWidget):
    """Choose a preset or a file, change settings, see what augmentation does."""

    def __init__(self, setup: Setup, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup = setup
        self.presets = QComboBox()
        self.banner = Banner()
        self.forms = {"pictures": Form(Config, PICTURES), "table": Form(TableConfig, TABLE)}
        self._stack = QStackedWidget()
        self.gallery = Gallery(setup)
        self._no_gallery = label("A table has no pictures to augment.", "muted")
        self._build()
        for form in self.forms.values():
            form.changed.connect(self._change)
        self.presets.activated.connect(self._choose_preset)
        setup.document_changed.connect(self._show)
        self._show(True)

    @property
    def form(self) -> Form:
        """The form of the kind of data in use."""
        return self.forms[kind_of_document(self._setup.document)]

    def _build(self) -> None:
        space = theme.tokens()
        frame, column = page()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        row = QHBoxLayout()
        row.setSpacing(space.space_s)
        name = label("&Begin with")
        name.setBuddy(self.presets)
        row.addWidget(name)
        row.addWidget(self.presets, 1)
        for text, do in (("&Open a File…", self._open), ("&View as TOML…", self._view)):
            button = QPushButton(text)
            button.clicked.connect(lambda _=False, do=do: do())
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self.banner)
        self.banner.hide()
        for form in self.forms.values():
            area = scrolling(form)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self._stack.addWidget(area)
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.gallery, 1)
        beside.addWidget(self._no_gallery, 0, Qt.AlignmentFlag.AlignCenter)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(self._stack)
        halves.addWidget(right)
        halves.setStretchFactor(1, 1)
        halves.setChildrenCollapsible(False)
        halves.setSizes([_FORM_WIDTH, 2 * _FORM_WIDTH])
        column.addWidget(halves, 1)

    def _show(self, whole: bool) -> None:
        setup = self._setup
        kind = kind_of_document(setup.document)
        self._stack.setCurrentIndex(list(self.forms).index(kind))
        self.gallery.setVisible(kind == "pictures")
        self._no_gallery.setVisible(kind == "table")
        if whole:
            fitting = [p for p in setup.presets if p.kind == kind]
            self.presets.clear()
            for preset in fitting:
                self.presets.addItem(preset.title, preset)
            same = [i for i, p in enumerate(fitting) if p.document == setup.document]
            self.presets.setCurrentIndex(same[0] if same else -1)
            self.presets.setPlaceholderText("Own settings")
        self.form.show_values(setup.value)
        faults = setup.faults
        self.form.show_faults(faults)
        elsewhere = [f"{p}: {text}" for p, text in faults.items() if p not in self.form.widgets]
        if elsewhere:
            self.banner.show_message(elsewhere[0], "", Severity.WARNING)
        elif whole or not faults:
            self.banner.hide()

    def _change(self, place: str, value: object) -> None:
        setup = self._setup
        if place == "network.architecture" and value != setup.value(place):
            setup.change("network.arguments", {})  # they were the other architecture's
            setup.change("preparation.side", ARCHITECTURES[str(value)])
        setup.change(place, value)

    def _choose_preset(self, index: int) -> None:
        self.banner.hide()
        self._setup.choose_preset(self.presets.itemData(index))

    def _open(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "Open a configuration", "", _FILES)
        if file:
            self.open_file(Path(file))

    def open_file(self, path: Path) -> None:
        """Take the configuration of a file."""
        try:
            document = read_document(path)
        except AIError as error:
            self.banner.show_error(error)
            return
        self.banner.hide()
        self._setup.replace(document)

    def _view(self) -> None:
        _TomlDialog(to_toml(self._setup.document), self).open()


class _TomlDialog(QDialog):
    """The configuration as a file, to read, copy and save."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Configuration")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._text = text
        view = QPlainTextEdit(text, readOnly=True)
        view.setProperty("monospaced", True)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Save | kinds.Close)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        self._banner = Banner()
        self._banner.hide()
        column = QVBoxLayout(self)
        column.addWidget(self._banner)
        column.addWidget(view)
        column.addWidget(buttons)
        self.resize(620, 640)

    def _save(self) -> None:
        file, _ = QFileDialog.getSaveFileName(self, "Save the configuration", "", _FILES)
        if file:
            try:  # the dialogue has asked before it names a file that exists
                save_text(Path(file), self._text)
            except ViewerError as error:
                self._banner.show_error(error)
