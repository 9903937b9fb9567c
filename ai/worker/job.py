"""``Job``: the handle of a run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from threading import Event, Lock
from typing import TypeVar

from ai.errors import AIError, CancelledError, WorkerError
from ai.findings import Findings
from ai.image import Image
from ai.progress import Progress
from ai.request import Request

_log = logging.getLogger(__name__)

Value = TypeVar("Value")

CANCELLED = "The analysis was cancelled."


class JobState(StrEnum):
    """What has become of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job:
    """A run that was asked for; made by ``Worker.submit``.

    Exactly one of ``on_finished`` and ``on_failed`` is called, once; a cancelled job fails with
    ``CancelledError``. After ``cancel`` no progress is reported. See ``Worker`` for the thread.
    """

    def __init__(
        self,
        number: int,
        request: Request,
        make_image: Callable[[], Image],
        on_progress: Callable[[Progress], None],
        on_finished: Callable[[Findings], None],
        on_failed: Callable[[AIError], None],
        wake: Callable[[], None],
    ) -> None:
        self.number = number
        self.request = request
        self._make_image: Callable[[], Image] | None = make_image
        self._on_progress = on_progress
        self._on_finished = on_finished
        self._on_failed = on_failed
        self._wake = wake
        self._lock = Lock()
        self._state = JobState.QUEUED
        self._unwanted = False
        self._ended = Event()
        self._outcome: Findings | AIError | None = None

    @property
    def state(self) -> JobState:
        """What has become of it."""
        return self._state

    @property
    def unwanted(self) -> bool:
        """Whether it was cancelled, even if the process has not stopped yet."""
        return self._unwanted

    @property
    def ended(self) -> bool:
        """Whether it has ended and its callback has returned."""
        return self._ended.is_set()

    def cancel(self) -> None:
        """Give up the run. Returns at once; the job has ended within 300 ms.

        A job that has not begun ends here, with ``on_failed`` called on this thread.
        """
        with self._lock:
            waiting = self._state is JobState.QUEUED and not self._unwanted
            self._unwanted = True
        if waiting:
            self.fail(CancelledError(CANCELLED))
        else:
            self._wake()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job has ended and its callback has returned; False after ``timeout`` s."""
        return self._ended.wait(timeout)

    def result(self) -> Findings:
        """Wait for the findings.

        Raises
        ------
        AIError
            What the job failed with; ``CancelledError`` if it was cancelled.
        """
        self._ended.wait()
        if isinstance(self._outcome, Findings):
            return self._outcome
        raise self._outcome or WorkerError("The analysis has no result.")

    def begin(self) -> Callable[[], Image] | None:
        """For the worker: what makes the image, unless the job is no longer wanted."""
        with self._lock:
            if self._unwanted:
                return None
            self._state = JobState.RUNNING
            make_image, self._make_image = self._make_image, None
            return make_image

    def progress(self, progress: Progress) -> None:
        """For the worker: hand on progress."""
        if not self._unwanted:
            _call(self._on_progress, progress)

    def finish(self, findings: Findings) -> None:
        """For the worker: the job is done, unless it was cancelled meanwhile."""
        self._end(findings)

    def fail(self, error: AIError) -> None:
        """For the worker: the job has no result."""
        self._end(error)

    def _end(self, outcome: Findings | AIError) -> None:
        with self._lock:
            if self._outcome is not None:
                return
            if self._unwanted:
                outcome = CancelledError(CANCELLED)
            self._outcome, self._make_image = outcome, None
            self._state = _final_state(outcome)
        if isinstance(outcome, Findings):
            _call(self._on_finished, outcome)
        else:
            _call(self._on_failed, outcome)
        self._ended.set()


def _final_state(outcome: Findings | AIError) -> JobState:
    if isinstance(outcome, Findings):
        return JobState.FINISHED
    return JobState.CANCELLED if isinstance(outcome, CancelledError) else JobState.FAILED


def _call(callback: Callable[[Value], None], value: Value) -> None:
    try:
        callback(value)
    except Exception:
        _log.exception("a callback of an analysis raised")
