"""Segments out of the window and back: DICOM Segmentation and NIfTI."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from viewer.dicom.report import Severity
from viewer.export.segments import export_segments
from viewer.imaging.geometry import Geometry
from viewer.imaging.labels import LabelVolume
from viewer.session.segmentation import as_label_volume
from viewer.session.session import Session
from viewer.ui import captions
from viewer.ui.language import tr
from viewer.ui.settings import Settings

_NIFTI, _DICOM = "NIfTI (*.nii.gz)", "DICOM Segmentation (*.dcm)"
_READABLE = "Segmentations (*.dcm *.nii *.nii.gz);;All files (*)"


class SegmentFiles(QObject):
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
        """Let the user choose a file, then write the segments of the active series."""
        name, chosen = QFileDialog.getSaveFileName(
            self._window,
            tr("Export segments"),
            str(self._settings.export_folder / "segments.nii.gz"),
            f"{_NIFTI};;{_DICOM}",
        )
        if name:
            path = Path(name)
            if not path.name.lower().endswith((".dcm", ".nii", ".nii.gz")):
                path = path.with_name(path.name + (".dcm" if chosen == _DICOM else ".nii.gz"))
            self.export(path)

    def export(self, path: Path) -> None:
        """Write the segments of the active series."""
        series = self._session.active
        found = self._session.segmentations.of(series.key) if series is not None else None
        if series is None or found is None:
            return
        self._settings.export_folder = path.parent
        self._session.jobs.submit(
            lambda _: export_segments(as_label_volume(found), series, path),
            on_done=lambda _: self.told.emit(
                tr("The segments are in {file}.", file=path.name), str(path.parent), Severity.INFO
            ),
            on_failed=self.failed.emit,
        )

    def ask_and_import(self) -> None:
        """Let the user choose a file, then read it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, tr("Import segments"), str(self._settings.export_folder), _READABLE
        )
        if name:
            self.import_(Path(name))

    def import_(self, path: Path) -> None:
        """Add the segments of a file, a model's for example, to the active series."""
        series, volume = self._session.active, self._session.display.volume
        if series is None or volume is None:
            return
        grid, frame, key = volume.geometry, series.frame_of_reference, series.key

        def done(found: LabelVolume) -> None:
            count = captions.count(len(found.segments), "segment")
            self._session.segmentations.adopt(key, found, f"Import {count}")
            message = tr("{count} read from {file}.", count=count, file=path.name)
            grave = Severity.WARNING if found.notes else Severity.INFO
            self.told.emit(message, " ".join(found.notes), grave)

        self._session.jobs.submit(
            lambda _: _read(path, grid, frame), on_done=done, on_failed=self.failed.emit
        )


def _read(path: Path, grid: Geometry, frame: str) -> LabelVolume:
    if path.name.lower().endswith((".nii", ".nii.gz")):
        from viewer.results.read_nifti import read_label_map

        return read_label_map(path, grid)
    from viewer.results.dicom.read_segmentation import read_segmentation

    return read_segmentation(path, grid, frame)
