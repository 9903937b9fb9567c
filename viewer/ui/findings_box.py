"""The findings as a table; a click brings every view to one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.imaging.plane import Orientation
from viewer.session.marks import UNMARKED, Finding, Mark
from viewer.session.results import Result
from viewer.session.session import Session
from viewer.ui import captions, theme
from viewer.ui.fraction_slider import FractionSlider
from viewer.ui.language import Texts, tr

_LEAST_ROWS = 5
_SIZE = "Size (mm)"
_RATING = "Rating"
_LABEL = "Label"
_COLUMNS = ("#", "Prob.", _SIZE, "Slice", _RATING, _LABEL)
_TEXTS = (_SIZE, _LABEL)
_HELP = {
    "#": "✓ accepted by the reader, * commented on or redrawn",
    "Prob.": "Probability",
    _RATING: (
        "Suspicion of malignancy as the readers of LIDC-IDRI would rate it,\n"
        "from 1 (highly unlikely) to 5 (highly suspicious). Not a diagnosis."
    ),
}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FindingsBox(QWidget):
    """The findings above a threshold that can be moved."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("findings_box")
        self._session = session
        self.threshold = FractionSlider("Show from a probability of", captions.probability)
        self._texts = Texts()
        self._summary = QLabel()
        self._empty = QLabel()
        self._comment = QLabel()
        self.table = QTableWidget(0, len(_COLUMNS))
        self._build()
        self.threshold.changed.connect(session.results.set_threshold)
        self.table.cellClicked.connect(self._jump)
        self.table.cellActivated.connect(self._jump)
        session.results.findings_changed.connect(self._show)
        session.results.selection_changed.connect(self._show_selection)
        session.volume_changed.connect(self._show)
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._texts.show()
            self._show()
        super().changeEvent(event)

    @property
    def summary(self) -> str:
        """What is said above the table, or instead of it."""
        return self._summary.text() or self._empty.text()

    def add_menu_action(self, action: QAction) -> None:
        """Offer an action in the table's context menu."""
        self.table.addAction(action)

    def _build(self) -> None:
        space = theme.tokens()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space.space_s)
        for label in (self._summary, self._empty, self._comment):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self.threshold)
        column.addWidget(self._summary)
        column.addWidget(self._empty)
        table = self.table
        table.setObjectName("findings_table")
        self._texts.say(table.setAccessibleName, "Findings")
        for position, name in enumerate(_COLUMNS):
            item = QTableWidgetItem()
            self._texts.say(item.setText, name)
            item.setTextAlignment(_LEFT if name in _TEXTS else _RIGHT)
            if name in _HELP:
                self._texts.say(item.setToolTip, _HELP[name])
            table.setHorizontalHeaderItem(position, item)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(space.control_height)
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(space.control_height)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.setMinimumHeight(_LEAST_ROWS * space.control_height)
        column.addWidget(table, 1)
        column.addWidget(self._comment)

    def _show(self) -> None:
        results = self._session.results
        result = results.result
        if result is None:
            self.table.setRowCount(0)
            self._comment.hide()
            return
        self.threshold.set_lowest(result.lowest_threshold)
        self.threshold.set_marks(result.operating_points)
        self.threshold.set_value(results.threshold)
        shown = results.shown
        self._fill(shown)
        self.table.setVisible(bool(shown))
        self._summary.setVisible(bool(shown))
        self._empty.setVisible(not shown)
        self._summary.setText(_summary(result, len(shown), results.dismissed) if shown else "")
        self._empty.setText("" if shown else _nothing(result, results.threshold))
        self._show_selection()

    def _fill(self, shown: tuple[Finding, ...]) -> None:
        stack = self._session.display.stack(Orientation.AXIAL)
        self.table.setRowCount(len(shown))
        rated = any(finding.malignancy_rating is not None for finding in shown)
        self.table.setColumnHidden(_COLUMNS.index(_RATING), not rated)
        self._make_room(several=len({finding.label for finding in shown}) > 1)
        review = self._session.results.review
        for row, finding in enumerate(shown):
            mark = review.mark(finding.id)
            number = stack.index_of(finding.center_lps_mm) + 1 if stack is not None else None
            cells = (
                f"{signs(mark)}{finding.id}",
                captions.probability(finding.probability),
                size(finding),
                str(number) if number is not None else "",
                rating(finding),
                finding.label,
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(details(finding, mark))
                item.setData(Qt.ItemDataRole.UserRole, finding.id)
                item.setTextAlignment(_LEFT if _COLUMNS[column] in _TEXTS else _RIGHT)
                self.table.setItem(row, column, item)

    def _make_room(self, *, several: bool) -> None:
        """For the labels where there are several; where all are one, the sizes have it."""
        self.table.setColumnHidden(_COLUMNS.index(_LABEL), not several)
        header, mode = self.table.horizontalHeader(), QHeaderView.ResizeMode
        for name, wide in ((_SIZE, not several), (_LABEL, several)):
            header.setSectionResizeMode(
                _COLUMNS.index(name), mode.Stretch if wide else mode.ResizeToContents
            )

    def _show_selection(self) -> None:
        selected = self._session.results.selected
        rows = [
            row
            for row, finding in enumerate(self._session.results.shown)
            if selected is not None and finding.id == selected.id
        ]
        if rows:
            self.table.selectRow(rows[0])
        else:
            self.table.clearSelection()
        comment = self._session.results.review.mark(selected.id).comment if selected else ""
        self._comment.setText(comment)
        self._comment.setVisible(bool(comment))

    def _jump(self, row: int, _column: int) -> None:
        self._session.jump_to(self._session.results.shown[row])


def size(finding: Finding) -> str:
    """The two diameters in mm."""
    long, short = finding.diameters_mm
    return f"{long:.1f} × {short:.1f}"


def rating(finding: Finding) -> str:
    """The malignancy rating with one decimal; nothing where the model gives none."""
    value = finding.malignancy_rating
    return f"{value:.1f}" if value is not None else ""


def signs(mark: Mark) -> str:
    """What the reader says of a finding: ✓ for accepted, * for a comment or a box of his own."""
    more = mark.comment or mark.box_lps_mm is not None
    return f"{'✓' if mark.accepted else ''}{'*' if more else ''}"


def details(finding: Finding, mark: Mark = UNMARKED) -> str:
    """All that is known of a finding, one fact a line."""
    lines = [
        f"{finding.label.capitalize()} {finding.id}: {captions.probability(finding.probability)}",
        f"{size(finding)} mm, {finding.volume_ml:.2f} ml",
        tr("mean {value} HU", value=captions.number(finding.mean_hu))
        if finding.mean_hu is not None
        else "",
        tr("suspicion rated {rating} of 5 (no diagnosis)", rating=rating(finding))
        if rating(finding)
        else "",
        captions.point(finding.center_lps_mm),
        tr("accepted by the reader") if mark.accepted else "",
        tr("box drawn by the reader") if mark.box_lps_mm is not None else "",
        mark.comment,
    ]
    return "\n".join(line for line in lines if line)


def _summary(result: Result, shown: int, dismissed: int) -> str:
    total = len(result.findings) - dismissed
    text = captions.count(shown, result.label)
    parts = [text]
    if total > shown:
        parts.append(tr("{n} below the threshold", n=total - shown))
    if dismissed:
        parts.append(tr("{n} dismissed", n=dismissed))
    return ", ".join(parts)


def _nothing(result: Result, threshold: float) -> str:
    below = len(result.findings)
    parts = [
        tr(
            "No {what} above {threshold} found.",
            what=tr(f"{result.label}s"),
            threshold=captions.probability(threshold),
        )
    ]
    if below:
        candidates = captions.count(below, "candidate")
        parts.append(
            tr("{candidates} below it: lower the threshold to see them.", candidates=candidates)
        )
    parts.append(tr("This does not mean that there are none."))
    return " ".join(parts)
