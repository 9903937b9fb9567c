"""What the pipeline wants of a package's ``inference`` and ``calibration`` parts."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ai.classification.preparation import Preparation

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, le=1)]


class Calibration(BaseModel):
    """From logits to probabilities.

    Parameters
    ----------
    temperature : float
        Logits are divided by it (Guo 2017, arXiv 1706.04599).
    bias : tuple of float
        Added to the logits of each label then: the logarithm of the ratio of the prior
        probability in use to that in training (Saerens 2002), up to a constant.
    looked_for : tuple of int
        The labels that make up what is looked for, by their place; nothing more is done without.
    slope, intercept : float
        Its log-odds against all other labels are multiplied by ``slope``, then ``intercept`` is
        added (Platt 1999); shares within it, and within the others, stay. Whether something is
        there and of which kind it is are questions of different difficulty: one temperature is
        too soft for the one where it is right for the other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: Positive = 1.0
    bias: tuple[float, ...] = ()
    looked_for: tuple[Annotated[int, Field(ge=0)], ...] = ()
    slope: Positive = 1.0
    intercept: float = 0.0


class Parameters(BaseModel):
    """Parameters of ``ai.classification.classify``.

    Parameters
    ----------
    preparation : Preparation
    views : tuple of float
        Shares of the picture's sides, around its centre, that are looked at; logits are averaged.
    groups : dict of str to tuple of str
        Further classes, each the sum of labels: ``{"pneumonia": ("bacteria", "virus")}``.
    explained : str
        The label or group whose evidence the heatmap shows.
    lowest_threshold : float
    familiar_below, layout_below : float, optional
        An image is unlike the training set's where its distance, as the network ``familiarity``
        or ``layout`` measures it, is not below this.
    batch_size, amp, labels
        From the package's ``inference`` and ``output``.
    calibration : Calibration
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preparation: Preparation
    views: Annotated[tuple[Share, ...], Field(min_length=1)] = (1.0,)
    groups: dict[str, tuple[str, ...]] = {}
    explained: str
    familiar_below: Positive | None = None
    layout_below: Positive | None = None
    batch_size: Annotated[int, Field(ge=1)] = 8
    amp: bool = False
    labels: Annotated[tuple[str, ...], Field(min_length=2)]
    lowest_threshold: float = 0.0
    calibration: Calibration = Calibration()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.explained not in self.labels and self.explained not in self.groups:
            raise ValueError(f"explained: there is no class {self.explained!r}")
        unknown = {name for members in self.groups.values() for name in members} - set(self.labels)
        if unknown:
            raise ValueError(f"groups: there is no label {', '.join(sorted(unknown))}")
        if self.calibration.bias and len(self.calibration.bias) != len(self.labels):
            raise ValueError(f"calibration: {len(self.labels)} biases are needed")
        among = set(self.calibration.looked_for)
        if among and not among < set(range(len(self.labels))):
            raise ValueError("calibration: looked_for names all labels, or some that are not there")
        return self
