"""A nodule's own outline: segmented once more, at a scale that follows its size.

The search sees everything at one size of pixel, which is coarse for a small nodule. Here each one
fills the same share of its window.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import nn

from ai.detection.candidates import CONNECTED, Candidate
from ai.detection.grid import Grid, nearest, window
from ai.detection.scores import pixel_scores

#: Pixels along a side of a window, how many diameters of the nodule it shows, its smallest pixel.
WINDOW = 64
DIAMETERS = 2.5
FINEST_MM = 0.25
_LEVEL = 0.5


def window_pixel_mm(diameter_mm: float) -> float:
    """The pixel of the window of a nodule of this diameter."""
    return max(DIAMETERS * diameter_mm / WINDOW, FINEST_MM)


@dataclass(frozen=True, eq=False)
class Outline:
    """A candidate with all that its measures follow from.

    Parameters
    ----------
    candidate : Candidate
    grid : Grid
        On which it lies.
    hu : ndarray of int16, shape ``grid.shape``, HU
    """

    candidate: Candidate
    grid: Grid
    hu: npt.NDArray[np.int16]


def outlined(coarse: Outline, network: nn.Module, device: torch.device, amp: bool) -> Outline:
    """The outline that the network gives a candidate, on a grid of its own within the same image.

    Parameters
    ----------
    coarse : Outline
        As the search found it.
    network : Module
        Takes each slice between its two neighbours as three channels, gives one logit a pixel.
    device : torch.device
    amp : bool
        Whether reduced precision is allowed.

    Returns
    -------
    Outline
        Its peak is that of the search. Where the network sees nothing that
        touches the coarse region, the coarse outline.
    """
    candidate, grid = coarse.candidate, coarse.grid
    fine = _window(candidate, grid)
    hu = fine.resample(lambda: None)
    around = np.clip(np.arange(len(hu))[:, None] + [-1, 0, 1], 0, len(hu) - 1)
    scores = pixel_scores(hu[around].astype(np.float32), network, device, amp)
    labels, count = ndimage.label(scores >= _LEVEL, structure=CONNECTED)
    shared = np.bincount(labels[_covered(candidate, grid, fine)], minlength=count + 1)
    shared[0] = 0
    if not shared.any():
        return coarse
    region = labels == shared.argmax()
    cz, cy, cx = (float(c) for c in ndimage.center_of_mass(np.where(region, scores, 0)))
    box = ndimage.find_objects(region.astype(np.uint8))[0]
    z, y, x = (int(side.start) for side in box)
    found = replace(candidate, corner=(z, y, x), region=region[box], center=(cz, cy, cx))
    return Outline(found, fine, hu)


def _window(candidate: Candidate, grid: Grid) -> Grid:
    """The slices of the candidate and one more at either end, around its centre."""
    _, row_mm, column_mm = grid.spacing_mm
    pixel = window_pixel_mm(candidate.section_mm(row_mm, column_mm))
    first = max(candidate.corner[0] - 1, 0)
    last = min(candidate.corner[0] + len(candidate.region), grid.shape[0] - 1)
    return window(grid, (first, *candidate.center[1:]), last - first + 1, pixel, WINDOW)


def _covered(candidate: Candidate, grid: Grid, fine: Grid) -> npt.NDArray[np.bool_]:
    """What the candidate's region covers of its window."""
    padded = np.pad(candidate.region, 1)
    z, y, x = (
        np.clip(index - corner + 1, 0, size + 1)
        for corner, size, index in zip(
            candidate.corner, candidate.region.shape, nearest(fine, grid.affine), strict=True
        )
    )
    return np.asarray(padded[np.ix_(z, y, x)])
