"""Which model is run on which series, and what is done already."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ai.errors import ContractError
from viewer.analysis import Analysis
from viewer.cli.batch.order import Order, Outcome, Task
from viewer.dicom.series import Series
from viewer.errors import ViewerError
from viewer.names import safe_name


@dataclass(frozen=True)
class Plan:
    """What is to be done, and what becomes of everything else."""

    tasks: tuple[Task, ...]
    settled: tuple[Outcome, ...]


def make_plan(found: Sequence[Series], analysis: Analysis, out: Path, order: Order) -> Plan:
    """Choose a model for each series, and pass over what has its result already.

    Raises
    ------
    ContractError
        No series fits a model.
    ViewerError
        There is no model.
    PackageError
        The model asked for is missing or broken.
    AIError
        It has no such operating point.
    """
    chosen, refused = _choose(found, analysis, order)
    if not chosen:
        raise ContractError(
            "\n".join(outcome.text for outcome in refused), "--model ID --force runs it anyway."
        )
    volumes = Counter(series.series_uid for series, _ in chosen)
    tasks, settled = [], refused
    for series, model in chosen:
        # Several volumes of one series must not share a folder.
        name = safe_name(series.key if volumes[series.series_uid] > 1 else series.series_uid)
        task = analysis_task(series, model, analysis, out, name, order)
        if not order.again and is_done(task):
            settled.append(Outcome.of(task, "done before", "", task.folder))
        else:
            tasks.append(task)
    return Plan(tuple(tasks), tuple(settled))


def analysis_task(
    series: Series, model: str, analysis: Analysis, out: Path, name: str, order: Order
) -> Task:
    """The task of running a model on a series."""
    summary = next(m for m in analysis.models() if m.id == model)
    point = order.operating_point or summary.default_operating_point
    request = analysis.request(
        series,
        model,
        device=order.device,
        operating_point=order.operating_point,
        force=order.force,
    )
    # An operating point that does not exist is told by the run.
    threshold = summary.operating_points.get(point, summary.lowest_threshold)
    return Task(series, model, summary.sha256, threshold, request, out, name)


def is_done(task: Task) -> bool:
    """Whether the folder of a task holds its result: of the same weights and threshold."""
    try:
        run = json.loads((task.folder / "run.json").read_text(encoding="utf-8"))
        same = run["model"]["sha256"] == task.sha256 and run["threshold"] == task.threshold
        return bool(same) and (task.folder / "findings.json").is_file()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _choose(
    found: Sequence[Series], analysis: Analysis, order: Order
) -> tuple[list[tuple[Series, str]], list[Outcome]]:
    candidates = [order.model] if order.model else [m.id for m in analysis.models()]
    if not candidates:
        raise ViewerError("There is no model.", remedy="See: hounsfield models list")
    chosen: list[tuple[Series, str]] = []
    refused: list[Outcome] = []
    for series in found:
        reasons: list[str] = []
        for model in candidates:
            contract = analysis.check(series, model)
            if contract.ok or (order.force and order.model):
                chosen.append((series, model))
                break
            reasons += [f"{model}: {reason}" for reason in contract.reasons]
        else:
            title = series.description or series.series_uid
            text = f"{series.modality} {title!r} is left out. {' '.join(reasons)}"
            refused.append(Outcome(series.series_uid, title, "", "left out", text))
    return chosen, refused
