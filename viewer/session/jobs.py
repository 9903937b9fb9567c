"""Work off the main thread: by urgency, with progress, cancellable.

Replies are handed to ``deliver``, which the user interface points at its own thread. A reply whose
job was cancelled meanwhile is dropped there, so that nothing outdated ever reaches a view.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from threading import Lock
from typing import Any, TypeVar

Result = TypeVar("Result")

#: Runs a reply on the thread that owns the session.
Deliver = Callable[[Callable[[], None]], None]


class JobCancelledError(Exception):
    """Ends the work of a cancelled job; nobody is told."""


class Urgency(IntEnum):
    """The order in which waiting jobs are begun."""

    VIEW = 0
    THUMBNAIL = 1
    PREFETCH = 2


class Job:
    """A piece of work, from the outside and from the inside.

    The work itself receives the job: it asks ``cancelled()`` now and then, and tells ``report``
    how far it is.
    """

    def __init__(self, number: int, urgency: Urgency, report: Callable[[Any], None]) -> None:
        self.id = number
        self.urgency = urgency
        self.report = report
        self._cancelled = False

    def cancel(self) -> None:
        """Say that the reply is no longer wanted; none comes after this call."""
        self._cancelled = True

    def cancelled(self) -> bool:
        """Whether the reply is no longer wanted."""
        return self._cancelled

    def stop_if_cancelled(self) -> None:
        """Break off work that knows nothing of jobs, from a function that it calls.

        Raises
        ------
        JobCancelledError
            The reply is no longer wanted.
        """
        if self._cancelled:
            raise JobCancelledError

    def __lt__(self, other: Job) -> bool:
        return (self.urgency, self.id) < (other.urgency, other.id)


class Jobs:
    """A few threads that take the most urgent job first.

    Parameters
    ----------
    deliver : callable
        Runs replies on the thread that owns the session.
    workers : int
        Number of threads.
    """

    def __init__(self, deliver: Deliver, workers: int = 2) -> None:
        self._deliver = deliver
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="session-job")
        self._lock = Lock()
        self._waiting: list[tuple[Job, Callable[[], None]]] = []
        self._unfinished: dict[int, Job] = {}
        self._count = 0
        self._is_closed = False

    def submit(
        self,
        work: Callable[[Job], Result],
        *,
        on_done: Callable[[Result], None],
        on_failed: Callable[[Exception], None],
        on_progress: Callable[[Any], None] = lambda _: None,
        urgency: Urgency = Urgency.VIEW,
    ) -> Job:
        """Put a piece of work in the queue; after ``close`` it is cancelled from the start.

        Parameters
        ----------
        work : callable
            Runs on another thread and receives its ``Job``.
        on_done, on_failed, on_progress : callable
            Replies. Of several reports that have not been delivered yet only the latest is.
        urgency : Urgency
        """

        def receive(value: Any) -> None:
            if not job.cancelled():
                on_progress(value)

        latest = _Latest(self._deliver, receive)
        with self._lock:
            self._count += 1
            job = Job(self._count, urgency, latest.put)
            if self._is_closed:  # a timer of a window that is going may still ask
                job.cancel()
                return job
            self._unfinished[job.id] = job

        def run() -> None:
            try:
                if job.cancelled():
                    return
                result = work(job)
            except Exception as error:
                reply(on_failed, error)
            else:
                reply(on_done, result)
            finally:
                with self._lock:
                    self._unfinished.pop(job.id, None)

        def reply(callback: Callable[[Any], None], value: Any) -> None:
            def receive_reply() -> None:
                if not job.cancelled():
                    callback(value)

            self._deliver(receive_reply)

        with self._lock:
            if not self._is_closed:
                heapq.heappush(self._waiting, (job, run))
                self._executor.submit(self._run_most_urgent)
        return job

    @property
    def unfinished(self) -> int:
        """How many jobs wait or run, cancelled ones that have not stopped yet included."""
        with self._lock:
            return len(self._unfinished)

    def close(self) -> None:
        """Cancel everything and wait for the threads to end."""
        with self._lock:
            self._is_closed = True
            for job in self._unfinished.values():
                job.cancel()
        self._executor.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            self._waiting.clear()
            self._unfinished.clear()

    def _run_most_urgent(self) -> None:
        with self._lock:
            _, run = heapq.heappop(self._waiting)
        run()


class _Latest:
    """Delivers the latest of the values put in, leaving out those that came too fast."""

    def __init__(self, deliver: Deliver, receive: Callable[[Any], None]) -> None:
        self._deliver = deliver
        self._receive = receive
        self._lock = Lock()
        self._values: list[Any] = []

    def put(self, value: Any) -> None:
        with self._lock:
            idle = not self._values
            self._values = [value]
        if idle:
            self._deliver(self._take)

    def _take(self) -> None:
        with self._lock:
            (value,) = self._values
            self._values = []
        self._receive(value)
