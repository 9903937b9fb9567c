"""From an image to findings by a bundle, for each of the tasks that bundles have."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.bundles.boxes import Boxes, detect_boxes
from ai.bundles.network import BundleNetwork, Prepared, sole
from ai.bundles.regions import Segmented, label_regions
from ai.errors import PackageError
from ai.findings import Finding, Heatmap, Region
from ai.image import Image
from ai.progress import Progress, Report


@dataclass(frozen=True)
class Answer:
    """What a bundle makes of an image; ``reasons`` say why it should not be trusted."""

    findings: tuple[Finding, ...] = ()
    heatmap: Heatmap | None = None
    classes: dict[str, float] = field(default_factory=dict)
    regions: Mapping[int, Region] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def run_bundle(
    image: Image,
    networks: Mapping[str, nn.Module],
    parameters: Mapping[str, Any],
    device: torch.device,
    report: Report,
    seconds: dict[str, float],
) -> Answer:
    """Run a bundle as its configuration says.

    Parameters
    ----------
    image : Image
    networks : mapping of str to Module
        One, a ``BundleNetwork``, on ``device``.
    parameters : mapping
        As the engine gives them: whether reduced precision is allowed, the lowest score reported.
    device : torch.device
    report : Report
        Called before each window; may raise ``CancelledError``.
    seconds : dict
        Receives the duration of each stage.

    Raises
    ------
    PackageError
        The bundle cannot do what it says with this image.
    """
    bundle = sole(networks)
    run = _Run(image, bundle, bool(parameters["amp"]), device, report, seconds)
    report(Progress("prepare", 0, 1))
    with _timed(seconds, "prepare"):
        build = bundle.build(device)
        prepared = bundle.prepare(image, build)
    steps = {
        "detection": lambda: run.detection(build, prepared, float(parameters["lowest_threshold"])),
        "segmentation": lambda: run.segmentation(build, prepared),
        "classification": lambda: run.classification(build, prepared),
    }
    return steps[bundle.spec.task]()


@dataclass(frozen=True)
class _Run:
    image: Image
    bundle: BundleNetwork
    amp: bool
    device: torch.device
    report: Report
    seconds: dict[str, float]

    def detection(self, build: Any, prepared: Prepared, lowest: float) -> Answer:
        with _timed(self.seconds, "network"):
            boxes = detect_boxes(self.bundle, build, prepared, self.amp, self._window)
        with _timed(self.seconds, "measure"):
            findings = _findings(boxes, prepared.affine, self.image, self.bundle, lowest)
        return Answer(findings, reasons=self.bundle.reasons())

    def segmentation(self, build: Any, prepared: Prepared) -> Answer:
        with _timed(self.seconds, "network"):
            output = self.bundle.infer(prepared, build, self.amp, self._window)
        with _timed(self.seconds, "merge"):
            segmented = Segmented.of(output, prepared, build, self.image)
        labels = self.bundle.spec.output.labels
        with _timed(self.seconds, "measure"):
            found = label_regions(segmented, labels, self.image)
        findings = tuple(finding for finding, _ in found)
        regions = {finding.id: region for finding, region in found}
        return Answer(findings, segmented.heatmap, regions=regions, reasons=self.bundle.reasons())

    def classification(self, build: Any, prepared: Prepared) -> Answer:
        with _timed(self.seconds, "network"):
            logits = self.bundle.infer(prepared, build, self.amp, self._window)[0].float().flatten()
        labels = self.bundle.spec.output.labels
        if len(logits) != len(labels):
            raise PackageError(
                f"The network gives {len(logits)} numbers for {len(labels)} classes."
            )
        # A picture shows one of several classes, or it shows the one or not.
        shares = logits.sigmoid() if len(labels) == 1 else logits.softmax(0)
        classes = {name: float(p) for name, p in zip(labels, shares.cpu(), strict=True)}
        return Answer(classes=classes, reasons=self.bundle.reasons())

    def _window(self, done: int, total: int) -> None:
        self.report(Progress("network", done, total))


def _findings(
    boxes: Boxes,
    affine: npt.NDArray[np.float64],
    image: Image,
    bundle: BundleNetwork,
    lowest: float,
) -> tuple[Finding, ...]:
    order = np.argsort(-boxes.scores, kind="stable")
    kept = [number for number in order if boxes.scores[number] >= lowest]
    labels = bundle.spec.output.labels
    return tuple(
        _finding(
            identifier,
            labels[min(int(boxes.labels[number]), len(labels) - 1)],
            float(boxes.scores[number]),
            boxes.corners[number],
            affine,
            image,
        )
        for identifier, number in enumerate(kept, start=1)
    )


def _finding(
    identifier: int,
    label: str,
    score: float,
    corners: npt.NDArray[np.float64],
    affine: npt.NDArray[np.float64],
    image: Image,
) -> Finding:
    """One box, whose corners ``(x, y, z, x, y, z)`` are indices, as a finding.

    A whole index is the centre of a voxel, as in the data that MONAI's detectors are trained on.
    """
    low, high = corners[:3], corners[3:]
    ends = np.stack(np.meshgrid(*zip(low, high, strict=True), indexing="ij"), -1).reshape(-1, 3)
    points = ends @ affine[:3, :3].T + affine[:3, 3]
    width, height, depth = (high - low) * np.linalg.norm(affine[:3, :3], axis=0)
    center = points.mean(axis=0)
    box_low, box_high = points.min(axis=0), points.max(axis=0)
    return Finding(
        id=identifier,
        label=label,
        probability=score,
        center_lps_mm=_point(center),
        box_lps_mm=(_point(box_low), _point(box_high)),
        diameters_mm=(float(max(width, height)), float(min(width, height))),
        # Of the ellipsoid that fills the box: the model draws no outline.
        volume_ml=float(math.pi / 6 * width * height * depth / 1000),
        mean_hu=_mean_hu(image, box_low, box_high),
    )


def _mean_hu(
    image: Image, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> float | None:
    if image.modality != "CT":
        return None
    inverse = np.linalg.inv(image.affine)
    ends = np.stack(np.meshgrid(*zip(low, high, strict=True), indexing="ij"), -1).reshape(-1, 3)
    index = (ends @ inverse[:3, :3].T + inverse[:3, 3])[:, ::-1]
    first = np.rint(index.min(axis=0)).astype(int).clip(0)
    last = np.rint(index.max(axis=0)).astype(int)
    inside = image.voxels[tuple(slice(a, b + 1) for a, b in zip(first, last, strict=True))]
    return float(inside.mean()) if inside.size else None


def _point(values: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in values)
    return x, y, z


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - started
