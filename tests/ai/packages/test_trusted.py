"""Weights that can run code: never opened without trust, and then in the worker only."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from ai.errors import PackageError
from ai.image import Image
from ai.packages.package import Package
from ai.packages.write import write_package
from ai.progress import Report
from ai.request import Request
from ai.worker import Worker
from ai.worker.messages import Runner
from tests.ai.samples import document, marker_findings, marker_phantom

CPU = torch.device("cpu")
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")


class Gadget:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 2, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)


def package(folder: Path, name: str, content: bytes) -> Package:
    folder.mkdir()
    (folder / name).write_bytes(content)
    (folder / "MODEL_CARD.md").write_text("# A program")
    return write_package(folder, document(networks={"segment": {"file": name}}))


def script() -> bytes:
    return torch.jit.trace(Net().eval(), torch.rand(1, 1, 8, 8)).save_to_buffer()


def exported() -> bytes:
    file = io.BytesIO()
    torch.export.save(torch.export.export(Net().eval(), (torch.rand(1, 1, 8, 8),)), file)
    return file.getvalue()


def hostile(mark: Path) -> bytes:
    """A pickle that runs code, in an archive as torch writes them."""
    file = io.BytesIO()
    torch.save(Gadget(mark), file)
    return file.getvalue()


@pytest.mark.parametrize("name", ["model.ts", "model.pt2"])
def test_a_gadget_is_not_opened_without_trust(tmp_path: Path, name: str) -> None:
    mark = tmp_path / "mark"
    made = package(tmp_path / "p", name, hostile(mark))
    with pytest.raises(PackageError, match=f"can run any code.*models trust {made.sha256}"):
        made.networks(CPU)
    with pytest.raises(PackageError, match="can run any code"):
        made.networks(CPU, trusted={"0" * 64})
    assert not mark.exists()


def test_a_trusted_program_is_not_opened_in_the_process_of_the_window(tmp_path: Path) -> None:
    made = package(tmp_path / "p", "model.ts", script())
    with pytest.raises(PackageError, match="in the inference process only"):
        made.networks(CPU, trusted={made.sha256})


def opening_runner() -> Runner:
    def run(request: Request, image: Image, report: Report) -> object:
        from ai.packages.package import load

        network = load(request.package).networks(CPU, request.trusted)["segment"]
        assert network(torch.rand(1, 1, 8, 8)).shape == (1, 2, 8, 8)
        return marker_findings(request, image, report)

    return Runner(run, lambda _: None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def worker():
    with Worker(opening_runner) as worker:
        yield worker


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "make"), [("model.ts", script), ("model.pt2", exported)])
def test_a_trusted_program_runs_in_the_worker(tmp_path, worker, name, make) -> None:
    made = package(tmp_path / "p", name, make())
    trusted = Request(made.folder, trusted=frozenset({made.sha256}))
    image = marker_phantom(np.eye(4))
    assert worker.submit(trusted, image).result().findings
    with pytest.raises(PackageError, match="can run any code"):
        worker.submit(Request(made.folder), image).result()


def test_a_changed_program_loses_its_trust(tmp_path: Path) -> None:
    made = package(tmp_path / "p", "model.ts", script())
    (made.folder / "model.ts").write_bytes(script() + b"\0")
    with pytest.raises(PackageError, match="was changed"):
        made.networks(CPU, trusted={made.sha256})
