"""A spawned process that works for a training: killable at any time, gone with its parent."""

from __future__ import annotations

import contextlib
import itertools
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from typing import Any

from ai.errors import AIError, CancelledError, WorkerError
from ai.worker.child import die_with_parent

_log = logging.getLogger(__name__)

#: Something that can be sent to the process: receives a function to tell things to.
Task = Callable[[Callable[[Any], None]], Any]

_POLITE = 10
_STOPPED = "The training was stopped."


@dataclass(eq=False)
class Order:
    """A task that was given to a process.

    Parameters
    ----------
    task : callable
    on_told, on_done, on_failed : callable
        See ``TaskProcess.submit``.
    unwanted : bool
        Whether it was cancelled.
    """

    task: Task
    on_told: Callable[[Any], None]
    on_done: Callable[[Any], None]
    on_failed: Callable[[AIError], None]
    unwanted: bool = False


class TaskProcess:
    """Does tasks one after the other in one process, started with the first.

    Callbacks come on a thread of its own. Training writes whole files only, so that the process
    can be killed at any time.
    """

    def __init__(self) -> None:
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._current: Order | None = None
        self._child: _Child | None = None
        self._thread = threading.Thread(
            target=self._serve, name=f"training-{next(_numbers)}", daemon=True
        )
        self._thread.start()

    def submit(
        self,
        task: Task,
        *,
        on_done: Callable[[Any], None],
        on_failed: Callable[[AIError], None],
        on_told: Callable[[Any], None] = lambda _: None,
    ) -> Order:
        """Queue a task; returns at once.

        Parameters
        ----------
        task : callable
            Can be pickled; receives a function that sends what it is given to ``on_told``.
        on_done, on_failed, on_told : callable
            Exactly one of the first two is called, once. A task that was cancelled fails with
            ``CancelledError``.
        """
        order = Order(task, on_told, on_done, on_failed)
        self._orders.put(order)
        return order

    def cancel(self, order: Order) -> None:
        """Give up a task, by killing the process if it has begun; the next starts another."""
        with self._lock:
            order.unwanted = True
            if self._current is order and self._child is not None:
                self._child.process.kill()

    def close(self) -> None:
        """Give up the task that runs and end the process, without waiting."""
        self._orders.put(None)
        with self._lock:
            current = self._current
        if current is not None:
            self.cancel(current)

    def _serve(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                result = self._run(order)
            except AIError as error:
                order.on_failed(error)
            except Exception as error:
                _log.exception("a task broke off")
                order.on_failed(_broken(error))
            else:
                order.on_done(result)
            with self._lock:
                self._current = None
        self._end()

    def _run(self, order: Order) -> Any:
        with self._lock:
            self._current = order
        child = self._running()
        if order.unwanted:
            raise CancelledError(_STOPPED)
        try:
            child.connection.send(order.task)
            while not isinstance(message := child.connection.recv(), _End):
                order.on_told(message)
        except (EOFError, OSError):
            code = self._end()
            if order.unwanted:
                raise CancelledError(_STOPPED) from None
            raise WorkerError(
                f"The training process ended unexpectedly (exit code {code}).",
                "The memory may have been too small: try smaller pictures or batches, and resume.",
            ) from None
        if message.error is not None:
            raise message.error
        return message.result

    def _running(self) -> _Child:
        if self._child is None or not self._child.process.is_alive():
            self._end()
            child = _Child.start()
            with self._lock:
                self._child = child
        assert self._child is not None
        return self._child

    def _end(self) -> int | None:
        """End the process, if there is one; its exit code."""
        with self._lock:
            child, self._child = self._child, None
        if child is None:
            return None
        child.process.join(0.1)  # its own exit code, if it is ending by itself
        child.process.kill()
        child.process.join()
        child.connection.close()
        return child.process.exitcode


@dataclass(frozen=True)
class _Child:
    """The process as its parent holds it."""

    process: BaseProcess
    connection: Connection

    @classmethod
    def start(cls) -> _Child:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs,), name="training", daemon=True)
        process.start()
        theirs.close()  # so that reading ends when the process does
        return cls(process, ours)


_numbers = itertools.count(1)


@dataclass(frozen=True)
class _End:
    """A task's result, or why there is none."""

    result: Any = None
    error: AIError | None = None


def _work(connection: Connection) -> None:
    # Ctrl+C in a terminal reaches all processes; the parent decides what becomes of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=die_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(_POLITE)  # the window and its analyses go first
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            task = connection.recv()
            connection.send(_outcome(task, connection.send))


def _outcome(task: Task, tell: Callable[[Any], None]) -> _End:
    try:
        return _End(task(tell))
    except AIError as error:
        return _End(error=error)
    except MemoryError:
        return _End(error=WorkerError("There is too little memory.", "Try smaller pictures."))
    except Exception as error:
        _log.exception("a task broke off")
        return _End(error=_broken(error))


def _broken(error: Exception) -> WorkerError:
    return WorkerError(
        f"The training broke off: {type(error).__name__}: {error}",
        "Please report this with the configuration.",
    )
