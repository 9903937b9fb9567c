from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai.training.nodules import froc
from ai.training.nodules.froc import Judged, Nodule, judge


def nodule(x: float, diameter_mm: float = 10.0, kind: str = "") -> Nodule:
    return Nodule((x, 0.0, 0.0), diameter_mm, kind)


def at(*xs: float) -> list[tuple[float, float, float]]:
    return [(x, 0.0, 0.0) for x in xs]


def test_a_candidate_hits_within_the_radius_and_not_on_it_or_beyond() -> None:
    scan = judge("p", at(4.9, 5.0, 5.1), [0.3, 0.9, 0.8], [nodule(0)])

    assert scan.best.tolist() == [0.3]
    assert scan.hits.tolist() == [0]
    assert scan.wrong.tolist() == [1, 2]
    assert scan.false.tolist() == [0.9, 0.8]


def test_distance_is_measured_in_three_dimensions() -> None:
    scan = judge("p", [(3.0, 3.0, 3.0)], [0.9], [nodule(0)])

    assert scan.best.tolist() == [-np.inf]
    assert scan.false.tolist() == [0.9]


def test_of_several_hits_the_most_probable_counts_and_no_other_is_wrong() -> None:
    scan = judge("p", at(1, 2, 3), [0.3, 0.9, 0.8], [nodule(0)])

    assert scan.best.tolist() == [0.9]
    assert scan.hits.tolist() == [1]
    assert len(scan.false) == 0


def test_one_candidate_between_two_nodules_finds_both() -> None:
    scan = judge("p", at(4), [0.7], [nodule(0), nodule(8)])

    assert scan.best.tolist() == [0.7, 0.7]


def test_candidates_on_what_is_excluded_count_for_nothing() -> None:
    scan = judge("p", at(0, 50, 90), [0.9, 0.8, 0.7], [nodule(0)], [nodule(51), nodule(70)])

    assert scan.best.tolist() == [0.9]
    assert scan.false.tolist() == [0.7]


def test_a_scan_without_anything() -> None:
    scan = judge("p", [], [], [])

    assert len(scan.best) == len(scan.false) == 0


def by_hand() -> list[Judged]:
    """Two scans, four nodules.

    From the most probable down: hit .9, wrong .8, hit .7, wrong .6, wrong .5, hit .4; one nodule
    is missed.
    """
    one = judge(
        "a", at(0, 100, 50, 200), [0.9, 0.8, 0.7, 0.6], [nodule(0, 6), nodule(50, 12), nodule(300)]
    )
    two = judge("b", at(100, 0), [0.5, 0.4], [nodule(0, 4, "solid")])
    return [one, two]


def test_the_curve_of_a_case_counted_by_hand() -> None:
    wrong, found = froc.curve(by_hand())

    assert wrong.tolist() == [0, 0, 0.5, 0.5, 1.0, 1.5, 1.5]
    assert found.tolist() == [0, 0.25, 0.25, 0.5, 0.5, 0.5, 0.75]


@pytest.mark.parametrize(
    ("rate", "share"),
    [(0.125, 0.25), (0.25, 0.25), (0.5, 0.5), (1, 0.5), (1.49, 0.5), (1.5, 0.75), (8, 0.75)],
)
def test_sensitivity_at_a_rate_counted_by_hand(rate: float, share: float) -> None:
    assert froc.sensitivity(by_hand(), rate) == share


def test_cpm_is_the_mean_of_seven_sensitivities() -> None:
    assert froc.RATES == (1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8)
    assert froc.cpm(by_hand()) == pytest.approx((0.25 + 0.25 + 0.5 + 0.5 + 0.75 + 0.75 + 0.75) / 7)


def test_equally_probable_candidates_fall_together() -> None:
    scan = judge("a", at(0, 100), [0.5, 0.5], [nodule(0)])

    assert froc.sensitivity([scan], 0.5) == 0.0
    assert froc.sensitivity([scan], 1.0) == 1.0
    assert [v.tolist() for v in froc.curve([scan])] == [[0, 1], [0, 1]]


def test_a_part_of_the_nodules_is_asked_for_at_the_threshold_of_all() -> None:
    scans = by_hand()

    assert froc.sensitivity(scans, 0.5, lambda n: n.diameter_mm < 10) == 0.5
    assert froc.sensitivity(scans, 0.5, lambda n: n.kind == "solid") == 0.0
    assert froc.sensitivity(scans, 1.5, lambda n: n.kind == "solid") == 1.0
    assert np.isnan(froc.sensitivity(scans, 1.0, lambda n: n.diameter_mm > 50))


def test_figures_are_named_by_rate_size_and_kind() -> None:
    found = froc.figures(by_hand())

    assert found["cpm"].value == pytest.approx(3.75 / 7)
    assert found["sensitivity_at_2_fp"].value == 0.75
    assert found["sensitivity_at_0.125_fp"].value == 0.25
    assert found["sensitivity_at_2_fp_3_5_mm"].value == 1.0
    assert found["sensitivity_at_2_fp_5_10_mm"].value == 1.0
    assert found["sensitivity_at_2_fp_over_10_mm"].value == 0.5
    assert found["sensitivity_at_2_fp_solid"].value == 1.0
    assert "sensitivity_at_2_fp_ground_glass" not in found
    assert found["cpm"].n == 2


def test_intervals_come_from_whole_scans() -> None:
    good = [judge(f"g{i}", at(0), [0.9], [nodule(0)]) for i in range(10)]
    bad = [judge(f"b{i}", at(99), [0.9], [nodule(0)]) for i in range(10)]

    low, high = froc.bootstrapped(good + bad, lambda s: froc.sensitivity(s, 8)).ci95

    assert 0.2 < low < 0.5 < high < 0.8


candidates = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), max_size=8)
places = st.lists(st.integers(0, 30), max_size=4, unique=True)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(candidates, places), min_size=1, max_size=4), st.sampled_from(froc.RATES))
def test_sensitivity_is_what_the_best_allowed_threshold_finds(scans, rate) -> None:
    judged = [
        judge(str(i), at(*(x for x, _ in found)), [p / 10 for _, p in found], [*map(nodule, there)])
        for i, (found, there) in enumerate(scans)
    ]
    nodules = sum(len(there) for _, there in scans)
    best = 0.0
    for threshold in [k / 10 for k in range(11)] + [2.0]:
        hits = wrong = 0
        for found, there in scans:
            kept = [x for x, p in found if p / 10 >= threshold]
            hits += sum(any(abs(x - c) < 5 for x in kept) for c in there)
            wrong += sum(all(abs(x - c) >= 5 for c in there) for x in kept)
        if wrong <= rate * len(scans):
            best = max(best, hits / max(1, nodules))

    measured = froc.sensitivity(judged, rate)

    assert measured == pytest.approx(best) if nodules else np.isnan(measured)
