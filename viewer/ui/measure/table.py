"""The measurements of all open series as the rows of a table."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from viewer.session.measurements import Measurement
from viewer.session.session import Session
from viewer.ui.measure import wording
from viewer.ui.measure.colors import swatch

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

#: What a column is sorted by.
SORT_ROLE = Role.UserRole
#: The id of a row's measurement.
ID_ROLE = Role.UserRole + 1


class Column(IntEnum):
    """What is told of each measurement."""

    NAME = 0
    VALUE = 1
    SLICE = 2


_TITLES = {Column.NAME: "Name", Column.VALUE: "Value", Column.SLICE: "Slice"}


class MeasurementModel(QAbstractTableModel):
    """A row for each measurement, in the order in which they were made.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: tuple[Measurement, ...] = ()
        session.measurements.changed.connect(self._show)
        session.library.changed.connect(self._show)
        session.active_changed.connect(self._show)
        session.readings.changed.connect(self._show_values)
        self._show()

    def measurement(self, row: int) -> Measurement:
        """That of a row."""
        return self._rows[row]

    def row_of(self, measurement: Measurement) -> int | None:
        """The row of a measurement, by its id."""
        rows = (n for n, m in enumerate(self._rows) if m.id == measurement.id)
        return next(rows, None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One a measurement."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One a ``Column``."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Titles of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return _TITLES[Column(section)]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be edited."""
        flags = super().flags(index)
        if index.column() == Column.NAME:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """What a cell shows, is sorted by, and tells."""
        if not index.isValid():
            return None
        measurement, column = self._rows[index.row()], Column(index.column())
        if role == ID_ROLE:
            return measurement.id
        if role == SORT_ROLE:
            return self._sort_key(measurement, column)
        if role == Role.DisplayRole:
            return self._text(measurement, column)
        if role == Role.EditRole and column is Column.NAME:
            return measurement.name
        if role == Role.DecorationRole and column is Column.NAME:
            return swatch(measurement.color)
        if role == Role.ToolTipRole:
            return self._tip(measurement)
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Rename a measurement."""
        if role != Role.EditRole or index.column() != Column.NAME or not str(value).strip():
            return False
        self._session.measurements.rename(self._rows[index.row()], str(value))
        return True

    def _text(self, measurement: Measurement, column: Column) -> str:
        if column is Column.NAME:
            return measurement.name
        if column is Column.VALUE:
            return wording.value(self._session.readings.of(measurement))
        return wording.slice_of(measurement, self._session.grid_of(measurement.series))

    def _sort_key(self, measurement: Measurement, column: Column) -> Any:
        if column is Column.VALUE:
            quantities = self._session.readings.of(measurement).quantities
            return quantities[0].value if quantities else float("-inf")
        # "Length 10" after "Length 9".
        text = self._text(measurement, column).casefold()
        return re.sub(r"\d+", lambda number: number.group().zfill(8), text)

    def _tip(self, measurement: Measurement) -> str:
        reading = self._session.readings.of(measurement)
        rows = [f"{name}: {value}" for name, value in wording.details(reading)]
        series = self._session.library.find(measurement.series)
        return "\n".join([measurement.name, *rows, *([series.description] if series else [])])

    def _show(self) -> None:
        kept = self._session.open_measurements
        if [m.id for m in kept] == [m.id for m in self._rows]:
            self._rows = kept
            self._show_values()
            return
        self.beginResetModel()
        self._rows = kept
        self.endResetModel()

    def _show_values(self) -> None:
        if self._rows:
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(self._rows) - 1, len(Column) - 1)
            )
