"""From logits to calibrated probabilities of labels and groups of labels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ai.classification.parameters import Calibration

Floats = npt.NDArray[np.float64]


def probabilities(logits: npt.ArrayLike, calibration: Calibration) -> Floats:
    """Calibrated probabilities, shape (n, labels), of logits of the same shape."""
    scaled = np.asarray(logits, dtype=np.float64) / calibration.temperature
    if calibration.bias:
        scaled = scaled + np.array(calibration.bias)
    scaled = scaled - scaled.max(axis=-1, keepdims=True)
    weights = np.exp(scaled)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def members_of(name: str, labels: tuple[str, ...], groups: dict[str, tuple[str, ...]]) -> list[int]:
    """The indices of the labels that a label or a group stands for."""
    return [labels.index(member) for member in groups.get(name, (name,))]
