"""The schema of ``model.json``: what a model package says of itself.

Plain data, validated by pydantic; no torch here, so that packages can be listed at once. Names
follow the ``network_data_format`` of MONAI's bundle metadata where it has one (``modality``,
``num_channels``, ``spatial_shape``, ``value_range``).
"""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

SCHEMA_VERSION: Literal["hounsfield.model/1"] = "hounsfield.model/1"

WEIGHTS = "weights.safetensors"
CARD = "MODEL_CARD.md"

#: Where a bundle of MONAI keeps its weights, beside the configs that say what they belong to.
BUNDLE_WEIGHTS = "models/model.pt"

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Role = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Probability = Annotated[float, Field(ge=0, le=1)]
Sentence = Annotated[str, Field(min_length=1)]

#: What the guard can measure on an image, see ``ai.guard``.
Statistic = Literal["mean", "sd", "p01", "p50", "p99"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Range(_Part):
    """A closed interval."""

    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) must not exceed high ({self.high})")
        return self

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


class Network(_Part):
    """One network: an architecture of ``ai.networks`` by name, or a file that holds it whole.

    Parameters
    ----------
    architecture : str
        With its weights in ``weights.safetensors``.
    arguments : dict
        To build the architecture.
    file : str
        ``model.onnx`` for ONNX, ``model.ts`` for TorchScript, ``model.pt2`` for a program written
        by ``torch.export``, ``models/model.pt`` for a bundle of MONAI.
    """

    architecture: str = ""
    arguments: dict[str, JsonValue] = {}
    file: Literal["", "model.onnx", "model.ts", "model.pt2", "models/model.pt"] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.architecture) == bool(self.file):
            raise ValueError("either an architecture or a file is needed")
        if self.file and self.arguments:
            raise ValueError("a network in a file takes no arguments")
        return self


class Intensity(_Part):
    """What the voxels mean, and how they become the network's input.

    Values are clipped to ``value_range`` and mapped linearly to ``scaled_to``. ``unit`` is ``"HU"``
    for CT; ``"relative"`` where only the order of the grey values counts.
    """

    unit: Literal["HU", "relative"]
    value_range: Range
    scaled_to: Range = Range(low=0, high=1)


class InputContract(_Part):
    """The images that the model may be run on; checked by ``ai.guard``.

    Parameters
    ----------
    modality : tuple of str
        Accepted values of DICOM Modality (0008,0060).
    body_part : tuple of str
        Accepted values of DICOM Body Part Examined (0018,0015), upper case. Any if empty; an image
        that names no body part, or none that the standard defines, is not refused for it.
    orientation : {"any", "axial", "coronal", "sagittal"}
        The plane in which the slices must have been acquired or reconstructed.
    oblique_limit_degrees : float
        Largest angle between that plane and the slices.
    pixel_spacing_mm, slice_spacing_mm : Range
        Accepted distance of neighbouring pixels, and of neighbouring slices.
    max_slice_thickness_mm : float, optional
        Thickest nominal slice accepted.
    min_slices : int
        Fewest slices accepted.
    intensity : Intensity
    num_channels : int
        Channels of the network's input (neighbouring slices, for a 2.5D network).
    spatial_shape : tuple of int
        One window of the network, in voxels, slowest axis first; empty where any size will do.
    divisible_by : int
        Each side of a window must be a multiple of it.
    organ : {"lung"}, optional
        What has to be visible in the voxels.
    """

    modality: Annotated[tuple[str, ...], Field(min_length=1)]
    body_part: tuple[str, ...] = ()
    orientation: Literal["any", "axial", "coronal", "sagittal"] = "any"
    oblique_limit_degrees: Annotated[float, Field(ge=0, le=90)] = 45
    pixel_spacing_mm: Range
    slice_spacing_mm: Range
    max_slice_thickness_mm: Annotated[float, Field(gt=0)] | None = None
    min_slices: Annotated[int, Field(ge=1)] = 1
    intensity: Intensity
    num_channels: Annotated[int, Field(ge=1)] = 1
    spatial_shape: tuple[Annotated[int, Field(ge=1)], ...] = ()
    divisible_by: Annotated[int, Field(ge=1)] = 1
    organ: Literal["lung"] | None = None


class Inference(_Part):
    """How the model is run.

    ``parameters`` belong to the pipeline of the task, which validates them itself. ``batch_size``
    is where the engine starts; it is made smaller when the memory of the device runs out. ``amp``
    allows reduced precision where the device has it.
    """

    batch_size: Annotated[int, Field(ge=1)] = 8
    amp: bool = False
    parameters: dict[str, JsonValue] = {}


