"""What a classifier says of labelled pictures, and the figures of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai.classification.calibration import members_of, probabilities
from ai.classification.parameters import Parameters
from ai.training import metrics
from ai.training.classification.samples import Prints
from ai.training.metrics import Measured

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """What a model says of labelled pictures.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n, labels)
    truth : ndarray of int64, shape (n,)
        Indices into ``labels``; beyond them, into the names of ``groups``.
    patients, files : ndarray of str, shape (n,)
    labels : tuple of str
    groups : dict of str to tuple of str
    positive : str
        The label or group that is looked for.
    threshold : float
        Of its probability.
    """

    probabilities: Floats
    truth: Labels
    patients: npt.NDArray[np.str_]
    files: npt.NDArray[np.str_]
    labels: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    positive: str
    threshold: float

    @property
    def score(self) -> Floats:
        """The probability of what is looked for, shape (n,)."""
        return np.asarray(self.probabilities[:, self._members].sum(1))

    @property
    def is_positive(self) -> npt.NDArray[np.bool_]:
        """Whether it is there, shape (n,)."""
        names = [*self.groups]
        members = {*self._members}
        of_name = [
            i in members if i < len(self.labels) else self._within(names[i - len(self.labels)])
            for i in range(len(self.labels) + len(names))
        ]
        return np.array(of_name)[self.truth]

    @property
    def detailed(self) -> bool:
        """Whether every picture's label is known, not only its group."""
        return bool((self.truth < len(self.labels)).all())

    @property
    def predicted(self) -> Labels:
        """The label decided on: first whether what is looked for is there, then the likeliest."""
        inside = np.zeros(len(self.labels), dtype=bool)
        inside[self._members] = True
        allowed = np.where((self.score >= self.threshold)[:, None], inside, ~inside)
        return np.asarray(np.where(allowed, self.probabilities, -1.0).argmax(1))

    @property
    def decisions(self) -> tuple[Labels, Labels, tuple[str, ...]]:
        """Truth, decision and the names of both: of all labels where these are known."""
        if self.detailed:
            return self.truth, self.predicted, self.labels
        decided = self.score >= self.threshold
        names = (f"no {self.positive}", self.positive)
        return self.is_positive.astype(np.int64), decided.astype(np.int64), names

    @property
    def _members(self) -> list[int]:
        return members_of(self.positive, self.labels, self.groups)

    def _within(self, group: str) -> bool:
        return set(self.groups[group]) <= {self.labels[i] for i in self._members}


def answers_of(
    logits: npt.NDArray[np.float32], prints: Prints, settings: Parameters, threshold: float
) -> Answers:
    """Answers from logits, shape (n, labels)."""
    return Answers(
        probabilities(logits, settings.calibration),
        prints.labels,
        prints.patients,
        prints.files,
        settings.labels,
        settings.groups,
        settings.explained,
        threshold,
    )


def measure(answers: Answers) -> dict[str, Measured]:
    """The figures of ``evaluate``, with intervals by patient.

    ``accuracy``, ``sensitivity`` and ``specificity`` are those of what is looked for, at the
    operating point; ``ece`` is of its probability. With more than two labels known,
    ``accuracy_K`` and ``auroc_macro_K`` are about all K.
    """
    found: dict[str, Measured] = {}
    truth, score = answers.is_positive, answers.score
    decided = score >= answers.threshold

    def add(name: str, figure: Callable[[Labels], float]) -> None:
        found[name] = metrics.bootstrap(figure, answers.patients)

    add("auc", lambda r: metrics.auc(truth[r], score[r]))
    add("accuracy", lambda r: float((decided[r] == truth[r]).mean()))
    add("sensitivity", lambda r: _share(decided[r], truth[r]))
    add("specificity", lambda r: _share(~decided[r], ~truth[r]))
    add("ece", lambda r: metrics.expected_calibration_error(truth[r], score[r]))
    count = len(answers.labels)
    if count > 2 and answers.detailed:
        predicted = answers.predicted
        add(f"accuracy_{count}", lambda r: float((predicted[r] == answers.truth[r]).mean()))
        add(f"auroc_macro_{count}", lambda r: _macro_auc(answers, r))
    return found


def _share(hit: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> float:
    return float(hit[among].mean()) if among.any() else float("nan")


def _macro_auc(answers: Answers, rows: Labels) -> float:
    return float(
        np.mean(
            [
                metrics.auc(answers.truth[rows] == c, answers.probabilities[rows, c])
                for c in range(len(answers.labels))
            ]
        )
    )
