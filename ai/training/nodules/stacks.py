"""The detector on crop stacks: what it finds in them, and whether that is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import nn

from ai.detection.candidates import Candidate, find_candidates
from ai.detection.features import Features, features
from ai.detection.grid import Grid
from ai.detection.parameters import Scale
from ai.detection.scores import pixel_scores
from ai.detection.views import PATCH_PIXEL_MM, glance, look
from ai.image import Image
from ai.training.nodules import augment
from ai.training.nodules.slices import Slices

#: Crops don't say how far apart their slices lie; only in-plane sizes are used of them.
_SLICE_MM = 5.0
_NEAR_MM = 3.0
_MINED_SCORE = 0.3
_MOST = 50


@dataclass(frozen=True)
class Stack:
    """One nodule's slices on the working grid, with scores.

    Parameters
    ----------
    grid : Grid
        In an image of the crops with their native pixels.
    drawn : ndarray of uint8, shape of that image's voxels
        Readers who drew the native pixel.
    hu : ndarray of int16, shape (slices, rows, columns), HU
    votes : ndarray of uint8, same shape
        Readers who drew the pixel.
    known : ndarray of bool, same shape
        False where the crop ends.
    scores : ndarray of float32, same shape
    patient : str
    """

    grid: Grid
    drawn: npt.NDArray[np.uint8]
    hu: npt.NDArray[np.int16]
    votes: npt.NDArray[np.uint8]
    known: npt.NDArray[np.bool_]
    scores: npt.NDArray[np.float32]
    patient: str


@dataclass(frozen=True)
class Found:
    """A candidate in a stack.

    ``glance`` is the classifier's logit at first glance. ``hit`` is true where it lies on a nodule
    of two or more readers, None where it lies on what only one reader drew (counted neither way),
    else false.
    """

    candidate: Candidate
    features: Features
    glance: float
    hit: bool | None


def score_stacks(
    slices: Slices, network: nn.Module, pixel_mm: float, device: torch.device
) -> Iterator[Stack]:
    """Each stack of slices, resampled to ``pixel_mm`` and scored."""
    for number in np.unique(slices.stacks):
        rows = np.flatnonzero(slices.stacks == number)
        native = float(slices.pixel_mm[rows[0]])
        size = int(np.ceil(slices.images.shape[-1] * native / pixel_mm / 8) * 8)
        pose = augment.straight(np.full(len(rows), pixel_mm / native))
        hu = augment.cut(torch.from_numpy(slices.images[rows].astype(np.float32)), pose, size)
        votes = torch.from_numpy(slices.votes[rows].astype(np.float32))[:, None]
        known = augment.cut(torch.ones_like(votes), pose, size, outside="zeros")[:, 0] > 0.99
        drawn = torch.cat([(votes >= k).float() for k in range(1, 5)], dim=1)
        drawn = augment.cut(drawn, pose, size, outside="zeros") > 0.5
        scores = pixel_scores(hu.numpy(), network, device, amp=True)
        yield Stack(
            _grid(slices.images[rows, 1], native, pixel_mm, size),
            slices.votes[rows],
            np.rint(hu[:, 1].numpy()).astype(np.int16),
            drawn.sum(1).numpy().astype(np.uint8),
            known.numpy(),
            scores * known.numpy(),
            str(slices.patients[rows[0]]),
        )


def _grid(hu: npt.NDArray[np.int16], native: float, pixel_mm: float, size: int) -> Grid:
    """Where the windows of ``size`` × ``size`` lie in crops with native pixels."""
    crops = Image(hu, np.diag([native, native, _SLICE_MM, 1.0]), "CT")
    step = pixel_mm / native
    start = [(n - 1) / 2 - (size - 1) / 2 * step for n in hu.shape[1:]]
    return Grid(crops, (0.0, start[0], start[1]), (1.0, step, step), (len(hu), size, size))


def find_in(
    stack: Stack,
    classifier: nn.Module,
    device: torch.device,
    scale: Scale,
    region_score: float,
    peak_score: float,
) -> list[Found]:
    """The candidates of a stack with features, most prominent first.

    Of several on one nodule, all count as hits.
    """
    pixel_mm = scale.pixel_mm
    candidates = [
        candidate
        for candidate in find_candidates(stack.scores, region_score, peak_score)
        if candidate.section_mm(pixel_mm, pixel_mm) >= scale.smallest_mm
    ][:_MOST]
    spacing = (_SLICE_MM, PATCH_PIXEL_MM, PATCH_PIXEL_MM)
    centers = [c.center for c in candidates]
    glances = glance(stack.hu, spacing, centers, classifier, device, amp=True)
    views = look(stack.hu, spacing, centers, classifier, device, amp=True)
    near = _near(stack.votes >= 2, pixel_mm)
    disputed = _near(stack.votes >= 1, pixel_mm)
    found = []
    for candidate, logit, view in zip(candidates, glances, views, strict=True):
        hit: bool | None = bool(near[candidate.box][candidate.region].any())
        if not hit and disputed[candidate.box][candidate.region].any():
            hit = None
        found.append(Found(candidate, features(candidate, view, spacing), float(logit), hit))
    return found


def _near(mask: npt.NDArray[np.bool_], pixel_mm: float) -> npt.NDArray[np.bool_]:
    in_plane = np.zeros((3, 3, 3), dtype=bool)
    in_plane[1] = ndimage.generate_binary_structure(2, 1)
    if not mask.any():
        return mask
    return np.asarray(
        ndimage.binary_dilation(mask, in_plane, iterations=max(1, round(_NEAR_MM / pixel_mm)))
    )


def mistakes(
    slices: Slices, network: nn.Module, scale: Scale, device: torch.device
) -> list[tuple[int, float, float]]:
    """Where the segmenting network, at a scale, sees what no reader drew.

    Returns
    -------
    list of (int, float, float)
        Row of ``slices``, and row and column in its native pixels.
    """
    places = []
    pixel_mm = scale.pixel_mm
    for number, stack in zip(
        np.unique(slices.stacks), score_stacks(slices, network, pixel_mm, device), strict=True
    ):
        rows = np.flatnonzero(slices.stacks == number)
        native = float(slices.pixel_mm[rows[0]])
        drawn = _near(stack.votes >= 1, pixel_mm)
        middles = (np.array(stack.hu.shape[1:]) - 1) / 2
        native_middles = (np.array(slices.images.shape[2:]) - 1) / 2
        for candidate in find_candidates(stack.scores, _MINED_SCORE, _MINED_SCORE)[:_MOST]:
            if (
                candidate.section_mm(pixel_mm, pixel_mm) < scale.smallest_mm
                or drawn[candidate.box][candidate.region].any()
            ):
                continue
            z, y, x = candidate.center
            row, column = (np.array([y, x]) - middles) * (pixel_mm / native) + native_middles
            places.append((int(rows[round(z)]), float(row), float(column)))
    return places
