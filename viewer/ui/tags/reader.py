"""Reads the attributes of a series in the background: the file in view first, then all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from viewer.dicom.attributes import AttributeTable, read_attributes
from viewer.dicom.source import Source
from viewer.errors import DamagedFileError
from viewer.session.jobs import Job, Jobs, Urgency


class TagReader(QObject):
    """One series at a time.

    Parameters
    ----------
    jobs : Jobs
    """

    #: An ``AttributeTable``: first of one file, then of all.
    read = Signal(object)
    #: How many files of how many have been read.
    progressed = Signal(int, int)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None

    def start(self, files: Sequence[Source], first: int) -> None:
        """Read files, one of them before the others; what was being read is given up."""
        self.stop()
        self._submit([files[first]], Urgency.VIEW, files)

    def stop(self) -> None:
        """Give up what is being read."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _submit(self, files: Sequence[Source], urgency: Urgency, then: Sequence[Source]) -> None:
        def work(job: Job) -> AttributeTable:
            table = AttributeTable(files)
            for number, file in enumerate(files):
                job.stop_if_cancelled()
                job.report((number, len(files)))
                try:
                    table.add(number, read_attributes(file))
                except DamagedFileError:
                    # The report of the series has told of it; a single file has nothing else.
                    if len(files) == 1:
                        raise
            return table

        def done(table: AttributeTable) -> None:
            self._job = None
            self.read.emit(table)
            if len(then) > len(files):
                self._submit(then, Urgency.THUMBNAIL, then)

        self._job = self._jobs.submit(
            work,
            on_done=done,
            on_failed=self.failed.emit,
            on_progress=lambda progress: self.progressed.emit(*progress),
            urgency=urgency,
        )