class Output(_Part):
    """What comes out.

    ``operating_points`` name thresholds of the calibrated probability. Candidates less probable
    than ``lowest_threshold`` are never reported; the user may move the threshold freely above it.
    """

    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    activation: Literal["sigmoid", "softmax", "none"]
    operating_points: Annotated[dict[str, Probability], Field(min_length=1)]
    default_operating_point: str
    lowest_threshold: Probability

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.default_operating_point not in self.operating_points:
            raise ValueError(f"there is no operating point {self.default_operating_point!r}")
        for name, threshold in self.operating_points.items():
            if threshold < self.lowest_threshold:
                raise ValueError(f"operating point {name!r} lies below lowest_threshold")
        return self


class DataSource(_Part):
    """A data set that the model was trained on."""

    name: Sentence
    license: Sentence
    citation: str = ""
    patients: Annotated[int, Field(ge=1)] | None = None


class Training(_Part):
    """Where the model comes from: enough to train it again."""

    data: tuple[DataSource, ...]
    split: Sentence
    command: Sentence
    seed: int | None = None


class Metric(_Part):
    """A measured figure with its 95 % confidence interval, on ``n`` cases of ``data``."""

    value: float
    ci95: tuple[float, float] | None = None
    n: Annotated[int, Field(ge=1)] | None = None
    data: str = ""


class ModelSpec(_Part):
    """``model.json``.

    ``calibration`` belongs to the pipeline, like ``inference.parameters``. ``out_of_distribution``
    gives the range in which a statistic of an image (in the unit of ``input.intensity``) lies for
    images like those the model was trained on. ``files`` holds the sha256 of every file of the
    package but ``model.json`` itself, by its path in the package with forward slashes.
    """

    schema_version: Literal["hounsfield.model/1"]
    id: Identifier
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Sentence
    task: Literal["detection", "classification", "segmentation"]
    dimensions: Literal[2, 3]
    networks: Annotated[dict[Role, Network], Field(min_length=1)]
    input: InputContract
    inference: Inference
    output: Output
    calibration: dict[str, JsonValue] = {}
    out_of_distribution: dict[Statistic, Range] = {}
    training: Training
    metrics: dict[str, Metric] = {}
    intended_use: Sentence
    limits: tuple[Sentence, ...]
    license: Sentence
    citations: tuple[Sentence, ...] = ()
    files: dict[str, Sha256]

    @field_validator("files")
    @classmethod
    def _inside_and_complete(cls, files: dict[str, str]) -> dict[str, str]:
        for name in files:
            if not is_inside(name):
                raise ValueError(f"{name!r} is not a path inside the package")
        folded = [name.casefold() for name in files]
        if len(set(folded)) < len(folded):
            raise ValueError("names of files differ in the case of letters only")
        return files

    @model_validator(mode="after")
    def _with_weights(self) -> Self:
        held = {network.file or WEIGHTS for network in self.networks.values()}
        if len(held) > 1 or (held != {WEIGHTS} and len(self.networks) > 1):
            raise ValueError("a network in a file must be the only one")
        for name in (*held, *(() if self.is_bundle else (CARD,))):
            if name not in self.files:
                raise ValueError(f"the sha256 of {name} is missing")
        return self

    @property
    def weights(self) -> str:
        """The file that holds what was learnt."""
        return next(network.file or WEIGHTS for network in self.networks.values())

    @property
    def is_bundle(self) -> bool:
        """Whether the model is a bundle of MONAI, which says itself how it is run."""
        return self.weights == BUNDLE_WEIGHTS

    def pipeline_parameters(
        self, *, batch_size: int | None = None, amp: bool = False
    ) -> dict[str, Any]:
        """What the engine hands to the pipeline of the task as ``parameters``.

        The pipeline's own ``inference.parameters``, and with them ``batch_size``, ``amp``,
        ``labels``, ``lowest_threshold`` and ``calibration``.
        """
        return {
            **self.inference.parameters,
            "batch_size": batch_size or self.inference.batch_size,
            "amp": amp and self.inference.amp,
            "labels": self.output.labels,
            "lowest_threshold": self.output.lowest_threshold,
            "calibration": self.calibration,
        }


def is_inside(name: str) -> bool:
    """Whether a path in a package is relative and stays in it, on any operating system."""
    path = PurePosixPath(name)
    windows = PureWindowsPath(name)
    return (
        bool(path.parts)
        and "\\" not in name
        and not path.is_absolute()
        and not windows.drive
        and ".." not in path.parts
        and path.as_posix() == name
    )
