"""Candidates: connected regions of high score, merged across slices in 3D."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

#: Voxels that touch, if only at a corner.
CONNECTED = np.ones((3, 3, 3), dtype=bool)


@dataclass(frozen=True)
class Candidate:
    """One connected region.

    Parameters
    ----------
    corner : tuple of int
        Grid index ``(z, y, x)`` of the region's first voxel.
    region : ndarray of bool
        The region within its bounding box.
    center : tuple of float
        Grid index ``(z, y, x)`` of its score-weighted centre.
    peak : float
        Highest score.
    """

    corner: tuple[int, int, int]
    region: npt.NDArray[np.bool_]
    center: tuple[float, float, float]
    peak: float

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """The bounding box in the grid."""
        z, y, x = (slice(c, c + n) for c, n in zip(self.corner, self.region.shape, strict=True))
        return z, y, x

    def section_mm(self, row_mm: float, column_mm: float) -> float:
        """Equivalent diameter of the largest axial section: that of a disc of the same area."""
        area = float(self.region.sum(axis=(1, 2)).max()) * row_mm * column_mm
        return 2 * math.sqrt(area / math.pi)

    def voxels(self) -> npt.NDArray[np.int64]:
        """Grid indices ``(z, y, x)`` of the region, shape (n, 3)."""
        return np.asarray(np.argwhere(self.region) + np.array(self.corner), dtype=np.int64)


def find_candidates(
    scores: npt.NDArray[np.float32], region_score: float, peak_score: float
) -> list[Candidate]:
    """Regions of at least ``region_score`` that reach ``peak_score``, highest peak first.

    Parameters
    ----------
    scores : ndarray of float32, shape (slices, rows, columns)
    region_score, peak_score : float
    """
    labels, count = ndimage.label(scores >= region_score, structure=CONNECTED)
    boxes = ndimage.find_objects(labels)
    candidates = []
    for label in range(1, count + 1):
        box = boxes[label - 1]
        inside = scores[box]
        region = labels[box] == label
        peak = float(inside[region].max())
        if peak < peak_score:
            continue
        weights = np.where(region, inside, 0)
        center = np.array(ndimage.center_of_mass(weights)) + [s.start for s in box]
        candidates.append(
            Candidate(
                (int(box[0].start), int(box[1].start), int(box[2].start)),
                region,
                (float(center[0]), float(center[1]), float(center[2])),
                peak,
            )
        )
    return sorted(candidates, key=lambda c: -c.peak)
