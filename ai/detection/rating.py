"""How suspicious a nodule looks, as the readers of LIDC-IDRI rated it. No diagnosis."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.detection.grid import window
from ai.detection.outline import Outline
from ai.detection.parameters import RatingLine
from ai.detection.views import patch_logits

#: Pixels and their size in a patch, in training and in use: a fixed scale, because size counts.
PATCH = 64
PATCH_PIXEL_MM = 0.7
#: Only masses larger than nearly all that was rated in training are seen from further away.
_DIAMETERS = 1.4
#: The ratings' middle: what the network gives is the distance from it.
MIDDLE = 3.0
_LOWEST, _HIGHEST = 1.0, 5.0


def malignancy_rating(
    outline: Outline, network: nn.Module, line: RatingLine, device: torch.device, amp: bool
) -> float:
    """The expected rating of a nodule, from its largest axial section.

    Returns
    -------
    float
        1 (highly unlikely to be malignant) to 5 (highly suspicious), as in LIDC-IDRI (McNitt-Gray
        2007, doi 10.1016/j.acra.2007.07.021).
    """
    candidate, grid = outline.candidate, outline.grid
    areas = candidate.region.sum(axis=(1, 2))
    z = candidate.corner[0] + int(areas.argmax())
    diameter = candidate.section_mm(*grid.spacing_mm[1:])
    pixel_mm = max(PATCH_PIXEL_MM, _DIAMETERS * diameter / PATCH)
    section = window(grid, (z, *candidate.center[1:]), 1, pixel_mm, PATCH)
    hu = section.resample(lambda: None).astype(np.float32)
    return float(ratings(patch_logits(hu, network, device, amp), np.array([diameter]), line)[0])


def ratings(
    distances: npt.NDArray[np.floating], diameters_mm: npt.NDArray[np.float64], line: RatingLine
) -> npt.NDArray[np.float64]:
    """Ratings, 1 to 5, from the network's outputs and the nodules' diameters."""
    rated = line.intercept + line.network * distances + line.log_diameter * np.log(diameters_mm)
    return np.asarray(np.clip(rated, _LOWEST, _HIGHEST), dtype=np.float64)
