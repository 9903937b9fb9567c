from __future__ import annotations

import numpy as np
import pytest

from ai.training.classification.answers import Answers, measure

LABELS = ("normal", "bacteria", "virus")


def answers(probabilities: list[list[float]], truth: list[int], threshold: float = 0.5) -> Answers:
    n = len(truth)
    return Answers(
        np.array(probabilities),
        np.array(truth),
        np.array([f"p{i}" for i in range(n)]),
        np.array([f"{i}.png" for i in range(n)]),
        LABELS,
        {"pneumonia": ("bacteria", "virus")},
        "pneumonia",
        threshold,
    )


CASES = [[0.7, 0.2, 0.1], [0.4, 0.35, 0.25], [0.1, 0.2, 0.7], [0.2, 0.7, 0.1]]


def test_what_is_looked_for_is_the_sum_of_its_labels():
    found = answers(CASES, [0, 0, 2, 1])
    assert found.score == pytest.approx([0.3, 0.6, 0.9, 0.8])
    assert found.is_positive.tolist() == [False, False, True, True]


def test_a_folder_named_like_the_group_counts_as_positive_without_a_label():
    found = answers(CASES, [0, 0, 3, 3])
    assert found.is_positive.tolist() == [False, False, True, True]
    assert not found.detailed
    assert set(measure(found)) == {"auc", "accuracy", "sensitivity", "specificity", "ece"}


def test_the_operating_point_decides_before_the_likeliest_label():
    low, high = (answers(CASES, [0, 0, 2, 1], t).predicted.tolist() for t in (0.5, 0.7))
    assert low == [0, 1, 2, 1]  # normal is the likeliest of the second, but pneumonia is likelier
    assert high == [0, 0, 2, 1]


def test_without_known_labels_the_decision_is_about_what_is_looked_for():
    found = answers([[0.9, 0.1, 0.0], [0.2, 0.5, 0.3], [0.6, 0.3, 0.1]], [0, 3, 3])
    truth, decided, names = found.decisions
    assert names == ("no pneumonia", "pneumonia")
    assert truth.tolist() == [0, 1, 1]
    assert decided.tolist() == [0, 1, 0]


def test_figures_are_those_of_the_operating_point_and_of_all_labels():
    found = measure(answers(CASES, [0, 0, 2, 1], threshold=0.5))
    values = {name: m.value for name, m in found.items()}
    assert values["auc"] == 1
    assert values["sensitivity"] == 1
    assert values["specificity"] == 0.5
    assert values["accuracy"] == values["accuracy_3"] == 0.75
    assert values["auroc_macro_3"] == 1


def test_intervals_are_wider_where_the_same_pictures_come_from_fewer_patients():
    rng = np.random.default_rng(0)
    truth = np.repeat(rng.integers(0, 3, 40), 10)
    p = np.repeat(rng.dirichlet([1, 1, 1], 40), 10, axis=0)
    single = answers(p.tolist(), truth.tolist())
    grouped = Answers(**{**vars(single), "patients": np.repeat(np.arange(40), 10).astype(str)})

    def width(cases: Answers) -> float:
        low, high = measure(cases)["accuracy"].ci95
        return high - low

    assert width(grouped) > 2 * width(single)
