from __future__ import annotations

import numpy as np

from ai.training.classification.config import Split
from ai.training.classification.samples import Prints
from ai.training.classification.split import split


def some(patients: int = 200, each: int = 3, seed: int = 0) -> Prints:
    rng = np.random.default_rng(seed)
    n = patients * each
    labels = np.repeat(rng.choice(3, patients, p=[0.6, 0.3, 0.1]), each)
    return Prints(
        np.zeros((n, 1, 1, 1), dtype=np.uint8),
        labels,
        np.array([f"patient {i // each}" for i in range(n)]),
        np.array([f"{i}.png" for i in range(n)]),
        np.array([f"digest {i}" for i in range(n)]),
    )


def test_no_patient_is_in_two_parts_and_none_is_lost():
    prints = some()
    parts = split(prints, Split(validation=0.2, test=0.2), seed=1)
    sets = [set(prints.patients[rows]) for _, rows in parts.named()]
    assert sum(map(len, sets)) == len(set.union(*sets)) == 200


def test_every_part_has_the_classes_in_proportion():
    prints = some()
    parts = split(prints, Split(validation=0.2, test=0.2), seed=1)
    whole = np.bincount(prints.labels) / len(prints)
    for _, rows in parts.named():
        assert np.allclose(np.bincount(prints.labels[rows]) / len(rows), whole, atol=0.02)


def test_the_same_seed_divides_alike_and_another_does_not():
    prints = some()
    one, same, other = (split(prints, Split(), seed).test for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_pictures_of_the_same_content_stay_together_under_different_names():
    prints = some(each=1)
    digests = prints.digests.copy()
    digests[100:] = digests[:100]
    twins = Prints(prints.pixels, prints.labels * 0, prints.patients, prints.files, digests)
    parts = split(twins, Split(validation=0.3, test=0.3), seed=1)
    assert parts.duplicates == 100
    for _, rows in parts.named():
        assert set(rows[rows < 100] + 100) == set(rows[rows >= 100])
