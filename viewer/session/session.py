"""``Session``: everything that is open, and the commands that change it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from psygnal import Signal

from viewer.dicom.load import LoadResult
from viewer.dicom.series import LengthUnit, Series
from viewer.formats.series import FileSeries
from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import Volume
from viewer.session.display import Display, Look
from viewer.session.displays import Displays
from viewer.session.fusion import Fusion
from viewer.session.history import History
from viewer.session.jobs import Deliver, Jobs
from viewer.session.library import Library
from viewer.session.links import Links
from viewer.session.live_readings import LiveReadings
from viewer.session.marks import Finding
from viewer.session.measurements import Measurement, Measurements
from viewer.session.opening import Opening
from viewer.session.results import Results, Review
from viewer.session.segmentation import Segmentations

_OF_A_DISPLAY = (
    "volume_changed",
    "filled",
    "cursor_moved",
    "window_changed",
    "planes_changed",
    "slabs_changed",
)


class Session:
    """What is open and how it is looked at.

    Lives on one thread; ``deliver`` brings the replies of background work there. Several series
    can be looked at, each through a ``Display`` of its own; one of them is active.

    Parameters
    ----------
    deliver : callable
        Runs a reply on the session's thread.
    header_index : Path, optional
        Database that remembers headers; without it they are read at each opening.
    cache_bytes : int, optional
        Most that the volumes which no view shows may take; see ``Displays``.
    """

    #: Another series is active, or the active one is whole: see ``active`` and ``is_complete``.
    active_changed = Signal()
    #: What the signals of the same name say of a display: of the one that is active.
    volume_changed = Signal()
    filled = Signal()
    cursor_moved = Signal()
    window_changed = Signal()
    planes_changed = Signal()
    slabs_changed = Signal()

    def __init__(
        self,
        deliver: Deliver,
        header_index: Path | None = None,
        *,
        cache_bytes: int | None = None,
    ) -> None:
        self.jobs = Jobs(deliver)
        self.library = Library()
        self.displays = Displays(cache_bytes)
        self.results = Results()
        self.history = History()
        self.measurements = Measurements(self.history)
        self.readings = LiveReadings(self._measured, self.jobs)
        self.segmentations = Segmentations(self.history)
        self.opening = Opening(self.library, self.jobs, header_index)
        self._display = Display()
        self._shown: tuple[Display, ...] = ()
        self.links = Links()
        self._looks: dict[str, Look] = {}
        self._first: str | None = None
        self.fusion = Fusion(self.display_of)
        self._relays = {name: partial(self._relay, name) for name in _OF_A_DISPLAY}
        self._follow(self._display)
        self.opening.scanned.connect(self._activate_first)
        self.opening.progressed.connect(self._show_progress)
        self.opening.loaded.connect(self._show_whole)
        self.results.selection_changed.connect(self._focus_on_finding)
        self.measurements.selection_changed.connect(self._focus_on_measurement)

    @property
    def display(self) -> Display:
        """How the active series is looked at; an empty display while nothing is open."""
        return self._display

    @property
    def active(self) -> Series | None:
        """The series in the active view."""
        return self._display.series

    @property
    def is_in_patient_space(self) -> bool:
        """Whether it is known where in the patient the picture lies; else no side may be named."""
        return self._display.is_in_patient_space

    @property
    def no_cross_sections(self) -> str:
        """Why views across the slices would show nothing true; empty when they can be shown."""
        return self._display.no_cross_sections

    @property
    def length_unit(self) -> LengthUnit:
        """What lengths within a slice are measured in."""
        return self._display.length_unit

    @property
    def is_complete(self) -> bool:
        """Whether the active series is loaded whole."""
        return self._display.is_complete

    def open(self, paths: Sequence[Path]) -> None:
        """Look for series below these paths, and show the largest."""
        self.opening.open(paths)

    def activate(self, series: Series) -> None:
        """Show a series as the active one, and load it if it is not there."""
        self.turn_to(self.display_of(series))

    def display_of(self, series: Series) -> Display:
        """The display of a series, which begins to load if it is neither loaded nor loading."""
        display = self.displays.find(series.key)
        if display is None:
            empty = self._display.series is None and self._display.volume is None
            display = self._display if empty else Display()
        self.displays.put(series, display)
        there = display.is_complete or self.opening.loads(series.key)
        if display.series is not series or not there:
            display.await_series(series)
            display.await_look(self._looks.pop(series.key, Look()))
            if display is self._display:
                self._announce()
            self.opening.load(series)
        return display

    def reopen(self, paths: Sequence[Path], looks: Mapping[str, Look], first: str | None) -> None:
        """Open what was open before, as it was looked at.

        Parameters
        ----------
        paths : sequence of Path
        looks : mapping of str to Look
            By the keys of series.
        first : str, optional
            The key of the series to show first; the largest if it is not found.
        """
        self.close_all()
        self._looks, self._first = dict(looks), first
        if paths:
            self.open(paths)

    @property
    def looks(self) -> dict[str, Look]:
        """How each series is looked at that is shown, was shown, or will be as before."""
        shown = {d.series.key: d.look for d in self.displays if d.series is not None}
        return self._looks | shown

    def turn_to(self, display: Display) -> None:
        """Make the series of another display the active one."""
        if display is not self._display:
            self._unfollow(self._display)
            self._display = display
            self._follow(display)
            if display.series is not None:
                self.displays.put(display.series, display)
            self.links.follow(self.shown)
            self._announce()
            for name in _OF_A_DISPLAY:
                self._relay(name)
        self._give_up()

    def show_in_views(self, displays: Collection[Display]) -> None:
        """Say what views show; the volumes of others are kept as far as memory goes."""
        self._shown = tuple(displays)
        self.links.follow(self.shown)
        self._give_up()

    @property
    def shown(self) -> tuple[Display, ...]:
        """The displays that views show, the active one among them, each once."""
        return tuple(dict.fromkeys((self._display, *self._shown)))

    def review_of(self, display: Display) -> Review:
        """What a model said of the series of a display, and what the reader made of it."""
        if display is self._display or display.series is None:
            return self.results.review
        return self.results.of(display.series.key)

    def close_study(self, study_uid: str) -> None:
        """Close a study; what it showed gives way to what else is open."""
        left = [s for s in self.library.series if s.study_uid != study_uid]
        if not left:
            self.close_all()
            return
        closed = [s for s in self.library.series if s.study_uid == study_uid]
        for series in closed:
            self.opening.cancel_load(series.key)
        if self.active is not None and self.active.study_uid == study_uid:
            self.activate(max(left, key=_precedence))
        for series in closed:
            self.fusion.forget(series.key)
            self.displays.remove(series.key)
        self.library.remove_study(study_uid)

    def close_all(self) -> None:
        """Close every study."""
        self.opening.cancel()
        self.history.clear()
        self.fusion.clear()
        self.library.clear()
        self._looks, self._first = {}, None
        self._shown = ()
        self.links.follow(self.shown)
        for display in self.displays:
            if display.series is not None:
                self.displays.remove(display.series.key)
        self._display.clear()
        self._announce()

    def jump_to(self, finding: Finding) -> None:
        """Select a finding and bring every view to it."""
        self.results.select(finding.id)
        self.display.move_cursor(finding.center_lps_mm)

    def jump_to_neighbour(self, step: int) -> None:
        """Go to the next finding of the list, or with −1 to the one before."""
        finding = self.results.neighbour(step)
        if finding is not None:
            self.jump_to(finding)

    def measurements_on(self, display: Display) -> tuple[Measurement, ...]:
        """The measurements that belong on a display: of its series and its frame of reference."""
        key = _key(display.series)
        frame = _frame(display.series)
        return tuple(
            m
            for m in self.measurements.all
            if m.series == key or (frame and _frame(self.library.find(m.series)) == frame)
        )

    @property
    def open_measurements(self) -> tuple[Measurement, ...]:
        """The measurements that are kept, of all series that are open."""
        active = _key(self.active)
        return tuple(
            m
            for m in self.measurements.kept
            if m.series == active or self.library.find(m.series) is not None
        )

    def grid_of(self, key: str) -> Geometry | None:
        """The grid of the voxels of a series, by its key; None where it is not open."""
        series = self.library.find(key)
        if series is not None:
            return series.grid
        volume, _ = self._measured(key)
        return volume.geometry if volume is not None else None

    def show_measurement(self, measurement: Measurement) -> None:
        """Select a measurement, turn to its series and bring every view to it."""
        series = self.library.find(measurement.series)
        if series is not None and measurement not in self.measurements_on(self._display):
            self.activate(series)
        self.measurements.select(measurement.id)
        self.display.move_cursor(measurement.center_lps)

    @property
    def deletion(self) -> str:
        """What ``delete_selected`` would do; empty when nothing is selected."""
        measurement, finding = self.measurements.selected, self.results.selected
        if measurement is not None:
            return f"Delete {measurement.name}"
        return f"Dismiss Finding {finding.id}" if finding is not None else ""

    def delete_selected(self) -> None:
        """Delete the selected measurement, or take the selected finding off the list.

        Either can be undone.
        """
        measurement, finding = self.measurements.selected, self.results.selected
        if measurement is not None:
            self.measurements.remove([measurement])
        elif finding is not None:
            self.history.run(self.results.dismissal(finding))

    def shutdown(self) -> None:
        """Stop all background work and wait for it."""
        self.opening.cancel()
        self.jobs.close()

    def _measured(self, key: str) -> tuple[Volume | None, LengthUnit]:
        """What the measurements of a series measure: its volume, and the unit of its lengths."""
        display = self._display if _key(self.active) == key else self.displays.find(key)
        if display is not None:
            return display.volume, display.length_unit
        series = self.library.find(key)
        return None, series.length_unit if series is not None else LengthUnit.MM

    def _focus_on_finding(self) -> None:
        if self.results.selected is not None:
            self.measurements.select(None)

    def _focus_on_measurement(self) -> None:
        if self.measurements.selected is not None:
            self.results.select(None)

    def _announce(self) -> None:
        """Tell of another active series."""
        active = self.active
        self.results.switch(active.key if active is not None else None)
        self.active_changed.emit()

    def _follow(self, display: Display) -> None:
        for name in _OF_A_DISPLAY:
            getattr(display, name).connect(self._relays[name])

    def _unfollow(self, display: Display) -> None:
        for name in _OF_A_DISPLAY:
            getattr(display, name).disconnect(self._relays[name])

    def _relay(self, name: str) -> None:
        getattr(self, name).emit()

    def _give_up(self) -> None:
        for key in self.displays.give_up((*self.shown, *self.fusion)):
            self.opening.cancel_load(key)
            self.fusion.forget(key)

    def _activate_first(self, series: tuple[Series, ...]) -> None:
        first, self._first = self.library.find(self._first or ""), None
        self.activate(first or max(series, key=_precedence))

    def _show_progress(self, series: Series, volume: Volume) -> None:
        display = self.displays.find(series.key)
        if display is None or display.series is not series:
            return
        if display.volume is None:
            display.show(
                volume, series.first_voi, inverted=series.is_shown_inverted, shutter=series.shutter
            )
        else:
            display.fill(volume)

    def _show_whole(self, series: Series, result: LoadResult) -> None:
        display = self.displays.find(series.key)
        if display is None or display.series is not series:
            return
        self._show_progress(series, result.volume)
        if result.notes:
            series = replace(series, report=series.report + result.notes)
        display.complete(series)
        if result.notes:
            self.library.replace(series)
        if display is self._display:
            self.active_changed.emit()


def _key(series: Series | None) -> str:
    return series.key if series is not None else ""


def _frame(series: Series | None) -> str:
    """The frame of reference of a series; empty where nobody knows what its positions mean."""
    known = series is not None and series.geometry is not None
    return series.frame_of_reference if series is not None and known else ""


def _precedence(series: Series) -> tuple[bool, bool, int]:
    """What is shown first: no picture or mask that happens to lie beside DICOM files."""
    return not isinstance(series, FileSeries), series.geometry is not None, series.shape[0]
