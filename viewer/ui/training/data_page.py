"""The data: its classes, the split that will be made, and what speaks against it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viewer.dicom.report import Severity
from viewer.training import Survey
from viewer.ui import captions, theme
from viewer.ui.banner import Banner
from viewer.ui.elided_label import ElidedLabel
from viewer.ui.icons import IconName, icon
from viewer.ui.parts import clear, label, page, scrolling
from viewer.ui.training.pictures import pixmap
from viewer.ui.training.setup import Setup

_EMPTY = (
    "Put the pictures of each class into a folder with the class's name, and choose the folder"
    " around them, or a zip of it.\nA CSV may list files and classes (columns file, class and"
    " patient), or hold a table of numbers with the label in its last column."
)
_THUMBNAIL = QSize(72, 72)


class DataPage(QWidget):
    """Choose data and see what it holds.

    Parameters
    ----------
    setup : Setup
    try_example : callable
        Takes the generated pictures as data.
    """

    def __init__(
        self, setup: Setup, try_example: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._setup = setup
        self._path = ElidedLabel()
        self.banner = Banner()
        self._found = QVBoxLayout()
        self._build(try_example)
        setup.data_changed.connect(self._show)
        self._show()

    def _build(self, try_example: Callable[[], None]) -> None:
        space = theme.tokens()
        frame, column = page()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        row = QHBoxLayout()
        row.setSpacing(space.space_s)
        for text, do, sign in (
            ("Choose a &Folder…", self._choose_folder, IconName.OPEN),
            ("Choose a &Zip or CSV…", self._choose_file, IconName.SERIES),
            ("Try &Generated Cells", try_example, IconName.DEMO),
        ):
            button = QPushButton(icon(sign), text)
            button.clicked.connect(lambda _=False, do=do: do())
            row.addWidget(button)
        row.addSpacing(space.space_s)
        self._path.setProperty("role", "muted")
        row.addWidget(self._path, 1)
        column.addLayout(row)
        column.addWidget(self.banner)
        inside = QFrame()
        inside.setLayout(self._found)
        self._found.setContentsMargins(0, 0, space.space_s, 0)
        self._found.setSpacing(space.space_m)
        column.addWidget(scrolling(inside), 1)

    def _choose_folder(self) -> None:
        start = str(self._setup.data or Path.home())
        if folder := QFileDialog.getExistingDirectory(self, "A folder of classes", start):
            self._setup.choose_data(Path(folder))

    def _choose_file(self) -> None:
        start = str(self._setup.data or Path.home())
        file, _ = QFileDialog.getOpenFileName(
            self, "A zip of classes, or a CSV", start, "Zip or CSV (*.zip *.csv)"
        )
        if file:
            self._setup.choose_data(Path(file))

    def _show(self) -> None:
        setup = self._setup
        self._path.setText(str(setup.data) if setup.data is not None else "")
        if setup.survey_error is not None:
            self.banner.show_error(setup.survey_error)
        elif setup.data is not None and setup.config is None:
            place, message = next(iter(setup.faults.items()))
            self.banner.show_message(
                f"The settings are not valid: {place}: {message}", "", Severity.WARNING
            )
        else:
            self.banner.hide()
        clear(self._found)
        if setup.survey is not None:
            self._show_survey(setup.survey)
        elif setup.is_looking:
            self._found.addWidget(label("Looking at the data …", "muted"))
        elif setup.data is None:
            self._found.addStretch(1)
            for text, role in (("Choose what to learn from", "title"), (_EMPTY, "muted")):
                line = label(text, role)
                line.setAlignment(Qt.AlignmentFlag.AlignCenter)
                self._found.addWidget(line)
            self._found.addStretch(2)
        self._found.addStretch(1)

    def _show_survey(self, survey: Survey) -> None:
        noun = "row" if survey.kind == "table" else "picture"
        self._found.addWidget(label("Classes", "section"))
        for found in survey.classes:
            lines = QVBoxLayout()
            lines.addWidget(label(found.name, "title"))
            people = f" of {captions.count(found.patients, 'patient')}"
            lines.addWidget(
                label(
                    captions.count(found.cases, noun) + (people if survey.knows_patients else ""),
                    "muted",
                )
            )
            lines.addStretch(1)
            row = QHBoxLayout()
            row.addLayout(lines)
            row.addStretch(1)
            for picture in found.thumbnails:
                strip = QLabel()
                strip.setPixmap(pixmap(picture, _THUMBNAIL))
                row.addWidget(strip)
            card = QFrame()
            card.setProperty("card", True)
            card.setLayout(row)
            self._found.addWidget(card)
        if survey.features:
            shown = ", ".join(survey.features[:12]) + (" …" if len(survey.features) > 12 else "")
            text = f"{captions.count(len(survey.features), 'feature')}: {shown}"
            self._found.addWidget(label(text, "muted", wraps=True))
        self._found.addWidget(label("Split", "section"))
        self._found.addLayout(_split(survey))
        for text in _notes(survey):
            self._found.addWidget(label(text, "muted", wraps=True))


def _split(survey: Survey) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.tokens().space_xl)
    uses = ("learns from it", "chooses and calibrates on it", "is measured on it once")
    heads = ("", "cases", "patients", *(c.name for c in survey.classes), "")
    for column, text in enumerate(heads):
        grid.addWidget(label(text, "section"), 0, column, Qt.AlignmentFlag.AlignRight)
    for row, (part, use) in enumerate(zip(survey.parts, uses, strict=True), 1):
        grid.addWidget(label(part.name.capitalize()), row, 0)
        counts = (part.cases, part.patients, *part.of_class)
        for column, count in enumerate(counts, 1):
            cell = label(f"{count:,}".replace(",", " "))
            grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(label(f"The model {use}.", "caption"), row, len(counts) + 1)
    grid.setColumnStretch(len(heads), 1)
    return grid


def _notes(survey: Survey) -> list[str]:
    notes = []
    if not survey.knows_patients:
        how = "name their column" if survey.kind == "table" else "say how the file names tell it"
        notes.append(
            "Patients are not known: each case counts as a patient of its own. If several are of"
            f" one patient, {how} in the settings, or the figures will be too good."
        )
    if survey.duplicates:
        notes.append(
            f"{captions.count(survey.duplicates, 'duplicate')} found; copies stay in one part."
        )
    return notes
