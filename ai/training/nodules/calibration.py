"""Fitting the probability of a candidate: logistic regression on its features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ai.detection.features import Features
from ai.detection.parameters import Calibration
from ai.errors import AIError

_RIDGE = 1.0
_ITERATIONS = 50


def fit_calibration(
    values: Sequence[Features], labels: npt.NDArray[np.bool_], log_prior_ratio: float
) -> Calibration:
    """Fit by Newton's method with a weak ridge penalty on standardised features.

    Parameters
    ----------
    values : sequence of Features
        Of validation patients' candidates, all with the same names.
    labels : ndarray of bool
        Which are nodules.
    log_prior_ratio : float
        Stored for use on whole scans, see ``Calibration``.

    Raises
    ------
    AIError
        There are no nodules among them, or nothing else.
    """
    if not labels.any() or labels.all():
        raise AIError(
            "The candidates of the validation patients are too few to calibrate on.",
            "Train the segmenting network for longer.",
        )
    names = sorted(values[0])
    table = np.array([[v[name] for name in names] for v in values])
    mean, deviation = table.mean(axis=0), table.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(table)), (table - mean) / deviation])
    penalty = np.diag([0.0] + [_RIDGE] * len(names))
    beta = np.zeros(design.shape[1])
    for _ in range(_ITERATIONS):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (labels - p) - penalty @ beta
        curvature = (design * (p * (1 - p))[:, None]).T @ design + penalty
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(beta)), gradient)
        beta += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    weights = beta[1:] / deviation
    return Calibration(
        weights={name: float(w) for name, w in zip(names, weights, strict=True)},
        intercept=float(beta[0] - weights @ mean),
        log_prior_ratio=log_prior_ratio,
    )
