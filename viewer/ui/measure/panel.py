"""The side of the window for measurements: the table, and all numbers of the selected one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from viewer.session.measurements import Measurement
from viewer.session.readings import Reading
from viewer.session.session import Session
from viewer.ui import theme
from viewer.ui.measure import wording
from viewer.ui.measure.histogram import HistogramPlot
from viewer.ui.measure.table import SORT_ROLE, Column, MeasurementModel
from viewer.ui.measure.tools import MeasureTools

_NOTHING = "Nothing is measured yet. Choose a tool from the Measure menu and draw in a slice view."
_NONE_SELECTED = "Select a measurement to see all its numbers."
_DETAILS_EVERY_MS = 50
_UNSORTED = -1


class MeasurePanel(QFrame):
    """Lists the measurements of the open series.

    Parameters
    ----------
    session : Session
    tools : MeasureTools
    """

    #: How many measurements there are.
    counted = Signal(int)

    def __init__(
        self, session: Session, tools: MeasureTools, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("measure_panel")
        self.setProperty("panel", True)
        self._session = session
        self._tools = tools
        self._model = MeasurementModel(session, self)
        self._sorted = QSortFilterProxyModel(self)
        self._following = False
        self.table = QTableView()
        self.histogram = HistogramPlot()
        self._hint = QLabel()
        self._details = QGridLayout()
        self._timer = QTimer(self, singleShot=True, interval=_DETAILS_EVERY_MS)
        self._build()
        self._connect()
        self._show_rows()
        self._show_details()

    def rename(self, measurement: Measurement) -> None:
        """Let the name be written in the table."""
        row = self._model.row_of(measurement)
        if row is not None:
            index = self._model.index(row, Column.NAME)
            self.table.edit(self._sorted.mapFromSource(index))

    @property
    def details(self) -> dict[str, str]:
        """The numbers of the selected measurement, as shown."""
        rows = range(self._details.rowCount())
        cells = [[self._label(row, column) for column in (0, 1)] for row in rows]
        return {
            n.text(): v.text() for n, v in cells if n is not None and v is not None and n.text()
        }

    def _build(self) -> None:
        space = theme.tokens()
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.sort(_UNSORTED)
        table = self.table
        table.setObjectName("measurement_table")
        table.setAccessibleName("Measurements")
        table.setModel(self._sorted)
        table.setSortingEnabled(True)
        table.sortByColumn(_UNSORTED, Qt.SortOrder.AscendingOrder)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(space.control_height)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(Column.VALUE, QHeaderView.ResizeMode.Stretch)
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "muted")
        self._details.setContentsMargins(0, 0, 0, 0)
        self._details.setHorizontalSpacing(space.space_l)
        self._details.setVerticalSpacing(space.space_xs)
        self._details.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(space.space_m, space.space_m, space.space_m, space.space_m)
        column.setSpacing(space.space_m)
        column.addWidget(table, 1)
        column.addWidget(self._hint)
        column.addLayout(self._details)
        column.addWidget(self.histogram)

    def _connect(self) -> None:
        measurements = self._session.measurements
        self.table.clicked.connect(self._go_to)
        self.table.selectionModel().currentRowChanged.connect(self._go_to)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self._model.modelReset.connect(self._show_rows)
        self._timer.timeout.connect(self._show_details)
        measurements.selection_changed.connect(self._show_selection)
        for signal in (
            measurements.changed,
            measurements.selection_changed,
            self._session.readings.changed,
            self._session.active_changed,
        ):
            signal.connect(self._show_details_soon)

    def _show_rows(self) -> None:
        count = self._model.rowCount()
        self.table.setVisible(count > 0)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.setAlignment(
            self._hint, Qt.AlignmentFlag.AlignTop if count == 0 else Qt.AlignmentFlag(0)
        )
        self._show_selection()
        self.counted.emit(count)

    def _show_selection(self) -> None:
        """Follow what is selected in the views."""
        selected = self._session.measurements.selected
        row = self._model.row_of(selected) if selected is not None else None
        self._following = True
        if row is None:
            self.table.setCurrentIndex(QModelIndex())
        else:
            index = self._sorted.mapFromSource(self._model.index(row, Column.NAME))
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)
        self._following = False

    def _go_to(self, index: QModelIndex) -> None:
        if not self._following and index.isValid():
            self._session.show_measurement(self._at(index))

    def _open_menu(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        if index.isValid():
            self._tools.open_menu(self._at(index), self, self.table.viewport().mapToGlobal(at))

    def _at(self, index: QModelIndex) -> Measurement:
        return self._model.measurement(self._sorted.mapToSource(index).row())

    def _show_details_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _show_details(self) -> None:
        """All numbers of the selected one, as it is dragged too."""
        selected = self._session.measurements.selected
        if selected is None:
            self._fill([])
            self.histogram.hide()
        else:
            whole = selected.figure.is_whole and selected is not self._session.measurements.drawn
            reading = self._session.readings.of(selected) if whole else Reading()
            self._fill(wording.details(reading))
            self._show_histogram(reading, selected)
        self._hint.setText(_NOTHING if self._model.rowCount() == 0 else _NONE_SELECTED)
        self._hint.setVisible(selected is None)

    def _show_histogram(self, reading: Reading, measurement: Measurement) -> None:
        statistics = reading.statistics
        self.histogram.setVisible(statistics is not None)
        if statistics is not None:
            unit = reading.quantities[0].unit
            self.histogram.show_values(statistics, unit, measurement.color)

    def _fill(self, rows: list[tuple[str, str]]) -> None:
        for number in range(max(self._details.rowCount(), len(rows))):
            texts = rows[number] if number < len(rows) else ("", "")
            for column, text in enumerate(texts):
                label = self._label(number, column)
                if label is None and text:
                    label = QLabel()
                    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                    if column == 0:
                        label.setProperty("role", "muted")
                    self._details.addWidget(label, number, column)
                if label is not None:
                    label.setText(text)
                    label.setVisible(bool(text))

    def _label(self, row: int, column: int) -> QLabel | None:
        item = self._details.itemAtPosition(row, column)
        widget = item.widget() if item is not None else None
        return widget if isinstance(widget, QLabel) else None
