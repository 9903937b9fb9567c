"""Operations on whole segments, one at a time, in the background."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from viewer.dicom.report import Severity
from viewer.imaging.geometry import Points
from viewer.imaging.segment.part import Part, part_of
from viewer.imaging.segment.rules import between, filled_between, grown, smoothed
from viewer.session.segmentation import Change, Segmentation
from viewer.session.session import Session
from viewer.ui.segment.tools import SegmentTools

_NO_SERIES = "Open a series first."
_BUSY = "An operation is going on."
_NO_SEGMENT = "Make a segment first."
_NO_VALUES = "Set the range of values first."
_COLOR = "Colour images have no values."


class SegmentWork(QObject):
    """Changes the active segment of the active series.

    Parameters
    ----------
    session : Session
    tools : SegmentTools
        Of which the range of values is taken.
    """

    #: An operation began or ended.
    changed = Signal()
    #: Something is to be said: a message, what to do about it, how grave it is.
    told = Signal(str, str, Severity)
    failed = Signal(object)

    def __init__(
        self, session: Session, tools: SegmentTools, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tools = tools
        self._busy = False

    @property
    def key(self) -> str:
        """That of the active series."""
        active = self._session.active
        return active.key if active is not None else ""

    @property
    def segmentation(self) -> Segmentation | None:
        """Of the active series, if there is one."""
        return self._session.segmentations.of(self.key)

    @property
    def no_segment(self) -> str:
        """Why no segment can be changed; empty where one can."""
        if self._session.display.volume is None:
            return _NO_SERIES
        if self._busy:
            return _BUSY
        found = self.segmentation
        return "" if found is not None and found.active is not None else _NO_SEGMENT

    @property
    def no_rule(self) -> str:
        """Why no segment can be made by its values; empty where one can."""
        volume = self._session.display.volume
        if volume is None:
            return _NO_SERIES
        if volume.color is not None:
            return _COLOR
        if self._tools.settings.values is None:
            return _NO_VALUES
        return _BUSY if self._busy else ""

    def ensure_segment(self) -> None:
        """Begin a first segment if there is none to change."""
        volume, found = self._session.display.volume, self.segmentation
        if volume is not None and (found is None or found.active is None):
            self._session.segmentations.add(self.key, volume.geometry)

    def add(self) -> None:
        """Begin another segment."""
        volume = self._session.display.volume
        if volume is not None:
            self._session.segmentations.add(self.key, volume.geometry)

    def remove(self) -> None:
        """Delete the active segment."""
        found = self.segmentation
        if found is not None and found.active is not None:
            self._session.segmentations.remove(self.key, found.active)

    def threshold(self) -> None:
        """Add every voxel with a value of the range."""
        volume, values = self._session.display.volume, self._tools.settings.values
        if volume is None or values is None or self.no_rule:
            return
        self.ensure_segment()
        self._run("Threshold", lambda: part_of(between(volume, *values)), "no such values")

    def grow(self, seed: Points) -> None:
        """Add what is joined to a point (LPS mm) through values of the range."""
        volume, values = self._session.display.volume, self._tools.settings.values
        if volume is None or values is None or self.no_rule:
            return
        self.ensure_segment()
        self._run("Grow", lambda: grown(volume, seed, *values), "the point has no such value")

    def fill(self) -> None:
        """Fill the slices between those in which the segment is drawn."""
        found = self.segmentation
        if found is None or found.active is None or self.no_segment:
            return
        number = found.active
        self._run(
            "Fill between slices",
            lambda: filled_between(found.mask(number)),
            "no slices between drawn ones are left free",
        )

    def smooth(self) -> None:
        """Draw the segment's edge smoother, by about a voxel."""
        found = self.segmentation
        if found is None or found.active is None or self.no_segment:
            return
        number, radius = found.active, float(max(found.geometry.spacing_mm[1:]))

        def work() -> Part | None:
            both = smoothed(found.mask(number), found.geometry, radius)
            return both[1] if both is not None else None

        self._run("Smooth", work, "the segment is empty", replace_segment=True)

    def _run(
        self,
        what: str,
        work: Callable[[], Part | None],
        why_nothing: str,
        *,
        replace_segment: bool = False,
    ) -> None:
        found = self.segmentation
        if self._busy or found is None or (segment := found.find(found.active)) is None:
            return
        key, segmentations = self.key, self._session.segmentations
        self._set_busy(True)

        def prepare() -> Change | None:
            part = work()
            if part is None:
                return None
            return segmentations.prepare(key, part, replace_segment=replace_segment)

        def done(change: Change | None) -> None:
            self._set_busy(False)
            if change is None:
                self.told.emit(f"{what} changed nothing: {why_nothing}.", "", Severity.INFO)
            elif not segmentations.commit(change, f"{what} {segment.name}"):
                self.told.emit(
                    f"{what} was given up: the labels were changed meanwhile.",
                    "Do it again.",
                    Severity.WARNING,
                )

        def failed(error: Exception) -> None:
            self._set_busy(False)
            self.failed.emit(error)

        self._session.jobs.submit(lambda _: prepare(), on_done=done, on_failed=failed)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.changed.emit()
