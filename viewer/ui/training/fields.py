"""Which settings the form shows, in which words; their kinds and limits are the configuration's."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from viewer.training import Config, TableConfig

#: What can be trained on pictures, with the picture's side that each was made for.
ARCHITECTURES = {
    "SmallCNN": 150,
    "SmallResNet": 64,
    "ResNet18": 224,
    "ResNet50": 224,
    "DenseNet121": 224,
    "VGG16": 224,
    "EfficientNetLite0": 224,
    "EfficientNetLite1": 240,
    "EfficientNetLite2": 260,
}


@dataclass(frozen=True)
class Field:
    """A setting of the form.

    Parameters
    ----------
    place : str
        In the configuration.
    name, tip : str
    most : float
        Of a slider; 0 for other kinds of widget.
    unit : str
    """

    place: str
    name: str
    tip: str = ""
    most: float = 0
    unit: str = ""


_LEARNING = (
    Field("optimisation.epochs", "Epochs", "How often all training cases are seen"),
    Field("optimisation.batch", "Batch", "Cases a step; fewer need less memory"),
    Field("optimisation.optimiser", "Optimiser"),
    Field("optimisation.rate", "Learning rate"),
    Field("optimisation.schedule", "Schedule", "How the rate falls"),
    Field("optimisation.balance", "Class balance", "Against classes of unequal size"),
    Field(
        "optimisation.patience", "Patience", "Stop after so many epochs without gain; 0 for never"
    ),
)
_SPLIT = (
    Field("split.validation", "Validation share", "Of the patients: chooses and calibrates"),
    Field("split.test", "Test share", "Of the patients: measures once, at the end"),
    Field("seed", "Seed", "The same seed gives the same split and the same random choices"),
)

PICTURES: dict[str, tuple[Field, ...]] = {
    "Model": (
        Field("card.title", "Title"),
        Field("id", "Id", "Lower-case letters, digits and hyphens; names the model's folder"),
        Field("network.architecture", "Architecture"),
        Field("network.pretrained", "ImageNet weights", "Start from them instead of random ones"),
        Field("preparation.side", "Picture size", "Pictures are squashed to a square", unit="px"),
        Field("preparation.colour", "Colour", "Keep red, green and blue"),
    ),
    "Learning": _LEARNING,
    "Data": (
        Field(
            "data.patient_pattern",
            "Patient in file name",
            r"A regular expression; its first group is the patient, as in (p\d+)_",
        ),
        *_SPLIT,
    ),
    "Augmentation": (
        Field("augmentation.rotation", "Rotation", most=180, unit="°"),
        Field("augmentation.shear", "Shear", most=30, unit="°"),
        Field("augmentation.shift", "Shift", "Share of the side", most=0.3),
        Field("augmentation.zoom", "Zoom", "Share of the side", most=0.5),
        Field("augmentation.brightness", "Brightness", "Share of the grey range", most=0.5),
        Field("augmentation.contrast", "Contrast", "Share of the grey range", most=0.8),
        Field("augmentation.blur", "Blur", "Standard deviation", most=4, unit="px"),
        Field("augmentation.noise", "Noise", "Share of the grey range", most=0.2),
        Field("augmentation.erase", "Erased rectangle", "Share of the side", most=0.6),
        Field(
            "augmentation.flip",
            "Mirror left and right",
            "A mirrored chest is a wrong chest: leave it off for radiographs",
        ),
    ),
}
TABLE: dict[str, tuple[Field, ...]] = {
    "Columns": (
        Field("label", "Label", "The column of labels; the last one if empty"),
        Field("patient", "Patient", "The column of patients, if there is one"),
        Field("positive", "Looked for", "The class; the last in alphabetical order if empty"),
    ),
    "Network": (Field("dropout", "Dropout"),),
    "Learning": _LEARNING,
    "Data": _SPLIT,
}


@dataclass(frozen=True)
class Rule:
    """What a setting may be, as the configuration's model has it.

    Parameters
    ----------
    kind : {bool, int, float, str}
    default : object
    choices : tuple of str
    least, most : float, optional
    """

    kind: type
    default: Any
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


def rule(model: type[Config] | type[TableConfig], place: str) -> Rule:
    """The rule of a place."""
    *sections, name = place.split(".")
    owner: type[BaseModel] = model
    default: Any = None
    for section in sections:
        default = owner.model_fields[section].get_default() if default is None else default
        owner = _section(owner.model_fields[section])
    info = owner.model_fields[name]
    if default is not None and isinstance(default, BaseModel):
        default = getattr(default, name)
    else:
        default = info.get_default()
    choices = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
    limits = {
        key: getattr(m, key)
        for m in info.metadata
        for key in ("ge", "gt", "le", "lt")
        if hasattr(m, key)
    }
    if name == "architecture":
        choices = tuple(ARCHITECTURES)
    kind = str if choices else _plain(info.annotation)
    return Rule(kind, default, choices, limits.get("ge", limits.get("gt")), limits.get("le"))


def _section(info: FieldInfo) -> type[BaseModel]:
    annotation = info.annotation
    assert isinstance(annotation, type)
    assert issubclass(annotation, BaseModel)
    return annotation


def _plain(annotation: Any) -> type:
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    return annotation if annotation in (bool, int, float) else str
