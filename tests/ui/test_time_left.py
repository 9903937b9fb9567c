import pytest

from viewer.ui import captions
from viewer.ui.time_left import TimeLeft


def test_nothing_is_said_before_there_is_something_to_judge_by():
    left = TimeLeft(began=100.0)
    assert left.update(0.5, 101.0) is None
    assert left.update(0.01, 110.0) is None


def test_a_steady_run_is_told_exactly():
    left = TimeLeft(began=0.0)
    told = [left.update(t / 100, float(t)) for t in range(10, 100, 10)]
    assert told == pytest.approx([90, 80, 70, 60, 50, 40, 30, 20, 10])


def test_a_sudden_jump_does_not_make_the_estimate_jump():
    left = TimeLeft(began=0.0)
    assert left.update(0.2, 20.0) == pytest.approx(80)
    assert left.update(0.6, 21.0) > 60


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0.2, "1 s"), (7.4, "7 s"), (33, "35 s"), (88, "90 s"), (95, "2 min"), (300, "5 min")],
)
def test_times_are_as_coarse_as_they_are_uncertain(amount, text):
    assert captions.seconds(amount) == text
