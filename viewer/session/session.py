"""``Session``: everything that is open, and the commands that change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from psygnal import Signal

from viewer.dicom.load import LoadResult
from viewer.dicom.series import LengthUnit, Series
from viewer.formats.series import FileSeries
from viewer.imaging.volume import Volume
from viewer.session.display import Display
from viewer.session.history import History
from viewer.session.jobs import Deliver, Jobs
from viewer.session.library import Library
from viewer.session.opening import Opening
from viewer.session.results import Finding, Results


class Session:
    """What is open and how it is looked at.

    Lives on one thread; ``deliver`` brings the replies of background work there.

    Parameters
    ----------
    deliver : callable
        Runs a reply on the session's thread.
    header_index : Path, optional
        Database that remembers headers; without it they are read at each opening.
    """

    #: Another series is active, or the active one is whole: see ``active`` and ``is_complete``.
    active_changed = Signal()

    def __init__(self, deliver: Deliver, header_index: Path | None = None) -> None:
        self.jobs = Jobs(deliver)
        self.library = Library()
        self.display = Display()
        self.results = Results()
        self.history = History()
        self.opening = Opening(self.library, self.jobs, header_index)
        self._active: Series | None = None
        self._complete = False
        self.opening.scanned.connect(self._activate_first)
        self.opening.progressed.connect(self._show_progress)
        self.opening.loaded.connect(self._show_whole)

    @property
    def active(self) -> Series | None:
        """The series in view."""
        return self._active

    @property
    def is_in_patient_space(self) -> bool:
        """Whether it is known where in the patient the picture lies; else no side may be named."""
        return self._active is None or self._active.geometry is not None

    @property
    def no_cross_sections(self) -> str:
        """Why views across the slices would show nothing true; empty when they can be shown."""
        volume = self.display.volume
        if volume is None:
            return "Open a series first."
        if not self.is_in_patient_space:
            return "The files do not say where the slices lie in the patient."
        if volume.geometry.shape[0] == 1:
            return "The series is a single image."
        if volume.color is not None:
            return "Colour images are shown in the plane they were acquired in."
        return ""

    @property
    def length_unit(self) -> LengthUnit:
        """What lengths within a slice are measured in."""
        return self._active.length_unit if self._active is not None else LengthUnit.MM

    @property
    def is_complete(self) -> bool:
        """Whether the active series is loaded whole."""
        return self._complete

    def open(self, paths: Sequence[Path]) -> None:
        """Look for series below these paths, and show the largest."""
        self.opening.open(paths)

    def activate(self, series: Series) -> None:
        """Load and show a series."""
        self._active, self._complete = series, False
        self.history.clear()
        self.display.clear()
        self.results.switch(series.key)
        self.active_changed.emit()
        self.opening.load(series)

    def close_all(self) -> None:
        """Close every study."""
        self.opening.cancel()
        self._active, self._complete = None, False
        self.history.clear()
        self.library.clear()
        self.display.clear()
        self.results.switch(None)
        self.active_changed.emit()

    def jump_to(self, finding: Finding) -> None:
        """Select a finding and bring every view to it."""
        self.results.select(finding.id)
        self.display.move_cursor(finding.center_lps_mm)

    def jump_to_neighbour(self, step: int) -> None:
        """Go to the next finding of the list, or with −1 to the one before."""
        finding = self.results.neighbour(step)
        if finding is not None:
            self.jump_to(finding)

    def dismiss_selected(self) -> None:
        """Take the selected finding off the list; can be undone."""
        finding = self.results.selected
        if finding is not None:
            self.history.run(self.results.dismissal(finding))

    def shutdown(self) -> None:
        """Stop all background work and wait for it."""
        self.opening.cancel()
        self.jobs.close()

    def _activate_first(self, series: tuple[Series, ...]) -> None:
        self.activate(max(series, key=_precedence))

    def _show_progress(self, series: Series, volume: Volume) -> None:
        if series is not self._active:
            return
        if self.display.volume is None:
            self._show(series, volume)
        else:
            self.display.fill(volume)

    def _show_whole(self, series: Series, result: LoadResult) -> None:
        if series is not self._active:
            return
        self._show_progress(series, result.volume)
        self._complete = True
        if result.notes:
            self._active = replace(series, report=series.report + result.notes)
            self.library.replace(self._active)
        self.active_changed.emit()

    def _show(self, series: Series, volume: Volume) -> None:
        self.display.show(
            volume, series.first_voi, inverted=series.is_shown_inverted, shutter=series.shutter
        )


def _precedence(series: Series) -> tuple[bool, bool, int]:
    """What is shown first: no picture or mask that happens to lie beside DICOM files."""
    return not isinstance(series, FileSeries), series.geometry is not None, series.shape[0]
