"""What the pipeline wants of a package's ``inference`` and ``calibration`` parts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


class Calibration(BaseModel):
    """From a candidate's features to the probability that it is a nodule.

    A logistic regression on the standardised features of ``ai.detection.features``, fitted on
    validation patients, plus the logarithm of the ratio of prior odds: a candidate out of a whole
    scan is a nodule less often than one out of a crop around a nodule.

    Parameters
    ----------
    weights : dict of str to float
        The weight of each feature, by its name.
    intercept : float
    log_prior_ratio : float
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: dict[str, float]
    intercept: float
    log_prior_ratio: float = 0.0


class RatingLine(BaseModel):
    """From what the rating network sees and how large the nodule measures to its rating.

    Linear, fitted on validation patients.

    Parameters
    ----------
    network : float
        Weight of the network's output.
    log_diameter : float
        Weight of the logarithm of the equivalent diameter in mm of the largest axial section.
    intercept : float
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: float = 1.0
    log_diameter: float = 0.0
    intercept: float = 3.0


class Scale(BaseModel):
    """One pass over the scan.

    Parameters
    ----------
    pixel_mm : float
        In-plane pixel of the working grid.
    slice_mm : float
        Thinner slices are resampled to this spacing; thicker ones are taken as they are.
    smallest_mm : float
        Candidates whose largest axial section has a smaller equivalent diameter are left to the
        other passes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pixel_mm: Positive
    slice_mm: Positive
    smallest_mm: Annotated[float, Field(ge=0)] = 0.0


class Parameters(BaseModel):
    """Parameters of ``ai.detection.detect``.

    Parameters
    ----------
    scales : tuple of Scale
        Passes over the scan, the finest first. A second, coarser one shows masses at a size that
        the networks know.
    region_score : float
        Voxels of at least this score make up a candidate.
    peak_score : float
        A candidate must reach this score somewhere.
    most_candidates : int
        Only so many are examined in a pass, those of the highest score first.
    least_glance : float, optional
        Logit of the classifier's first glance below which a candidate is not looked at further.
    batch_size : int
        Slices a network call.
    amp : bool
        Whether reduced precision is allowed.
    labels : tuple of str
        One: what a finding is called.
    lowest_threshold : float
        Less probable candidates are dropped.
    calibration : Calibration
    rating : RatingLine
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scales: Annotated[tuple[Scale, ...], Field(min_length=1)]
    region_score: Probability = 0.5
    peak_score: Probability = 0.7
    most_candidates: Annotated[int, Field(ge=1)] = 400
    least_glance: float | None = None
    batch_size: Annotated[int, Field(ge=1)] = 2
    amp: bool = True
    labels: Annotated[tuple[str, ...], Field(min_length=1, max_length=1)] = ("nodule",)
    lowest_threshold: Probability = 0.05
    calibration: Calibration
    rating: RatingLine = RatingLine()
