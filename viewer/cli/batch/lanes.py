"""Several processes side by side; one that dies takes only its own series with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue

from ai.worker.child import die_with_parent
from viewer.cli.batch.order import Outcome, Task
from viewer.cli.batch.work import do_here, use_threads

Do = Callable[[Task], Outcome]


def in_processes(tasks: Sequence[Task], workers: int, do: Do = do_here) -> Iterator[Outcome]:
    """Do tasks in spawned processes; yields what becomes of each as it comes.

    Parameters
    ----------
    tasks : sequence of Task
    workers : int
        How many processes.
    do : callable
        Done in the processes; picklable.
    """
    workers = min(workers, len(tasks))
    waiting: SimpleQueue[Task | None] = SimpleQueue()
    for task in [*tasks, *[None] * workers]:
        waiting.put(task)
    outcomes: SimpleQueue[Outcome] = SimpleQueue()
    threads = max(1, (os.cpu_count() or 1) // max(1, workers))
    lanes = [_Lane(do, threads) for _ in range(workers)]
    for lane in lanes:
        threading.Thread(target=lane.serve, args=(waiting, outcomes), daemon=True).start()
    try:
        for _ in tasks:
            yield outcomes.get()
    finally:
        for lane in lanes:
            lane.close()


class _Lane:
    """One process, and another in its place should it die."""

    def __init__(self, do: Do, threads: int) -> None:
        self._do, self._threads = do, threads
        self._context = multiprocessing.get_context("spawn")
        self._start()

    def _start(self) -> None:
        self._connection, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=_serve, args=(theirs, self._do, self._threads), name="analyze", daemon=True
        )
        self._process.start()
        theirs.close()

    def serve(self, waiting: SimpleQueue[Task | None], outcomes: SimpleQueue[Outcome]) -> None:
        """Take tasks until there are no more; for a thread."""
        while (task := waiting.get()) is not None:
            outcomes.put(self._outcome(task))

    def _outcome(self, task: Task) -> Outcome:
        try:
            self._connection.send(task)
            outcome: Outcome = self._connection.recv()
        except (EOFError, OSError):
            self._process.join(1)
            code = self._process.exitcode
            self.close()
            self._start()
            return Outcome.of(task, "failed", f"Its process died (exit code {code}).")
        return outcome

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self._connection.close()


def _serve(connection: Connection, do: Do, threads: int) -> None:
    # Ctrl+C in a terminal reaches all processes; the parent decides what becomes of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=die_with_parent, daemon=True).start()
    use_threads(threads)
    with suppress(EOFError, OSError):
        while True:
            connection.send(do(connection.recv()))
