"""The crops of a prepared picture that a classifier looks at, and what it makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from ai.classification.preparation import Grey, Preparation, normalised
from ai.networks.precision import autocast


def view(
    pixels: Grey, preparation: Preparation, share: float, device: torch.device
) -> torch.Tensor:
    """The network's input: the central part of prepared pictures, at the full number of pixels.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, channels, side, side)
    share : float
        Of the side; 1 for the whole.
    """
    image = torch.from_numpy(normalised(pixels, preparation))
    if share < 1:
        side = image.shape[-1]
        margin = round(side * (1 - share) / 2)
        image = functional.interpolate(
            image[..., margin : side - margin, margin : side - margin],
            size=side,
            mode="bilinear",
            align_corners=False,
        )
    return image.to(device).contiguous(memory_format=torch.channels_last)


def logits_of(
    networks: Sequence[nn.Module],
    pixels: Grey,
    preparation: Preparation,
    views: Sequence[float],
    device: torch.device,
    *,
    amp: bool = False,
) -> npt.NDArray[np.float32]:
    """Logits, averaged over views and networks, shape (n, classes).

    Parameters
    ----------
    networks : sequence of Module
        In evaluation mode, on ``device``.
    pixels : ndarray of uint8, shape (n, channels, side, side)
        Few enough for one batch.
    """
    with torch.inference_mode(), autocast(device, amp):
        found = [
            network(image).float()
            for image in (view(pixels, preparation, share, device) for share in views)
            for network in networks
        ]
        mean = torch.stack(found).mean(0)
    return np.asarray(mean.cpu().numpy(), dtype=np.float32)
