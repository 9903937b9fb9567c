"""What was noticed while reading: notes on the series, and files left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.dicom.facts import facts
from viewer.dicom.report import Note, Severity, Skipped
from viewer.dicom.series import Series
from viewer.errors import NotDicomError
from viewer.session.session import Session
from viewer.ui import captions, theme
from viewer.ui.language import Texts, tr
from viewer.ui.severity import BANNER, show_severity

_EXPANDED_UP_TO = 20
#: Files that a note names, and that its tooltip does.
_NAMED, _IN_TOOLTIP = 3, 20
_GRAVEST_FIRST = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class ReportPanel(QFrame):
    """The report of the active series, and every file that could not be shown."""

    #: How many warnings and errors there are.
    counted = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("report_panel")
        self.setProperty("panel", True)
        self._session = session
        self._texts = Texts()
        self._facts = QLabel()
        self._notes = QVBoxLayout()
        self._skipped_title = QLabel()
        self._skipped = QTreeWidget()
        self._build()
        session.active_changed.connect(self._show_series)
        session.library.changed.connect(self._show_skipped)
        self._show_series()
        self._show_skipped()

    @property
    def text(self) -> str:
        """All facts and notes, one a line."""
        series = self._session.active
        if series is None:
            return ""
        return "\n".join(n.message for n in (*facts(series), *series.report))

    @property
    def skipped(self) -> dict[str, str]:
        """The files listed as left out, with the reason shown."""
        groups = _children(self._skipped.invisibleRootItem())
        return {file.text(0): group.text(0) for group in groups for file in _children(group)}

    def changeEvent(self, event: QEvent) -> None:
        """Draw the signs in the colours of another theme, or say all in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._show_skipped()
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.LanguageChange):
            self._show_series()

    def _build(self) -> None:
        space = theme.tokens()
        column = QVBoxLayout()
        column.setContentsMargins(space.space_m, space.space_m, space.space_m, space.space_m)
        column.setSpacing(space.space_s)
        self._facts.setWordWrap(True)
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._section("Series"))
        column.addWidget(self._facts)
        column.addSpacing(space.space_s)
        column.addWidget(self._section("What was noticed"))
        self._notes.setSpacing(space.space_xs)
        column.addLayout(self._notes)
        column.addStretch(1)
        inside = QFrame()
        inside.setProperty("panel", True)
        inside.setLayout(column)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        self._skipped_title.setProperty("role", "section")
        tree = self._skipped
        tree.setObjectName("skipped_files")
        self._texts.say(tree.setAccessibleName, "Files that were left out")
        tree.setHeaderHidden(True)
        tree.setIndentation(space.space_l)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        left_out = QVBoxLayout()
        left_out.setContentsMargins(space.space_m, space.space_m, space.space_m, space.space_m)
        left_out.setSpacing(space.space_s)
        left_out.addWidget(self._skipped_title)
        left_out.addWidget(tree)
        halves = QVBoxLayout(self)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(0)
        halves.addWidget(area, 2)
        halves.addLayout(left_out, 1)

    def _section(self, text: str) -> QLabel:
        label = QLabel()
        self._texts.say(label.setText, text)
        label.setProperty("role", "section")
        return label

    def _show_series(self) -> None:
        series = self._session.active
        self._facts.setText(_facts(series) if series is not None else tr("No series is open."))
        while (item := self._notes.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        notes = series.report if series is not None else ()
        for note in sorted(notes, key=lambda n: _GRAVEST_FIRST[n.severity]):
            self._notes.addWidget(_note(note))
        if series is not None and not notes:
            nothing = QLabel(tr("Nothing unusual: the slices form one regular volume."))
            nothing.setWordWrap(True)
            nothing.setProperty("role", "muted")
            self._notes.addWidget(nothing)
        self._count()

    def _show_skipped(self) -> None:
        by_reason: dict[str, list[Skipped]] = {}
        for entry in self._session.library.skipped:
            by_reason.setdefault(entry.message, []).append(entry)
        self._skipped_title.setText(tr("Left out ({n})", n=len(self._session.library.skipped)))
        self._skipped_title.setVisible(bool(by_reason))
        self._skipped.setVisible(bool(by_reason))
        self._skipped.clear()
        for reason, entries in by_reason.items():
            group = QTreeWidgetItem(self._skipped, [f"{tr(reason)} ({len(entries)})"])
            group.setToolTip(0, tr(reason))
            for entry in entries:
                QTreeWidgetItem(group, [entry.path.name]).setToolTip(0, str(entry.path))
            group.setExpanded(len(entries) <= _EXPANDED_UP_TO)
        self._count()

    def _count(self) -> None:
        """Texts and pictures beside the DICOM files are listed, but alarm nobody."""
        series = self._session.active
        notes = series.report if series is not None else ()
        self.counted.emit(
            sum(n.severity is not Severity.INFO for n in notes)
            + sum(s.error != NotDicomError.__name__ for s in self._session.library.skipped)
        )


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = (item.child(n) for n in range(item.childCount()))
    return [child for child in children if child is not None]


def _facts(series: Series) -> str:
    thickness = series.slice_thickness_mm
    lines = [
        captions.series_title(series),
        tr(
            "{size} voxels, {memory}",
            size=captions.size_line(series),
            memory=captions.megabytes(series.nbytes),
        ),
        captions.spacing_line(series),
        tr("nominal slice thickness {thickness} mm", thickness=f"{thickness:g}")
        if thickness is not None
        else "",
        *(note.message for note in facts(series)),
    ]
    return "\n".join(line for line in lines if line)


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
    lines = QVBoxLayout()
    lines.setSpacing(space.space_xs)
    lines.addWidget(message)
    if note.files:
        lines.addWidget(_files(note.files))
    row.addLayout(lines, 1)
    return frame


def _files(paths: Sequence[Path]) -> QLabel:
    """The files that a note is about, the first of them by name."""
    names = [path.name for path in paths]
    more = len(names) - _NAMED
    label = QLabel(", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else ""))
    label.setWordWrap(True)
    label.setProperty("role", "caption")
    label.setToolTip("\n".join(names[:_IN_TOOLTIP]))
    return label
