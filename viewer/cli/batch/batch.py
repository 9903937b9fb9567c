"""From paths to the folder of all results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import resources
from ai.errors import ContractError
from viewer.analysis import Analysis
from viewer.cli.app import messages
from viewer.cli.batch.cluster import has_dask, on_cluster
from viewer.cli.batch.here import one_by_one
from viewer.cli.batch.lanes import in_processes
from viewer.cli.batch.order import Order, Outcome
from viewer.cli.batch.plan import Plan, make_plan
from viewer.cli.batch.tables import write_tables
from viewer.errors import NothingReadableError, ViewerError
from viewer.formats.scan import scan
from viewer.locations import added_models, trusted_models

_STYLES = {"failed": "red", "left out": "yellow"}


def analyze_paths(paths: Sequence[Path], out: Path, order: Order) -> list[Path]:
    """Analyze what lies below some paths; a series that fails does not stop the others.

    What was done before, by the same weights and at the same threshold, is not done again, so that
    a batch that was broken off goes on where it was.

    Parameters
    ----------
    paths : sequence of Path
    out : Path
        Each series gets a folder of its own in it, named by its UID; beside them lie
        ``findings.csv`` and ``series.csv`` of all.
    order : Order

    Returns
    -------
    list of Path
        The series' folders.

    Raises
    ------
    NothingReadableError
        There is no image, or not the series asked for.
    ContractError
        No series fits a model, or none turns out to.
    ViewerError, AIError
        There is no such model or cluster, or nothing at all could be done.
    """
    found = [s for s in scan(paths).series if order.series_uid in (None, s.series_uid)]
    if not found:
        what = f"the series {order.series_uid}" if order.series_uid else "an image that can be read"
        raise NothingReadableError(f"There is no sign of {what}.", paths[0])
    with Analysis(resources.MODELS, added_models(), trusted_models()) as analysis:
        plan = make_plan(found, analysis, out, order)
        outcomes = _all(plan, analysis, order)
    folders = [o.folder for o in outcomes if o.folder is not None]
    if not folders:
        if any(o.state == "failed" for o in outcomes):
            raise ViewerError("No series could be analyzed.")
        raise ContractError("No series was analyzed.", "--model ID --force does it anyway.")
    write_tables(out, outcomes)
    return folders


def _all(plan: Plan, analysis: Analysis, order: Order) -> list[Outcome]:
    """Do the plan; tells what becomes of each series as soon as it is known."""
    outcomes = list(plan.settled)
    for outcome in plan.settled:
        _tell(outcome)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=messages, transient=True) as bars:
        whole = bars.add_task("Series", total=len(plan.tasks), visible=len(plan.tasks) > 1)
        for outcome in _doing(plan, analysis, order, bars):
            outcomes.append(outcome)
            _tell(outcome)
            bars.advance(whole)
    return outcomes


def _doing(plan: Plan, analysis: Analysis, order: Order, bars: Progress) -> Iterator[Outcome]:
    if not plan.tasks:
        return iter(())
    if order.scheduler or (order.workers > 1 and has_dask()):
        return on_cluster(plan.tasks, order.scheduler, order.workers)
    if order.workers > 1:
        return in_processes(plan.tasks, order.workers)
    analysis.warm(plan.tasks[0].model, order.device)
    return one_by_one(plan.tasks, analysis, bars)


def _tell(outcome: Outcome) -> None:
    if outcome.state == "done before":
        text = f"{outcome.title}: done before, see {outcome.folder}"
    elif outcome.state == "left out":
        text = outcome.text
    else:
        text = f"{outcome.title}: {outcome.text}"
    messages.print(text, style=_STYLES.get(outcome.state), markup=False)
    for file in outcome.left_out:
        messages.print(f"Not written: {file}", style="yellow", markup=False)
