"""The score volume: the segmenting network, slice by slice over the lungs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from torch import nn

from ai.networks.precision import autocast
from ai.networks.scale import to_network

_DIVISOR = 8
_MARGIN = 20


def score_volume(
    hu: npt.NDArray[np.int16],
    lungs: npt.NDArray[np.bool_],
    network: nn.Module,
    device: torch.device,
    batch_size: int,
    amp: bool,
    tick: Callable[[int], None],
) -> npt.NDArray[np.float32]:
    """Each voxel's score for being nodule.

    Parameters
    ----------
    hu : ndarray of int16, shape (slices, rows, columns), HU
    lungs : ndarray of bool, shape (slices, rows, columns)
        Where to look. Each batch of slices is cut to the rectangle around it, with a margin;
        beyond that the score is 0.
    network : Module
        Takes each slice between its two neighbours as three channels, gives one logit a pixel.
    device : torch.device
    batch_size : int
    amp : bool
        Whether reduced precision is allowed.
    tick : callable
        Called after each batch with the number of slices that it held.

    Returns
    -------
    ndarray of float32, shape (slices, rows, columns), 0 to 1
    """
    scores = np.zeros(hu.shape, dtype=np.float32)
    for first in range(0, len(hu), batch_size):
        batch = slice(first, min(first + batch_size, len(hu)))
        area = _area(lungs[batch])
        if area is not None:
            rows, columns = area
            middle = np.arange(batch.start, batch.stop)
            neighbours = np.clip(middle[:, None] + [-1, 0, 1], 0, len(hu) - 1)
            windows = hu[:, rows, columns][neighbours].astype(np.float32)
            scores[batch, rows, columns] = pixel_scores(windows, network, device, amp)
        tick(batch.stop - batch.start)
    return scores


def _area(lungs: npt.NDArray[np.bool_]) -> tuple[slice, slice] | None:
    found = ndimage.find_objects(lungs.any(axis=0).astype(np.uint8))
    if not found:
        return None
    rows, columns = (slice(max(s.start - _MARGIN, 0), s.stop + _MARGIN) for s in found[0])
    return rows, columns


@torch.inference_mode()
def pixel_scores(
    windows: npt.NDArray[np.float32], network: nn.Module, device: torch.device, amp: bool
) -> npt.NDArray[np.float32]:
    """Scores of single windows.

    Parameters
    ----------
    windows : ndarray of float32, shape (n, 3, rows, columns), HU

    Returns
    -------
    ndarray of float32, shape (n, rows, columns), 0 to 1
    """
    rows, columns = windows.shape[-2:]
    hu = torch.from_numpy(windows).to(device)
    padding = (0, -columns % _DIVISOR, 0, -rows % _DIVISOR)
    padded = nn.functional.pad(hu, padding, mode="replicate")
    image = to_network(padded).contiguous(memory_format=torch.channels_last)
    with autocast(device, amp):
        logits = network(image)
    scores = torch.sigmoid(logits[:, 0, :rows, :columns].float())
    return np.asarray(scores.cpu().numpy())
