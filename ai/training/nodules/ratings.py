"""Training of the rating network: how suspicious the readers found a nodule, from one section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from ai.detection.candidates import Candidate, find_candidates
from ai.detection.outline import Outline, outlined
from ai.detection.parameters import Parameters, RatingLine
from ai.detection.rating import MIDDLE, PATCH, PATCH_PIXEL_MM
from ai.detection.views import patch_logits
from ai.networks.precision import autocast
from ai.training.nodules import augment
from ai.training.nodules.lidc import Sections
from ai.training.nodules.slices import Slices
from ai.training.nodules.stacks import Stack, score_stacks

_BATCH = 32
_AT_ONCE = 64
_JITTER_MM = 2.0
_NEAR_MM = 10.0
_USUAL_MM = 7.0
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Rating:
    """The loss of a step: sections at a fixed scale against their ratings.

    Rare ratings are drawn more often, by the root of their rarity.

    Parameters
    ----------
    sections : Sections
        Of the training patients, all of them rated.
    seed : int
    """

    sections: Sections
    seed: int

    def __call__(self, network: nn.Module, step: int) -> torch.Tensor:
        """The loss of a step's batch, which is decided by the seed and the step alone."""
        rng = np.random.default_rng([self.seed, step])
        _, which, counts = np.unique(self.sections.ratings, return_inverse=True, return_counts=True)
        weight = counts[which] ** -0.5
        rows = rng.choice(len(weight), _BATCH, p=weight / weight.sum())
        image = augment.network_input(augment.degrade(rng, patches(self.sections, rows, rng)))
        with autocast(_CPU):
            rated = network(image).flatten()
        target = torch.from_numpy((self.sections.ratings[rows] - MIDDLE).astype(np.float32))
        return functional.smooth_l1_loss(rated.float(), target)


def patches(
    sections: Sections, rows: npt.NDArray[np.int64], rng: augment.Rng | None = None
) -> torch.Tensor:
    """Patches in HU, shape (n, 1, PATCH, PATCH): straight, or turned and shifted at random.

    Their scale is never changed at random: size is what ratings depend on most.
    """
    pixel_mm = sections.pixel_mm[rows]
    scale = PATCH_PIXEL_MM / pixel_mm
    pose = augment.straight(scale)
    if rng is not None:
        turned = augment.random_pose(rng, scale, _JITTER_MM / pixel_mm)
        pose = augment.Pose(scale, turned.angle, turned.flip, turned.shift)
    hu = torch.from_numpy(sections.images[rows].astype(np.float32))[:, None]
    return augment.cut(hu, pose, PATCH)


def distances(sections: Sections, network: nn.Module) -> npt.NDArray[np.float64]:
    """The network's output for each section: how far from the middle it is rated."""
    rows = np.arange(len(sections.ratings))
    return np.concatenate(
        [
            patch_logits(patches(sections, some)[:, 0].numpy(), network, _CPU, amp=True)
            for some in np.array_split(rows, max(1, len(rows) // _AT_ONCE))
        ]
    ).astype(np.float64)


def own_diameters_mm(
    sections: Sections, networks: Mapping[str, nn.Module], parameters: Parameters
) -> npt.NDArray[np.float64]:
    """How large the model itself measures the nodule in the middle of each section.

    Where the search sees nothing there, the outlining network is shown the middle all the same.
    """
    slices = Slices(
        np.repeat(sections.images[:, None], 3, axis=1),
        np.zeros(sections.images.shape, dtype=np.uint8),
        sections.pixel_mm,
        sections.patients,
        np.arange(len(sections.images)),
    )
    finest = parameters.scales[0].pixel_mm
    return np.array(
        [
            _middle_diameter_mm(stack, networks["outline"], parameters, finest)
            for stack in score_stacks(slices, networks["segment"], finest, _CPU)
        ]
    )


def _middle_diameter_mm(
    stack: Stack, network: nn.Module, parameters: Parameters, pixel_mm: float
) -> float:
    def away_mm(candidate: Candidate) -> float:
        middle = (np.array(candidate.region.shape[1:]) - 1) / 2 + candidate.corner[1:]
        return float(np.hypot(*(middle - (np.array(stack.scores.shape[1:]) - 1) / 2)) * pixel_mm)

    level = parameters.region_score
    near = [c for c in find_candidates(stack.scores, level, level) if away_mm(c) <= _NEAR_MM]
    found = min(near, key=away_mm) if near else _middle(stack, pixel_mm)
    outline = outlined(Outline(found, stack.grid, stack.hu), network, _CPU, amp=True)
    return outline.candidate.section_mm(*outline.grid.spacing_mm[1:])


def _middle(stack: Stack, pixel_mm: float) -> Candidate:
    """A small nodule where there must be one."""
    side = round(_USUAL_MM / pixel_mm)
    row, column = ((n - side) // 2 for n in stack.scores.shape[1:])
    half = (side - 1) / 2
    return Candidate(
        (0, row, column), np.ones((1, side, side), bool), (0.0, row + half, column + half), 0.0
    )


def fit_rating(
    rated: npt.NDArray[np.float64],
    seen: npt.NDArray[np.float64],
    diameters_mm: npt.NDArray[np.float64],
) -> RatingLine:
    """The line from the network's output and the size to the readers' rating, by least squares."""
    design = np.column_stack([seen, np.log(diameters_mm), np.ones(len(seen))])
    network, size, intercept = np.linalg.lstsq(design, rated, rcond=None)[0]
    return RatingLine(network=network, log_diameter=size, intercept=intercept)
