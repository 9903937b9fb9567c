"""Opening: from paths to a series on the screen, in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from viewer.dicom.load import LoadProgress, LoadResult
from viewer.dicom.series import ScanResult, Series
from viewer.errors import NothingReadableError
from viewer.formats.load import load
from viewer.formats.scan import scan
from viewer.formats.thumbnail import thumbnail
from viewer.session.jobs import Job, Jobs, Urgency
from viewer.session.library import Library

OnCount = Callable[[int, int], None]
Picture = npt.NDArray[np.uint8]


@dataclass
class _Load:
    """A series that is being loaded, and how many of its slices are there."""

    job: Job
    total: int
    done: int = 0


@dataclass(frozen=True)
class Activity:
    """What is going on, and how far it is; ``total`` 0 means that nobody knows."""

    what: str
    done: int = 0
    total: int = 0


class Opening:
    """Scans paths, makes thumbnails, and loads series.

    Parameters
    ----------
    library : Library
        Where found series go.
    jobs : Jobs
    header_index : Path, optional
        Database that remembers headers; without it they are read at each opening.
    """

    #: Something began, went on or ended: see ``activity``.
    activity_changed = Signal()
    #: A scan is over: the series it found.
    scanned = Signal(tuple)
    #: The first slice of a series is in, or more of them: the series and its volume so far.
    progressed = Signal(object, object)
    #: A series is loaded whole: the series and its ``LoadResult``.
    loaded = Signal(object, object)
    failed = Signal(object)
    #: The thumbnail of the series with this key is there.
    thumbnail_ready = Signal(str)

    def __init__(self, library: Library, jobs: Jobs, header_index: Path | None = None) -> None:
        self._library = library
        self._jobs = jobs
        self._header_index = header_index
        self._scan: Job | None = None
        self._loads: dict[str, _Load] = {}
        self._activity: Activity | None = None
        self._thumbnails: dict[str, Picture] = {}

    @property
    def activity(self) -> Activity | None:
        """What is going on, None when nothing is."""
        return self._activity

    @property
    def is_loading(self) -> bool:
        """Whether any series is being loaded."""
        return bool(self._loads)

    def loads(self, key: str) -> bool:
        """Whether the series with this key is being loaded."""
        return key in self._loads

    def thumbnail(self, key: str) -> Picture | None:
        """A series' thumbnail as grey values, if it is there yet."""
        return self._thumbnails.get(key)

    def open(self, paths: Sequence[Path]) -> None:
        """Look for series below these paths; an earlier search is given up."""
        if self._scan is not None:
            self._scan.cancel()
        paths = tuple(paths)
        self._set_activity(Activity("Looking for images"))

        def work(job: Job) -> ScanResult:
            return scan(
                paths,
                index=self._header_index,
                on_progress=lambda done, total: job.report((done, total)),
                cancelled=job.cancelled,
            )

        self._scan = self._jobs.submit(
            work,
            on_done=lambda result: self._scan_done(paths, result),
            on_failed=self._scan_failed,
            on_progress=lambda n: self._set_activity(Activity("Reading headers", *n)),
        )

    def make_and_open(self, what: str, make: Callable[[OnCount], Path]) -> None:
        """Have something made that can be opened, then open it.

        Parameters
        ----------
        what : str
            Said meanwhile: "Preparing the demo".
        make : callable
            Receives a function to report ``(done, total)`` to, and returns what to open.
        """
        self.cancel()
        self._set_activity(Activity(what))

        def made(path: Path) -> None:
            self._scan = None
            self.open([path])

        def work(job: Job) -> Path:
            def tell(done: int, total: int) -> None:
                job.stop_if_cancelled()
                job.report((done, total))

            return make(tell)

        self._scan = self._jobs.submit(
            work,
            on_done=made,
            on_failed=self._scan_failed,
            on_progress=lambda n: self._set_activity(Activity(what, *n)),
        )

    def load(self, series: Series) -> None:
        """Load a series, its middle slice first; an earlier loading of it is given up."""
        self.cancel_load(series.key)

        def work(job: Job) -> LoadResult:
            return load(series, on_progress=job.report, cancelled=job.cancelled)

        job = self._jobs.submit(
            work,
            on_done=lambda result: self._load_done(series, result),
            on_failed=lambda error: self._load_failed(series, error),
            on_progress=lambda progress: self._load_progressed(series, progress),
        )
        self._loads[series.key] = _Load(job, series.shape[0])
        self._tell_loading()

    def cancel_load(self, key: str) -> None:
        """Give up loading the series with this key; what is already there stays."""
        load = self._loads.pop(key, None)
        if load is not None:
            load.job.cancel()
            self._tell_loading()

    def cancel(self) -> None:
        """Give up scanning and loading; what is already there stays."""
        jobs = [load.job for load in self._loads.values()]
        for job in (self._scan, *jobs):
            if job is not None:
                job.cancel()
        self._scan, self._loads = None, {}
        self._set_activity(None)

    def _scan_done(self, paths: Sequence[Path], result: ScanResult) -> None:
        self._scan = None
        self._set_activity(None)
        self._tell_loading()
        self._library.add(result, paths)
        for series in result.series:
            self._make_thumbnail(series)
        if result.series:
            self.scanned.emit(result.series)
        else:
            self.failed.emit(_nothing_in(paths, result))

    def _make_thumbnail(self, series: Series) -> None:
        def done(picture: Picture) -> None:
            self._thumbnails[series.key] = picture
            self.thumbnail_ready.emit(series.key)

        self._jobs.submit(
            lambda _: thumbnail(series),
            on_done=done,
            # The card stays without a picture; loading the series says what is wrong with it.
            on_failed=lambda _: None,
            urgency=Urgency.THUMBNAIL,
        )

    def _load_progressed(self, series: Series, progress: LoadProgress) -> None:
        load = self._loads[series.key]
        load.done, load.total = progress.done, progress.total
        self._tell_loading()
        self.progressed.emit(series, progress.volume)

    def _load_done(self, series: Series, result: LoadResult) -> None:
        self._loads.pop(series.key)
        self._tell_loading()
        self.loaded.emit(series, result)

    def _scan_failed(self, error: Exception) -> None:
        self._scan = None
        self._set_activity(None)
        self.failed.emit(error)

    def _load_failed(self, series: Series, error: Exception) -> None:
        self._loads.pop(series.key)
        self._tell_loading()
        self.failed.emit(error)

    def _tell_loading(self) -> None:
        """All that is being loaded as one activity; a scan has told its own."""
        loads = self._loads.values()
        if loads:
            done, total = sum(load.done for load in loads), sum(load.total for load in loads)
            self._set_activity(Activity("Loading", done, total))
        elif self._scan is None:
            self._set_activity(None)

    def _set_activity(self, activity: Activity | None) -> None:
        if activity != self._activity:
            self._activity = activity
            self.activity_changed.emit()


def _nothing_in(paths: Sequence[Path], result: ScanResult) -> NothingReadableError:
    reasons = {s.message for s in result.skipped}
    why = f" All {len(result.skipped)} files: {reasons.pop()}" if len(reasons) == 1 else ""
    return NothingReadableError(
        f"Nothing here can be shown as an image.{why}",
        paths[0] if paths else None,
        "The report lists each file with the reason." if result.skipped else "Open another folder.",
    )
