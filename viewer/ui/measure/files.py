"""Measurements out of the window and back: where to, from where, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from viewer.dicom.report import Severity
from viewer.export.measurements import MeasurementFormat, export_measurements
from viewer.results.measured import gather
from viewer.results.read_back import ReadBack, read_back
from viewer.session.session import Session
from viewer.ui import captions
from viewer.ui.settings import Settings

_TITLES = {
    MeasurementFormat.CSV: "Table (*.csv)",
    MeasurementFormat.JSON: "JSON (*.json)",
    MeasurementFormat.REPORT: "DICOM structured report (*.dcm)",
}
_READABLE = "Measurements (*.json *.dcm);;All files (*)"
_MOST_REASONS = 3


class MeasurementFiles(QObject):
    """Exports and imports, in the background.

    Parameters
    ----------
    session : Session
    settings : Settings
        Which remember the folder.
    window : QWidget
        Parent of the dialogs.
    """

    #: Something is to be said: a message, what to do about it, how grave it is.
    told = Signal(str, str, Severity)
    failed = Signal(object)

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window

    def ask_and_export(self) -> None:
        """Let the user choose a file, then write it."""
        name, chosen = QFileDialog.getSaveFileName(
            self._window,
            "Export measurements",
            str(self._settings.export_folder / "measurements.csv"),
            ";;".join(_TITLES.values()),
        )
        if name:
            kind = next(kind for kind, title in _TITLES.items() if title == chosen)
            path = Path(name)
            known = path.suffix.lower() in list(MeasurementFormat)
            if known:
                kind = MeasurementFormat(path.suffix.lower())
            self.export(path if known else path.with_name(path.name + kind), kind)

    def export(self, path: Path, kind: MeasurementFormat) -> None:
        """Write all measurements of the open series."""
        self._settings.export_folder = path.parent
        read = gather(self._session)

        def done(written: tuple[Path, ...]) -> None:
            names = " and ".join(p.name for p in written)
            self.told.emit(f"The measurements are in {names}.", str(path.parent), Severity.INFO)

        self._session.jobs.submit(
            lambda _: export_measurements(read(), path, kind),
            on_done=done,
            on_failed=self.failed.emit,
        )

    def ask_and_import(self) -> None:
        """Let the user choose a file, then read it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Import measurements", str(self._settings.export_folder), _READABLE
        )
        if name:
            self.import_(Path(name))

    def import_(self, path: Path) -> None:
        """Add the measurements of a file to the open series."""
        series = self._session.library.series
        self._session.jobs.submit(
            lambda _: read_back(path, series),
            on_done=lambda read: self._add(path, read),
            on_failed=self.failed.emit,
        )

    def _add(self, path: Path, read: ReadBack) -> None:
        measurements = self._session.measurements
        new = [
            replace(
                measurements.begin(one.figure, one.series.key, one.name),
                color=one.color,
                label=one.label,
            )
            for one in read.found
        ]
        count = captions.count(len(new), "measurement")
        if new:
            measurements.add(new, f"Import {count}")
        if not read.left_out:
            self.told.emit(f"{count} read from {path.name}.", "", Severity.INFO)
            return
        reasons = list(dict.fromkeys(read.left_out))
        more = ["…"] if len(reasons) > _MOST_REASONS else []
        self.told.emit(
            f"{count} read from {path.name}, {len(read.left_out)} left out.",
            " ".join([*reasons[:_MOST_REASONS], *more]),
            Severity.WARNING,
        )
