"""What a bundle says of itself, as the ``ModelSpec`` of a package; without torch and MONAI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from ai.bundles.config import METADATA, Config
from ai.errors import PackageError
from ai.packages.documents import read_document
from ai.packages.schema import BUNDLE_WEIGHTS, CARD, SCHEMA_VERSION, ModelSpec

Task = Literal["detection", "classification", "segmentation"]

#: Sections that are read, by task. Everything else of a bundle is left alone.
SECTIONS: Mapping[Task, tuple[str, ...]] = {
    "detection": ("network_def", "preprocessing", "detector", "detector_ops"),
    "segmentation": ("network_def", "preprocessing", "inferer", "postprocessing"),
    "classification": ("network_def", "preprocessing", "inferer"),
}

#: MONAI's words for modalities, as DICOM's.
_MODALITIES: Mapping[str, tuple[str, ...]] = {
    "CT": ("CT",),
    "MR": ("MR",),
    "MRI": ("MR",),
    "MAMMOGRAM": ("MG",),
    "REGULAR": ("ES", "GM", "OT", "SM", "XC"),
}

#: Slices further apart than this many times the network's own, and than this, are too coarse.
_COARSEST, _COARSE_MM = 2.5, 3.0
_FEWEST_SLICES = 8
_ANY_SPACING = {"low": 0.001, "high": 50.0}


def read_spec(folder: Path, files: Mapping[str, str]) -> ModelSpec:
    """The description of a bundle.

    Parameters
    ----------
    folder : Path
    files : mapping of str to str
        The sha256 of each of its files.

    Raises
    ------
    PackageError
        The bundle does not say what it takes and gives, or would do what bundles may not do.
    """
    path = folder / METADATA
    metadata = read_document(path)
    config = Config.read(folder)
    try:
        return _spec(metadata, config, files)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "document"
        raise PackageError(f"{path} does not describe a model: {place}: {first['msg']}.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PackageError(
            f"{path} does not say in network_data_format what the model takes and gives: {error}."
        ) from error


def _spec(metadata: Mapping[str, Any], config: Config, files: Mapping[str, str]) -> ModelSpec:
    formats = metadata["network_data_format"]
    if "image" not in formats["inputs"]:
        raise PackageError(f"{config.path}: the model takes no image.", "It cannot be run here.")
    image = formats["inputs"]["image"]
    output = formats["outputs"].get("pred") or next(iter(formats["outputs"].values()))
    task = _task(config, output)
    config.check(SECTIONS[task])
    slices = any(part["_target_"].endswith("SliceInferer") for part in config.targets("inferer"))
    flat = len(image["spatial_shape"]) == 2 and not slices
    name = str(metadata["name"])
    labels = _labels(task, output, name)
    description = str(metadata.get("description") or metadata.get("task") or name)
    source = str(metadata.get("data_source") or "see the bundle's card")
    return ModelSpec.model_validate(
        {
            "schema_version": SCHEMA_VERSION,
            "id": identifier(name),
            "version": metadata["version"],
            "title": name,
            "task": task,
            "dimensions": 2 if flat else 3,
            "networks": {"network": {"file": BUNDLE_WEIGHTS}},
            "input": _input(metadata, image, config, flat),
            "inference": {"batch_size": 1, "amp": True},
            "output": {
                "labels": labels,
                "activation": "none",
                **_thresholds(task),
            },
            "training": {
                "data": [{"name": source, "license": "see the bundle's card"}],
                "split": "see the bundle's card",
                "command": "published by its authors",
            },
            "metrics": _metrics(metadata.get("eval_metrics")),
            "intended_use": str(metadata.get("intended_use") or description),
            "limits": ["What the bundle's card says; Hounsfield has not measured this model."],
            "license": "see the bundle",
            "citations": [str(text) for text in metadata.get("references", []) if text],
            "files": dict(files),
        }
    )


def identifier(name: str) -> str:
    """A model's id of its title."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-")


