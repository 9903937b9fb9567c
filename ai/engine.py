"""Running a model package on an image: devices, memory, timing, provenance."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError
from torch import nn

from ai import guard
from ai.errors import AIError, ContractError, PackageError
from ai.findings import Contract, Finding, Findings, Heatmap, ModelReference, Region, RunReport
from ai.image import Image
from ai.networks.fusion import fuse
from ai.packages.package import SPEC, Package, load
from ai.packages.schema import ModelSpec
from ai.progress import Progress, Report, silent
from ai.request import DeviceChoice, Request

_WARM_PACKAGES = 2

#: A bundle of MONAI says itself how it is run, whatever its task.
_BUNDLE = "bundle"


@dataclass(frozen=True)
class Outcome:
    """What the pipeline of a task makes of an image.

    ``reasons`` say why the result should not be trusted: what only the networks can tell of an
    image, that it is unlike those they were trained on. They count like those of the contract.
    """

    findings: tuple[Finding, ...]
    heatmap: Heatmap | None
    classes: dict[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    regions: Mapping[int, Region] = field(default_factory=dict)


#: Image, networks by role, parameters, device, report, seconds by stage (filled in) → outcome.
Pipeline = Callable[
    [Image, Mapping[str, nn.Module], Mapping[str, Any], torch.device, Report, dict[str, float]],
    Outcome,
]


class Engine:
    """Runs packages and keeps the networks of the last few in memory.

    Parameters
    ----------
    pipelines : mapping of str to Pipeline, optional
        By task; those of Hounsfield if None.
    """

    def __init__(self, pipelines: Mapping[str, Pipeline] | None = None) -> None:
        self._pipelines = _PIPELINES if pipelines is None else pipelines
        self._warm: dict[tuple[Path, str, torch.device], dict[str, nn.Module]] = {}

    def networks(
        self, package: Package, device: torch.device, trusted: Collection[str] = ()
    ) -> dict[str, nn.Module]:
        """The networks of a package on a device, loaded unless they are still in memory."""
        key = (package.folder, package.sha256, device)
        networks = self._warm.pop(key, None)
        if networks is None:
            read = package.networks(device, trusted)
            networks = {role: fuse(network) for role, network in read.items()}
        self._warm[key] = networks
        while len(self._warm) > _WARM_PACKAGES:
            del self._warm[next(iter(self._warm))]
        return networks

    def run(self, request: Request, image: Image, report: Report = silent) -> Findings:
        """Analyze an image.

        Parameters
        ----------
        request : Request
        image : Image
        report : Report
            Called once per window; raises ``CancelledError`` to stop the run.

        Returns
        -------
        Findings

        Raises
        ------
        ContractError
            The image does not meet the contract, and the request does not force the run.
        PackageError
            The package is missing, malformed or tampered with.
        CancelledError
            ``report`` wanted it.
        AIError
            The device or the operating point does not exist, or the memory is too small.
        """
        started = datetime.now(UTC)
        seconds: dict[str, float] = {}
        package = load(request.package)
        spec = package.spec
        pipeline = self._pipeline(spec)
        name, threshold = _operating_point(spec, request.operating_point)
        device = choose_device(request.device)
        report(Progress("check", 0, 1))
        with _timed(seconds, "check"):
            contract = guard.check(image, spec, request.reasons)
        _refuse(contract, request)
        report(Progress("load", 0, 1))
        with _timed(seconds, "load"):
            networks = self.networks(package, device, request.trusted)
        attempt = _Attempt(pipeline, image, package, networks, device)
        outcome, used = attempt.run(Forward(report), seconds)
        contract = _with_reasons(contract, outcome.reasons)
        _refuse(contract, request)
        return Findings(
            series_uid=image.identifier,
            model=ModelReference(id=spec.id, version=spec.version, sha256=package.sha256),
            contract=contract,
            classes=outcome.classes,
            findings=outcome.findings,
            heatmap=outcome.heatmap,
            regions=outcome.regions,
            run=RunReport(
                device=used,
                seconds={stage: round(s, 4) for stage, s in seconds.items()},
                versions={**request.versions, **_versions()},
                started=started.isoformat(timespec="seconds"),
                operating_point=name,
                threshold=threshold,
            ),
        )

    def _pipeline(self, spec: ModelSpec) -> Pipeline:
        kind = _BUNDLE if spec.is_bundle else spec.task
        if kind not in self._pipelines:
            raise PackageError(f"This version cannot run models for {kind}.")
        return self._pipelines[kind]


class Forward:
    """A ``Report`` that passes on progress but never lets it go back, when a run starts over."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._last: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        """Report this progress, or the last one again if that was further."""
        last = self._last
        if last is None or progress.done * last.total >= last.done * progress.total:
            self._last = progress
        self._report(self._last or progress)


@dataclass(frozen=True)
class _Attempt:
    """One run of a pipeline, repeated with less when the memory runs out."""

    pipeline: Pipeline
    image: Image
    package: Package
    networks: Mapping[str, nn.Module]
    device: torch.device

    def run(self, report: Report, seconds: dict[str, float]) -> tuple[Outcome, str]:
        """The outcome, and the device that it was computed on."""
        batch_size = self.package.spec.inference.batch_size
        while True:
            try:
                return self._once(batch_size, self.device, report, seconds), _name(self.device)
            except (MemoryError, RuntimeError) as error:
                if not _is_out_of_memory(error):
                    raise
            # Only here is the failed run's memory free: the error kept its frames alive.
            if self.device.type == "cuda":
                torch.cuda.empty_cache()
            if batch_size == 1:
                break
            batch_size = max(1, batch_size // 4)
        if self.device.type == "cpu":
            raise AIError("The memory of this computer is too small for this model and image.")
        return self._on_cpu(report, seconds)

    def _on_cpu(self, report: Report, seconds: dict[str, float]) -> tuple[Outcome, str]:
        cpu = torch.device("cpu")
        try:
            for network in self.networks.values():
                network.to(cpu)
            outcome = self._once(self.package.spec.inference.batch_size, cpu, report, seconds)
        finally:
            for network in self.networks.values():
                network.to(self.device)
        return outcome, f"{_name(cpu)} (the memory of {_name(self.device)} was too small)"

    def _once(
        self, batch_size: int, device: torch.device, report: Report, seconds: dict[str, float]
    ) -> Outcome:
        parameters = self.package.spec.pipeline_parameters(batch_size=batch_size, amp=True)
        stages: dict[str, float] = {}
        try:
            outcome = self.pipeline(self.image, self.networks, parameters, device, report, stages)
        except ValidationError as error:
            raise PackageError(
                f"{self.package.folder / SPEC}: the parameters do not fit the task"
                f" {self.package.spec.task!r}: {error}"
            ) from error
        seconds.update(stages)
        return outcome


def choose_device(choice: DeviceChoice) -> torch.device:
    """The device to compute on; ``"auto"`` is a GPU where there is one.

    Raises
    ------
    AIError
        CUDA was asked for and is not there.
    """
    available = torch.cuda.is_available()
    if choice == "cuda" and not available:
        raise AIError("There is no CUDA device here.", "Choose the device auto or cpu.")
    return torch.device("cuda" if available and choice != "cpu" else "cpu")


def _operating_point(spec: ModelSpec, name: str | None) -> tuple[str, float]:
    name = name or spec.output.default_operating_point
    if name not in spec.output.operating_points:
        known = ", ".join(spec.output.operating_points)
        raise AIError(f"The model has no operating point {name!r}.", f"It has {known}.")
    return name, spec.output.operating_points[name]


def _refuse(contract: Contract, request: Request) -> None:
    if not (contract.ok or request.force):
        raise ContractError(
            " ".join(contract.reasons),
            "It can be run anyway; the result is then marked as out of contract.",
        )


def _with_reasons(contract: Contract, reasons: tuple[str, ...]) -> Contract:
    return Contract(ok=contract.ok and not reasons, reasons=(*contract.reasons, *reasons))


def _is_out_of_memory(error: Exception) -> bool:
    # The CPU allocator of torch raises a plain RuntimeError.
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in (
        str(error)
    )


def _name(device: torch.device) -> str:
    return f"cuda ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else "cpu"


def _versions() -> dict[str, str]:
    return {
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] = time.perf_counter() - start


def _detect(
    image: Image,
    networks: Mapping[str, nn.Module],
    parameters: Mapping[str, Any],
    device: torch.device,
    report: Report,
    seconds: dict[str, float],
) -> Outcome:
    from ai.detection import detect

    detection = detect(image, networks, parameters, device, report, seconds)
    return Outcome(detection.findings, detection.heatmap, regions=detection.regions)


def _classify(
    image: Image,
    networks: Mapping[str, nn.Module],
    parameters: Mapping[str, Any],
    device: torch.device,
    report: Report,
    seconds: dict[str, float],
) -> Outcome:
    from ai.classification.pipeline import classify

    answer = classify(image, networks, parameters, device, report, seconds)
    return Outcome((), answer.heatmap, answer.classes, answer.reasons)


def _run_bundle(
    image: Image,
    networks: Mapping[str, nn.Module],
    parameters: Mapping[str, Any],
    device: torch.device,
    report: Report,
    seconds: dict[str, float],
) -> Outcome:
    from ai.bundles.pipelines import run_bundle

    answer = run_bundle(image, networks, parameters, device, report, seconds)
    return Outcome(answer.findings, answer.heatmap, answer.classes, answer.reasons, answer.regions)


_PIPELINES: Mapping[str, Pipeline] = {
    "detection": _detect,
    "classification": _classify,
    _BUNDLE: _run_bundle,
}
