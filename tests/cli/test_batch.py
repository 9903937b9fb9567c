"""Batches: side by side, on a cluster, killed and gone on with; one bad study stops nothing."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from ai.errors import AIError
from ai.request import Request
from tests.dicom.phantoms import marker_series
from viewer.cli import app
from viewer.cli.batch.cluster import on_cluster
from viewer.cli.batch.lanes import in_processes
from viewer.cli.batch.order import Outcome, Task
from viewer.cli.batch.plan import is_done
from viewer.cli.batch.tables import write_tables
from viewer.cli.batch.work import do
from viewer.errors import ViewerError
from viewer.formats.scan import scan

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tasks(tmp_path: Path) -> list[Task]:
    marker_series(tmp_path / "ct")
    (series,) = scan([tmp_path / "ct"]).series
    request = Request(tmp_path / "model")
    out = tmp_path / "out"
    return [Task(series, "m", "0" * 64, 0.5, request, out, str(n)) for n in range(5)]


def reports(task: Task) -> Outcome:
    return Outcome.of(task, "done", str(os.getpid()), task.folder)


def dies_of_the_second(task: Task) -> Outcome:
    if task.name == "1":
        os.kill(os.getpid(), signal.SIGKILL)
    return reports(task)


def takes_time(task: Task) -> Outcome:
    """Leaves a note of who does it, and needs a while."""
    task.out.mkdir(exist_ok=True)
    (task.out / f"{task.name}-{os.getpid()}").touch()
    time.sleep(1.0)
    return reports(task)


def test_processes_share_the_work(tasks: list[Task]) -> None:
    outcomes = list(in_processes(tasks, 2, reports))
    assert sorted(o.folder.name for o in outcomes if o.folder) == [t.name for t in tasks]
    pids = {o.text for o in outcomes}
    assert len(pids) <= 2
    assert str(os.getpid()) not in pids


def test_a_process_that_dies_takes_only_its_own_series_with_it(tasks: list[Task]) -> None:
    outcomes = list(in_processes(tasks, 2, dies_of_the_second))
    states = [o.state for o in outcomes]
    assert states.count("failed") == 1
    assert states.count("done") == 4
    (failed,) = [o for o in outcomes if o.state == "failed"]
    assert "died" in failed.text


@pytest.mark.parametrize("error", [AIError("broken."), MemoryError("no room"), ZeroDivisionError()])
def test_whatever_a_series_raises_is_told(tasks: list[Task], error: Exception) -> None:
    def analyze(task: Task):
        raise error

    outcome = do(tasks[0], analyze)
    assert outcome.state == "failed"
    assert str(error) in outcome.text


def test_only_a_result_of_the_same_weights_and_threshold_counts_as_done(tasks: list[Task]) -> None:
    task = tasks[0]
    assert not is_done(task)
    task.folder.mkdir(parents=True)
    run = {"model": {"sha256": task.sha256}, "threshold": 0.5}
    (task.folder / "run.json").write_text(json.dumps(run))
    assert not is_done(task)
    (task.folder / "findings.json").write_text("{}")
    assert is_done(task)
    for other in ({**run, "threshold": 0.2}, {**run, "model": {"sha256": "1" * 64}}, {}, []):
        (task.folder / "run.json").write_text(json.dumps(other))
        assert not is_done(task)


def test_the_table_of_all_findings_has_one_heading(tasks: list[Task]) -> None:
    outcomes = []
    for task in tasks[:2]:
        task.folder.mkdir(parents=True)
        (task.folder / "findings.csv").write_text(f'id,label\n{task.name},"a, b"\n')
        answer = {"classes": {"ill": 0.25} if task.name == "1" else {}, "findings": [{}]}
        (task.folder / "findings.json").write_text(json.dumps(answer))
        outcomes.append(Outcome.of(task, "done", "1 found", task.folder))
    outcomes.append(Outcome.of(tasks[2], "failed", "it broke"))
    write_tables(tasks[0].out, outcomes)
    with (tasks[0].out / "findings.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["folder", "id", "label"],
            ["0", "0", "a, b"],
            ["1", "1", "a, b"],
        ]
    with (tasks[0].out / "series.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert sorted(line["state"] for line in lines) == ["done", "done", "failed"]
    assert {line["answer"] for line in lines} == {"1 found", "ill 0.250", ""}


@pytest.fixture
def cluster():
    """A scheduler and two workers, each a process of its own: the address, and the workers."""
    pytest.importorskip("distributed", reason="needs Dask distributed, which is optional")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = []

    def start(*arguments: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    scheduler = start(
        "distributed.cli.dask_scheduler",
        *("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"),
    )
    assert scheduler.stderr is not None
    for line in scheduler.stderr:
        if "Scheduler at:" in line:
            address = line.split()[-1]
            break
    else:
        raise AssertionError("the scheduler did not start")
    workers = [
        start("distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1",
              "--no-dashboard", "--local-directory", "/tmp")
        for _ in range(2)
    ]  # fmt: skip
    yield address, workers
    for process in started:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def test_a_cluster_does_the_work_of_a_worker_that_is_killed(tasks: list[Task], cluster) -> None:
    address, workers = cluster
    out, seen = tasks[0].out, []
    killed = None
    for outcome in on_cluster(tasks, address, do=takes_time):
        seen.append(outcome)
        started_by = {int(path.name.partition("-")[2]) for path in out.iterdir()}
        alive = [w for w in workers if w.pid in started_by]
        if killed is None and len(alive) == 2:
            killed = alive[0]
            killed.kill()
    assert killed is not None
    assert [o.state for o in seen] == ["done"] * len(tasks)
    assert len({o.folder for o in seen}) == len(tasks)
    survivor = next(str(w.pid) for w in workers if w is not killed)
    assert seen[-1].text == survivor


def test_a_scheduler_that_is_not_there_is_named(
    tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="needs Dask distributed, which is optional")
    monkeypatch.setattr("viewer.cli.batch.cluster._PATIENCE", "1s")
    with pytest.raises(ViewerError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"):
        list(on_cluster(tasks, "tcp://127.0.0.1:9", do=reports))


def test_a_batch_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pictures, out = tmp_path / "pictures", tmp_path / "out"
    pictures.mkdir()
    for name in "abcd":
        values = rng.integers(0, 255, (300, 260), dtype=np.uint8)
        Image.fromarray(values).save(pictures / f"{name}.png")
    (pictures / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n rubbish")
    arguments = ["analyze", str(pictures), "--out", str(out), "--model", "pneumonia-cxr", "--force"]
    first = subprocess.Popen(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not (done := list(out.glob("[!.]*/findings.json"))) and time.monotonic() < deadline:
        time.sleep(0.02)
    first.kill()
    first.wait()
    before = {path: path.stat().st_mtime_ns for path in done}
    assert 1 <= len(before) < 4
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    assert "done before" in result.stderr
    assert len(list(out.glob("[!.]*/findings.json"))) == 4
    assert {path: path.stat().st_mtime_ns for path in before} == before
    with (out / "series.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 4
    assert {line["state"] for line in lines} == {"done", "done before"}
    assert all("pneumonia" in line["answer"] for line in lines)