def card(metadata: Mapping[str, Any]) -> str:
    """A model card for a bundle that brings none, Markdown."""
    lines = [f"# {metadata.get('name', 'A bundle of MONAI')}", ""]
    for title, key in (
        ("", "description"),
        ("Intended use", "intended_use"),
        ("Data", "data_source"),
        ("Input", "image_classes"),
        ("Authors", "authors"),
        ("", "copyright"),
    ):
        if metadata.get(key):
            lines += [f"{f'{title}: ' if title else ''}{metadata[key]}", ""]
    return "\n".join(lines)


def card_file(folder: Path) -> Path | None:
    """Where a bundle keeps its card."""
    return next((p for p in (folder / CARD, folder / "docs/README.md") if p.is_file()), None)


def _task(config: Config, output: Mapping[str, Any]) -> Task:
    if "detector" in config or output.get("type") == "object":
        return "detection"
    shape = [str(size) for size in output.get("spatial_shape", [])]
    one_answer = len(shape) == 2 and shape[0] == "1"
    if one_answer or output.get("format") in ("classes", "classification"):
        return "classification"
    return "segmentation"


def _labels(task: Task, output: Mapping[str, Any], name: str) -> list[str]:
    names = output.get("channel_def") or {}
    ordered = [str(names[key]) for key in sorted(names, key=int)]
    found = re.search(r"(\w+)\s+(?:(?:CT|MRI?)\s+)?detection", name, re.IGNORECASE)
    return ordered or [found[1].lower() if found else "finding"]


def _thresholds(task: Task) -> dict[str, Any]:
    """A bundle's scores are not calibrated: the reader chooses."""
    if task == "detection":
        points = {"every box": 0.02, "likely": 0.5}
        return {
            "operating_points": points,
            "default_operating_point": "likely",
            "lowest_threshold": 0.02,
        }
    return {
        "operating_points": {"all": 0.0},
        "default_operating_point": "all",
        "lowest_threshold": 0.0,
    }


def _input(
    metadata: Mapping[str, Any], image: Mapping[str, Any], config: Config, flat: bool
) -> dict[str, Any]:
    modality = str(image.get("modality") or "regular").upper()
    hounsfield = image.get("format") == "hounsfield" or modality == "CT"
    scaled = next(
        (t for t in config.targets("preprocessing") if t["_target_"] == "ScaleIntensityRanged"),
        None,
    )
    low, high = (scaled["a_min"], scaled["a_max"]) if scaled else (0.0, 1.0)
    spacing = _slice_spacing(config)
    return {
        "modality": _MODALITIES.get(modality, (modality,)),
        "pixel_spacing_mm": _ANY_SPACING,
        "slice_spacing_mm": {
            **_ANY_SPACING,
            **({"high": round(max(_COARSEST * spacing, _COARSE_MM), 3)} if spacing else {}),
        },
        "min_slices": 1 if flat else _FEWEST_SLICES if _is_volume(image) else 1,
        "intensity": {
            "unit": "HU" if hounsfield else "relative",
            "value_range": {"low": low, "high": high},
        },
        "num_channels": image.get("num_channels", 1),
        "organ": "lung" if "lung" in str(metadata.get("task", "")).lower() else None,
    }


def _is_volume(image: Mapping[str, Any]) -> bool:
    return len(image["spatial_shape"]) == 3


def _slice_spacing(config: Config) -> float | None:
    for transform in config.targets("preprocessing"):
        if transform["_target_"] == "Spacingd":
            sizes = transform.get("pixdim")
            if isinstance(sizes, list) and len(sizes) == 3:
                return float(sizes[2])
    return None


def _metrics(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        return {}
    numbers: Iterable[tuple[str, Any]] = given.items()
    return {
        str(name): {"value": float(value), "data": "as its authors report"}
        for name, value in numbers
        if isinstance(value, int | float)
    }
