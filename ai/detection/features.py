"""What is known of a candidate, and the probability that follows from it."""

from __future__ import annotations

import math

import numpy as np

from ai.detection.candidates import Candidate
from ai.detection.parameters import Calibration
from ai.detection.views import Views

_LARGEST_LOGIT = 12.0

Features = dict[str, float]


def features(
    candidate: Candidate, views: Views, spacing_mm: tuple[float, float, float]
) -> Features:
    """A candidate's features, by name.

    ``evidence`` is the classifier's logit; ``size`` the logarithm of the equivalent diameter, in
    millimetres, of its largest axial section. How strongly the search responded says little more,
    and differs between crops and whole scans.
    """
    return {
        "evidence": float(np.clip(views.evidence, -_LARGEST_LOGIT, _LARGEST_LOGIT)),
        "size": math.log(candidate.section_mm(spacing_mm[1], spacing_mm[2])),
    }


def probability(values: Features, calibration: Calibration) -> float:
    """The calibrated probability that a candidate with these features is a nodule."""
    logit = calibration.intercept + calibration.log_prior_ratio
    logit += sum(weight * values[name] for name, weight in calibration.weights.items())
    return 1 / (1 + math.exp(-min(max(logit, -30.0), 30.0)))
