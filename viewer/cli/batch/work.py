"""Doing one task from the files to the folder of results, in whatever process this is."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from ai.errors import AIError, ContractError
from ai.findings import Findings
from viewer.analysis import image_of
from viewer.cli.batch.order import Outcome, Task
from viewer.errors import ViewerError
from viewer.formats.load import load
from viewer.imaging.volume import Volume
from viewer.results import write_result

if TYPE_CHECKING:
    from ai.engine import Engine

#: Made once a process, so that networks stay in memory from one series to the next.
Analyze = Callable[[Task], tuple[Findings, Volume]]


def do(task: Task, analyze: Analyze) -> Outcome:
    """Analyze a series and write its results; whatever goes wrong is told and stops nothing else.

    Parameters
    ----------
    task : Task
    analyze : callable
        Reads the series and runs the model.
    """
    try:
        findings, volume = analyze(task)
        written = write_result(findings, volume, task.out, series=task.series, name=task.name)
    except ContractError as error:
        return Outcome.of(task, "left out", f"{task.title} is left out. {error}")
    except (ViewerError, AIError) as error:
        return Outcome.of(task, "failed", str(error))
    # A file may break a library in a way that nobody foresaw; the other series are as good as ever.
    except Exception as error:
        return Outcome.of(task, "failed", f"{type(error).__name__}: {error}")
    left_out = tuple(f"{file}. {reason}" for file, reason in written.left_out.items())
    return Outcome.of(task, "done", summary(findings), written.folder, left_out)


def do_here(task: Task) -> Outcome:
    """Do a task with an engine of this process."""
    return do(task, _analyze)


def use_threads(count: int) -> None:
    """Have the networks of this process compute in so many threads; before the first task."""
    os.environ["OMP_NUM_THREADS"] = str(count)


def summary(findings: Findings) -> str:
    """What was found, in a line."""
    run = findings.run
    how = f"in {run.total_seconds:.1f} s on {run.device}"
    if findings.classes:
        classes = ", ".join(f"{name} {p:.3f}" for name, p in findings.classes.items())
        return f"{classes} {how}"
    found = len(findings.above(run.threshold))
    return f"{found} found with a probability of at least {run.threshold:g} {how}"


def _analyze(task: Task) -> tuple[Findings, Volume]:
    volume = load(task.series).volume
    return _engine().run(task.request, image_of(task.series, volume)), volume


@cache
def _engine() -> Engine:
    from ai.engine import Engine

    return Engine()
