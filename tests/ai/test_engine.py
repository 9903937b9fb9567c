"""The engine: places in the patient, devices and memory, provenance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import BaseModel

from ai.engine import Engine, Forward, Outcome, _Attempt, choose_device
from ai.errors import AIError, CancelledError, ContractError, PackageError
from ai.packages.package import Package
from ai.packages.selftest import self_test, write_reference
from ai.packages.write import write_package
from ai.progress import Progress
from ai.request import Request
from ai.worker import Worker
from tests.ai.samples import (
    STACKS,
    document,
    make_package,
    marker_engine_runner,
    marker_phantom,
    marker_pipeline,
    marker_places,
)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return make_package(tmp_path_factory.mktemp("models"))


IMAGE = marker_phantom(STACKS["axial"])


def engine(pipeline: Any = marker_pipeline) -> Engine:
    return Engine({"detection": pipeline})


def recording(outcomes: list[Any]) -> tuple[Any, list[tuple[int, str]]]:
    """A pipeline that raises the given errors, then succeeds; and what it was called with."""
    calls: list[tuple[int, str]] = []

    def pipeline(image, networks, parameters, device, report, seconds):
        calls.append((parameters["batch_size"], device.type))
        if outcomes:
            raise outcomes.pop(0)
        return Outcome((), None)

    return pipeline, calls


@pytest.mark.parametrize("name", STACKS)
def test_markers_come_out_at_their_place_in_the_patient(package: Package, name: str) -> None:
    findings = engine().run(Request(package.folder), marker_phantom(STACKS[name]))
    for finding, place in zip(findings.findings, marker_places(STACKS[name]), strict=True):
        np.testing.assert_allclose(finding.center_lps_mm, place, atol=1e-6)
        low, high = finding.box_lps_mm
        assert np.all(np.array(low) <= place + 1e-6)
        assert np.all(np.array(high) >= place - 1e-6)


def test_the_findings_say_how_they_came_about(package: Package) -> None:
    findings = engine().run(Request(package.folder, "cpu", versions={"hounsfield": "9"}), IMAGE)
    assert findings.series_uid == "1.2.3"
    assert findings.model.sha256 == package.sha256
    assert findings.run.device == "cpu"
    assert findings.run.operating_point == "balanced"
    assert findings.run.threshold == 0.5
    assert findings.run.versions.keys() == {"hounsfield", "torch", "numpy", "python", "platform"}
    assert findings.run.seconds.keys() == {"check", "load", "network"}
    assert findings.run.started.endswith("+00:00")
    assert findings.contract.ok


def test_an_operating_point_can_be_chosen_by_name(package: Package) -> None:
    run = engine().run(Request(package.folder, operating_point="sensitive"), IMAGE).run
    assert (run.operating_point, run.threshold) == ("sensitive", 0.2)
    with pytest.raises(AIError, match=r"no operating point 'lax'.*sensitive, balanced"):
        engine().run(Request(package.folder, operating_point="lax"), IMAGE)


def test_an_image_out_of_contract_is_refused_or_marked(package: Package) -> None:
    thick = replace(IMAGE, slice_thickness_mm=8.0)
    with pytest.raises(ContractError, match="8 mm thick"):
        engine().run(Request(package.folder), thick)
    forced = engine().run(Request(package.folder, force=True), thick)
    assert not forced.contract.ok
    assert len(forced.findings) == 3


def test_what_the_caller_knows_against_a_run_counts(package: Package) -> None:
    request = Request(package.folder, reasons=("Slices are missing.",))
    with pytest.raises(ContractError, match=r"Slices are missing\."):
        engine().run(request, IMAGE)
    forced = engine().run(replace(request, force=True), IMAGE)
    assert forced.contract.reasons == ("Slices are missing.",)


def test_what_only_the_networks_can_tell_against_an_image_counts(package: Package) -> None:
    def pipeline(image, networks, parameters, device, report, seconds):
        return Outcome((), None, {"pneumonia": 0.9}, ("This is no chest.",))

    with pytest.raises(ContractError, match="no chest"):
        engine(pipeline).run(Request(package.folder), IMAGE)
    forced = engine(pipeline).run(Request(package.folder, force=True), IMAGE)
    assert forced.contract.reasons == ("This is no chest.",)
    assert not forced.contract.ok
    assert forced.classes == {"pneumonia": 0.9}


def test_a_smaller_batch_is_tried_when_the_memory_runs_out(package: Package) -> None:
    pipeline, calls = recording([torch.OutOfMemoryError("out of memory")])
    engine(pipeline).run(Request(package.folder, "cpu"), IMAGE)
    assert calls == [(4, "cpu"), (1, "cpu")]


def test_too_small_a_memory_is_an_error_and_other_errors_are_not_swallowed(
    package: Package,
) -> None:
    pipeline, _ = recording([MemoryError()] * 9)
    with pytest.raises(AIError, match="memory of this computer"):
        engine(pipeline).run(Request(package.folder, "cpu"), IMAGE)
    pipeline, calls = recording([RuntimeError("shapes differ")])
    with pytest.raises(RuntimeError, match="shapes differ"):
        engine(pipeline).run(Request(package.folder, "cpu"), IMAGE)
    assert len(calls) == 1


def test_networks_stay_warm_between_runs(package: Package) -> None:
    seen = []

    def pipeline(image, networks, parameters, device, report, seconds):
        seen.append(networks["segment"])
        return Outcome((), None)

    warm = engine(pipeline)
    for _ in range(2):
        warm.run(Request(package.folder), IMAGE)
    assert seen[0] is seen[1]


def test_weights_tampered_with_are_refused_even_when_warm(tmp_path: Path) -> None:
    package = make_package(tmp_path)
    warm = engine()
    warm.run(Request(package.folder), IMAGE)
    (package.folder / "weights.safetensors").write_bytes(b"something else")
    with pytest.raises(PackageError, match=r"weights\.safetensors was changed"):
        warm.run(Request(package.folder), IMAGE)


def test_parameters_that_the_pipeline_does_not_take_are_the_packages_fault(
    package: Package,
) -> None:
    class Parameters(BaseModel):
        pixel_mm: float

    def pipeline(image, networks, parameters, device, report, seconds):
        Parameters.model_validate(parameters)

    with pytest.raises(PackageError, match=r"model\.json: the parameters do not fit"):
        engine(pipeline).run(Request(package.folder), IMAGE)


def test_a_task_without_pipeline_is_refused(package: Package) -> None:
    with pytest.raises(PackageError, match="cannot run models for detection"):
        Engine({}).run(Request(package.folder), IMAGE)


def test_a_report_can_stop_the_run(package: Package) -> None:
    def report(progress: Progress) -> None:
        if progress.stage == "network":
            raise CancelledError("The analysis was cancelled.")

    with pytest.raises(CancelledError):
        engine().run(Request(package.folder), IMAGE, report)


def test_progress_never_goes_back_when_a_run_starts_over() -> None:
    seen: list[Progress] = []
    report = Forward(seen.append)
    for done, total in [(1, 4), (2, 4), (1, 8), (3, 8), (6, 8), (8, 8)]:
        report(Progress("network", done, total))
    fractions = [p.done / p.total for p in seen]
    assert fractions == [0.25, 0.5, 0.5, 0.5, 0.75, 1.0]


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_cuda_is_refused_where_there_is_none() -> None:
    assert choose_device("auto").type == "cpu"
    with pytest.raises(AIError, match="no CUDA"):
        choose_device("cuda")


class Recorded(torch.nn.Module):
    """A network that remembers where it was moved to."""

    def __init__(self) -> None:
        super().__init__()
        self.moves: list[str] = []

    def to(self, device: torch.device) -> Recorded:  # type: ignore[override]
        self.moves.append(device.type)
        return self


def test_a_gpu_whose_memory_is_too_small_is_given_up_for_the_cpu(
    package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "Small GPU")
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    pipeline, calls = recording([torch.OutOfMemoryError("CUDA out of memory")] * 2)
    network = Recorded()
    attempt = _Attempt(pipeline, IMAGE, package, {"segment": network}, torch.device("cuda"))
    _, used = attempt.run(lambda _: None, {})
    assert calls == [(4, "cuda"), (1, "cuda"), (4, "cpu")]
    assert network.moves == ["cpu", "cuda"]  # back, for the next run
    assert used == "cpu (the memory of cuda (Small GPU) was too small)"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_run_on_a_gpu_names_it(package: Package) -> None:
    run = engine().run(Request(package.folder, "auto"), IMAGE).run
    assert run.device == f"cuda ({torch.cuda.get_device_name()})"


@pytest.mark.parametrize("name", STACKS)
def test_markers_come_through_the_inference_process_at_their_place(
    package: Package, name: str, marker_worker: Worker
) -> None:
    image = marker_phantom(STACKS[name])
    findings = marker_worker.submit(Request(package.folder), image).result()
    places = marker_places(STACKS[name])
    np.testing.assert_allclose([f.center_lps_mm for f in findings.findings], places, atol=1e-6)
    assert findings.heatmap is not None
    index = np.argwhere(findings.heatmap.values > 0)[:, ::-1]
    lit = index @ findings.heatmap.affine[:3, :3].T + findings.heatmap.affine[:3, 3]
    for place in places:
        assert np.linalg.norm(lit - place, axis=1).min() < 1e-6


@pytest.fixture(scope="module")
def marker_worker():
    with Worker(marker_engine_runner) as worker:
        yield worker


def test_the_self_test_passes_on_its_reference_and_fails_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ai.engine._PIPELINES", {"detection": marker_pipeline})
    package = make_package(tmp_path)
    with pytest.raises(PackageError, match=r"no reference/input\.npz"):
        self_test(package, Engine().run)
    truth = engine().run(Request(package.folder), IMAGE)
    write_reference(package.folder, IMAGE, truth)
    package = write_package(package.folder, document())
    assert len(self_test(package, Engine().run).findings) == 3

    moved = truth.findings[0].model_copy(update={"center_lps_mm": (0.0, 0.0, 0.0)})
    write_reference(package.folder, IMAGE, replace(truth, findings=(moved,)))
    package = write_package(package.folder, document())
    with pytest.raises(PackageError, match="not found on this machine"):
        self_test(package, Engine().run)
