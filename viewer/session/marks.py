"""What a reader makes of a model's findings: accepted or rejected, a comment, another box."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

Point = tuple[float, float, float]
Box = tuple[Point, Point]


class Finding(Protocol):
    """One thing found, in LPS mm; see ``ai.findings.Finding``."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def probability(self) -> float: ...  # noqa: D102
    @property
    def center_lps_mm(self) -> Point: ...  # noqa: D102
    @property
    def box_lps_mm(self) -> Box: ...  # noqa: D102
    @property
    def diameters_mm(self) -> tuple[float, float]: ...  # noqa: D102
    @property
    def volume_ml(self) -> float: ...  # noqa: D102
    @property
    def mean_hu(self) -> float | None: ...  # noqa: D102
    @property
    def malignancy_rating(self) -> float | None: ...  # noqa: D102


@dataclass(frozen=True)
class Mark:
    """What the reader makes of one finding.

    Parameters
    ----------
    accepted : bool
        The reader agrees. Who does not takes it off the list.
    comment : str
    box_lps_mm : tuple of Point, optional
        Lower and upper corner where the reader sees it, in place of the model's.
    """

    accepted: bool = False
    comment: str = ""
    box_lps_mm: Box | None = None


#: Nothing said.
UNMARKED = Mark()


@dataclass(frozen=True)
class Redrawn:
    """A finding whose box a reader has drawn anew.

    What follows from the box is the box's: the middle, the extent in the axial plane, the volume of
    the ellipsoid that fills it. What the model measured within its own outline is not kept.
    """

    id: int
    label: str
    probability: float
    box_lps_mm: Box

    mean_hu: float | None = None
    malignancy_rating: float | None = None

    @property
    def center_lps_mm(self) -> Point:
        """The middle of the box."""
        low, high = self.box_lps_mm
        x, y, z = ((a + b) / 2 for a, b in zip(low, high, strict=True))
        return x, y, z

    @property
    def diameters_mm(self) -> tuple[float, float]:
        """The extent in the axial plane, the longer first."""
        width, height, _ = self._extent
        return max(width, height), min(width, height)

    @property
    def volume_ml(self) -> float:
        """Of the ellipsoid that fills the box."""
        return math.pi / 6 * math.prod(self._extent) / 1000

    @property
    def _extent(self) -> Point:
        low, high = self.box_lps_mm
        x, y, z = (b - a for a, b in zip(low, high, strict=True))
        return x, y, z


def as_marked(finding: Finding, mark: Mark) -> Finding:
    """A finding as its reader sees it."""
    if mark.box_lps_mm is None:
        return finding
    return Redrawn(finding.id, finding.label, finding.probability, mark.box_lps_mm)
