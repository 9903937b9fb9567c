"""What was noticed while reading: notes on the series, and files left out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.dicom.report import Note, Severity, Skipped
from viewer.dicom.series import Series
from viewer.session.session import Session
from viewer.ui import captions, theme
from viewer.ui.severity import BANNER, show_severity

_GRAVEST_FIRST = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class ReportPanel(QFrame):
    """The report of the active series, and every file that could not be shown."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("report_panel")
        self.setProperty("panel", True)
        self._session = session
        self._facts = QLabel()
        self._notes = QVBoxLayout()
        self._skipped_title = QLabel()
        self._skipped = QTableWidget(0, 2)
        self._build()
        session.active_changed.connect(self._show_series)
        session.library.changed.connect(self._show_skipped)
        self._show_series()
        self._show_skipped()

    @property
    def text(self) -> str:
        """All notes, one a line."""
        series = self._session.active
        return "\n".join(n.message for n in series.report) if series is not None else ""

    @property
    def skipped_table(self) -> QTableWidget:
        """The files that were left out, with the reason."""
        return self._skipped

    def _build(self) -> None:
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setContentsMargins(space.space_m, space.space_m, space.space_m, space.space_m)
        column.setSpacing(space.space_s)
        self._facts.setWordWrap(True)
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(_section("Series"))
        column.addWidget(self._facts)
        column.addSpacing(space.space_s)
        column.addWidget(_section("What was noticed"))
        self._notes.setSpacing(space.space_xs)
        column.addLayout(self._notes)
        column.addSpacing(space.space_s)
        self._skipped_title.setProperty("role", "section")
        column.addWidget(self._skipped_title)
        table = self._skipped
        table.setObjectName("skipped_table")
        table.setHorizontalHeaderLabels(["File", "Why"])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setWordWrap(True)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        column.addWidget(table, 100)
        column.addStretch(1)

    def _show_series(self) -> None:
        series = self._session.active
        self._facts.setText(_facts(series) if series is not None else "No series is open.")
        while (item := self._notes.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        notes = series.report if series is not None else ()
        for note in sorted(notes, key=lambda n: _GRAVEST_FIRST[n.severity]):
            self._notes.addWidget(_note(note))
        if series is not None and not notes:
            nothing = QLabel("Nothing unusual: the slices form one regular volume.")
            nothing.setWordWrap(True)
            nothing.setProperty("role", "muted")
            self._notes.addWidget(nothing)

    def _show_skipped(self) -> None:
        skipped: Sequence[Skipped] = self._session.library.skipped
        self._skipped_title.setText(f"Left out ({len(skipped)})")
        self._skipped_title.setVisible(bool(skipped))
        self._skipped.setVisible(bool(skipped))
        self._skipped.setRowCount(len(skipped))
        for row, entry in enumerate(skipped):
            for column, text in enumerate((entry.path.name, entry.message)):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{entry.path}\n{entry.message}")
                self._skipped.setItem(row, column, item)


def _facts(series: Series) -> str:
    thickness = series.slice_thickness_mm
    lines = [
        captions.series_title(series),
        f"{captions.size_line(series)} voxels, {captions.megabytes(series.nbytes)}",
        captions.spacing_line(series),
        f"nominal slice thickness {thickness:g} mm" if thickness is not None else "",
        series.transfer_syntax,
    ]
    return "\n".join(line for line in lines if line)


def _section(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "section")
    return label


def _note(note: Note) -> QWidget:
    frame = QFrame()
    frame.setProperty("banner", BANNER[note.severity])
    row = QHBoxLayout(frame)
    space = theme.tokens()
    row.setContentsMargins(space.space_s, space.space_s, space.space_s, space.space_s)
    sign = QLabel()
    show_severity(sign, note.severity)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    message = QLabel(note.message)
    message.setWordWrap(True)
    message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row.addWidget(message, 1)
    if note.files:
        frame.setToolTip("\n".join(p.name for p in note.files[:20]))
    return frame
