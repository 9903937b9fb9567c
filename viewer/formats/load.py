"""From a series of any format to its volume."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.dicom import load as dicom
from viewer.dicom.load import CancelledError, LoadProgress, LoadResult
from viewer.dicom.memory import require_memory
from viewer.dicom.report import Note, count, error
from viewer.dicom.series import Series
from viewer.errors import DamagedFileError, ViewerError
from viewer.formats.series import COPY_AGAIN, FileSeries
from viewer.imaging.color import luma
from viewer.imaging.volume import PADDING, Volume

_SECONDS_BETWEEN_REPORTS = 0.05
#: Bytes that a pixel takes while its slice is decoded.
_DECODED_PIXEL = 16

OnProgress = Callable[[LoadProgress], None]
Cancelled = Callable[[], bool]


def load(
    series: Series,
    *,
    focus: int | None = None,
    on_progress: OnProgress = lambda progress: None,
    cancelled: Cancelled = lambda: False,
    workers: int | None = None,
) -> LoadResult:
    """Read the voxels of a series; see ``viewer.dicom.load.load``.

    What is no DICOM is read from its beginning to its end, as most of it is compressed as a whole,
    and first reported when the slice in focus is in.
    """
    if not isinstance(series, FileSeries):
        return dicom.load(
            series, focus=focus, on_progress=on_progress, cancelled=cancelled, workers=workers
        )
    middle = series.shape[0] // 2 if focus is None else focus
    return _Reading(series).read(middle, on_progress, cancelled)


class _Reading:
    """Fills a volume from one file."""

    def __init__(self, series: FileSeries) -> None:
        _, rows, columns = series.shape
        path = series.content.source.path
        require_memory(series.nbytes + rows * columns * _DECODED_PIXEL, path)
        self._series = series
        self._voxels = np.empty(series.shape, np.float32 if series.is_float else np.int16)
        self._is_read = np.zeros(series.shape[0], np.bool_)
        self._color: dict[int, npt.NDArray[np.uint8]] = {}

    def read(self, focus: int, on_progress: OnProgress, cancelled: Cancelled) -> LoadResult:
        """Read all slices that the file holds."""
        total = len(self._is_read)
        so_far = Volume(self._voxels, self._series.grid, self._series.unit, is_read=self._is_read)
        reported = 0.0
        failure: ViewerError | None = None
        try:
            for index, values in self._series.content.read(range(total)):
                if cancelled():
                    raise CancelledError("Reading was cancelled.")
                self._put(index, values)
                is_due = time.monotonic() - reported > _SECONDS_BETWEEN_REPORTS
                # Whether there is colour is known when all pages have been seen.
                if is_due and self._is_read[focus] and not self._color and total > 1:
                    reported = time.monotonic()
                    on_progress(LoadProgress(so_far, int(self._is_read.sum()), total))
        except CancelledError:
            raise
        except ViewerError as reason:
            failure = reason
        except OSError as reason:
            failure = DamagedFileError(
                f"The file cannot be read ({reason.strerror or reason}).",
                self._series.content.source.path,
                COPY_AGAIN,
            )
        if failure is not None and not self._is_read.any():
            raise failure
        notes = self._pad_missing(failure)
        volume = Volume(
            self._voxels, self._series.grid, self._series.unit, color=self._whole_color()
        )
        on_progress(LoadProgress(volume, total, total))
        return LoadResult(volume, notes)

    def _put(self, index: int, values: npt.NDArray[Any]) -> None:
        if values.ndim == 3:
            self._color[index] = values
            values = luma(values)
        self._voxels[index] = values
        self._is_read[index] = True

    def _pad_missing(self, failure: ViewerError | None) -> tuple[Note, ...]:
        if failure is None:
            return ()
        missing = np.flatnonzero(~self._is_read)
        self._voxels[missing] = np.nan if self._series.is_float else PADDING
        return (
            error(
                "unreadable_slices",
                f"{count(len(missing), 'slice')} could not be read and stay empty: "
                f"{failure.message}",
            ),
        )

    def _whole_color(self) -> npt.NDArray[np.uint8] | None:
        if not self._color:
            return None
        color = np.zeros((*self._voxels.shape, 3), np.uint8)
        for index in np.flatnonzero(self._is_read):
            grey = self._voxels[index][..., None]
            color[index] = self._color.get(int(index), grey)
        return color
