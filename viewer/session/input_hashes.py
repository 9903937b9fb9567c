"""SHA-256 of the files of each open series, so that a saved session knows them again."""

from __future__ import annotations

import hashlib
from typing import IO

from psygnal import Signal

from viewer.dicom.series import Series
from viewer.dicom.source import Source
from viewer.formats.series import FileSeries
from viewer.session.jobs import Job, Jobs, Urgency

_BLOCK = 1 << 20


class InputHashes:
    """Hashes of series, made in the background once each.

    Parameters
    ----------
    jobs : Jobs
    """

    #: The hash of the series with this key is there.
    ready = Signal(str)

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._made: dict[str, str] = {}
        self._running: set[str] = set()

    def find(self, key: str) -> str | None:
        """The hash of a series, if it is there yet."""
        return self._made.get(key)

    def make(self, series: Series) -> None:
        """Begin to make the hash of a series."""
        key = series.key
        if key in self._made or key in self._running:
            return
        self._running.add(key)

        def done(hash_: str) -> None:
            self._running.discard(key)
            self._made[key] = hash_
            self.ready.emit(key)

        self._jobs.submit(
            lambda job: input_hash(series, job),
            on_done=done,
            # Loading has told what is wrong with the files; without a hash they are not compared.
            on_failed=lambda _: self._running.discard(key),
            urgency=Urgency.PREFETCH,
        )


def input_hash(series: Series, job: Job) -> str:
    """SHA-256 over the bytes of a series' files, in the order of its slices.

    Raises
    ------
    JobCancelledError
    OSError
    """
    total = hashlib.sha256()
    for source in sources(series):
        with source.open() as file:
            _add(file, total, job)
    return total.hexdigest()


def sources(series: Series) -> tuple[Source, ...]:
    """The files of a series, each once."""
    if isinstance(series, FileSeries):
        return (series.content.source,)
    return tuple(dict.fromkeys(one.source for one in series.slices))


def _add(file: IO[bytes], total: hashlib._Hash, job: Job) -> None:
    while block := file.read(_BLOCK):
        job.stop_if_cancelled()
        total.update(block)
