"""What runs in the worker's process in tests of the window."""

from __future__ import annotations

import time

from ai.findings import Findings
from ai.image import Image
from ai.progress import Progress, Report
from ai.request import Request
from ai.worker.messages import Runner
from tests.ai.samples import marker_findings


class InlineWorker:
    """Answers at once, in this process, for tests of what happens with an answer."""

    def submit(self, request: Request, image, on_progress, on_finished, on_failed) -> None:
        on_progress(Progress("network", 1, 1))
        on_finished(marker_findings(request, image(), lambda _: None))

    def close(self) -> None: ...


def _endless(request: Request, image: Image, report: Report) -> Findings:
    for done in range(3000):
        report(Progress("network", done, 3000))
        time.sleep(0.02)
    raise AssertionError("was not cancelled")


def endless_runner() -> Runner:
    """Runs until it is cancelled."""
    return Runner(_endless, lambda _: None)
