"""Patients, studies and series as the rows of one list, which changes only where they do."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage, QPixmap

from viewer.dicom.report import Severity
from viewer.dicom.series import Series, StudyInfo
from viewer.session.session import Session
from viewer.ui import captions
from viewer.ui.series.dragging import SERIES_MIME, dragged

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class Role(IntEnum):
    """What the list asks of a row."""

    ROW = Qt.ItemDataRole.UserRole
    IS_ACTIVE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class StudyRow:
    """The heading of a study.

    ``patient`` is empty where the study above is the same patient's.
    """

    uid: str
    patient: str
    study: str
    is_named: bool

    @property
    def key(self) -> Hashable:
        """Tells rows apart."""
        return ("study", self.uid)


@dataclass(frozen=True)
class SeriesRow:
    """A series."""

    series: Series

    @property
    def key(self) -> Hashable:
        """Tells rows apart."""
        return self.series.key


Row = StudyRow | SeriesRow


class SeriesModel(QAbstractListModel):
    """What is open, without what the filter leaves out.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._rows: list[Row] = []
        self._places: dict[Hashable, int] = {}
        self._pictures: dict[str, QPixmap] = {}
        self._show_names = False
        self._words: list[str] = []
        self._active: str | None = None
        session.library.changed.connect(self._update)
        session.active_changed.connect(self._mark_active)
        session.opening.thumbnail_ready.connect(self._take_thumbnail)
        self._update()
        self._mark_active()

    @property
    def rows(self) -> Sequence[Row]:
        """The rows from top to bottom."""
        return tuple(self._rows)

    @property
    def series(self) -> tuple[Series, ...]:
        """The series from top to bottom."""
        return tuple(row.series for row in self._rows if isinstance(row, SeriesRow))

    def show_names(self, shown: bool) -> None:
        """Show or hide patients' names."""
        self._show_names = shown
        self._update()

    def set_filter(self, text: str) -> None:
        """Leave only the series that have each of these words in what is shown of them."""
        self._words = text.casefold().split()
        self._update()

    def index_of(self, key: str) -> QModelIndex:
        """Where the series with this key stands; no index where it does not."""
        place = self._places.get(key)
        return self.index(place) if place is not None else QModelIndex()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """The number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Series can be chosen and dragged, headings only looked at."""
        if not index.isValid() or isinstance(self._rows[index.row()], StudyRow):
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a row shows and says."""
        row = self._rows[index.row()]
        if role == Role.ROW:
            return row
        if isinstance(row, StudyRow):
            words = " · ".join(t for t in (row.patient, row.study) if t)
            texts = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
            return words if role in texts else None
        series = row.series
        if role == Role.IS_ACTIVE:
            return series.key == self._active
        if role == Qt.ItemDataRole.DisplayRole:
            return captions.series_title(series)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._picture(series.key)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tooltip(series)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"Series {captions.series_title(series)}, {captions.slices_line(series)}"
        return None

    def mimeTypes(self) -> list[str]:
        """What a dragged row can be dropped as."""
        return [SERIES_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The key of a dragged series."""
        rows = (self._rows[index.row()] for index in indexes)
        keys = [row.series.key for row in rows if isinstance(row, SeriesRow)]
        return dragged(keys[0]) if keys else QMimeData()

    def _update(self) -> None:
        """Take over what has changed: rows at both ends that are the same stay as they are."""
        old, new = self._rows, list(self._wanted())
        head = _shared(old, new)
        tail = min(_shared(old[::-1], new[::-1]), len(old) - head, len(new) - head)
        going, coming = len(old) - head - tail, len(new) - head - tail
        if going:
            self.beginRemoveRows(_NOWHERE, head, head + going - 1)
            del self._rows[head : head + going]
            self.endRemoveRows()
        if coming:
            self.beginInsertRows(_NOWHERE, head, head + coming - 1)
            self._rows[head:head] = new[head : head + coming]
            self.endInsertRows()
        self._places = {row.key: place for place, row in enumerate(new)}
        changed = [place for place, row in enumerate(new) if row != self._rows[place]]
        self._rows = new
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def _wanted(self) -> Iterator[Row]:
        studies = self._session.library.studies
        # The studies of a patient stand together, where the first of them was opened.
        first: dict[Hashable, int] = {}
        for place, (study, _) in enumerate(studies):
            first.setdefault(_patient(study), place)
        ordered = sorted(studies, key=lambda entry: first[_patient(entry[0])])
        for _, of_patient in groupby(ordered, key=lambda entry: _patient(entry[0])):
            is_first = True
            for study, members in of_patient:
                patient = captions.patient(study, show_name=self._show_names)
                line = captions.study_line(study)
                found = [s for s in members if self._matches(s, f"{patient} {line}")]
                if found:
                    shown = patient if is_first else ""
                    yield StudyRow(members[0].study_uid, shown, line, self._show_names)
                    yield from map(SeriesRow, found)
                    is_first = False

    def _matches(self, series: Series, heading: str) -> bool:
        if not self._words:
            return True
        text = " ".join(
            (captions.series_title(series), captions.slices_line(series), series.body_part, heading)
        ).casefold()
        return all(word in text for word in self._words)

    def _picture(self, key: str) -> QPixmap | None:
        if key not in self._pictures:
            values = self._session.opening.thumbnail(key)
            if values is None:
                return None
            self._pictures[key] = _pixmap(values)
        return self._pictures[key]

    def _take_thumbnail(self, key: str) -> None:
        self._pictures.pop(key, None)
        self._tell(key)

    def _mark_active(self) -> None:
        active = self._session.active
        before, self._active = self._active, active.key if active is not None else None
        for key in {before, self._active} - {None}:
            self._tell(str(key))

    def _tell(self, key: str) -> None:
        index = self.index_of(key)
        if index.isValid():
            self.dataChanged.emit(index, index)


def _shared(some: Sequence[Row], others: Sequence[Row]) -> int:
    """How many rows at the beginning are about the same."""
    count = 0
    for one, other in zip(some, others, strict=False):
        if one.key != other.key:
            break
        count += 1
    return count


def _patient(study: StudyInfo) -> Hashable:
    """Tells patients apart; where nothing is said of them, studies."""
    if study.patient_id or study.patient_name:
        return study.patient_id, study.patient_name, study.patient_birth_date
    return study.study_uid


def _pixmap(values: npt.NDArray[np.uint8]) -> QPixmap:
    """Grey values, shape (rows, columns), or RGB, (rows, columns, 3)."""
    rows, columns = values.shape[:2]
    values = np.ascontiguousarray(values)
    layout = QImage.Format.Format_RGB888 if values.ndim == 3 else QImage.Format.Format_Grayscale8
    return QPixmap.fromImage(QImage(values.data, columns, rows, values.strides[0], layout).copy())


def _tooltip(series: Series) -> str:
    lines = [
        captions.series_title(series),
        captions.slices_line(series),
        captions.voxel_line(series),
    ]
    lines += [f"• {n.message}" for n in series.report if n.severity is not Severity.INFO]
    return "\n".join(lines)
