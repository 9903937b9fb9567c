"""From a series to a volume: what is looked at first, then the rest, nearest first."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.dicom.memory import require_memory
from viewer.dicom.pixels import read_slice
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
    """A volume that is being filled: ``done`` of ``total`` slices are in, the others padding."""

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
        Called in the calling thread as soon as the first slice is in, then at most 20 times a
        second, and at the end. All calls hand out the same volume, which goes on filling up.
    cancelled : callable
        Asked before each slice.
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
    total = series.shape[0]
    voxels = _empty(series)
    volume = Volume(voxels, series.grid, series.unit)
    filling = _Filling(series, voxels)
    measured = [k for k, p in enumerate(series.placements) if _is_measured(p)]
    middle = total // 2 if focus is None else focus
    measured.sort(key=lambda k: (abs(k - middle), k))
    _refuse_if(cancelled)
    filling.read(measured[0])
    on_progress(LoadProgress(volume, 1, total))
    reported = time.monotonic()
    with ThreadPoolExecutor(workers or os.cpu_count() or 1, "decode") as pool:
        futures = [pool.submit(filling.read, k) for k in measured[1:]]
        try:
            for done, future in enumerate(as_completed(futures), 2):
                _refuse_if(cancelled)
                future.result()
                if time.monotonic() - reported >= _SECONDS_BETWEEN_REPORTS:
                    reported = time.monotonic()
                    on_progress(LoadProgress(volume, done, total))
        finally:
            pool.shutdown(cancel_futures=True)
    filling.interpolate(cancelled)
    notes = filling.notes()
    on_progress(LoadProgress(volume, total, total))
    return LoadResult(volume, notes)


def _empty(series: Series) -> npt.NDArray[Any]:
    require_memory(series.nbytes, series.slices[0].path)
    dtype = np.float32 if series.is_float else np.int16
    return np.full(series.shape, np.nan if series.is_float else PADDING, dtype)


def _is_measured(placement: Placement) -> bool:
    return not placement.is_interpolated and not placement.is_empty


def _refuse_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise CancelledError("reading was cancelled.")


class _Filling:
    """Reads slices into a volume and remembers what went wrong."""

    def __init__(self, series: Series, voxels: npt.NDArray[Any]) -> None:
        self._series = series
        self._voxels = voxels
        self._failed: dict[int, ViewerError] = {}
        self._clipped: dict[int, int] = {}
        self._row_of = {p.below: k for k, p in enumerate(series.placements) if _is_measured(p)}

    def read(self, k: int) -> None:
        """Read a measured slice of the volume, in any thread."""
        source = self._series.placements[k].below
        assert source is not None
        self._read_source(source, self._voxels[k])

    def _read_source(self, index: int, out: npt.NDArray[Any]) -> None:
        series = self._series
        try:
            clipped = read_slice(series.slices[index], out, is_hu=series.unit == "HU")
            if clipped:
                self._clipped[index] = clipped
        except ViewerError as failure:
            self._failed[index] = failure
        except OSError as failure:
            self._failed[index] = DamagedFileError(
                f"the file cannot be read ({failure.strerror}).", series.slices[index].path
            )

    def interpolate(self, cancelled: Callable[[], bool]) -> None:
        """Fill the slices between measured ones; what is padding in either stays padding."""
        spare: dict[int, npt.NDArray[Any]] = {}
        for k, placement in enumerate(self._series.placements):
            if not placement.is_interpolated:
                continue
            _refuse_if(cancelled)
            assert placement.below is not None
            assert placement.above is not None
            ends = (placement.below, placement.above)
            spare = {i: values for i, values in spare.items() if i in ends}
            below, above = (self._source(i, spare) for i in ends)
            _blend(below, above, placement.weight, self._voxels[k])

    def _source(self, index: int, spare: dict[int, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """A measured slice, from the volume or, where it fell between its slices, its file."""
        row = self._row_of.get(index)
        if row is not None:
            return np.asarray(self._voxels[row])
        if index not in spare:
            spare[index] = np.full_like(self._voxels[0], self._padding)
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
            reasons = "; ".join(dict.fromkeys(e.message for e in self._failed.values()))
            notes.append(
                error(
                    "unreadable_slices",
                    f"{count(len(self._failed), 'slice')} could not be read and stay empty: "
                    f"{reasons}",
                    tuple(slices[i].path for i in sorted(self._failed)),
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
