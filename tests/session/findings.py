"""Findings and results for tests."""

from __future__ import annotations

from collections.abc import Sequence

from ai.findings import Finding
from viewer.imaging.volume import Volume
from viewer.session.results import Result


def finding(
    number: int,
    probability: float,
    center: Sequence[float] = (0.0, 0.0, 0.0),
    radius_mm: float = 5.0,
    rating: float | None = None,
) -> Finding:
    """A round finding."""
    low = tuple(c - radius_mm for c in center)
    high = tuple(c + radius_mm for c in center)
    return Finding(
        id=number,
        label="nodule",
        probability=probability,
        center_lps_mm=tuple(center),
        box_lps_mm=(low, high),
        diameters_mm=(2 * radius_mm, 2 * radius_mm),
        volume_ml=0.5,
        malignancy_rating=rating,
    )


def result(*findings: Finding, heatmap: Volume | None = None, threshold: float = 0.5) -> Result:
    """A result with these findings."""
    return Result(
        model="Test 1.0.0",
        label="nodule",
        findings=findings,
        heatmap=heatmap,
        meaning="score of each voxel",
        operating_points={"sensitive": 0.3, "balanced": 0.5},
        threshold=threshold,
        lowest_threshold=0.1,
    )
