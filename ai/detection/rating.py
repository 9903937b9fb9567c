"""How suspicious a nodule looks, as the readers of LIDC-IDRI rated it. No diagnosis."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.detection.grid import window
from ai.detection.outline import Outline
from ai.detection.views import patch_logits

#: Pixels and their size in a patch, in training and in use: a fixed scale, because size counts.
PATCH = 64
PATCH_PIXEL_MM = 0.7
MIDDLE = 3.0
_LOWEST, _HIGHEST = 1.0, 5.0


def malignancy_rating(
    outline: Outline, network: nn.Module, device: torch.device, amp: bool
) -> float:
    """The expected rating of a candidate, from its largest axial section.

    Returns
    -------
    float
        1 (highly unlikely to be malignant) to 5 (highly suspicious), as in LIDC-IDRI (McNitt-Gray
        2007, doi 10.1016/j.acra.2007.07.021).
    """
    candidate = outline.candidate
    areas = candidate.region.sum(axis=(1, 2))
    z = candidate.corner[0] + int(areas.argmax())
    section = window(outline.grid, (z, *candidate.center[1:]), 1, PATCH_PIXEL_MM, PATCH)
    hu = section.resample(lambda: None).astype(np.float32)
    return float(ratings(hu, network, device, amp)[0])


def ratings(
    patches: npt.NDArray[np.float32], network: nn.Module, device: torch.device, amp: bool
) -> npt.NDArray[np.float64]:
    """Ratings of patches.

    Parameters
    ----------
    patches : ndarray of float32, shape (n, PATCH, PATCH), HU
    network : Module
        Gives the distance from the ratings' middle.

    Returns
    -------
    ndarray of float64, shape (n,), 1 to 5
    """
    distance = patch_logits(patches, network, device, amp).astype(np.float64)
    return np.asarray(np.clip(MIDDLE + distance, _LOWEST, _HIGHEST))
