"""Writing a classifier's package: contract, parameters, figures, card, self-test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from torch import nn

from ai.engine import Engine
from ai.image import Image
from ai.networks.image_classifier import ImageClassifier
from ai.packages.package import Package
from ai.packages.schema import CARD
from ai.packages.selftest import write_reference
from ai.packages.write import replace_file, write_package, write_weights
from ai.request import Request
from ai.training.classification.card import card
from ai.training.classification.config import Config
from ai.training.classification.evaluation import CONFIG, SEEN
from ai.training.classification.training import Material, network_arguments
from ai.training.classification.verdict import Verdict

#: So many hexadecimal digits tell pictures apart.
_DIGITS = 16
#: Parameters of the pipeline that stand in no other part of the package.
_OF_THE_PIPELINE = {
    "preparation",
    "views",
    "groups",
    "explained",
    "familiar_below",
    "layout_below",
}


@dataclass(frozen=True)
class Release:
    """All that goes into a package.

    Parameters
    ----------
    config : Config
    config_path : Path
        Copied into the package.
    material : Material
    members : list of ImageClassifier
    verdict : Verdict
    """

    config: Config
    config_path: Path
    material: Material
    members: list[ImageClassifier]
    verdict: Verdict

    def write(self, folder: Path) -> Package:
        """Write the package, run it once, and keep the answer as what its self-test expects."""
        folder.mkdir(parents=True, exist_ok=True)
        write_weights(folder, self._networks())
        self._copy_config(folder)
        replace_file(folder / SEEN, json.dumps(self._seen()).encode())
        text = card(self.config, self.material, self.verdict)
        replace_file(folder / CARD, text.encode())
        write_package(folder, self._document())
        image = reference_picture()
        findings = Engine().run(Request(folder, "cpu", force=True), image)
        write_reference(folder, image, findings)
        return write_package(folder, self._document())

    def _networks(self) -> Mapping[str, nn.Module]:
        members = {f"member_{i + 1}": network for i, network in enumerate(self.members)}
        return {**members, **self.verdict.guards}

    def _copy_config(self, folder: Path) -> None:
        if self.config_path.suffix == ".toml" and self.config_path != folder / CONFIG:
            shutil.copyfile(self.config_path, folder / CONFIG)

    def _seen(self) -> list[str]:
        parts, digests = self.material.parts, self.material.prints.digests
        fitted = np.concatenate([parts.train, parts.validation])
        return sorted({str(d)[:_DIGITS] for d in digests[fitted]})

    def _document(self) -> dict[str, Any]:
        config, verdict = self.config, self.verdict
        parameters = verdict.parameters
        preparation = parameters.preparation
        arguments = network_arguments(config, preparation, len(self.material.labels))
        networks: dict[str, Any] = {
            f"member_{i + 1}": {
                "architecture": config.network.architecture,
                "arguments": arguments,
            }
            for i in range(len(self.members))
        }
        for role, guard in verdict.guards.items():
            features, components = guard.axes.shape
            networks[role] = {
                "architecture": "Familiarity",
                "arguments": {"features": features, "components": components},
            }
        return {
            "id": config.id,
            "version": config.version,
            "title": config.card.title,
            "task": "classification",
            "dimensions": 2,
            "networks": networks,
            "input": {
                "modality": config.input.modality,
                "body_part": config.input.body_part,
                # A picture is squashed to a square: its millimetres don't matter.
                "pixel_spacing_mm": {"low": 1e-4, "high": 1e4},
                "slice_spacing_mm": {"low": 0, "high": 1e6},
                "intensity": {
                    "unit": "relative",
                    "value_range": {"low": 0, "high": 1},
                },
                "num_channels": preparation.channels,
                "spatial_shape": [preparation.side, preparation.side],
            },
            "inference": {
                "batch_size": parameters.batch_size,
                "parameters": parameters.model_dump(
                    mode="json",
                    include=_OF_THE_PIPELINE,
                ),
            },
            "output": {
                "labels": parameters.labels,
                "activation": "softmax",
                "operating_points": {"sensitive": verdict.threshold, "even odds": 0.5},
                "default_operating_point": "sensitive",
                "lowest_threshold": 0.0,
            },
            "calibration": parameters.calibration.model_dump(mode="json"),
            "training": {
                "data": [source.model_dump(mode="json") for source in config.card.data],
                "split": self.material.parts.describe(self.material.prints, parameters.labels),
                "command": f"python main.py train {CONFIG} --data DATA",
                "seed": config.seed,
            },
            "metrics": self._metrics(),
            "intended_use": config.card.intended_use,
            "limits": config.card.limits,
            "license": config.card.license,
            "citations": config.card.citations,
        }

    def _metrics(self) -> dict[str, Any]:
        return {
            name: {"value": m.value, "ci95": m.ci95, "n": m.n, "data": "held-back patients"}
            for name, m in next(iter(self.verdict.metrics.values())).items()
            if np.isfinite([m.value, *m.ci95]).all()
        }


def reference_picture() -> Image:
    """A drawn chest, 128 × 128: no patient's picture goes into a package."""
    y, x = np.mgrid[-1:1:128j, -1:1:128j].astype(np.float32)
    body = np.exp(-((x / 0.9) ** 4 + (y / 1.4) ** 4))
    lungs = _ellipse(x - 0.42, y + 0.05, 0.28, 0.6) + _ellipse(x + 0.42, y + 0.05, 0.28, 0.6)
    ribs = 0.08 * np.cos(18 * (y - 0.35 * x**2))
    voxels = 3000 * np.clip(0.75 * body - 0.45 * lungs + ribs * body, 0, 1)
    return Image(voxels[None].astype(np.float32), np.eye(4), "DX", "reference")


def _ellipse(
    x: npt.NDArray[np.float32], y: npt.NDArray[np.float32], a: float, b: float
) -> npt.NDArray[np.float32]:
    return np.asarray(expit(12 * (1 - (x / a) ** 2 - (y / b) ** 2)), dtype=np.float32)
