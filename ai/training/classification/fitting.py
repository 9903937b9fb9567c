"""What is fitted on validation patients: calibration, operating point, familiarity."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.optimize import minimize
from scipy.special import logsumexp

from ai import explain
from ai.classification.parameters import Calibration
from ai.classification.preparation import Grey, Preparation
from ai.classification.views import view
from ai.networks.familiarity import Familiarity
from ai.networks.image_classifier import ImageClassifier

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

_COMPONENTS = 64
#: The share of validation pictures that count as familiar.
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
    counts = np.maximum(np.bincount(labels, minlength=len(prior)), 1)
    weights = (prior / prior.sum() / counts)[labels]

    def loss(x: Floats) -> float:
        scaled = z * np.exp(-x[0]) + np.concatenate([[0.0], x[1:]])
        chosen = scaled[np.arange(len(z)), labels]
        return float((weights * (logsumexp(scaled, axis=1) - chosen)).sum())

    found = minimize(loss, np.zeros(len(prior)), method="BFGS").x
    return Calibration(
        temperature=float(np.exp(found[0])), bias=(0.0, *(float(b) for b in found[1:]))
    )


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


def fit_familiarity(
    network: ImageClassifier,
    train: Grey,
    validation: Grey,
    preparation: Preparation,
    device: torch.device,
) -> tuple[Familiarity, float]:
    """The guard that knows training pictures, and the distance below which a picture is familiar.

    Parameters
    ----------
    network : ImageClassifier
        The first member.
    train, validation : ndarray of uint8, shape (n, channels, side, side)
        Validation pictures decide the distance: the network has not seen them.
    """
    known = pooled_features(network, train, preparation, device)
    guard = Familiarity.fitted(known, min(_COMPONENTS, len(known) // 4, known.shape[1] // 2))
    distances = guard(pooled_features(network, validation, preparation, device))
    return guard, round(float(np.quantile(distances.numpy(), _FAMILIAR)), 2)


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
