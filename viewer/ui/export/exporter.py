"""One export at a time, in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from viewer.export.output import OnProgress
from viewer.session.jobs import Job, Jobs


@dataclass(frozen=True)
class Outcome:
    """What has been written.

    Parameters
    ----------
    path : Path
    cautions : tuple of str
        What the user should know before passing it on.
    """

    path: Path
    cautions: tuple[str, ...] = ()


#: Writes to a path, replacing a file only if it may, and says what should be known of it.
Work = Callable[[Path, bool, OnProgress], tuple[str, ...]]


class Exporter(QObject):
    """Does the work of an export off the GUI thread.

    Parameters
    ----------
    jobs : Jobs
    """

    #: Something began, went on or ended: see ``progress``.
    changed = Signal()
    #: An export is over: its ``Outcome``.
    done = Signal(object)
    #: An export failed: the error.
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._progress: tuple[int, int] | None = None

    @property
    def progress(self) -> tuple[int, int] | None:
        """What is done and the total, which is 0 where nobody knows; None while nothing runs."""
        return self._progress

    def start(self, work: Work, path: Path, *, replace: bool) -> None:
        """Begin to write; there must be no other export running."""
        assert self._progress is None

        def run(job: Job) -> Outcome:
            def tell(done: int, total: int) -> None:
                job.stop_if_cancelled()
                job.report((done, total))

            return Outcome(path, work(path, replace, tell))

        self._show(0, 0)
        self._job = self._jobs.submit(
            run,
            on_done=self._finish,
            on_failed=self._fail,
            on_progress=lambda progress: self._show(*progress),
        )

    def cancel(self) -> None:
        """Break the export off; nothing of it is left."""
        if self._job is not None:
            self._job.cancel()
            self._end()

    def _show(self, done: int, total: int) -> None:
        self._progress = (done, total)
        self.changed.emit()

    def _end(self) -> None:
        self._job, self._progress = None, None
        self.changed.emit()

    def _finish(self, outcome: Outcome) -> None:
        self._end()
        self.done.emit(outcome)

    def _fail(self, error: Exception) -> None:
        self._end()
        self.failed.emit(error)
