"""Training of the segmenting network: nodule or not, pixel by pixel, on three slices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from ai.networks.precision import autocast
from ai.training.nodules import augment
from ai.training.nodules.losses import segmentation_loss
from ai.training.nodules.slices import Slices

PIXEL_MM = 0.7
WINDOW = 96
_SLICES_A_BATCH = 24
_NEGATIVES_A_BATCH = 8
_AGREED_A_BATCH = 19
_REACH_MM = 20.0


@dataclass(frozen=True)
class Segmentation:
    """The loss of a step: windows of LIDC slices, and LUNA16 candidates that are no nodules.

    Parameters
    ----------
    slices : Slices
        Of the training patients.
    negatives : ndarray of float32, shape (n, rows, columns), HU
        Patches without a nodule; their neighbouring slices are unknown.
    seed : int
    """

    slices: Slices
    negatives: npt.NDArray[np.float32]
    seed: int

    def __call__(self, network: nn.Module, step: int) -> torch.Tensor:
        """The loss of a step's batch, which is decided by the seed and the step alone."""
        rng = np.random.default_rng([self.seed, step])
        image, target, weight = self._nodules(rng)
        background = self._background(rng)
        image = torch.cat([image, background[:, :3]])
        target = torch.cat([target, torch.zeros_like(background[:, :1])])
        weight = torch.cat([weight, background[:, 3:]])
        image = augment.network_input(augment.degrade(rng, image))
        with autocast(torch.device("cpu")):
            logits = network(image)
        return segmentation_loss(logits, target, weight)

    def _nodules(self, rng: augment.Rng) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        agreed = self.slices.agreed
        rows = np.concatenate(
            [
                rng.choice(agreed, _AGREED_A_BATCH),
                rng.integers(0, len(self.slices), _SLICES_A_BATCH - _AGREED_A_BATCH),
            ]
        )
        pixel_mm = self.slices.pixel_mm[rows]
        pose = augment.random_pose(rng, PIXEL_MM / pixel_mm, _REACH_MM / pixel_mm)
        hu = torch.from_numpy(self.slices.images[rows].astype(np.float32))
        hu = augment.disturb_neighbours(rng, augment.cut(hu, pose, WINDOW))
        target, counts = targets(torch.from_numpy(self.slices.votes[rows])[:, None])
        windows = augment.cut(torch.cat([target, counts], dim=1), pose, WINDOW, outside="zeros")
        return hu, (windows[:, :1] > 0.5).float(), (windows[:, 1:] > 0.99).float()

    def _background(self, rng: augment.Rng) -> torch.Tensor:
        rows = rng.integers(0, len(self.negatives), _NEGATIVES_A_BATCH)
        pose = augment.random_pose(rng, np.ones(_NEGATIVES_A_BATCH), 4.0)
        hu = torch.from_numpy(self.negatives[rows])[:, None]
        inside = augment.cut(torch.ones_like(hu), pose, WINDOW, outside="zeros")
        hu = augment.cut(hu, pose, WINDOW).expand(-1, 3, -1, -1)
        return torch.cat([hu, (inside > 0.99).float()], dim=1)


def targets(votes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What is nodule (two readers or more), and which pixels count, of readers' votes.

    Pixels that one reader drew count for nothing. Where no pixel has two votes, neither do
    their surroundings.

    Parameters
    ----------
    votes : Tensor of uint8, shape (n, 1, rows, columns)
    """
    target = (votes >= 2).float()
    single = (votes == 1).float()
    disputed = (target.amax((2, 3), keepdim=True) == 0) & (single.amax((2, 3), keepdim=True) > 0)
    around = functional.max_pool2d(single, 9, stride=1, padding=4)
    ignored = torch.where(disputed, around, single)
    return target, 1 - ignored
