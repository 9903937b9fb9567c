"""The thread of a session, for tests: replies wait here until the test takes them."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty, Queue


class Inbox:
    """``deliver`` for a session; runs replies only while the test waits."""

    def __init__(self) -> None:
        self._calls: Queue[Callable[[], None]] = Queue()

    def __call__(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def until(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        """Run replies until the condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "the condition did not come true in time"
            try:
                self._calls.get(timeout=0.02)()
            except Empty:
                continue

    def drain(self) -> None:
        """Run all replies that have come."""
        while True:
            try:
                self._calls.get_nowait()()
            except Empty:
                return
