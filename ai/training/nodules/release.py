"""Writing the lung-nodule package: contract, parameters, figures and card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from ai.detection.parameters import Parameters
from ai.engine import Engine
from ai.packages.package import Package
from ai.packages.selftest import write_reference
from ai.packages.write import write_package, write_weights
from ai.request import Request
from ai.training.metrics import Measured
from ai.training.nodules.card import CARD
from ai.training.nodules.evaluation import CONFIG
from ai.training.nodules.reference import reference_chest

_CITATIONS = (
    "Armato 2011, The Lung Image Database Consortium (LIDC) and Image Database Resource Initiative"
    " (IDRI), doi 10.1118/1.3528204",
    "Setio 2017, Validation, comparison, and combination of algorithms for automatic detection of"
    " pulmonary nodules: the LUNA16 challenge, doi 10.1016/j.media.2017.06.015",
)

_MEASURED_ON = {"candidate_auc": "LUNA16 candidates", "malignancy_auc": "LIDC sections, test"}
_SCANS = """\
- {count} whole chest CTs, for the last steps of `reject`: patches through simulated lesions put
  into them, and through what the search takes for nodules in the bare scans.
"""


@dataclass(frozen=True)
class Release:
    """All that goes into a package.

    Parameters
    ----------
    networks : mapping of str to Module
    architectures : mapping of str to dict
        ``{"architecture", "arguments"}`` of each network.
    parameters : Parameters
    operating_points : dict of str to float
    default_operating_point : str
    metrics : dict of str to Measured
        On test patients.
    patients : dict of str to int
        How many trained, validated and tested.
    scans : int
        How many whole scans with simulated lesions trained.
    pretrained : bool
        Whether networks started from ImageNet weights.
    config : dict
        Everything needed to train again, and what was seen in training.
    seed : int
    remarks : str
        On how this run was made.
    """

    networks: Mapping[str, nn.Module]
    architectures: Mapping[str, dict[str, Any]]
    parameters: Parameters
    operating_points: dict[str, float]
    default_operating_point: str
    metrics: dict[str, Measured]
    patients: dict[str, int]
    scans: int
    pretrained: bool
    config: dict[str, Any]
    seed: int
    remarks: str

    def write(self, folder: Path) -> Package:
        """Write the package, run its self-test once and keep the answer as the expected one."""
        folder.mkdir(parents=True, exist_ok=True)
        write_weights(folder, self.networks)
        (folder / CONFIG).write_text(json.dumps(self.config, indent=1) + "\n", encoding="utf-8")
        (folder / "MODEL_CARD.md").write_text(self._card(), encoding="utf-8")
        write_package(folder, self._document())
        image = reference_chest()
        findings = Engine().run(Request(folder, "cpu", force=True), image)
        write_reference(folder, image, findings)
        return write_package(folder, self._document())

    @property
    def _command(self) -> str:
        scans = " --scans DIR" if self.scans else ""
        return f"python main.py train lung-nodule-ct --data DIR{scans} --out DIR"

    def _document(self) -> dict[str, Any]:
        parameters = self.parameters.model_dump(
            mode="json",
            include={
                "scales",
                "region_score",
                "peak_score",
                "most_candidates",
                "least_glance",
                "rating",
            },
        )
        return {
            "id": "lung-nodule-ct",
            "version": "0.2.0",
            "title": "Lung nodules in chest CT",
            "task": "detection",
            "dimensions": 3,
            "networks": self.architectures,
            "input": {
                "modality": ["CT"],
                "body_part": ["CHEST", "LUNG", "THORAX", "CHESTABDOMEN", "CHESTABDPELVIS"],
                "orientation": "any",
                "pixel_spacing_mm": {"low": 0.3, "high": 5.0},
                "slice_spacing_mm": {"low": 0.3, "high": 6.0},
                "max_slice_thickness_mm": 6.0,
                "min_slices": 8,
                "intensity": {"unit": "HU", "value_range": {"low": -1000, "high": 400}},
                "num_channels": 3,
                "divisible_by": 8,
                "organ": "lung",
            },
            "inference": {
                "batch_size": self.parameters.batch_size,
                "amp": self.parameters.amp,
                "parameters": parameters,
            },
            "output": {
                "labels": list(self.parameters.labels),
                "activation": "sigmoid",
                "operating_points": self.operating_points,
                "default_operating_point": self.default_operating_point,
                "lowest_threshold": self.parameters.lowest_threshold,
            },
            "calibration": self.parameters.calibration.model_dump(mode="json"),
            "training": {
                "data": self._sources(),
                "split": "By patient, by hash: 70 % train, 15 % validation, 15 % test.",
                "command": self._command,
                "seed": self.seed,
            },
            "metrics": {
                name: {
                    "value": round(m.value, 4),
                    "ci95": [round(v, 4) for v in m.ci95],
                    "n": m.n,
                    "data": _MEASURED_ON.get(name, "LIDC crops, test"),
                }
                for name, m in self.metrics.items()
            },
            "intended_use": "Research on chest CT. Not for diagnosis.",
            "limits": [
                "Trained on crops around nodules, not on whole scans.",
                "Probabilities are calibrated on crops and carried over to scans by an assumed"
                " ratio of prior odds.",
            ],
            "license": "Apache-2.0",
            "citations": list(_CITATIONS),
        }

    def _sources(self) -> list[dict[str, Any]]:
        sources: list[dict[str, Any]] = [
            {
                "name": "LIDC-IDRI",
                "license": "CC BY 3.0",
                "citation": _CITATIONS[0],
                "patients": self.patients["train"],
            },
            {"name": "LUNA16", "license": "CC BY 4.0", "citation": _CITATIONS[1]},
        ]
        if self.scans:
            sources.append(
                {
                    "name": "Whole chest CTs with simulated lesions",
                    "license": "See the card",
                    "patients": self.scans,
                }
            )
        if self.pretrained:
            sources.append(
                {
                    "name": "ImageNet (initial weights of EfficientNet-Lite0)",
                    "license": "Apache-2.0 (weights)",
                    "citation": "Tan and Le 2019, EfficientNet, arXiv 1905.11946",
                }
            )
        return sources

    def _card(self) -> str:
        rows = "\n".join(
            f"| `{name}` | {m.value:.3f} | {m.ci95[0]:.3f} – {m.ci95[1]:.3f} | {m.n} |"
            for name, m in self.metrics.items()
        )
        points = "\n".join(
            f"| {name}{' (default)' if name == self.default_operating_point else ''} | {p:.2f} |"
            for name, p in self.operating_points.items()
        )
        return CARD.substitute(
            metrics=rows,
            scans=_SCANS.format(count=self.scans) if self.scans else "",
            operating_points=points,
            train=self.patients["train"],
            validation=self.patients["validation"],
            test=self.patients["test"],
            seed=self.seed,
            command=self._command,
            remarks=self.remarks,
        )
