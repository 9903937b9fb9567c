"""What is fitted on validation patients: calibration, operating point, familiarity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from scipy.optimize import minimize
from scipy.special import logit, logsumexp

from ai import explain
from ai.classification.calibration import log_odds
from ai.classification.familiarity import FEATURES, LAYOUT, layout
from ai.classification.parameters import Calibration
from ai.classification.preparation import Grey, Preparation
from ai.classification.views import view
from ai.networks.familiarity import Familiarity
from ai.networks.image_classifier import ImageClassifier

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

#: Directions in which pictures differ that each guard knows.
_COMPONENTS = {FEATURES: 320, LAYOUT: 16}
#: The share of validation pictures that are familiar to each guard.
_FAMILIAR = 0.995
_BATCH = 32


def fit_calibration(logits: npt.NDArray[np.float32], labels: Labels, prior: Floats) -> Calibration:
    """Temperature and biases that make the logits likely, for the prior in use.

    Pictures are weighted so that the classes are as frequent as in use (Saerens 2002,
    doi:10.1162/089976602753284446): what comes out are probabilities under that prior.

    Parameters
    ----------
    logits : ndarray of float32, shape (n, classes)
    labels : ndarray of int64, shape (n,)
    prior : ndarray of float64, shape (classes,)
        How often each class is expected in use.
    """
    z = logits.astype(np.float64)
    weights = _weights(labels, prior)

    def loss(x: Floats) -> float:
        scaled = z * np.exp(-x[0]) + np.concatenate([[0.0], x[1:]])
        chosen = scaled[np.arange(len(z)), labels]
        return float((weights * (logsumexp(scaled, axis=1) - chosen)).sum())

    found = minimize(loss, np.zeros(len(prior)), method="BFGS").x
    return Calibration(
        temperature=float(np.exp(found[0])), bias=(0.0, *(float(b) for b in found[1:]))
    )


def fit_decision(
    logits: npt.NDArray[np.float32],
    labels: Labels,
    prior: Floats,
    calibration: Calibration,
    looked_for: list[int],
    threshold: float,
    specificities: Sequence[float] = (),
) -> Calibration:
    """A calibration that makes the probability of what is looked for likely, too.

    Of two labels nothing is left to be fitted, unless pictures without it are to be harder.

    Parameters
    ----------
    logits, labels, prior
        See ``fit_calibration``.
    calibration : Calibration
        Of the labels.
    looked_for : list of int
        The labels that make it up.
    threshold : float
        Of its probability by ``calibration``.
    specificities : sequence of float
        The fit is for the pictures as they are and for copies of them in which the log-odds of
        those without it are raised, each by another amount (exponentially distributed), so that
        the specificity at the threshold falls to about these.
    """
    if logits.shape[1] <= 2 and not specificities:
        return calibration
    scaled = logits.astype(np.float64) / calibration.temperature + np.array(calibration.bias)
    odds, weights = log_odds(scaled, looked_for), _weights(labels, prior)
    positive = np.isin(labels, looked_for)
    sign = np.where(positive, 1.0, -1.0)
    harder = (_harder(odds, ~positive, float(logit(threshold)), s) for s in specificities)
    worlds = np.stack([odds, *harder])

    def loss(x: Floats) -> float:
        return float(
            (weights * np.logaddexp(0, -sign * (np.exp(x[0]) * worlds + x[1]))).sum(1).mean()
        )

    slope, intercept = minimize(loss, np.zeros(2), method="BFGS").x
    return calibration.model_copy(
        update={
            "looked_for": tuple(looked_for),
            "slope": float(np.exp(slope)),
            "intercept": float(intercept),
        }
    )


def _harder(
    odds: Floats, negative: npt.NDArray[np.bool_], threshold: float, specificity: float
) -> Floats:
    """Log-odds of which those of negative pictures are raised to or over the threshold."""
    count = int(negative.sum())
    quantiles = (np.arange(count) + 0.5) / count
    missing = max(0.0, threshold - float(np.median(odds[negative])))
    raised = odds.copy()
    step = np.log1p(-quantiles) / np.log1p(-specificity) * missing
    raised[negative] += np.random.default_rng(0).permutation(step)
    return raised


def _weights(labels: Labels, prior: Floats) -> Floats:
    """A weight for each picture, so that classes are as frequent as in use; their sum is 1."""
    counts = np.maximum(np.bincount(labels, minlength=len(prior)), 1)
    return np.asarray((prior / prior.sum() / counts)[labels])


def threshold_for(
    probabilities: Floats, positive: npt.NDArray[np.bool_], sensitivity: float
) -> float:
    """The highest threshold that still finds this share of the positive pictures.

    Parameters
    ----------
    probabilities : ndarray, shape (n,)
    positive : ndarray of bool, shape (n,)
    sensitivity : float
    """
    found = np.sort(probabilities[positive])
    missed = int(np.floor((1 - sensitivity) * len(found)))
    return round(float(np.clip(found[missed], 0.01, 0.99)), 3)


def fit_guards(
    network: ImageClassifier,
    train: Grey,
    validation: Grey,
    preparation: Preparation,
    device: torch.device,
) -> dict[str, tuple[Familiarity, float]]:
    """The guards that know training pictures, each with the distance below which is familiar.

    Parameters
    ----------
    network : ImageClassifier
        The first member.
    train, validation : ndarray of uint8, shape (n, channels, side, side)
        Validation pictures decide the distance: the network has not seen them.
    """
    known = described(network, train, preparation, device)
    held_back = described(network, validation, preparation, device)
    return {role: _guard(known[role], held_back[role], _COMPONENTS[role]) for role in known}


def _guard(
    known: torch.Tensor, held_back: torch.Tensor, components: int
) -> tuple[Familiarity, float]:
    count, features = known.shape
    guard = Familiarity.fitted(known, min(components, count // 4, features // 2))
    return guard, round(float(np.quantile(guard(held_back).numpy(), _FAMILIAR)), 2)


def described(
    network: ImageClassifier, pixels: Grey, preparation: Preparation, device: torch.device
) -> dict[str, torch.Tensor]:
    """Prepared pictures as the guards see them, shape (n, features) each, on the CPU."""
    return {
        FEATURES: pooled_features(network, pixels, preparation, device),
        LAYOUT: layout(pixels),
    }


def pooled_features(
    network: ImageClassifier, pixels: Grey, preparation: Preparation, device: torch.device
) -> torch.Tensor:
    """The pooled features of prepared pictures, shape (n, features), on the CPU."""
    found = []
    with torch.inference_mode():
        for i in range(0, len(pixels), _BATCH):
            image = view(pixels[i : i + _BATCH], preparation, 1.0, device)
            found.append(explain.pooled(network.features(image)).cpu())
    return torch.cat(found).clone()
