"""Everything that has been opened: the series found, and the files left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from psygnal import Signal

from viewer.dicom.report import Skipped
from viewer.dicom.series import ScanResult, Series, StudyInfo


class Library:
    """Open studies and their series, in the order in which they were opened."""

    changed = Signal()

    def __init__(self) -> None:
        self._series: dict[str, Series] = {}
        self._skipped: dict[object, Skipped] = {}
        self._paths: dict[Path, None] = {}

    @property
    def series(self) -> tuple[Series, ...]:
        """All series."""
        return tuple(self._series.values())

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """All files that were left out, with the reason."""
        return tuple(self._skipped.values())

    @property
    def studies(self) -> tuple[tuple[StudyInfo, tuple[Series, ...]], ...]:
        """The series by study."""
        studies: dict[str, list[Series]] = {}
        for series in self._series.values():
            studies.setdefault(series.study_uid, []).append(series)
        return tuple((members[0].study, tuple(members)) for members in studies.values())

    @property
    def paths(self) -> tuple[Path, ...]:
        """The folders, files and archives in which something was found."""
        return tuple(self._paths)

    def find(self, key: str) -> Series | None:
        """The series with this key."""
        return self._series.get(key)

    def add(self, result: ScanResult, paths: Sequence[Path] = ()) -> None:
        """Add what a scan of some paths found.

        A series opened again takes the place of its older self.
        """
        if result.series:
            self._paths.update(dict.fromkeys(paths))
        self._series.update({s.key: s for s in result.series})
        self._skipped.update({s.path: s for s in result.skipped})
        self.changed.emit()

    def replace(self, series: Series) -> None:
        """Put a series in the place of its older self, as when loading has added to its report."""
        self._series[series.key] = series
        self.changed.emit()

    def remove_study(self, study_uid: str) -> None:
        """Close a study."""
        self._series = {k: s for k, s in self._series.items() if s.study_uid != study_uid}
        self.changed.emit()

    def clear(self) -> None:
        """Close everything."""
        self._series, self._skipped, self._paths = {}, {}, {}
        self.changed.emit()
