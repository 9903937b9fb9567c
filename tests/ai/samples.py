"""Small packages, images and pipelines for the tests; nothing here needs trained weights."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from ai.errors import PackageError
from ai.findings import Contract, Finding, Findings, Heatmap, ModelReference, RunReport
from ai.image import Image
from ai.packages.package import Package
from ai.packages.write import write_package, write_weights
from ai.progress import Progress, Report
from ai.request import Request
from ai.worker.messages import Runner

MARKER_HU = 3000

#: Axial; reversed and flipped; oblique with non-square pixels; a coronal stack. Columns are the
#: steps of x, y and z in LPS mm, then the origin.
STACKS: dict[str, np.ndarray] = {
    "axial": np.array(
        [[0.7, 0, 0, -40], [0, 0.7, 0, -160], [0, 0, 1.5, -700], [0, 0, 0, 1]], dtype=float
    ),
    "reversed": np.array(
        [[-0.7, 0, 0, 35], [0, 0.7, 0, -160], [0, 0, -1.5, -640], [0, 0, 0, 1]], dtype=float
    ),
    "oblique": np.array(
        [
            [0.6 * np.cos(0.3), -0.8 * np.sin(0.3), 0.1, 12],
            [0.6 * np.sin(0.3), 0.8 * np.cos(0.3), 0.2, -50],
            [0, 0, 2.0, 90],
            [0, 0, 0, 1],
        ]
    ),
    "coronal": np.array(
        [[0.9, 0, 0, -30], [0, 0, 1.2, 20], [0, -0.9, 0, 400], [0, 0, 0, 1]], dtype=float
    ),
}

#: Index (x, y, z) and size of the markers: no mirroring or rotation maps them onto themselves.
MARKERS = (((8, 10, 5), 2), ((40, 12, 7), 1), ((14, 33, 22), 1))
SHAPE = (28, 44, 52)


def marker_phantom(affine: np.ndarray) -> Image:
    """Soft tissue in air with bright markers of different sizes at known places."""
    voxels = np.full(SHAPE, -1000, np.int16)
    voxels[3:-3, 4:-4, 4:-4] = 40
    for (x, y, z), half in MARKERS:
        voxels[z - half : z + half + 1, y - half : y + half + 1, x - half : x + half + 1] = (
            MARKER_HU
        )
    return Image(voxels, affine, "CT", identifier="1.2.3", slice_thickness_mm=1.5)


def marker_places(affine: np.ndarray) -> list[np.ndarray]:
    """LPS mm of the markers, the largest first."""
    return [affine[:3, :3] @ np.array(index) + affine[:3, 3] for index, _ in MARKERS]


def document(**changes: Any) -> dict[str, Any]:
    """``model.json`` of a package, but for its files."""
    return {
        "id": "marker-ct",
        "version": "1.0.0",
        "title": "Markers in CT",
        "task": "detection",
        "dimensions": 2,
        "networks": {
            "segment": {
                "architecture": "UNet",
                "arguments": {"inputs": 1, "widths": [2, 4]},
            }
        },
        "input": {
            "modality": ["CT"],
            "body_part": ["CHEST", "THORAX"],
            "pixel_spacing_mm": {"low": 0.3, "high": 1.5},
            "slice_spacing_mm": {"low": 0.3, "high": 3},
            "max_slice_thickness_mm": 3,
            "min_slices": 10,
            "intensity": {"unit": "HU", "value_range": {"low": -1000, "high": 400}},
        },
        "inference": {"batch_size": 4, "amp": False},
        "output": {
            "labels": ["marker"],
            "activation": "sigmoid",
            "operating_points": {"sensitive": 0.2, "balanced": 0.5},
            "default_operating_point": "balanced",
            "lowest_threshold": 0.1,
        },
        "training": {"data": [], "split": "none", "command": "none"},
        "intended_use": "Tests.",
        "limits": ["Finds markers only."],
        "license": "Apache-2.0",
        **changes,
    }


def make_package(root: Path, **changes: Any) -> Package:
    """Write a package with a tiny network of random weights under ``root``."""
    import torch

    from ai.networks import build

    spec = document(**changes)
    folder = root / spec["id"]
    (folder / "reference").mkdir(parents=True)
    torch.manual_seed(0)
    network = build("UNet", inputs=1, widths=[2, 4])
    write_weights(folder, {"segment": network})
    (folder / "MODEL_CARD.md").write_text("# Markers\n\nFor tests.\n", encoding="utf-8")
    return write_package(folder, spec)


def find_markers(image: Image, report: Report = lambda _: None) -> tuple[Finding, ...]:
    """What a perfect detector of markers says, the largest first."""
    labels, count = ndimage.label(image.voxels == MARKER_HU)
    found = []
    for number in range(1, count + 1):
        report(Progress("network", number, count))
        zyx = np.argwhere(labels == number)
        points = image.lps(zyx)
        center = image.lps(zyx.mean(axis=0))
        found.append((len(zyx), center, points.min(axis=0), points.max(axis=0)))
    found.sort(key=lambda f: -f[0])
    voxel_ml = float(abs(np.linalg.det(image.affine[:3, :3]))) / 1000
    return tuple(
        Finding(
            id=number,
            label="marker",
            probability=round(0.9 - 0.3 * (number - 1), 3),
            center_lps_mm=tuple(center.tolist()),
            box_lps_mm=(tuple(low.tolist()), tuple(high.tolist())),
            diameters_mm=(size ** (1 / 3), size ** (1 / 3)),
            volume_ml=size * voxel_ml,
            mean_hu=float(MARKER_HU),
        )
        for number, (size, center, low, high) in enumerate(found, start=1)
    )


def marker_heatmap(image: Image) -> Heatmap:
    return Heatmap(
        (image.voxels == MARKER_HU).astype(np.float32), image.affine, "probability of a marker"
    )


def marker_pipeline(
    image: Image,
    networks: Mapping[str, Any],
    parameters: Mapping[str, Any],
    device: Any,
    report: Report,
    seconds: dict[str, float],
) -> Any:
    from ai.engine import Outcome

    seconds["network"] = 0.5
    return Outcome(find_markers(image, report), marker_heatmap(image))


def marker_findings(request: Request, image: Image, report: Report) -> Findings:
    return Findings(
        series_uid=image.identifier,
        model=ModelReference(id="marker-ct", version="1.0.0", sha256="0" * 64),
        contract=Contract(ok=True),
        classes={},
        findings=find_markers(image, report),
        heatmap=marker_heatmap(image),
        run=RunReport(
            device="cpu",
            seconds={"total": 1.0},
            versions=dict(request.versions),
            started="2026-01-01T00:00:00+00:00",
            operating_point="balanced",
            threshold=0.5,
        ),
    )


def _obedient(request: Request, image: Image, report: Report) -> Findings:
    for done in range(3000):
        report(Progress("network", done, 3000))
        time.sleep(0.02)
    raise AssertionError("was not cancelled")


def _stubborn(request: Request, image: Image, report: Report) -> Findings:
    report(Progress("network", 0, 1))
    time.sleep(60)
    raise AssertionError("was not killed")


def _killed(request: Request, image: Image, report: Report) -> Findings:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def _refused(request: Request, image: Image, report: Report) -> Findings:
    raise PackageError("weights.safetensors was changed.", "Install it again.")


def _broken(request: Request, image: Image, report: Report) -> Findings:
    raise ZeroDivisionError("a mistake in the pipeline")


def _identify(request: Request, image: Image, report: Report) -> Findings:
    findings = marker_findings(request, image, report)
    versions = {
        "pid": str(os.getpid()),
        "writeable": str(image.voxels.flags.writeable),
        "color": "none" if image.color is None else str(image.color[1, 2, 3].tolist()),
    }
    run = findings.run.model_copy(update={"versions": versions})
    return Findings(**{**vars(findings), "run": run})


_BEHAVIOURS: dict[str | None, Callable[[Request, Image, Report], Findings]] = {
    None: marker_findings,
    "obedient": _obedient,
    "stubborn": _stubborn,
    "killed": _killed,
    "refused": _refused,
    "broken": _broken,
    "identify": _identify,
}


def behaving_runner() -> Runner:
    """A process that behaves as the request's operating point says."""

    def run(request: Request, image: Image, report: Report) -> Findings:
        return _BEHAVIOURS[request.operating_point](request, image, report)

    return Runner(run, lambda _: None)


