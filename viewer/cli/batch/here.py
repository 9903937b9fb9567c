"""One series after the other, with the steps of each to be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.progress import Progress

from ai.errors import CancelledError
from ai.findings import Findings
from viewer.analysis import Analysis, Job, image_of
from viewer.cli.batch.order import Outcome, Task
from viewer.cli.batch.work import do
from viewer.formats.load import load
from viewer.imaging.volume import Volume


def one_by_one(tasks: Sequence[Task], analysis: Analysis, bars: Progress) -> Iterator[Outcome]:
    """Do tasks; yields what becomes of each as it comes.

    Parameters
    ----------
    tasks : sequence of Task
    analysis : Analysis
        Runs the models.
    bars : Progress
        Shows how far a series is.

    Raises
    ------
    KeyboardInterrupt, CancelledError
        The user wants no more.
    """
    for task in tasks:
        steps = _Steps(analysis, bars)
        outcome = do(task, steps.analyze)
        if steps.cancelled:
            raise CancelledError("The analysis was cancelled.")
        yield outcome


class _Steps:
    def __init__(self, analysis: Analysis, bars: Progress) -> None:
        self._analysis, self._bars = analysis, bars
        self.cancelled = False

    def analyze(self, task: Task) -> tuple[Findings, Volume]:
        bars = self._bars
        step = bars.add_task(f"Reading {task.title}", total=None)
        try:
            volume = load(
                task.series,
                on_progress=lambda p: bars.update(step, completed=p.done, total=p.total),
            ).volume
            bars.update(step, description=f"Analyzing {task.title}", completed=0, total=None)
            job = self._analysis.worker.submit(
                task.request,
                lambda: image_of(task.series, volume),
                on_progress=lambda p: bars.update(step, completed=p.done, total=p.total),
            )
            return self._result(job), volume
        finally:
            bars.remove_task(step)

    def _result(self, job: Job) -> Findings:
        try:
            return job.result()
        except CancelledError:
            self.cancelled = True
            raise
        except KeyboardInterrupt:
            job.cancel()
            job.wait()
            raise
