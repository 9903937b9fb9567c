"""Training the lung-nodule package from start to end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ai.detection.outline import DIAMETERS, WINDOW
from ai.detection.parameters import Parameters, Scale
from ai.detection.rating import MIDDLE
from ai.detection.views import PATCH, PATCH_PIXEL_MM
from ai.networks import build
from ai.networks.image_classifier import ImageClassifier
from ai.packages.package import Package
from ai.training.classification.pretrained import start_from_imagenet
from ai.training.loop import Log, Schedule, fit
from ai.training.metrics import auc
from ai.training.nodules.calibration import fit_calibration
from ai.training.nodules.data import TrainingData, fingerprints, read_training_data
from ai.training.nodules.evaluation import (
    UNCALIBRATED,
    calibration_pairs,
    candidate_logits,
    cases,
    measure_candidates,
    measure_ratings,
    measure_slices,
    sensitivity,
)
from ai.training.nodules.lidc import Candidates
from ai.training.nodules.outlines import Outlining, window_dice
from ai.training.nodules.planted import Planting, sites_of
from ai.training.nodules.ratings import Rating, distances, fit_rating, own_diameters_mm
from ai.training.nodules.release import Release
from ai.training.nodules.scans import LabelledScan
from ai.training.nodules.segmenter import PIXEL_MM, Segmentation
from ai.training.nodules.sites import (
    Classification,
    Sites,
    candidate_sites,
    mistake_sites,
    nodule_sites,
)
from ai.training.nodules.slices import Slices
from ai.training.nodules.stacks import mistakes

#: EfficientNet-Lite0 for patches: at a stride of 1 they keep the detail that they have.
_CLASSIFIER: dict[str, Any] = {
    "architecture": "EfficientNetLite0",
    "arguments": {
        "inputs": 1,
        "classes": 1,
        "dropout": 0.3,
        "drop_path": 0.15,
        "stem_stride": 1,
    },
}
_SEGMENTER: dict[str, Any] = {
    "architecture": "UNet",
    "arguments": {"inputs": 3, "widths": [24, 48, 96, 128]},
}
ARCHITECTURES = {
    "segment": _SEGMENTER,
    "outline": _SEGMENTER,
    "reject": _CLASSIFIER,
    "rate": _CLASSIFIER,
}
#: Nodules at the resolution that the networks learn at, masses at half of it.
SCALES = (
    Scale(pixel_mm=PIXEL_MM, slice_mm=1.25),
    Scale(pixel_mm=2 * PIXEL_MM, slice_mm=2.5, smallest_mm=20.0),
)
#: A glance rules out what looks this much less like a nodule than the hardest of a hundred.
_HARDEST, _GLANCE_MARGIN = 0.01, 2.5
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Settings:
    """What decides the result, besides the data.

    Parameters
    ----------
    split_seed, segment_seed, outline_seed, reject_seed, planted_seed, rate_seed : int
    segment_steps, outline_steps, reject_steps, planted_steps, rate_steps : int
    planted_copies : int
        Of each whole scan, with simulated lesions in them.
    pretrained : bool
        Whether the classifier and the rating network start from ImageNet weights.
    log_prior_ratio : float
        Logarithm of the odds that a candidate of a scan is a nodule, over those of a candidate of
        a crop stack; see the card.
    operating_points : pairs of str and float
    default_operating_point : str
    remarks : str
        On how this run was made, for the card.
    """

    split_seed: int = 20241121
    segment_seed: int = 1
    segment_steps: int = 3000
    outline_seed: int = 3
    outline_steps: int = 1200
    reject_seed: int = 2
    reject_steps: int = 1500
    planted_seed: int = 7
    planted_steps: int = 400
    planted_copies: int = 12
    rate_seed: int = 5
    rate_steps: int = 900
    pretrained: bool = True
    log_prior_ratio: float = -2.0
    operating_points: tuple[tuple[str, float], ...] = (
        ("sensitive", 0.1),
        ("balanced", 0.5),
        ("specific", 0.8),
    )
    default_operating_point: str = "balanced"
    remarks: str = ""


def train(
    data: Path,
    out: Path,
    *,
    resume: bool,
    report: Callable[[str], None],
    settings: Settings | None = None,
    scans: Sequence[LabelledScan] = (),
) -> Package:
    """Train all networks, calibrate, measure on test patients, and write the package.

    Parameters
    ----------
    data : Path
        Holds LIDC crops, LIDC HU sections and LUNA16 candidates, see ``ai.training.nodules.lidc``.
    out : Path
        Receives ``checkpoints/``, ``train.log`` and at the end ``package/``.
    resume : bool
        Go on from the checkpoints in ``out``.
    report : callable
        Receives lines of progress, with the time left.
    settings : Settings, optional
    scans : sequence of LabelledScan
        Whole scans on which the classifier learns last, with simulated lesions. What is marked in
        them is not used.

    Returns
    -------
    Package

    Raises
    ------
    DataError
        The data is missing or not in the documented format.
    """
    settings = settings or Settings()
    (out / "checkpoints").mkdir(parents=True, exist_ok=True)
    with (out / "train.log").open("a" if resume else "w", encoding="utf-8") as file:
        started = time.monotonic()

        def log(line: str) -> None:
            file.write(f"{time.monotonic() - started:8.0f} s  {line}\n")
            file.flush()
            report(line)

        prepared = read_training_data(data, settings.split_seed)
        _describe(prepared, log)
        release = _Trainer(prepared, scans, out / "checkpoints", settings, resume, log).release()
    log_text = (out / "train.log").read_text(encoding="utf-8")
    package = out / "package"
    package.mkdir(exist_ok=True)
    (package / "train.log").write_text(log_text, encoding="utf-8")
    return release.write(package)


@dataclass(frozen=True)
class _Trainer:
    data: TrainingData
    scans: Sequence[LabelledScan]
    checkpoints: Path
    settings: Settings
    resume: bool
    log: Log

    def release(self) -> Release:
        """Train, calibrate and measure."""
        networks = {"segment": self._segmenter(), "outline": self._outliner()}
        networks["reject"] = self._rejecter(networks["segment"])
        networks["rate"] = self._rater()
        parameters = self._rated(self._calibrated(networks), networks)
        measured = measure_slices(self.data.of("test"), networks, parameters)
        measured |= measure_candidates(self._candidates("test"), networks["reject"])
        measured |= measure_ratings(self.data.rated("test"), networks, parameters)
        for name, m in measured.items():
            self.log(f"test: {name} {m.value:.4f}  95 % CI {m.ci95[0]:.4f} to {m.ci95[1]:.4f}")
        return Release(
            networks,
            ARCHITECTURES,
            parameters,
            dict(self.settings.operating_points),
            self.settings.default_operating_point,
            measured,
            {part: len(_patients(self.data.of(part))) for part in ("train", "validation", "test")},
            len(self.scans),
            self.settings.pretrained,
            self._config(),
            self.settings.split_seed,
            self.settings.remarks,
        )

    def _segmenter(self) -> nn.Module:
        background = self._candidates("train")
        loss = Segmentation(
            self.data.of("train"),
            background.select(background.labels == 0).hounsfield(),
            self.settings.segment_seed,
        )
        torch.manual_seed(self.settings.segment_seed)
        return self._fit("segment", loss, Schedule(self.settings.segment_steps))

    def _outliner(self) -> nn.Module:
        loss = Outlining(self.data.of("train"), self.settings.outline_seed)
        schedule = Schedule(self.settings.outline_steps, averaging=0.99, validate_every=200)
        slices = self.data.of("validation")
        torch.manual_seed(self.settings.outline_seed)
        return self._fit("outline", loss, schedule, lambda n: f"Dice {window_dice(slices, n):.4f}")

    def _rejecter(self, segmenter: nn.Module) -> nn.Module:
        slices = self.data.of("train")
        sites = [candidate_sites(self._candidates("train"))]
        for scale in SCALES:
            sites.append(nodule_sites(slices, scale))
            places = self._mistakes(slices, segmenter, scale)
            sites.append(mistake_sites(slices, places, scale))
        loss = Classification(sites, self.settings.reject_seed)
        held = self._candidates("validation")

        def validate(network: nn.Module) -> str:
            return f"AUC {auc(held.labels == 1, candidate_logits(held, network)):.4f}"

        torch.manual_seed(self.settings.reject_seed)
        schedule = _fine_tuning(self.settings.reject_steps)
        network = self._fit("reject", loss, schedule, validate)
        if not self.scans:
            return network
        sites += self._planted({"segment": segmenter, "reject": network})
        loss = Classification(sites, self.settings.planted_seed)
        torch.manual_seed(self.settings.planted_seed)
        schedule = replace(_fine_tuning(self.settings.planted_steps), learning_rate=3e-4)
        return self._fit("reject", loss, schedule, validate, stage="reject-scans", start=network)

    def _planted(self, networks: dict[str, nn.Module]) -> list[Sites]:
        kept = [self.checkpoints / f"planted-{scan.identifier}.npz" for scan in self.scans]
        if not (self.resume and all(path.exists() for path in kept)):
            copies, seed = self.settings.planted_copies, self.settings.planted_seed
            planting = Planting(networks, self._calibrated(networks), copies, seed)
            for scan, path in zip(self.scans, kept, strict=True):
                sites = planting.sites(scan.read())
                np.savez_compressed(path, images=sites.images, labels=sites.labels)
                self.log(
                    f"{scan.identifier}: {sites.labels.sum()} planes through simulated lesions,"
                    f" {(~sites.labels).sum()} through mistakes"
                )
        stored = [np.load(path) for path in kept]
        return [
            sites_of(one["images"][one["labels"]], one["images"][~one["labels"]]) for one in stored
        ]

    def _rater(self) -> nn.Module:
        loss = Rating(self.data.rated("train"), self.settings.rate_seed)
        held = self.data.rated("validation")
        clear = held.select(held.ratings != MIDDLE)

        def validate(network: nn.Module) -> str:
            return f"AUC {auc(clear.ratings > MIDDLE, distances(clear, network)):.4f}"

        torch.manual_seed(self.settings.rate_seed)
        return self._fit("rate", loss, _fine_tuning(self.settings.rate_steps), validate)

    def _mistakes(
        self, slices: Slices, segmenter: nn.Module, scale: Scale
    ) -> list[tuple[int, float, float]]:
        kept = self.checkpoints / f"mistakes-{scale.pixel_mm:g}mm.json"
        if self.resume and kept.exists():
            return [(int(row), y, x) for row, y, x in json.loads(kept.read_text())]
        places = mistakes(slices, segmenter, scale, _CPU)
        kept.write_text(json.dumps(places), encoding="utf-8")
        self.log(f"mined {len(places)} mistakes of the segmenting network at {scale.pixel_mm:g} mm")
        return places

    def _fit(
        self,
        role: str,
        loss: Callable[[nn.Module, int], torch.Tensor],
        schedule: Schedule,
        validate: Callable[[nn.Module], str] | None = None,
        stage: str | None = None,
        start: nn.Module | None = None,
    ) -> nn.Module:
        spec = ARCHITECTURES[role]
        network = build(spec["architecture"], **spec["arguments"])
        if start is not None:
            network.load_state_dict(start.state_dict())
        elif self.settings.pretrained and isinstance(network, ImageClassifier):
            start_from_imagenet(network, spec["architecture"])
        return fit(
            network,
            loss,
            schedule,
            self.checkpoints / f"{stage or role}.ckpt",
            resume=self.resume,
            log=self.log,
            validate=validate,
        )

    def _calibrated(self, networks: dict[str, nn.Module]) -> Parameters:
        parameters = Parameters(scales=SCALES, calibration=UNCALIBRATED)
        slices = self.data.of("validation")
        found, labels = calibration_pairs(slices, networks, parameters)
        calibration = fit_calibration(
            [f.features for f in found], labels, self.settings.log_prior_ratio
        )
        glances = np.array([f.glance for f in found])[labels]
        least = float(np.quantile(glances, _HARDEST) - _GLANCE_MARGIN)
        parameters = parameters.model_copy(
            update={"calibration": calibration, "least_glance": round(least, 2)}
        )
        measured = cases(slices, networks, parameters, parameters.scales[0])
        self.log(
            f"calibrated on {len(found)} candidates of validation patients, {labels.sum()} of them"
            f" nodules; weights {calibration.weights}; least glance {least:.2f}; sensitivity at"
            " 1, 0.5, 0.25 false positives a stack: "
            + ", ".join(f"{sensitivity(measured, rate):.3f}" for rate in (1.0, 0.5, 0.25))
        )
        return parameters

    def _rated(self, parameters: Parameters, networks: dict[str, nn.Module]) -> Parameters:
        sections = self.data.rated("validation")
        seen = distances(sections, networks["rate"])
        sizes = own_diameters_mm(sections, networks, parameters)
        line = fit_rating(sections.ratings, seen, sizes)
        self.log(f"rating fitted on {len(seen)} sections of validation patients: {line}")
        return parameters.model_copy(update={"rating": line})

    def _candidates(self, part: str) -> Candidates:
        return self.data.candidates.select(self.data.candidate_parts == part)

    def _config(self) -> dict[str, Any]:
        candidates = self.data.candidates.select(self.data.candidate_parts != "test")
        seen = {
            str(patient)
            for part in ("train", "validation")
            for patient in (*self.data.of(part).patients, *self.data.rated(part).patients)
        }
        return {
            "settings": asdict(self.settings),
            "networks": ARCHITECTURES,
            "scans": [scan.identifier for scan in self.scans],
            "segment_pixel_mm": PIXEL_MM,
            "outline_window": {"pixels": WINDOW, "diameters": DIAMETERS},
            "reject_patch": {"pixels": PATCH, "pixel_mm": PATCH_PIXEL_MM},
            "seen": {"patients": sorted(seen), "candidates": fingerprints(candidates)},
        }


def _fine_tuning(steps: int) -> Schedule:
    return Schedule(
        steps, learning_rate=1e-3, weight_decay=0.02, averaging=0.99, validate_every=100
    )


def _patients(slices: Slices) -> list[str]:
    return [str(p) for p in np.unique(slices.patients)]


def _describe(data: TrainingData, log: Log) -> None:
    for part in ("train", "validation", "test"):
        slices = data.of(part)
        candidates = data.candidates.select(data.candidate_parts == part)
        log(
            f"{part}: {len(_patients(slices))} patients, {len(slices)} slices; "
            f"{len(candidates.labels)} candidates, {int(candidates.labels.sum())} of them nodules"
        )
