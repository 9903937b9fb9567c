"""Figures of merit, and their confidence intervals by patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_RESAMPLES = 1000


@dataclass(frozen=True)
class Measured:
    """A figure with its 95 % confidence interval and the number of cases behind it.

    The interval is NaN where a single group of cases tells nothing of how they differ.
    """

    value: float
    ci95: tuple[float, float]
    n: int

    def document(self) -> dict[str, float | list[float | None] | None]:
        """``{"value", "ci95"}`` as in the JSON of ``evaluate``; null for NaN."""
        return {"value": _known(self.value), "ci95": [_known(bound) for bound in self.ci95]}


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def dice(a: Bools, b: Bools) -> float:
    """Dice overlap of two masks; 1 where both are empty."""
    total = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / total if total else 1.0


def auc(labels: Bools, scores: Floats) -> float:
    """Area under the ROC curve, ties counted half; NaN with only one class."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(scores)[labels].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def expected_calibration_error(labels: Bools, probabilities: Floats, bins: int = 10) -> float:
    """Mean distance of probability and frequency over equally wide bins (Guo 2017)."""
    if not len(labels):
        return float("nan")
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    gap = 0.0
    for b in range(bins):
        inside = index == b
        if inside.any():
            gap += inside.mean() * abs(labels[inside].mean() - probabilities[inside].mean())
    return float(gap)


def sensitivity_at(
    probabilities: Floats, hits: Bools, targets: int, units: int, false_positives: float
) -> float:
    """Share of targets found when so many false positives a unit (crop stack, scan) are allowed.

    Parameters
    ----------
    probabilities : ndarray, shape (n,)
        Of all detections.
    hits : ndarray of bool, shape (n,)
        Whether the detection is the (first) one of a target.
    targets : int
        How many there were to find.
    units : int
        How many stacks or scans were searched.
    false_positives : float
        Allowed on average a unit.
    """
    if not targets:
        return float("nan")
    order = np.argsort(-probabilities, kind="stable")
    wrong = np.cumsum(~hits[order])
    found = np.cumsum(hits[order])
    within = np.flatnonzero(wrong <= false_positives * units)
    return float(found[within[-1]] / targets) if len(within) else 0.0


def bootstrap(
    figure: Callable[[npt.NDArray[np.int64]], float],
    groups: Sequence[str] | npt.NDArray[np.str_],
    seed: int = 0,
) -> Measured:
    """A figure with its interval, from resampling whole groups (patients) with replacement.

    Parameters
    ----------
    figure : callable
        Of the rows that it shall use.
    groups : sequence of str
        The patient of each row.
    """
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    if len(names) < 2:
        return Measured(figure(np.arange(len(index))), (float("nan"), float("nan")), len(names))
    rows = [np.flatnonzero(index == g) for g in range(len(names))]
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(_RESAMPLES):
        drawn = rng.integers(0, len(names), len(names))
        values.append(figure(np.concatenate([rows[g] for g in drawn])))
    known = np.array(values)[~np.isnan(values)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (np.nan, np.nan)
    return Measured(figure(np.arange(len(index))), (float(low), float(high)), len(names))
