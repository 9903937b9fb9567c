"""DICOM without what identifies the patient."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton

from viewer.dicom.deidentify.profile import Options
from viewer.dicom.deidentify.pseudonyms import Pseudonyms, read_key
from viewer.dicom.deidentify.write import deidentify
from viewer.dicom.series import Series
from viewer.export.output import OnProgress, new_folder
from viewer.ui import captions, theme
from viewer.ui.export.exporter import Work
from viewer.ui.export.page import NO_SERIES, Kind, Page
from viewer.ui.icons import IconName
from viewer.ui.language import tr


class DicomPage(Page):
    """DICOM without what identifies the patient."""

    kind = Kind(
        "De-identified DICOM",
        "A new folder with copies of the files by the Basic Profile of DICOM PS3.15: names, IDs, "
        "private attributes and overlays go, UIDs are replaced alike everywhere. "
        "The files opened here stay as they are.",
        IconName.HIDDEN,
    )

    def build(self) -> None:
        """Add series, name, dates and key."""
        self.series = self.choice(
            "Series",
            {"The active one": "active", "All of its study": "study", "All that is open": "all"},
        )
        self.patient = QLineEdit()
        self.words.say(self.patient.setPlaceholderText, "A pseudonym for each patient")
        self.words.say(self.patient.setToolTip, "Name and ID in place of the patient's")
        self.patient.textChanged.connect(self.changed)
        self.row("Patient", self.patient)
        self.dates = self.choice(
            "Dates",
            {"Remove": False, "Shift by the same days for each patient": True},
            "Shifted dates keep the intervals between examinations",
        )
        self.key = QLineEdit()
        self.words.say(self.key.setPlaceholderText, "New for this export, then forgotten")
        self.words.say(
            self.key.setToolTip,
            "A file with the secret behind UIDs and pseudonyms. With the same one, later exports "
            "belong to earlier ones. Keep it to yourself.",
        )
        choose = QPushButton()
        self.words.say(choose.setText, "&Choose…")
        choose.clicked.connect(self._choose_key)
        row = QHBoxLayout()
        row.setSpacing(theme.tokens().space_s)
        row.addWidget(self.key, 1)
        row.addWidget(choose)
        self.row("Key", row)
        self.words.say(
            self.note.setText,
            "Text within the pixels stays. Images that are likely to have some are told of "
            "afterwards; look at them before you pass them on.",
        )

    @property
    def name(self) -> str:
        """A name that tells nothing."""
        return "de-identified"

    def refusal(self) -> str:
        """There must be DICOM files, and of one patient if they get a name."""
        chosen = self._chosen()
        if not self.window_.session.library.series:
            return NO_SERIES
        if not chosen:
            return "These images are not DICOM: they have no headers to de-identify."
        patients = {s.study.patient_id or s.study.patient_name for s in chosen}
        if self.patient.text().strip() and len(patients) > 1:
            return "The series are of several patients, who cannot all get one name."
        return ""

    def work(self) -> Work:
        """Read, changed and written in the background."""
        chosen = self._chosen()
        options = Options(self.patient.text().strip(), bool(self.dates.currentData()))
        key = self.key.text().strip()

        def write(path: Path, replace: bool, on_progress: OnProgress) -> tuple[str, ...]:
            secret = read_key(Path(key).expanduser()) if key else None
            with new_folder(path) as part:
                report = deidentify(
                    chosen, part, options, Pseudonyms(secret), on_progress=on_progress
                )
            found = [f"{tr(m)} ({captions.count(n, 'file')})" for m, n in report.warnings.items()]
            if report.left_out:
                number = captions.count(len(report.left_out), "file")
                found.append(
                    tr(
                        "{files} could not be read and left out: {first}",
                        files=number,
                        first=report.left_out[0],
                    )
                )
            return tuple(found)

        return write

    def _chosen(self) -> list[Series]:
        session, which = self.window_.session, self.series.currentData()
        active = session.active
        if which == "all":
            found = list(session.library.series)
        elif active is None:
            found = []
        elif which == "study":
            found = [s for s in session.library.series if s.study_uid == active.study_uid]
        else:
            found = [active]
        return [s for s in found if s.slices]

    def _choose_key(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self,
            tr("Key of the export: a new file, or the one of an earlier export"),
            self.key.text(),
            tr("Keys (*.key);;All files (*)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if path:
            self.key.setText(path)
