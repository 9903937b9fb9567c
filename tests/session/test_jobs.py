from threading import Event

import pytest

from tests.session.inbox import Inbox
from viewer.session.jobs import Jobs, Urgency


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def jobs(inbox):
    jobs = Jobs(inbox, workers=1)
    yield jobs
    jobs.close()


def fail(error: Exception) -> None:
    raise AssertionError("no failure was expected") from error


def test_what_the_user_looks_at_overtakes_thumbnails(inbox, jobs):
    gate, order = Event(), []
    jobs.submit(lambda _: gate.wait(5), on_done=lambda _: None, on_failed=fail)
    for name, urgency in (
        ("prefetch", Urgency.PREFETCH),
        ("thumbnail", Urgency.THUMBNAIL),
        ("view", Urgency.VIEW),
    ):
        jobs.submit(
            lambda _, name=name: name, on_done=order.append, on_failed=fail, urgency=urgency
        )
    gate.set()
    inbox.until(lambda: len(order) == 3)
    assert order == ["view", "thumbnail", "prefetch"]


def test_the_reply_of_a_cancelled_job_is_dropped_even_when_it_is_under_way(inbox, jobs):
    replies = []
    job = jobs.submit(lambda _: "late", on_done=replies.append, on_failed=fail)
    while jobs.unfinished:
        pass
    job.cancel()
    inbox.drain()
    assert replies == []


def test_a_job_learns_that_it_was_cancelled(inbox, jobs):
    begun, stopped = Event(), Event()

    def work(job):
        begun.set()
        while not job.cancelled():
            pass
        stopped.set()

    job = jobs.submit(work, on_done=lambda _: None, on_failed=fail)
    assert begun.wait(5)
    job.cancel()
    assert stopped.wait(5)


def test_only_the_latest_progress_is_delivered(inbox, jobs):
    seen, done = [], []

    def work(job):
        for n in range(1000):
            job.report(n)

    jobs.submit(work, on_done=done.append, on_failed=fail, on_progress=seen.append)
    while jobs.unfinished:
        pass
    inbox.until(lambda: bool(done))
    assert seen == [999]


def test_progress_comes_before_the_result(inbox, jobs):
    order = []

    def work(job):
        job.report("progress")
        return "result"

    jobs.submit(work, on_done=order.append, on_failed=fail, on_progress=order.append)
    inbox.until(lambda: len(order) == 2)
    assert order == ["progress", "result"]


def test_a_failure_reaches_the_one_who_asked(inbox, jobs):
    failures = []

    def work(_):
        raise ValueError("broken")

    jobs.submit(work, on_done=lambda _: None, on_failed=failures.append)
    inbox.until(lambda: bool(failures))
    assert isinstance(failures[0], ValueError)


def test_close_ends_running_jobs_and_drops_waiting_ones(inbox):
    jobs, begun, ran = Jobs(inbox, workers=1), Event(), []

    def work(job):
        begun.set()
        while not job.cancelled():
            pass

    jobs.submit(work, on_done=ran.append, on_failed=fail)
    jobs.submit(lambda _: "waiting", on_done=ran.append, on_failed=fail)
    assert begun.wait(5)
    jobs.close()
    inbox.drain()
    assert ran == []
    assert jobs.unfinished == 0


def test_what_is_asked_for_after_the_close_is_cancelled_from_the_start(inbox):
    jobs = Jobs(inbox, workers=1)
    jobs.close()
    job = jobs.submit(lambda _: "late", on_done=fail, on_failed=fail)
    assert job.cancelled()
    assert jobs.unfinished == 0
