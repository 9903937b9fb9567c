"""Training, validation and test sets: by patient, in proportion of the classes, for good."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai.training.classification.config import ConfigError, Split
from ai.training.classification.samples import DataError, Prints

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Parts:
    """Rows of the pictures in each part.

    ``duplicates`` counts pictures with the same content as another one; where they bore the names
    of different patients, these were treated as one patient.
    """

    train: Rows
    validation: Rows
    test: Rows
    duplicates: int

    def describe(self, prints: Prints, labels: tuple[str, ...]) -> str:
        """One line: cases and patients of each part and class."""
        return "; ".join(
            f"{name} {len(rows)} cases of {len(np.unique(prints.patients[rows]))} patients ("
            + ", ".join(f"{np.sum(prints.labels[rows] == i)} {c}" for i, c in enumerate(labels))
            + ")"
            for name, rows in self.named()
        )

    def named(self) -> Iterable[tuple[str, Rows]]:
        """The parts with their names."""
        return (("training", self.train), ("validation", self.validation), ("test", self.test))


def split(prints: Prints, shares: Split, seed: int) -> Parts:
    """Divide pictures, never those of one patient.

    Patients are put in the order of a hash of their name and the seed, so that adding or removing
    others hardly changes where one ends, and divided within each set of classes that patients have.

    Parameters
    ----------
    prints : Prints
    shares : Split
    seed : int
    """
    person, duplicates = _people(prints)
    classes: dict[int, set[int]] = {}
    for row, p in enumerate(person):
        classes.setdefault(int(p), set()).add(int(prints.labels[row]))
    strata: dict[tuple[int, ...], list[int]] = {}
    for p, found in classes.items():
        strata.setdefault(tuple(sorted(found)), []).append(p)
    names = {int(p): str(prints.patients[np.argmax(person == p)]) for p in classes}
    part = np.zeros(len(classes), dtype=np.int64)
    for members in strata.values():
        ordered = sorted(members, key=lambda p: _hash(names[p], seed))
        test = round(shares.test * len(ordered))
        validation = round(shares.validation * len(ordered))
        part[ordered[:test]] = 2
        part[ordered[test : test + validation]] = 1
    of_row = part[person]
    train, held_back, tested = (np.flatnonzero(of_row == k) for k in range(3))
    return Parts(train, held_back, tested, duplicates)


def divide(prints: Prints, labels: tuple[str, ...], shares: Split, seed: int) -> Parts:
    """``split``, of data that can be trained on.

    Raises
    ------
    ConfigError
        A picture is of no class that the configuration names.
    DataError
        There is one class only, or a part lacks one.
    """
    strange = np.flatnonzero(prints.labels < 0)
    if len(strange):
        raise ConfigError(
            f"{len(strange)} pictures, {prints.files[strange[0]]} among them, are of no class that"
            f" data.labels names ({', '.join(labels)})."
        )
    if len(labels) < 2:
        raise DataError(
            f"There is only one class, {labels[0]!r}: nothing can be told apart.",
            "Put the pictures of each class into a folder with the class's name; a table needs two"
            " different labels.",
        )
    parts = split(prints, shares, seed)
    for name, rows in parts.named():
        counts = np.bincount(prints.labels[rows], minlength=len(labels))
        if not counts.all():
            raise DataError(
                f"The {name} part would hold no {labels[int(np.argmin(counts))]!r}: there are too"
                " few patients of that class.",
                "Add cases of more patients, or give the part a larger share.",
            )
    return parts


def _hash(patient: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}/{patient}".encode()).digest()


def _people(prints: Prints) -> tuple[Rows, int]:
    """The person of each row, numbered from 0: patients joined by duplicate pictures are one."""
    _, patient = np.unique(prints.patients, return_inverse=True)
    leader = np.arange(patient.max() + 1)

    def find(p: int) -> int:
        while leader[p] != p:
            p = int(leader[p])
        return p

    first: dict[str, int] = {}
    for row, digest in enumerate(prints.digests):
        a = find(int(patient[row]))
        b = find(first.setdefault(str(digest), int(patient[row])))
        leader[max(a, b)] = min(a, b)
    roots = np.array([find(p) for p in range(len(leader))])
    _, person = np.unique(roots[patient], return_inverse=True)
    return person.astype(np.int64), len(prints) - len(first)
