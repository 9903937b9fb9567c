"""The process that trains beside the window."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from queue import Queue

import pytest

from ai.errors import AIError, CancelledError, WorkerError
from ai.training.process import TaskProcess
from ai.training.settings_file import ConfigError


def _says_and_answers(tell) -> int:
    tell("working")
    return 42


def _refuses(tell) -> None:
    raise ConfigError("The settings are wrong.", "Change them.")


def _breaks(tell) -> None:
    raise KeyError("oops")


def _dies(tell) -> None:
    os._exit(3)


def _never_ends(tell) -> None:
    tell("begun")
    time.sleep(600)


@pytest.fixture(scope="module")
def process() -> Iterator[TaskProcess]:
    process = TaskProcess()
    yield process
    process.close()


def outcome(process: TaskProcess, task) -> object:
    answers: Queue[object] = Queue()
    process.submit(task, on_done=answers.put, on_failed=answers.put)
    return answers.get(timeout=60)


def test_a_task_tells_and_answers(process):
    told, answers = [], Queue()
    process.submit(
        _says_and_answers, on_told=told.append, on_done=answers.put, on_failed=answers.put
    )
    assert answers.get(timeout=60) == 42
    assert told == ["working"]


def test_an_error_arrives_as_what_it_is(process):
    error = outcome(process, _refuses)
    assert isinstance(error, ConfigError)
    assert error.remedy == "Change them."


def test_a_bug_in_a_task_is_reported_and_the_next_task_runs(process):
    error = outcome(process, _breaks)
    assert isinstance(error, WorkerError)
    assert "oops" in error.message
    assert outcome(process, _says_and_answers) == 42


def test_a_process_that_dies_is_reported_and_started_again(process):
    error = outcome(process, _dies)
    assert isinstance(error, WorkerError)
    assert "exit code 3" in error.message
    assert outcome(process, _says_and_answers) == 42


def test_a_cancelled_task_ends_at_once_as_cancelled(process):
    begun, answers = Queue(), Queue()
    order = process.submit(
        _never_ends, on_told=begun.put, on_done=answers.put, on_failed=answers.put
    )
    begun.get(timeout=60)
    process.cancel(order)
    assert isinstance(answers.get(timeout=5), CancelledError)


def test_a_task_cancelled_before_its_turn_never_runs(process):
    answers: Queue[AIError] = Queue()
    first = process.submit(_never_ends, on_done=answers.put, on_failed=answers.put)
    second = process.submit(_refuses, on_done=answers.put, on_failed=answers.put)
    process.cancel(second)
    process.cancel(first)
    assert [type(answers.get(timeout=60)) for _ in range(2)] == [CancelledError] * 2
