"""``Findings``: what a model says of an image, as data in patient millimetres.

The JSON document written by ``Findings.document`` is a public interface; its schema is versioned
and published in ``docs/findings.schema.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

SCHEMA: Literal["hounsfield.findings/1"] = "hounsfield.findings/1"
DISCLAIMER: Literal["Research use only. Not for diagnosis. Not a medical device."] = (
    "Research use only. Not for diagnosis. Not a medical device."
)

Point = tuple[float, float, float]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(_Value):
    """One thing found, in LPS millimetres.

    ``box_lps_mm`` is axis-aligned in LPS: its lower and its upper corner. ``diameters_mm`` are the
    longest axial diameter and the longest one perpendicular to it, of the finding's own
    segmentation. ``probability`` is the model's calibrated probability that the label is right.
    ``malignancy_rating`` is how suspicious it looks, 1 to 5, as the readers of LIDC-IDRI rate
    nodules: a rating, no diagnosis.
    """

    id: int
    label: str
    probability: float
    center_lps_mm: Point
    box_lps_mm: tuple[Point, Point]
    diameters_mm: tuple[float, float]
    volume_ml: float
    mean_hu: float | None = None
    malignancy_rating: float | None = None


class ModelReference(_Value):
    """Which model, exactly: ``sha256`` is that of the weights file."""

    id: str
    version: str
    sha256: str


class Contract(_Value):
    """Whether the image meets the model's input contract, and if not, why not."""

    ok: bool
    reasons: tuple[str, ...] = ()


class RunReport(_Value):
    """How the result came about."""

    device: str
    seconds: dict[str, float]
    versions: dict[str, str]
    started: str
    operating_point: str
    threshold: float

    @property
    def total_seconds(self) -> float:
        """Of all stages together."""
        return sum(self.seconds.values())


class FindingsDocument(_Value):
    """``findings.json``: lengths in mm, points in LPS, probabilities from 0 to 1.

    ``classes`` is empty for a detector, ``findings`` for a classifier. Findings less probable than
    ``run.threshold`` may be left out.
    """

    schema_: Literal["hounsfield.findings/1"] = Field(alias="schema")
    disclaimer: Literal["Research use only. Not for diagnosis. Not a medical device."]
    series_uid: str
    model: ModelReference
    contract: Contract
    classes: dict[str, float]
    findings: tuple[Finding, ...]
    run: RunReport


def schema_text() -> str:
    """The JSON schema of ``findings.json``, as it is published."""
    schema = FindingsDocument.model_json_schema(by_alias=True)
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**dialect, **schema}, indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Heatmap:
    """A model's evidence on a grid of its own.

    Parameters
    ----------
    values : ndarray of float32, shape (slices, rows, columns)
        For a detector the score of each voxel, 0 to 1; never rescaled.
    affine : ndarray of float64, shape (4, 4)
        Index ``(x, y, z, 1)`` → LPS millimetres.
    meaning : str
        What the values are, for the colour bar.
    full : float
        The value that is drawn in full colour.
    """

    values: npt.NDArray[np.float32]
    affine: npt.NDArray[np.float64]
    meaning: str
    full: float = 1.0


@dataclass(frozen=True)
class Region:
    """The voxels of one finding, on the grid of the image that was analysed.

    Parameters
    ----------
    corner : tuple of int
        Index ``(z, y, x)`` of the first voxel of the region's bounding box.
    mask : ndarray of bool, shape (slices, rows, columns)
        The region within its bounding box.
    """

    corner: tuple[int, int, int]
    mask: npt.NDArray[np.bool_]

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """The bounding box in the image's voxels."""
        z, y, x = (slice(c, c + n) for c, n in zip(self.corner, self.mask.shape, strict=True))
        return z, y, x


@dataclass(frozen=True)
class Findings:
    """A finished analysis.

    ``findings`` holds every candidate above the model's lowest threshold, most probable first;
    which of them are shown is the view's business (``run.threshold`` is the operating point's).
    ``regions`` holds by their id what those findings cover that the model has outlined.
    """

    series_uid: str
    model: ModelReference
    contract: Contract
    classes: dict[str, float]
    findings: tuple[Finding, ...]
    heatmap: Heatmap | None
    run: RunReport
    regions: Mapping[int, Region] = field(default_factory=dict)

    def above(self, threshold: float) -> tuple[Finding, ...]:
        """The findings with at least this probability."""
        return tuple(f for f in self.findings if f.probability >= threshold)

    def document(self, threshold: float | None = None) -> dict[str, Any]:
        """The JSON document of ``findings.json``.

        Parameters
        ----------
        threshold : float, optional
            Leave out less probable findings; the operating point's threshold by default.
        """
        shown = self.above(self.run.threshold if threshold is None else threshold)
        document = FindingsDocument(
            schema=SCHEMA,
            disclaimer=DISCLAIMER,
            series_uid=self.series_uid,
            model=self.model,
            contract=self.contract,
            classes=self.classes,
            findings=shown,
            run=self.run,
        )
        return document.model_dump(mode="json", by_alias=True)
