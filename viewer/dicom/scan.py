"""From paths to series: headers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from viewer.dicom.assemble import assemble
from viewer.dicom.decode import stored_values
from viewer.dicom.find import Finder
from viewer.dicom.group import group
from viewer.dicom.header import Header
from viewer.dicom.images import Image
from viewer.dicom.index import HeaderIndex
from viewer.dicom.load import CancelledError
from viewer.dicom.read_header import HeaderReader
from viewer.dicom.report import Skipped
from viewer.dicom.series import ScanResult, Series
from viewer.dicom.slices import slice_file
from viewer.dicom.source import Source
from viewer.errors import GeometryError, ViewerError

#: Progress is reported, and the wish to cancel asked for, every so many files.
_FILES_BETWEEN_REPORTS = 25


def scan(
    paths: Sequence[Path],
    *,
    index: Path | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ScanResult:
    """Find the series in folders (with all below them), files and zip archives.

    Parameters
    ----------
    paths : sequence of Path
    index : Path, optional
        Database that remembers headers, so that files which have not changed need not be read
        again; see ``HeaderIndex``.
    on_progress : callable
        Called with the number of files read and their total.
    cancelled : callable

    Returns
    -------
    ScanResult
        Series ordered by patient, study, series number and key; a file that is no image, or that
        cannot be read, is in ``skipped`` and never spoils the rest.

    Raises
    ------
    CancelledError
    """
    finder = Finder(lambda: _refuse_if(cancelled))
    sources = list(finder.find(paths))
    skipped = finder.skipped
    headers: list[Header] = []
    with _Reading(index) as reading:
        for done, source in enumerate(sources):
            if done % _FILES_BETWEEN_REPORTS == 0:
                _refuse_if(cancelled)
                on_progress(done, len(sources))
            found = reading.read(source)
            if isinstance(found, Header):
                headers.append(found)
            else:
                skipped.append(found)
    on_progress(len(sources), len(sources))
    series = _assemble(headers, skipped, cancelled)
    return ScanResult(tuple(series), tuple(sorted(skipped, key=lambda s: s.path)))


class _Reading:
    """Reads headers, those of files that have not changed from an index.

    What was read by then is kept for the next time, also when the search is cancelled.
    """

    def __init__(self, index: Path | None) -> None:
        self._reader = HeaderReader()
        self._index = HeaderIndex(index) if index is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._index is not None:
            self._index.close()

    def read(self, source: Source) -> Header | Skipped:
        try:
            if self._index is None:
                return self._read(source)
            # Asked for before the file is read: what changes meanwhile is read again next time.
            stamp = source.stamp()
            found = self._index.find(source, stamp)
            if found is None:
                found = self._read(source)
                self._index.keep(source, stamp, found)
            return found
        except OSError as error:
            return Skipped(source, type(error).__name__, _cannot_read(error))

    def _read(self, source: Source) -> Header | Skipped:
        try:
            return self._reader.read(source)
        except ViewerError as error:
            return _skipped(source, error)


def _refuse_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise CancelledError("The search was cancelled.")


def _cannot_read(error: OSError) -> str:
    return f"The file cannot be read ({error.strerror or error})."


def _skipped(source: Source, error: ViewerError) -> Skipped:
    return Skipped(source, type(error).__name__, error.message)


def _assemble(
    headers: Sequence[Header], skipped: list[Skipped], cancelled: Callable[[], bool]
) -> list[Series]:
    def same_pixels(one: Image, other: Image) -> bool:
        _refuse_if(cancelled)
        return _same_pixels(one, other)

    found: list[Series] = []
    used: Counter[str] = Counter()
    for images in group(headers, same_pixels):
        first = images.images[0]
        name = first.frame.text("SeriesInstanceUID") or str(first.path)
        used[name] += 1
        key = name if used[name] == 1 else f"{name}#{used[name]}"
        try:
            found.append(assemble(images, key))
        except GeometryError as error:
            skipped.extend(_skipped(image.header.source, error) for image in images.images)
    return sorted(found, key=_rank)


def _rank(series: Series) -> tuple[str, str, str, float, str]:
    study = series.study
    number = series.number if series.number is not None else np.inf
    return study.patient_id, study.date, study.study_uid, number, series.key


def _same_pixels(one: Image, other: Image) -> bool:
    """Whether two images hold the same stored values."""
    try:
        first, second = (stored_values(slice_file(image, 0.0)) for image in (one, other))
        return np.array_equal(first, second)
    except (ViewerError, OSError):
        return False
