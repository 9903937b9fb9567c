"""From a series to a volume: what is looked at first, then the rest, nearest first."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.dicom.decode import sign_note
from viewer.dicom.memory import require_memory
from viewer.dicom.overlays import read_overlays
from viewer.dicom.pixels import read_colors, read_slice
from viewer.dicom.report import Note, count, error, warning
from viewer.dicom.series import Placement, Series
from viewer.errors import DamagedFileError, ViewerError
from viewer.imaging.volume import PADDING, Volume

#: Progress is reported at most this often.
_SECONDS_BETWEEN_REPORTS = 0.05


class CancelledError(ViewerError):
    """The reading was cancelled."""


@dataclass(frozen=True, eq=False)
class LoadProgress:
    """A volume that is being filled, and of whose slices ``done`` of ``total`` are in."""

    volume: Volume
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class LoadResult:
    """The whole volume, and what was noticed on the way."""

    volume: Volume
    notes: tuple[Note, ...] = ()


def load(
    series: Series,
    *,
    focus: int | None = None,
    on_progress: Callable[[LoadProgress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
    workers: int | None = None,
) -> LoadResult:
    """Read the pixels of a series.

    Parameters
    ----------
    series : Series
    focus : int, optional
        Slice of the volume to read first; the middle one by default.
    on_progress : callable
        Called in the calling thread as soon as the slice in focus is in, then at most 20 times a
        second, and at the end. All calls hand out the same volume, which fills up.
    cancelled : callable
        Asked before each report.
    workers : int, optional
        Threads that decode; by default as many as there are processors.

    Returns
    -------
    LoadResult
        A slice that could not be read is padding, and noted.

    Raises
    ------
    CancelledError
    DamagedFileError, UnsupportedError
        No slice at all could be read.
    """
    require_memory(series.nbytes, series.slices[0].path)
    total = series.shape[0]
    filling = _Filling(series, total // 2 if focus is None else focus)
    volume = filling.volume
    _refuse_if(cancelled)
    filling.read_next()
    on_progress(LoadProgress(volume, filling.done, total))
    number = workers or os.cpu_count() or 1
    with ThreadPoolExecutor(number, "decode") as pool:
        running = [pool.submit(filling.read_all) for _ in range(number)]
        try:
            while wait(running, _SECONDS_BETWEEN_REPORTS, FIRST_EXCEPTION).not_done:
                _refuse_if(cancelled)
                on_progress(LoadProgress(volume, filling.done, total))
        finally:
            filling.stop()
    for future in running:
        future.result()
    filling.fill_gaps(cancelled)
    notes = filling.notes()
    on_progress(LoadProgress(volume, total, total))
    return LoadResult(volume, notes)


def _is_measured(placement: Placement) -> bool:
    return not placement.is_interpolated and not placement.is_empty


def _refuse_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise CancelledError("Reading was cancelled.")


class _Filling:
    """Reads slices into a volume and remembers what went wrong."""

    def __init__(self, series: Series, focus: int) -> None:
        self._series = series
        # Nothing is written before it is read: touching a large volume's memory takes longer than
        # anyone should wait for the first picture.
        self._voxels = np.empty(series.shape, np.float32 if series.is_float else np.int16)
        self._color = np.zeros((*series.shape, 3), np.uint8) if series.is_color else None
        self._overlays: dict[int, npt.NDArray[np.bool_]] = {}
        self._is_read = np.zeros(series.shape[0], np.bool_)
        self.volume = Volume(
            self._voxels, series.grid, series.unit, self._color, self._overlays, self._is_read
        )
        self._lost_overlays: set[Path] = set()
        self._failed: dict[int, ViewerError] = {}
        self._clipped: dict[int, int] = {}
        self._row_of = {p.below: k for k, p in enumerate(series.placements) if _is_measured(p)}
        nearest = sorted(self._row_of.values(), key=lambda k: (abs(k - focus), k))
        self._unread = deque(nearest)
        self._lock = threading.Lock()
        self.done = 0

    def read_next(self) -> bool:
        """Read the next slice, in any thread; False when there is none."""
        with self._lock:
            if not self._unread:
                return False
            k = self._unread.popleft()
        source = self._series.placements[k].below
        assert source is not None
        self._read_into(k, source)
        self._read_overlays(k, source)
        self._is_read[k] = True
        with self._lock:
            self.done += 1
        return True

    def read_all(self) -> None:
        """Read slices until there are none."""
        while self.read_next():
            pass

    def stop(self) -> None:
        """Let ``read_all`` end."""
        with self._lock:
            self._unread.clear()

    def _read_into(self, k: int, index: int) -> None:
        """Read a file's slice into one of the volume."""
        self._read_source(index, self._voxels[k], None if self._color is None else self._color[k])

    def _read_overlays(self, k: int, index: int) -> None:
        item = self._series.slices[index]
        if not item.has_overlays or index in self._failed:
            return
        try:
            self._overlays[k] = read_overlays(item)
        except (ViewerError, OSError):
            # The image is there; a graphic that is not must not take it away.
            self._lost_overlays.add(item.path)

    def _read_source(
        self, index: int, out: npt.NDArray[Any], color: npt.NDArray[np.uint8] | None = None
    ) -> None:
        series = self._series
        try:
            if color is not None:
                read_colors(series.slices[index], out, color)
                return
            clipped = read_slice(series.slices[index], out, is_hu=series.unit == "HU")
            if clipped:
                self._clipped[index] = clipped
            return
        except ViewerError as failure:
            self._failed[index] = failure
        except OSError as failure:
            self._failed[index] = DamagedFileError(
                f"The file cannot be read ({failure.strerror or failure}).",
                series.slices[index].path,
            )
        out[...] = self._padding

    def fill_gaps(self, cancelled: Callable[[], bool]) -> None:
        """Interpolate between measured slices, or leave padding where they are too far apart.

        What is padding in either of two slices is padding between them.
        """
        spare: dict[int, npt.NDArray[Any]] = {}
        for k, placement in enumerate(self._series.placements):
            if _is_measured(placement):
                continue
            _refuse_if(cancelled)
            if placement.below is None or placement.above is None:
                self._voxels[k] = self._padding
            elif self._color is not None:
                # A mixture of colours may be a colour that means something else.
                self._read_into(k, placement.below if placement.weight < 0.5 else placement.above)
            else:
                ends = (placement.below, placement.above)
                spare = {i: values for i, values in spare.items() if i in ends}
                below, above = (self._source(i, spare) for i in ends)
                _blend(below, above, placement.weight, self._voxels[k])
            self._is_read[k] = True

    def _source(self, index: int, spare: dict[int, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """A measured slice, from the volume or, where it fell between its slices, its file."""
        row = self._row_of.get(index)
        if row is not None:
            return np.asarray(self._voxels[row])
        if index not in spare:
            spare[index] = np.empty_like(self._voxels[0])
            self._read_source(index, spare[index])
        return spare[index]

    @property
    def _padding(self) -> float:
        return np.nan if self._series.is_float else PADDING

    def notes(self) -> tuple[Note, ...]:
        """What went wrong; raises the first failure when nothing could be read."""
        slices = self._series.slices
        if len(self._failed) == len(slices):
            raise self._failed[min(self._failed)]
        notes = []
        if self._failed:
            reasons = " ".join(dict.fromkeys(e.message for e in self._failed.values()))
            notes.append(
                error(
                    "unreadable_slices",
                    f"{count(len(self._failed), 'slice')} could not be read and "
                    f"{'stays' if len(self._failed) == 1 else 'stay'} empty. {reasons}",
                    tuple(dict.fromkeys(slices[i].path for i in sorted(self._failed))),
                )
            )
        contradiction = sign_note(slices[0])
        if contradiction is not None:
            notes.append(contradiction)
        if self._lost_overlays:
            notes.append(
                warning(
                    "overlay_planes_unreadable",
                    "Graphics that the files lay over their images cannot be read and are not "
                    "shown.",
                    tuple(sorted(self._lost_overlays)),
                )
            )
        if self._clipped:
            notes.append(
                warning(
                    "clipped",
                    f"{sum(self._clipped.values()):,} voxels of {len(self._clipped)} slices exceed "
                    "±32767 and were clipped.",
                    tuple(slices[i].path for i in sorted(self._clipped)),
                )
            )
        return tuple(notes)


def _blend(
    below: npt.NDArray[Any], above: npt.NDArray[Any], weight: float, out: npt.NDArray[Any]
) -> None:
    values = below.astype(np.float32) * np.float32(1 - weight)
    values += above.astype(np.float32) * np.float32(weight)
    if out.dtype == np.float32:
        out[...] = values
        return
    out[...] = np.rint(values)
    out[(below == PADDING) | (above == PADDING)] = PADDING
