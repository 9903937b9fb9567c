"""The findings of two dates beside each other, with what has grown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.dicom.series import Series
from viewer.session.follow_up import SIGNIFICANT, Comparison, Pair, compare
from viewer.session.marks import Finding
from viewer.session.session import Session
from viewer.ui import captions, theme

_COLUMNS = ("Earlier", "Later", "Volume (ml)", "Change", "Doubling time")
_NOTE = (
    "Matched by position and volume: check every pair. A change of volume below"
    f" {SIGNIFICANT:.0%} is no more than two measurements of the same nodule differ by."
    " Volumes are those of the outlines that the model, or the reader's box, gives."
)


def analyzed_series(session: Session) -> tuple[Series, ...]:
    """The open series with findings, the earliest first."""
    reviews = session.results.reviews
    found = [s for s in session.library.series if s.key in reviews and not _classes(session, s)]
    return tuple(sorted(found, key=lambda s: (s.study.date, s.study.time)))


def no_follow_up(session: Session) -> str:
    """Why no two dates can be compared; empty when they can."""
    if len(analyzed_series(session)) >= 2:
        return ""
    return "Analyze two series first, an earlier and a later one."


class FollowUpDialog(QDialog):
    """Compares two series that were analysed.

    Parameters
    ----------
    session : Session
        With at least two of them.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Follow-Up")
        self.resize(820, 460)
        self._session = session
        self._series = analyzed_series(session)
        self._pairs: tuple[Pair, ...] = ()
        self.before, self.after = QComboBox(), QComboBox()
        self.summary = QLabel()
        self.table = QTableWidget(0, len(_COLUMNS))
        self._build()
        for box, chosen in ((self.before, -2), (self.after, -1)):
            box.addItems([_title(s) for s in self._series])
            box.setCurrentIndex(len(self._series) + chosen)
            box.currentIndexChanged.connect(self._show)
        self.table.cellClicked.connect(lambda row, _: self._jump(self._pairs[row]))
        self._show()

    def copy(self) -> None:
        """Put the table on the clipboard, for a spreadsheet."""
        rows = [_COLUMNS] + [
            tuple(_text(self.table.item(row, column)) for column in range(len(_COLUMNS)))
            for row in range(self.table.rowCount())
        ]
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in rows))

    def _show(self) -> None:
        one, other = (self._series[box.currentIndex()] for box in (self.before, self.after))
        days = _days(one, other)
        frames = (one.frame_of_reference, other.frame_of_reference)
        same = bool(frames[0]) and frames[0] == frames[1]
        results = self._session.results
        comparison = compare(
            results.of(one.key).shown, results.of(other.key).shown, same_frame=same
        )
        self._pairs = comparison.pairs
        self.summary.setText(_summary(comparison, days, same=one is other))
        self.table.setRowCount(len(self._pairs))
        for row, pair in enumerate(self._pairs):
            for column, text in enumerate(_cells(pair, days)):
                item = QTableWidgetItem(text)
                item.setTextAlignment(_alignment(column))
                self.table.setItem(row, column, item)

    def _jump(self, pair: Pair) -> None:
        """Bring the views to a finding of the series that they show."""
        active = self._session.active
        for box, finding in ((self.after, pair.after), (self.before, pair.before)):
            series = self._series[box.currentIndex()]
            if finding is not None and active is not None and active.key == series.key:
                self._session.jump_to(finding)
                return

    def _build(self) -> None:
        space = theme.tokens()
        choice = QGridLayout()
        choice.setHorizontalSpacing(space.space_m)
        for row, (name, box) in enumerate((("Earlier", self.before), ("Later", self.after))):
            choice.addWidget(QLabel(name), row, 0)
            choice.addWidget(box, row, 1)
            box.setAccessibleName(name)
        choice.setColumnStretch(1, 1)
        table = self.table
        table.setAccessibleName("Findings of both dates")
        for position, name in enumerate(_COLUMNS):
            item = QTableWidgetItem(name)
            item.setTextAlignment(_alignment(position))
            table.setHorizontalHeaderItem(position, item)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(space.control_height)
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        note = QLabel(_NOTE)
        for label in (note, self.summary):
            label.setWordWrap(True)
        note.setProperty("role", "caption")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy Table", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self.copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(space.space_l, space.space_l, space.space_l, space.space_l)
        column.setSpacing(space.space_m)
        column.addLayout(choice)
        column.addWidget(self.summary)
        column.addWidget(table, 1)
        column.addWidget(note)
        column.addWidget(buttons)


def _alignment(column: int) -> Qt.AlignmentFlag:
    """Names on the left, numbers on the right."""
    side = Qt.AlignmentFlag.AlignLeft if column < 2 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _classes(session: Session, series: Series) -> bool:
    result = session.results.of(series.key).result
    return result is not None and bool(result.classes)


def _title(series: Series) -> str:
    when = captions.date(series.study.date) or "no date"
    return f"{when} · {captions.series_title(series)}"


def _days(one: Series, other: Series) -> float | None:
    try:
        first, last = (date.fromisoformat(s.study.date) for s in (one, other))
    except ValueError:
        return None
    return float((last - first).days)


def _summary(comparison: Comparison, days: float | None, *, same: bool) -> str:
    if same:
        return "Choose two different series."
    parts = ["The files give no dates." if days is None else captions.count(int(days), "day")]
    if days is not None and days < 0:
        parts = [f"The later series is {captions.count(int(-days), 'day')} older: swap them."]
    shift = captions.number(sum(v * v for v in comparison.shift_mm) ** 0.5)
    parts.append(f"matched after a shift of {shift} mm")
    text = " · ".join(parts)
    if comparison.is_certain:
        return text
    return f"{text}. Only one finding speaks for this shift: the match may be wrong."


def _cells(pair: Pair, days: float | None) -> Sequence[str]:
    before, after = pair.before, pair.after
    if before is None or after is None:
        there = before or after
        volume = f"{there.volume_ml:.2f}" if there is not None else ""
        change = "new" if before is None else "not found"
        return _name(before), _name(after), volume, change, ""
    growth = pair.growth
    change = (
        "" if growth is None else f"{'+' if growth > 0 else ''}{captions.number(growth * 100)} %"
    )
    volumes = f"{before.volume_ml:.2f} → {after.volume_ml:.2f}"
    return _name(before), _name(after), volumes, change, _doubling(pair, days)


def _doubling(pair: Pair, days: float | None) -> str:
    growth = pair.growth
    if growth is not None and abs(growth) < SIGNIFICANT:
        return "no significant change"
    found = pair.doubling_days(days) if days is not None else None
    if found is None:
        return ""
    text = captions.count(round(abs(found)), "day")
    return text if found > 0 else f"halves in {text}"


def _name(finding: Finding | None) -> str:
    if finding is None:
        return "—"
    long, short = finding.diameters_mm
    return f"{finding.label.capitalize()} {finding.id} · {long:.1f} × {short:.1f} mm"


def _text(item: QTableWidgetItem | None) -> str:
    return item.text() if item is not None else ""
