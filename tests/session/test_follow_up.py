"""Findings of two dates: matched by where they lie, however the patient lay; and their growth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.session.findings import finding
from viewer.session.follow_up import compare


def sized(number, center, ml):
    return finding(number, 0.9, center).model_copy(update={"volume_ml": ml})


PLACES = [(60.0, -30.0, -100.0), (-55.0, 20.0, -40.0), (40.0, 50.0, -160.0), (-70.0, -10.0, -120.0)]


def ids(comparison):
    return [
        (p.before.id if p.before else None, p.after.id if p.after else None)
        for p in comparison.pairs
    ]


@pytest.mark.parametrize("shift", [(0, 0, 0), (3, -4, 2), (12, 8, 350), (-40, 25, -600)])
def test_findings_meet_again_wherever_the_table_stood(shift):
    rng = np.random.default_rng(1)
    before = [sized(n, place, 0.5) for n, place in enumerate(PLACES, start=1)]
    order = [2, 0, 3, 1]
    after = [
        sized(10 + n, tuple(np.add(PLACES[n], shift) + rng.normal(0, 3, 3)), 0.6) for n in order
    ]
    comparison = compare(before, after)
    assert sorted(ids(comparison)) == [(1, 10), (2, 11), (3, 12), (4, 13)]
    np.testing.assert_allclose(comparison.shift_mm, shift, atol=8)
    assert comparison.is_certain
    assert all(pair.distance_mm < 12 for pair in comparison.pairs)


def test_what_is_new_and_what_is_gone_is_said():
    before = [sized(1, PLACES[0], 0.5), sized(2, PLACES[1], 0.5), sized(3, PLACES[2], 0.5)]
    after = [sized(1, PLACES[0], 0.5), sized(2, PLACES[1], 0.5), sized(3, PLACES[3], 0.5)]
    assert ids(compare(before, after)) == [(1, 1), (2, 2), (3, None), (None, 3)]
    assert ids(compare([], after)) == [(None, 1), (None, 2), (None, 3)]
    assert ids(compare(before, [])) == [(1, None), (2, None), (3, None)]


def test_two_that_lie_close_are_not_crossed():
    before = [sized(1, (0, 0, 0), 0.5), sized(2, (12, 0, 0), 0.5)]
    after = [sized(1, (11, 1, 0), 0.5), sized(2, (-1, 1, 0), 0.5)]
    assert ids(compare(before, after)) == [(1, 2), (2, 1)]


def test_one_finding_far_away_is_a_guess():
    one = compare([sized(1, PLACES[0], 0.5)], [sized(1, np.add(PLACES[0], (5, 5, 300)), 0.5)])
    assert ids(one) == [(1, 1)]
    assert not one.is_certain
    same = compare(
        [sized(1, PLACES[0], 0.5)], [sized(1, np.add(PLACES[0], (5, 5, 300)), 0.5)], same_frame=True
    )
    assert ids(same) == [(1, None), (None, 1)]


def test_a_mass_is_no_micronodule():
    assert ids(compare([sized(1, PLACES[0], 0.01)], [sized(1, PLACES[0], 50.0)])) == [
        (1, None),
        (None, 1),
    ]


@pytest.mark.parametrize(
    ("before", "after", "days", "expected"),
    [
        (0.5, 1.0, 90, 90.0),
        (0.5, 2.0, 90, 45.0),
        (1.0, 0.5, 90, -90.0),
        (0.4, 0.5, 100, 100 * math.log(2) / math.log(1.25)),
        (0.5, 0.5, 90, None),
        (0.5, 1.0, 0, None),
        (0.0, 1.0, 90, None),
    ],
)
def test_the_doubling_time_is_that_of_exponential_growth(before, after, days, expected):
    (pair,) = compare(
        [sized(1, PLACES[0], before)], [sized(1, PLACES[0], after)], same_frame=True
    ).pairs[:1]
    found = pair.doubling_days(days)
    assert found == (pytest.approx(expected) if expected is not None else None)
