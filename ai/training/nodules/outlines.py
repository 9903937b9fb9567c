"""Training of the outlining network: what readers drew, each nodule at its own scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import nn
from torch.nn import functional

from ai.detection.outline import WINDOW, window_pixel_mm
from ai.detection.scores import pixel_scores
from ai.networks.precision import autocast
from ai.training.metrics import dice
from ai.training.nodules import augment
from ai.training.nodules.slices import Slices

_BATCH = 32
_BEYOND_A_BATCH = 4
#: How far the search may be wrong: the nodule's centre, in its diameters, and its size.
_SHIFT = 0.25
_ZOOM = 0.3
#: Which share of readers would call a pixel nodule that so many of four drew.
_BELIEF = torch.tensor([0.0, 0.3, 0.75, 0.95, 1.0])


@dataclass(frozen=True)
class Outlining:
    """The loss of a step: windows around nodules, and the slices just beyond their ends.

    Parameters
    ----------
    slices : Slices
        Of the training patients.
    seed : int
    """

    slices: Slices
    seed: int

    def __call__(self, network: nn.Module, step: int) -> torch.Tensor:
        """The loss of a step's batch, which is decided by the seed and the step alone."""
        rng = np.random.default_rng([self.seed, step])
        places = self._places
        beyond = np.flatnonzero(places.beyond)
        drawn = rng.choice(np.flatnonzero(~places.beyond), _BATCH - _BEYOND_A_BATCH)
        if len(beyond):
            drawn = np.concatenate([drawn, rng.choice(beyond, _BEYOND_A_BATCH)])
        rows, native = places.rows[drawn], self.slices.pixel_mm[places.rows[drawn]]
        reach = _SHIFT * places.diameter_mm[drawn] / native
        pose = augment.random_pose(rng, places.scale[drawn], reach)
        zoom = np.exp(rng.uniform(-_ZOOM, _ZOOM, len(drawn)))
        pose = augment.Pose(
            pose.scale * zoom, pose.angle, pose.flip, pose.shift + places.offset[drawn]
        )
        hu = torch.from_numpy(self.slices.images[rows].astype(np.float32))
        hu = augment.disturb_neighbours(rng, augment.cut(hu, pose, WINDOW))
        votes = torch.from_numpy(self.slices.votes[rows])[:, None]
        layers = torch.cat([_BELIEF[votes.long()], torch.ones_like(votes)], dim=1)
        layers = augment.cut(layers, pose, WINDOW, outside="zeros")
        image = augment.network_input(augment.degrade(rng, hu))
        with autocast(torch.device("cpu")):
            logits = network(image)
        return outline_loss(logits, layers[:, :1], (layers[:, 1:] > 0.99).float())

    @cached_property
    def _places(self) -> Places:
        return nodule_places(self.slices)


@dataclass(frozen=True)
class Places:
    """Where the windows lie: one row for each slice of a nodule.

    Parameters
    ----------
    rows : ndarray of int64, shape (n,)
        Of the slices.
    offset : ndarray of float64, shape (n, 2)
        Native pixels ``(x, y)`` from the slice's centre to the nodule's.
    diameter_mm, scale : ndarray of float64, shape (n,)
        Of its largest section, and the native pixels that follow for a pixel of the window.
    beyond : ndarray of bool, shape (n,)
        Whether no two readers agree on any pixel of the slice.
    """

    rows: npt.NDArray[np.int64]
    offset: npt.NDArray[np.float64]
    diameter_mm: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    beyond: npt.NDArray[np.bool_]


def nodule_places(slices: Slices) -> Places:
    """The windows of all nodules of two or more readers."""
    found: list[tuple[int, float, float, float, bool]] = []
    middle = (np.array(slices.votes.shape[1:]) - 1) / 2
    agreed = slices.votes >= 2
    for number in np.unique(slices.stacks[slices.agreed]):
        rows = np.flatnonzero(slices.stacks == number)
        areas = agreed[rows].sum((1, 2))
        y, x = np.array(ndimage.center_of_mass(agreed[rows].sum(0))) - middle
        diameter = 2 * np.sqrt(areas.max() / np.pi) * float(slices.pixel_mm[rows[0]])
        found += [
            (int(row), float(x), float(y), diameter, area == 0)
            for row, area in zip(rows, areas, strict=True)
        ]
    row, x, y, diameter, beyond = (np.array(column) for column in zip(*found, strict=True))
    pixel = np.array([window_pixel_mm(d) for d in diameter])
    return Places(
        row, np.column_stack([x, y]), diameter, pixel / slices.pixel_mm[row], beyond.astype(bool)
    )


def window_dice(slices: Slices, network: nn.Module) -> float:
    """Mean Dice with what two or more readers drew, in windows placed by their drawing."""
    places = nodule_places(slices)
    overlaps = []
    for some in np.array_split(np.flatnonzero(~places.beyond), 1 + len(places.rows) // _BATCH):
        rows = places.rows[some]
        pose = augment.straight(places.scale[some])
        pose = augment.Pose(pose.scale, pose.angle, pose.flip, places.offset[some])
        hu = augment.cut(torch.from_numpy(slices.images[rows].astype(np.float32)), pose, WINDOW)
        agreed = (torch.from_numpy(slices.votes[rows])[:, None] >= 2).float()
        drawn = augment.cut(agreed, pose, WINDOW, outside="zeros")[:, 0].numpy() > 0.5
        scores = pixel_scores(hu.numpy(), network, torch.device("cpu"), amp=True)
        overlaps += [dice(own, theirs) for own, theirs in zip(scores >= 0.5, drawn, strict=True)]
    return float(np.mean(overlaps))


def outline_loss(logits: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Cross-entropy with the readers' belief, plus soft Dice with what most of them drew.

    Parameters
    ----------
    logits, target, weight : Tensor, shape (n, 1, rows, columns)
        ``target`` is 0 to 1; pixels of ``weight`` 0 don't count.
    """
    logits = logits.float()
    entropy = functional.binary_cross_entropy_with_logits(logits, target, weight, reduction="sum")
    probability, drawn = torch.sigmoid(logits) * weight, (target > 0.5).float() * weight
    overlap = (probability * drawn).sum((1, 2, 3))
    total = probability.sum((1, 2, 3)) + drawn.sum((1, 2, 3))
    dice = 1 - (2 * overlap + 1) / (total + 1)
    return entropy / weight.sum() * 4 + dice.mean()
