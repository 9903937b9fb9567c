"""From logits to calibrated probabilities of labels and groups of labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp, softmax

from ai.classification.parameters import Calibration

Floats = npt.NDArray[np.float64]


def probabilities(logits: npt.ArrayLike, calibration: Calibration) -> Floats:
    """Calibrated probabilities, shape (n, labels), of logits of the same shape."""
    scaled = np.asarray(logits, dtype=np.float64) / calibration.temperature
    if calibration.bias:
        scaled = scaled + np.array(calibration.bias)
    if calibration.looked_for:
        scaled = _decided(scaled, calibration)
    return np.asarray(softmax(scaled, axis=-1))


def log_odds(scaled: Floats, members: Sequence[int]) -> Floats:
    """The log-odds, shape (n,), of some labels against all others, of logits, shape (n, labels)."""
    inside = np.isin(np.arange(scaled.shape[-1]), members)
    return np.asarray(
        logsumexp(scaled[:, inside], axis=-1) - logsumexp(scaled[:, ~inside], axis=-1)
    )


def _decided(scaled: Floats, calibration: Calibration) -> Floats:
    """Logits with the log-odds of what is looked for stretched and moved, and all shares kept."""
    odds = log_odds(scaled, calibration.looked_for)
    change = (calibration.slope - 1) * odds + calibration.intercept
    moved = scaled.copy()
    moved[:, list(calibration.looked_for)] += change[:, None]
    return moved


def members_of(name: str, labels: tuple[str, ...], groups: dict[str, tuple[str, ...]]) -> list[int]:
    """The indices of the labels that a label or a group stands for."""
    return [labels.index(member) for member in groups.get(name, (name,))]
