"""Optimisers, schedules and losses, by the names of the configuration."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.training.classification.config import Optimisation


def optimiser(settings: Optimisation, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """The optimiser of a configuration."""
    trained = [p for p in parameters if p.requires_grad]
    rate, decay = settings.rate, settings.weight_decay
    match settings.optimiser:
        case "adamw":
            return torch.optim.AdamW(trained, rate, weight_decay=decay)
        case "adam":
            return torch.optim.Adam(trained, rate, weight_decay=decay)
        case "sgd":
            return torch.optim.SGD(trained, rate, 0.9, weight_decay=decay, nesterov=True)
        case "rmsprop":
            return torch.optim.RMSprop(trained, rate, weight_decay=decay)


@dataclass
class Schedule:
    """The learning rate, step by step.

    Parameters
    ----------
    settings : Optimisation
    steps_an_epoch : int
    losses : list of float
        Validation losses so far, for ``plateau``.
    """

    settings: Optimisation
    steps_an_epoch: int
    losses: list[float]

    def rate(self, step: int) -> float:
        """The learning rate of a step."""
        warm = self.settings.warmup * self.steps_an_epoch
        if step < warm:
            return self.settings.rate * (step + 1) / (warm + 1)
        total = self.settings.epochs * self.steps_an_epoch
        return self.settings.rate * self._factor((step - warm) / max(1.0, total - warm))

    def _factor(self, progress: float) -> float:
        match self.settings.schedule:
            case "cosine":
                return 0.5 * (1 + math.cos(math.pi * progress))
            case "polynomial":
                return math.pow(max(0.0, 1 - progress), self.settings.power)
            case "plateau":
                return self._plateau()
            case "constant":
                return 1.0

    def _plateau(self) -> float:
        patience = max(1, self.settings.patience // 2)
        best, waited, factor = math.inf, 0, 1.0
        for loss in self.losses:
            waited = 0 if loss < best else waited + 1
            best = min(best, loss)
            if waited >= patience:
                factor, waited = factor / 2, 0
        return factor


def stops(losses: list[float], patience: int) -> bool:
    """Whether the best validation loss lies ``patience`` epochs back or more."""
    return bool(patience and losses) and len(losses) - 1 - int(np.argmin(losses)) >= patience


def class_weights(labels: npt.NDArray[np.int64], classes: int) -> npt.NDArray[np.float64]:
    """One weight a class, in inverse proportion to its pictures; their mean over pictures is 1."""
    counts = np.bincount(labels, minlength=classes)
    return np.asarray(len(labels) / (classes * np.maximum(counts, 1)))


def epoch_order(
    labels: npt.NDArray[np.int64], classes: int, balance: str, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """The pictures of an epoch in random order.

    With ``sampler``, as many, drawn so that classes are equally frequent. With ``augmentation``,
    all of them, and of the rarer classes so many again that every class has as many as the largest.
    """
    if balance == "sampler":
        weight = class_weights(labels, classes)[labels]
        return rng.choice(len(labels), len(labels), p=weight / weight.sum())
    rows = np.arange(len(labels))
    if balance == "augmentation":
        counts = np.bincount(labels, minlength=classes)
        rows = np.concatenate(
            [
                rows,
                *(
                    _repeated(np.flatnonzero(labels == c), counts.max(), rng)
                    for c in np.flatnonzero(counts)
                ),
            ]
        )
    return rng.permutation(rows)


def epoch_length(labels: npt.NDArray[np.int64], classes: int, balance: str) -> int:
    """How many pictures ``epoch_order`` gives."""
    if balance != "augmentation":
        return len(labels)
    counts = np.bincount(labels, minlength=classes)
    return int(counts.max() * np.count_nonzero(counts))


def _repeated(
    rows: npt.NDArray[np.int64], wanted: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Rows to be added to these, so that there are as many as wanted: each about as often."""
    return rng.permutation(np.resize(rng.permutation(rows), wanted - len(rows)))
