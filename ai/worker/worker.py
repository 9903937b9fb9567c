"""``Worker``: runs jobs, one after the other, in one spawned process."""

from __future__ import annotations

import contextlib
import itertools
import logging
import multiprocessing
import os
import secrets
import threading
import time
from collections.abc import Callable
from ctypes import c_uint64
from dataclasses import replace
from multiprocessing.connection import wait
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ai.errors import AIError, CancelledError, WorkerError
from ai.findings import Findings
from ai.image import Image
from ai.progress import Progress
from ai.request import DeviceChoice, Request
from ai.worker.child import engine_runner, serve
from ai.worker.job import CANCELLED, Job
from ai.worker.memory import Block, SharedArray, discard, taken
from ai.worker.messages import Failed, Finished, Progressed, Received, Runner, Start, Warm

_log = logging.getLogger(__name__)

#: How long a cancelled run may take to notice before its process is killed. With the time it takes
#: to kill, a cancel is answered within 300 ms.
OBEY_SECONDS = 0.12


class Worker:
    """Runs jobs, one after the other, in one spawned process that keeps its models warm.

    All callbacks come on one reader thread of the worker's own (but for a job that is cancelled
    before it began, see ``Job.cancel``); what they raise is logged. ``close`` it, or use it as a
    context manager: afterwards no process, thread or shared memory is left. A program that starts
    one from its main module must guard that module with ``if __name__ == "__main__"``, as
    ``multiprocessing`` demands.

    Parameters
    ----------
    make_runner : callable
        Called in the process; makes what it does. Must be picklable.
    """

    def __init__(self, make_runner: Callable[[], Runner] = engine_runner) -> None:
        self._make_runner = make_runner
        self._orders: SimpleQueue[Job | Warm | None] = SimpleQueue()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._open_jobs: list[Job] = []
        self._closed = False
        self._bell = _Bell()
        self._process: _Process | None = None
        self._thread = threading.Thread(target=self._serve, name="ai-worker", daemon=True)
        self._thread.start()

    def warm(self, package: Path | None = None, device: DeviceChoice = "auto") -> None:
        """Start the process and load a package, if given, before they are needed."""
        self._orders.put(Warm(package, device))

    def submit(
        self,
        request: Request,
        image: Image | Callable[[], Image],
        *,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_finished: Callable[[Findings], None] = lambda _: None,
        on_failed: Callable[[AIError], None] = lambda _: None,
    ) -> Job:
        """Queue a run; returns at once.

        Parameters
        ----------
        request : Request
        image : Image, or callable that returns one
            Its voxels must not change until the job has ended. A callable is called on the reader
            thread, when the job's turn has come.
        on_progress, on_finished, on_failed : callable
            See ``Job``.

        Raises
        ------
        WorkerError
            The worker is closed.
        """
        with self._lock:
            if self._closed:
                raise WorkerError("The worker is closed.")
            number = next(self._numbers)
            make_image = (lambda: image) if isinstance(image, Image) else image
            ring = self._bell.ring
            job = Job(number, request, make_image, on_progress, on_finished, on_failed, ring)
            self._open_jobs.append(job)
            self._orders.put(job)
        return job

    def close(self) -> None:
        """Cancel all jobs, end the process and wait until both have happened."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            jobs = list(self._open_jobs)
        for job in reversed(jobs):
            job.cancel()
        self._orders.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _serve(self) -> None:
        """The reader thread."""
        try:
            while (order := self._orders.get()) is not None:
                if self._closed:
                    continue
                if isinstance(order, Warm):
                    self._warm(order)
                else:
                    self._run(order)
                    with self._lock:
                        self._open_jobs.remove(order)
                del order  # the results are the caller's: keep none while waiting
        finally:
            self._stop()
            self._bell.close()

    def _warm(self, order: Warm) -> None:
        try:
            self._running().send(order)
        except Exception:
            # The job that needs it will say so.
            _log.exception("the inference process could not be started")

    def _run(self, job: Job) -> None:
        make_image = job.begin()
        if make_image is None:
            return
        try:
            job.finish(self._findings(job, make_image()))
        except AIError as error:
            job.fail(error)
        except Exception as error:
            _log.exception("the worker broke off")
            self._stop()
            job.fail(WorkerError(f"The analysis broke off: {type(error).__name__}: {error}"))
        self._replace_the_dead(job.request)

    def _replace_the_dead(self, request: Request) -> None:
        """Have the next process ready by the time it is needed."""
        if self._process is not None and not self._process.is_alive() and not self._closed:
            self._warm(Warm(request.package, request.device))

    def _findings(self, job: Job, image: Image) -> Findings:
        process = self._running()
        name = f"hf{os.getpid():x}{secrets.token_hex(4)}"
        bare = replace(image, voxels=np.empty((0, 0, 0), image.voxels.dtype), color=None)
        with contextlib.ExitStack() as held:
            held.callback(discard, f"{name}o")
            shared = {"voxels": _shared(held, f"{name}i", image.voxels)}
            if image.color is not None:
                shared["color"] = _shared(held, f"{name}c", image.color)
            with contextlib.suppress(OSError):  # it has died: the connection says so below
                process.send(Start(job.number, job.request, bare, shared, f"{name}o"))
            return self._follow(process, job)

    def _follow(self, process: _Process, job: Job) -> Findings:
        """Listen to a run until it ends, or until it is no longer wanted."""
        deadline: float | None = None
        while True:
            if job.unwanted and deadline is None:
                process.cancel(job.number)
                deadline = time.monotonic() + OBEY_SECONDS
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                process.kill()
                raise CancelledError(CANCELLED)
            ready = wait([process.connection, self._bell.connection], left)
            if self._bell.connection in ready:
                self._bell.hush()
            if process.connection in ready:
                findings = self._hear(process, job)
                if findings is not None:
                    return findings

    def _hear(self, process: _Process, job: Job) -> Findings | None:
        """Take one message; the findings if it was the last."""
        try:
            message = process.connection.recv()
        except (EOFError, OSError):
            raise process.death() from None
        if isinstance(message, Progressed):
            job.progress(message.progress)
            return None
        if isinstance(message, Failed):
            raise message.error
        findings = _with_heatmap(message)
        with contextlib.suppress(OSError):
            process.send(Received())
        return findings

    def _running(self) -> _Process:
        if self._process is None or not self._process.is_alive():
            self._stop()
            self._process = _Process(self._make_runner)
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


class _Process:
    """The process as its parent holds it."""

    def __init__(self, make_runner: Callable[[], Runner]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._cancelled: Any = context.RawValue(c_uint64, 0)
        self._process = context.Process(
            target=serve, args=(theirs, self._cancelled, make_runner), name="ai", daemon=True
        )
        self._process.start()
        theirs.close()  # so that reading ends when the process does

    def send(self, message: Start | Warm | Received) -> None:
        self.connection.send(message)

    def cancel(self, job: int) -> None:
        self._cancelled.value = job

    def is_alive(self) -> bool:
        """Whether it can take an order. Between orders it says nothing: there, only an end can."""
        if self.connection.closed or not self._process.is_alive():
            return False
        return not self.connection.poll()

    def kill(self) -> None:
        """End it, whatever it does; see ``join``."""
        self._process.kill()
        self.connection.close()

    def join(self) -> None:
        """Wait until it has ended."""
        self._process.join()

    def death(self) -> WorkerError:
        """Why it ended by itself."""
        self._process.join(1)
        code = self._process.exitcode
        self.kill()
        killed = code is not None and code < 0
        return WorkerError(
            f"The inference process ended unexpectedly (exit code {code}).",
            "The memory may have been too small: try again, or on a smaller series."
            if killed
            else "Standard error says why.",
        )


class _Bell:
    """Wakes a thread that waits for connections."""

    def __init__(self) -> None:
        self.connection, self._button = multiprocessing.Pipe(duplex=False)
        self._lock = threading.Lock()
        self._rung = False

    def ring(self) -> None:
        with self._lock:
            if not self._rung and not self._button.closed:
                self._button.send_bytes(b"!")
                self._rung = True

    def hush(self) -> None:
        with self._lock:
            self.connection.recv_bytes()
            self._rung = False

    def close(self) -> None:
        with self._lock:
            self._button.close()
            self.connection.close()


def _shared(held: contextlib.ExitStack, name: str, array: npt.NDArray[Any]) -> SharedArray:
    block = Block(name, array)
    held.callback(block.close)
    return block.shared


def _with_heatmap(message: Finished) -> Findings:
    if message.heatmap is None or message.findings.heatmap is None:
        return message.findings
    with taken(message.heatmap) as shared:
        values = shared.copy()
    values.flags.writeable = False
    return replace(message.findings, heatmap=replace(message.findings.heatmap, values=values))
