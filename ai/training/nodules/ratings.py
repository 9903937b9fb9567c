"""Training of the rating network: how suspicious the readers found a nodule, from one section."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from ai.detection.rating import MIDDLE, PATCH, PATCH_PIXEL_MM, ratings
from ai.networks.precision import autocast
from ai.training.nodules import augment
from ai.training.nodules.lidc import Sections

_BATCH = 32
_AT_ONCE = 64
_JITTER_MM = 2.0
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


def rate_sections(sections: Sections, network: nn.Module) -> npt.NDArray[np.float64]:
    """The network's rating of each section, 1 to 5."""
    rows = np.arange(len(sections.ratings))
    return np.concatenate(
        [
            ratings(patches(sections, some)[:, 0].numpy(), network, _CPU, amp=True)
            for some in np.array_split(rows, max(1, len(rows) // _AT_ONCE))
        ]
    )