def marker_engine_runner() -> Runner:
    """The real engine, with the marker pipeline for detection."""
    from ai.engine import Engine

    return Runner(Engine({"detection": marker_pipeline}).run, lambda _: None)


def find_values(
    image: Image,
    networks: Mapping[str, Any],
    parameters: Mapping[str, Any],
    device: Any,
    report: Report,
    seconds: dict[str, float],
) -> Any:
    """A pipeline that calls each distinct positive value a finding, named by its value.

    Its heatmap lies on a grid of its own: cropped, and half as fine along each row.
    """
    from ai.engine import Outcome

    found = []
    for number, value in enumerate((v for v in np.unique(image.voxels) if v > 0), start=1):
        report(Progress("network", number, 100))
        points = image.lps(np.argwhere(image.voxels == value))
        found.append(
            Finding(
                id=number,
                label=str(value),
                probability=0.9,
                center_lps_mm=tuple(points.mean(axis=0).tolist()),
                box_lps_mm=(tuple(points.min(axis=0)), tuple(points.max(axis=0))),
                diameters_mm=(10.0, 10.0),
                volume_ml=0.5,
                mean_hu=float(value),
            )
        )
    own = np.eye(4)
    own[:3, 3] = (2, 1, 1)
    own[0, 0] = 2
    values = (image.voxels[1:, 1:, 2::2] / 2000).clip(0, 1).astype(np.float32)
    return Outcome(tuple(found), Heatmap(values, image.affine @ own, "value"))


def values_engine_runner() -> Runner:
    """The real engine, with a pipeline that finds values."""
    from ai.engine import Engine

    return Runner(Engine({"detection": find_values}).run, lambda _: None)
