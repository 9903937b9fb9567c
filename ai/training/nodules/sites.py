"""Sites: places in images that are nodules or look like them; what the classifier learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import nn
from torch.nn import functional

from ai.detection.parameters import Scale
from ai.detection.views import PATCH, PATCH_PIXEL_MM
from ai.networks.precision import autocast
from ai.training.nodules import augment
from ai.training.nodules.lidc import Candidates
from ai.training.nodules.slices import Slices

_BATCH = 64
_POSITIVE_SHARE = 0.4
_SMOOTHING = 0.02
_JITTER_MM = 2.0
#: LUNA16 patches don't say their pixel size; that of most scans lies near.
_LUNA16_PIXEL_MM = 0.7


@dataclass(frozen=True)
class Sites:
    """Places in images.

    Parameters
    ----------
    images : ndarray of int16, shape (images, rows, columns), HU
    image_of : ndarray of int64, shape (n,)
        Which image each site lies in.
    offset : ndarray of float64, shape (n, 2)
        Native pixels ``(x, y)`` from the image's centre.
    pixel_mm : ndarray of float64, shape (n,)
        Native pixels as they appear to the classifier, which knows one size of pixel only.
    labels : ndarray of bool, shape (n,)
        Whether it is a nodule.
    """

    images: npt.NDArray[np.int16]
    image_of: npt.NDArray[np.int64]
    offset: npt.NDArray[np.float64]
    pixel_mm: npt.NDArray[np.float64]
    labels: npt.NDArray[np.bool_]

    def patches(self, rows: npt.NDArray[np.int64], rng: augment.Rng | None = None) -> torch.Tensor:
        """Patches in HU, shape (n, 1, PATCH, PATCH): straight, or in a random pose."""
        pixel_mm = self.pixel_mm[rows]
        scale = PATCH_PIXEL_MM / pixel_mm
        if rng is None:
            pose = augment.straight(scale)
        else:
            pose = augment.random_pose(rng, scale, _JITTER_MM / pixel_mm)
        pose = augment.Pose(pose.scale, pose.angle, pose.flip, pose.shift + self.offset[rows])
        hu = torch.from_numpy(self.images[self.image_of[rows]].astype(np.float32))[:, None]
        return augment.cut(hu, pose, PATCH)


def candidate_sites(candidates: Candidates) -> Sites:
    """The centres of LUNA16 patches."""
    n = len(candidates.labels)
    return Sites(
        np.rint(candidates.hounsfield()).astype(np.int16),
        np.arange(n),
        np.zeros((n, 2)),
        np.full(n, _LUNA16_PIXEL_MM),
        candidates.labels == 1,
    )


def nodule_sites(slices: Slices, scale: Scale) -> Sites:
    """The centres of what two or more readers drew, as a pass at this scale shows them."""
    areas = (slices.votes[slices.agreed] >= 2).sum((1, 2)) * slices.pixel_mm[slices.agreed] ** 2
    rows = slices.agreed[2 * np.sqrt(areas / np.pi) >= scale.smallest_mm]
    centers = [ndimage.center_of_mass(slices.votes[row] >= 2) for row in rows]
    return _in_slices(slices, rows, np.array(centers).reshape(-1, 2), scale, nodule=True)


def mistake_sites(
    slices: Slices, places: Sequence[tuple[int, float, float]], scale: Scale
) -> Sites:
    """Places ``(slice, row, column)`` where a pass at this scale saw a nodule wrongly."""
    rows = np.array([place[0] for place in places], dtype=np.int64)
    centers = np.array([place[1:] for place in places], dtype=np.float64).reshape(-1, 2)
    return _in_slices(slices, rows, centers, scale, nodule=False)


def _in_slices(
    slices: Slices,
    rows: npt.NDArray[np.int64],
    centers: npt.NDArray[np.float64],
    scale: Scale,
    nodule: bool,
) -> Sites:
    middle = (np.array(slices.votes.shape[1:]) - 1) / 2
    return Sites(
        slices.images[:, 1],
        rows,
        (centers - middle)[:, ::-1],
        slices.pixel_mm[rows] * PATCH_PIXEL_MM / scale.pixel_mm,
        np.full(len(rows), nodule),
    )


@dataclass(frozen=True)
class Classification:
    """The loss of a step: patches of nodules and of look-alikes.

    Each kind of site is drawn in proportion to its number, nodules and others apart.

    Parameters
    ----------
    sites : sequence of Sites
    seed : int
    """

    sites: Sequence[Sites]
    seed: int

    def __call__(self, network: nn.Module, step: int) -> torch.Tensor:
        """The loss of a step's batch, which is decided by the seed and the step alone."""
        rng = np.random.default_rng([self.seed, step])
        kind = np.concatenate([np.full(len(s.labels), i) for i, s in enumerate(self.sites)])
        row = np.concatenate([np.arange(len(s.labels)) for s in self.sites])
        labels = np.concatenate([s.labels for s in self.sites])
        count = round(_BATCH * _POSITIVE_SHARE)
        drawn = np.concatenate(
            [
                rng.choice(np.flatnonzero(labels), count),
                rng.choice(np.flatnonzero(~labels), _BATCH - count),
            ]
        )
        hu, truth = [], []
        for i, sites in enumerate(self.sites):
            chosen = drawn[kind[drawn] == i]
            if len(chosen):
                hu.append(sites.patches(row[chosen], rng))
                truth.append(labels[chosen])
        image = augment.network_input(augment.degrade(rng, torch.cat(hu)))
        with autocast(torch.device("cpu")):
            logits = network(image).flatten()
        target = torch.from_numpy(np.concatenate(truth).astype(np.float32))
        target = target * (1 - 2 * _SMOOTHING) + _SMOOTHING
        return functional.binary_cross_entropy_with_logits(logits.float(), target)
