"""How a candidate looks to the classifier in three orthogonal planes.

The classifier has learnt from axial slices. A nodule is roundish, so it looks like one in the
coronal and sagittal planes too, where the vessel that passed for one in the axial plane shows its
length (the idea of multi-view networks, Setio 2016, doi 10.1109/TMI.2016.2536809).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import nn

from ai.networks.precision import autocast
from ai.networks.scale import to_network

#: Pixels and their size in a patch, in training and in use.
PATCH = 48
PATCH_PIXEL_MM = 0.7

#: Planes through thick slices show steps and not shapes.
_THICKEST_REFORMATTED_MM = 2.6

#: More of them change little, and every candidate is looked at in up to five planes.
_TURNS_A_LOOK = 2

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Views:
    """The classifier's logits: in the axial plane, and in the coronal and sagittal ones."""

    axial: float
    reformatted: tuple[float, ...]

    @property
    def evidence(self) -> float:
        """One logit: the planes' mean."""
        return float(np.mean([self.axial, *self.reformatted]))


def look(
    hu: npt.NDArray[np.int16],
    spacing_mm: tuple[float, float, float],
    centers: Sequence[Point],
    network: nn.Module,
    device: torch.device,
    amp: bool,
) -> list[Views]:
    """The classifier's view of each candidate.

    Parameters
    ----------
    hu : ndarray of int16, shape (slices, rows, columns), HU
    spacing_mm : tuple of float
        Along ``(z, y, x)``.
    centers : sequence of (z, y, x)
        In indices of ``hu``.
    """
    if not centers:
        return []
    shown = planes(spacing_mm, reformats(spacing_mm, len(hu)))
    patches = np.stack([patch(hu, c, plane) for c in centers for plane in shown])
    values = patch_logits(patches, network, device, amp, turns=_TURNS_A_LOOK)
    by_plane = values.reshape(len(centers), len(shown))
    return [Views(float(v[:3].mean()), tuple(float(x) for x in v[3:])) for v in by_plane]


def glance(
    hu: npt.NDArray[np.int16],
    spacing_mm: tuple[float, float, float],
    centers: Sequence[Point],
    network: nn.Module,
    device: torch.device,
    amp: bool,
) -> npt.NDArray[np.float32]:
    """One logit for each candidate, from its axial plane alone: a tenth of the work of ``look``.

    Parameters as for ``look``.
    """
    if not centers:
        return np.empty(0, np.float32)
    axial = planes(spacing_mm, reformat=False)[1]
    patches = np.stack([patch(hu, center, axial) for center in centers])
    return patch_logits(patches, network, device, amp, turns=1)


@torch.inference_mode()
def patch_logits(
    patches: npt.NDArray[np.float32],
    network: nn.Module,
    device: torch.device,
    amp: bool,
    turns: int = 4,
) -> npt.NDArray[np.float32]:
    """A network's one output for each patch, averaged over its mirror images.

    Parameters
    ----------
    patches : ndarray of float32, shape (n, rows, columns), HU
    network : Module
        Gives one value a patch, as shape (n,) or (n, 1).
    device : torch.device
    amp : bool
        Whether reduced precision is allowed.
    turns : int
        How many images, the patch itself among them.
    """
    image = to_network(torch.from_numpy(patches).to(device))[:, None]
    total = torch.zeros(len(patches), device=device)
    images = (image, image.flip(2, 3), image.flip(3), image.transpose(2, 3))[:turns]
    for turned in images:
        with autocast(device, amp):
            total += network(turned.contiguous(memory_format=torch.channels_last)).flatten().float()
    return np.asarray((total / len(images)).cpu().numpy())


def reformats(spacing_mm: tuple[float, float, float], slices: int) -> bool:
    """Whether coronal and sagittal planes show anything through slices so far apart."""
    return spacing_mm[0] <= _THICKEST_REFORMATTED_MM and slices > 3


def planes(
    spacing_mm: tuple[float, float, float], reformat: bool, pixels: int = PATCH
) -> list[npt.NDArray[np.float64]]:
    """Offsets of patch pixels in indices, shape (3, pixels, pixels): three axial, two others."""
    mm = (np.arange(pixels) - (pixels - 1) / 2) * PATCH_PIXEL_MM
    first, second = np.meshgrid(mm, mm, indexing="ij")
    still = np.zeros_like(first)
    scale = np.array(spacing_mm)[:, None, None]
    axial = np.stack([still, first, second]) / scale
    shown = [axial + np.array([dz, 0, 0])[:, None, None] for dz in (-1, 0, 1)]
    if reformat:
        shown.append(np.stack([-first, still, second]) / scale)
        shown.append(np.stack([-first, second, still]) / scale)
    return shown


def patch(
    hu: npt.NDArray[np.int16], center: Point, plane: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """HU in a plane around a place, trilinearly."""
    places = np.array([round(center[0]), center[1], center[2]])[:, None, None] + plane
    return np.asarray(
        ndimage.map_coordinates(hu, places, order=1, mode="nearest", output=np.float32)
    )
