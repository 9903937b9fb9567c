"""The inference process: results come back whole, and nothing is left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ai.errors import CancelledError, PackageError, WorkerError
from ai.request import Request
from ai.worker import JobState, Worker
from ai.worker import memory as shared_memory
from ai.worker.memory import Block, discard, taken
from tests.ai.samples import STACKS, behaving_runner, marker_phantom, marker_places

IMAGE = marker_phantom(STACKS["axial"])
SHM = Path("/dev/shm")


def request(behaviour: str | None = None) -> Request:
    return Request(Path("unused"), operating_point=behaviour)


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker(behaving_runner) as worker:
        yield worker


def blocks() -> set[str]:
    return {p.name for p in SHM.glob("hf*")} if SHM.is_dir() else set()


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def started(worker: Worker, behaviour: str):
    """A job that is known to run in the process."""
    runs = threading.Event()
    job = worker.submit(request(behaviour), IMAGE, on_progress=lambda _: runs.set())
    assert runs.wait(30)
    return job


def test_findings_and_heatmap_come_back_unchanged(worker: Worker) -> None:
    progress = []
    findings = worker.submit(request(), IMAGE, on_progress=progress.append).result()
    places = marker_places(IMAGE.affine)
    np.testing.assert_allclose([f.center_lps_mm for f in findings.findings], places, atol=1e-9)
    assert findings.heatmap is not None
    np.testing.assert_array_equal(findings.heatmap.values, IMAGE.voxels == 3000)
    assert findings.heatmap.values.dtype == np.float32
    np.testing.assert_array_equal(findings.heatmap.affine, IMAGE.affine)
    assert [p.done for p in progress] == [1, 2, 3]


def test_the_process_stays_warm_and_gets_read_only_voxels(worker: Worker) -> None:
    first, second = (worker.submit(request("identify"), IMAGE).result() for _ in range(2))
    assert first.run.versions == second.run.versions
    assert int(first.run.versions["pid"]) != os.getpid()
    assert first.run.versions["writeable"] == "False"


def test_colour_comes_with_the_voxels_and_leaves_nothing_behind(worker: Worker) -> None:
    color = np.zeros((*IMAGE.voxels.shape, 3), np.uint8)
    color[1, 2, 3] = (10, 20, 30)
    before = blocks()
    for image, expected in ((replace(IMAGE, color=color), "[10, 20, 30]"), (IMAGE, "none")):
        findings = worker.submit(request("identify"), image).result()
        assert findings.run.versions["color"] == expected
    assert blocks() == before


def test_jobs_run_in_the_order_of_their_submission(worker: Worker) -> None:
    ended = []
    jobs = [
        worker.submit(request(), IMAGE, on_finished=lambda _, n=n: ended.append(n))
        for n in range(4)
    ]
    for job in jobs:
        job.result()
    assert ended == [0, 1, 2, 3]


@pytest.mark.parametrize("behaviour", ["obedient", "stubborn"])
def test_cancel_is_answered_within_300_ms(worker: Worker, behaviour: str) -> None:
    job = started(worker, behaviour)
    start = time.perf_counter()
    job.cancel()
    assert job.wait(5)
    assert time.perf_counter() - start < 0.3
    assert job.state is JobState.CANCELLED
    with pytest.raises(CancelledError):
        job.result()


def test_an_obedient_process_survives_a_cancel_and_a_stubborn_one_is_replaced(
    worker: Worker,
) -> None:
    def pid() -> int:
        return int(worker.submit(request("identify"), IMAGE).result().run.versions["pid"])

    before = pid()
    started(worker, "obedient").cancel()
    assert pid() == before
    started(worker, "stubborn").cancel()
    assert pid() != before
    assert not is_running(before)


def test_a_job_cancelled_in_the_queue_never_runs(worker: Worker) -> None:
    running = started(worker, "obedient")
    errors, progress = [], []
    waiting = worker.submit(request(), IMAGE, on_progress=progress.append, on_failed=errors.append)
    waiting.cancel()
    assert waiting.state is JobState.CANCELLED
    running.cancel()
    worker.submit(request(), IMAGE).result()
    assert [type(e) for e in errors] == [CancelledError]
    assert not progress


def test_cancelling_twice_or_after_the_end_changes_nothing(worker: Worker) -> None:
    failures = []
    job = worker.submit(request(), IMAGE, on_failed=failures.append)
    job.result()
    job.cancel()
    assert job.state is JobState.FINISHED
    running = started(worker, "obedient")
    running.cancel()
    running.cancel()
    assert running.wait(5)
    assert worker.submit(request(), IMAGE).result().findings
    assert not failures


def test_a_process_that_dies_is_reported_and_the_next_job_works(worker: Worker) -> None:
    errors = []
    job = worker.submit(request("killed"), IMAGE, on_failed=errors.append)
    with pytest.raises(WorkerError, match=r"exit code -9"):
        job.result()
    assert job.state is JobState.FAILED
    assert len(errors) == 1
    assert worker.submit(request(), IMAGE).result().findings


def test_a_process_killed_while_idle_is_replaced(worker: Worker) -> None:
    pid = int(worker.submit(request("identify"), IMAGE).result().run.versions["pid"])
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert worker.submit(request(), IMAGE).result().findings


def test_errors_keep_their_kind_message_and_remedy(worker: Worker) -> None:
    with pytest.raises(PackageError) as caught:
        worker.submit(request("refused"), IMAGE).result()
    assert caught.value.remedy == "Install it again."
    with pytest.raises(WorkerError, match="ZeroDivisionError: a mistake"):
        worker.submit(request("broken"), IMAGE).result()
    assert worker.submit(request(), IMAGE).result().findings


def test_neither_image_nor_findings_are_kept_alive_by_the_worker(worker: Worker) -> None:
    image = marker_phantom(STACKS["axial"])
    job = worker.submit(request(), image)
    kept = weakref.ref(image), weakref.ref(job.result())
    del image
    assert job.wait(1)
    del job
    deadline = time.monotonic() + 2
    while any(ref() is not None for ref in kept) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [ref() for ref in kept] == [None, None]


def test_an_image_may_be_made_when_its_turn_comes(worker: Worker) -> None:
    threads = []

    def make():
        threads.append(threading.current_thread())
        return IMAGE

    assert worker.submit(request(), make).result().findings
    assert threads[0] is not threading.current_thread()

    def fail():
        raise MemoryError("no room")

    with pytest.raises(WorkerError, match="no room"):
        worker.submit(request(), fail).result()
    assert worker.submit(request(), IMAGE).result().findings


def test_a_callback_that_raises_does_not_stop_the_worker(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("in a callback")

    worker.submit(request(), IMAGE, on_progress=fail, on_finished=fail).result()
    assert worker.submit(request(), IMAGE).result().findings
    assert "in a callback" in caplog.text


@pytest.mark.parametrize("behaviour", [None, "obedient", "stubborn", "killed", "broken"])
def test_nothing_is_left_after_close(behaviour: str | None) -> None:
    before = blocks()
    threads = set(threading.enumerate())
    worker = Worker(behaving_runner)
    pid = int(worker.submit(request("identify"), IMAGE).result().run.versions["pid"])
    if behaviour in ("obedient", "stubborn"):
        job = started(worker, behaviour)
        waiting = worker.submit(request(), IMAGE)
        start = time.perf_counter()
        worker.close()
        assert time.perf_counter() - start < 1
        assert waiting.state is JobState.CANCELLED
    else:
        job = worker.submit(request(behaviour), IMAGE)
        job.wait()
        worker.close()
    assert job.ended
    assert not is_running(pid)
    assert set(threading.enumerate()) == threads
    assert blocks() <= before  # other programs may come and go
    with pytest.raises(WorkerError):
        worker.submit(request(), IMAGE)


def test_the_process_ends_and_memory_is_freed_when_the_parent_is_killed(tmp_path: Path) -> None:
    before = blocks()
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent("""
        import os, signal, threading
        from pathlib import Path
        from ai.request import Request
        from ai.worker import Worker
        from tests.ai.samples import STACKS, behaving_runner, marker_phantom

        if __name__ == "__main__":
            image = marker_phantom(STACKS["axial"])
            worker = Worker(behaving_runner)
            pid = worker.submit(Request(Path("x"), operating_point="identify"), image).result()
            runs = threading.Event()
            worker.submit(Request(Path("x"), operating_point="stubborn"), image,
                          on_progress=lambda _: runs.set())
            runs.wait(30)
            print(pid.run.versions["pid"], flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """)
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid = int(done.stdout)
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)
    assert blocks() <= before  # other programs may come and go


def test_asking_for_work_does_not_import_torch() -> None:
    root = Path(__file__).parents[2]
    code = "import sys, ai.worker, ai.guard, ai.packages.registry; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("room", [True, False], ids=["shared memory", "file"])
def test_an_array_is_taken_once_and_its_name_is_gone(
    monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    monkeypatch.setattr(shared_memory, "_has_room", lambda _: room)
    array = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    block = Block("hftest", array)
    assert block.shared.in_file is not room
    with taken(block.shared) as seen:
        np.testing.assert_array_equal(seen, array)
        assert not seen.flags.writeable
        del seen
    block.close()
    with pytest.raises(OSError, match="hftest"), taken(block.shared):
        pass


def test_a_block_that_nobody_took_is_removed_by_its_owner() -> None:
    block = Block("hfleft", np.zeros(5, np.int16))
    block.close()
    discard("hfleft")
    with pytest.raises(FileNotFoundError), taken(block.shared):
        pass
