"""The inference process."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from ctypes import c_uint64
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import Any

import numpy as np

from ai.errors import AIError, CancelledError, WorkerError
from ai.findings import Findings
from ai.image import Image
from ai.progress import Progress, Report
from ai.worker.job import CANCELLED
from ai.worker.memory import Block, taken
from ai.worker.messages import Failed, Finished, Progressed, Runner, Start, Warm

_log = logging.getLogger(__name__)


def engine_runner() -> Runner:
    """The engine, on all cores."""
    # Threads that spin while they wait for each other take twice the time beside the window's own
    # work. Read when the library of threads is loaded, with torch.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    from ai.engine import Engine, choose_device
    from ai.packages.package import load

    torch.set_num_threads(os.cpu_count() or 1)
    engine = Engine()

    def warm(message: Warm) -> None:
        if message.package is not None:
            engine.networks(load(message.package), choose_device(message.device))

    return Runner(engine.run, warm)


def serve(connection: Connection, cancelled: c_uint64, make_runner: Callable[[], Runner]) -> None:
    """Do as told until told to end, or until the parent is gone.

    Parameters
    ----------
    connection : Connection
    cancelled : shared unsigned integer
        The number of the job that is no longer wanted. Without a lock: a process killed while it
        held one would block the other.
    make_runner : callable
    """
    # Ctrl+C in a terminal reaches all processes; the parent decides what becomes of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=die_with_parent, daemon=True).start()
    runner = make_runner()
    with contextlib.suppress(EOFError, BrokenPipeError):
        while (message := connection.recv()) is not None:
            if isinstance(message, Warm):
                _warm(runner, message)
            else:
                _answer(connection, cancelled, runner, message)


def die_with_parent() -> None:
    """Wait for the parent to end, then end this process; for a thread."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _warm(runner: Runner, message: Warm) -> None:
    # A package that cannot be loaded says so when it is run.
    with contextlib.suppress(AIError):
        runner.warm(message)


def _answer(connection: Connection, cancelled: c_uint64, runner: Runner, message: Start) -> None:
    def report(progress: Progress) -> None:
        if cancelled.value == message.job:
            raise CancelledError(CANCELLED)
        connection.send(Progressed(progress))

    with contextlib.ExitStack() as held:
        arrays: dict[str, Any] = {
            field: held.enter_context(taken(array)) for field, array in message.arrays.items()
        }
        _run(connection, runner, message, replace(message.image, **arrays), report)
        arrays.clear()


def _run(
    connection: Connection, runner: Runner, message: Start, image: Image, report: Report
) -> None:
    try:
        findings = runner.run(message.request, image, report)
    except AIError as error:
        connection.send(Failed(error))
    except Exception as error:
        _log.exception("the analysis broke off")
        connection.send(
            Failed(WorkerError(f"The analysis broke off: {type(error).__name__}: {error}"))
        )
    else:
        _send(connection, findings, message.heatmap_name)


def _send(connection: Connection, findings: Findings, name: str) -> None:
    if findings.heatmap is None:
        connection.send(Finished(findings, None))
        return
    block = Block(name, findings.heatmap.values)
    try:
        bare = replace(findings.heatmap, values=np.empty((0, 0, 0), np.float32))
        connection.send(Finished(replace(findings, heatmap=bare), block.shared))
        connection.recv()
    finally:
        block.close()
