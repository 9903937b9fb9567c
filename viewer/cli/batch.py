"""A model on every fitting series below a path, results into a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

import resources
from ai.errors import AIError, CancelledError, ContractError
from ai.findings import Findings
from ai.request import DeviceChoice
from viewer.analysis import Analysis, Job
from viewer.cli.app import messages
from viewer.dicom.series import Series
from viewer.errors import NothingReadableError, ViewerError
from viewer.formats.load import load
from viewer.formats.scan import scan
from viewer.imaging.volume import Volume
from viewer.locations import added_models, trusted_models
from viewer.results import write_result


@dataclass(frozen=True)
class Order:
    """What the user asked for."""

    model: str | None = None
    series_uid: str | None = None
    device: DeviceChoice = "auto"
    operating_point: str | None = None
    force: bool = False


def analyze_paths(paths: Sequence[Path], out: Path, order: Order) -> list[Path]:
    """Analyze what lies below some paths; a series that fails does not stop the others.

    Parameters
    ----------
    paths : sequence of Path
    out : Path
        Each series gets a folder of its own in it, named by its UID.
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
        No series fits a model.
    ViewerError, AIError
        Every series failed; this is the last one's.
    """
    found = [s for s in scan(paths).series if order.series_uid in (None, s.series_uid)]
    if not found:
        what = f"the series {order.series_uid}" if order.series_uid else "an image that can be read"
        raise NothingReadableError(f"There is no sign of {what}.", paths[0])
    with Analysis(resources.MODELS, added_models(), trusted_models()) as analysis:
        plan = _plan(found, analysis, order)
        analysis.warm(plan[0][1], order.device)
        volumes = Counter(series.series_uid for series, _ in plan)
        folders: list[Path] = []
        failures: list[tuple[Series, ViewerError | AIError]] = []
        for series, model in plan:
            # Several volumes of one series must not share a folder.
            name = series.key if volumes[series.series_uid] > 1 else ""
            try:
                findings, volume = _analyze_series(series, model, analysis, order)
                written = write_result(findings, volume, out, series=series, name=name)
            except CancelledError:
                raise
            except (ViewerError, AIError) as error:
                failures.append((series, error))
                continue
            folders.append(written.folder)
            for file, reason in written.left_out.items():
                messages.print(f"Not written: {file}. {reason}", style="yellow", markup=False)
        if failures and not folders:
            raise failures.pop()[1]
        for series, failure in failures:
            messages.print(f"{_title(series)}: {failure}", style="red", markup=False)
        return folders


def _plan(found: Sequence[Series], analysis: Analysis, order: Order) -> list[tuple[Series, str]]:
    """Which model is run on which series; says why the others are left out."""
    candidates = [order.model] if order.model else [m.id for m in analysis.models()]
    if not candidates:
        raise ViewerError("There is no model.", remedy="See: hounsfield models list")
    plan, refusals = [], []
    for series in found:
        reasons: list[str] = []
        for model in candidates:
            contract = analysis.check(series, model)
            if contract.ok or (order.force and order.model):
                plan.append((series, model))
                break
            reasons += [f"{model}: {reason}" for reason in contract.reasons]
        else:
            refusals.append(
                f"{series.modality} {_title(series)!r} is left out. {' '.join(reasons)}"
            )
    if not plan:
        raise ContractError("\n".join(refusals), "--model ID --force runs it anyway.")
    for refusal in refusals:
        messages.print(refusal, style="yellow", markup=False)
    return plan


def _analyze_series(
    series: Series, model: str, analysis: Analysis, order: Order
) -> tuple[Findings, Volume]:
    title = _title(series)
    with Progress(console=messages, transient=True) as bars:
        reading = bars.add_task(f"Reading {title}", total=None)
        volume = load(
            series,
            on_progress=lambda p: bars.update(reading, completed=p.done, total=p.total),
        ).volume
        running = bars.add_task(f"Analyzing {title}", total=None)
        job = analysis.start(
            series,
            volume,
            model,
            on_progress=lambda p: bars.update(running, completed=p.done, total=p.total),
            device=order.device,
            operating_point=order.operating_point,
            force=order.force,
        )
        findings = _result(job)
    run = findings.run
    messages.print(
        f"{title}: {_outcome(findings)} in {run.total_seconds:.1f} s on {run.device}", markup=False
    )
    return findings, volume


def _outcome(findings: Findings) -> str:
    threshold = findings.run.threshold
    if findings.classes:
        return ", ".join(f"{name} {p:.3f}" for name, p in findings.classes.items())
    return f"{len(findings.above(threshold))} found with a probability of at least {threshold:g}"


def _title(series: Series) -> str:
    return series.description or series.series_uid


def _result(job: Job) -> Findings:
    try:
        return job.result()
    except KeyboardInterrupt:
        job.cancel()
        job.wait()
        raise
