from __future__ import annotations

import numpy as np
import pytest

from ai.training import metrics
from ai.training.nodules.evaluation import between_readers


def test_auc_counts_ties_half() -> None:
    labels = np.array([True, True, False, False])

    assert metrics.auc(labels, np.array([4.0, 3.0, 2.0, 1.0])) == 1.0
    assert metrics.auc(labels, np.array([1.0, 2.0, 3.0, 4.0])) == 0.0
    assert metrics.auc(labels, np.array([3.0, 1.0, 1.0, 0.0])) == pytest.approx(0.875)
    assert np.isnan(metrics.auc(np.array([True]), np.array([1.0])))


def test_dice_of_hand_made_masks() -> None:
    a = np.array([1, 1, 1, 0], dtype=bool)
    b = np.array([0, 1, 1, 1], dtype=bool)

    assert metrics.dice(a, b) == pytest.approx(2 / 3)
    assert metrics.dice(a, ~a) == 0
    assert metrics.dice(np.zeros(4, bool), np.zeros(4, bool)) == 1


def test_calibration_error_is_the_gap_between_probability_and_frequency() -> None:
    labels = np.array([True] * 7 + [False] * 3)

    assert metrics.expected_calibration_error(labels, np.full(10, 0.7)) == pytest.approx(0)
    assert metrics.expected_calibration_error(labels, np.full(10, 0.95)) == pytest.approx(0.25)


def test_sensitivity_at_a_rate_of_false_positives() -> None:
    probabilities = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    hits = np.array([True, False, True, False, False, True])

    def at(rate: float) -> float:
        return metrics.sensitivity_at(probabilities, hits, 4, 2, rate)

    assert at(0) == 0.25
    assert at(0.5) == 0.5
    assert at(1.0) == 0.5
    assert at(1.5) == 0.75
    assert np.isnan(metrics.sensitivity_at(probabilities, hits, 0, 2, 1.0))
    assert metrics.sensitivity_at(np.array([]), np.array([], dtype=bool), 3, 2, 1.0) == 0


def test_the_bootstrap_draws_whole_patients() -> None:
    values = np.array([1.0] * 10 + [0.0] * 10)
    one_each = metrics.bootstrap(lambda r: float(values[r].mean()), [str(i) for i in range(20)])
    two_patients = metrics.bootstrap(lambda r: float(values[r].mean()), ["a"] * 10 + ["b"] * 10)

    assert one_each.value == two_patients.value == 0.5
    assert two_patients.ci95 == (0.0, 1.0)
    assert 0.2 < one_each.ci95[0] < 0.5 < one_each.ci95[1] < 0.8
    assert (one_each.n, two_patients.n) == (20, 2)
    assert one_each.document() == {"value": 0.5, "ci95": list(one_each.ci95)}


def test_agreement_between_readers_from_votes() -> None:
    alike = np.array([[2, 2, 0]], dtype=np.uint8)
    half = np.array([[2, 1, 1]], dtype=np.uint8)

    assert between_readers(alike) == 1.0
    assert between_readers(half) == pytest.approx(0.5)  # two readers of 2 pixels, 1 shared
    assert np.isnan(between_readers(np.array([[1, 0]], dtype=np.uint8)))
