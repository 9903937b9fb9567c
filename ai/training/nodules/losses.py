"""Losses for small things in large backgrounds."""

from __future__ import annotations

import torch
from torch.nn import functional

_NEGATIVES_A_POSITIVE = 4
_FEWEST_NEGATIVES = 2000


def segmentation_loss(
    logits: torch.Tensor, target: torch.Tensor, weight: torch.Tensor
) -> torch.Tensor:
    """Soft Dice where there is something, plus cross-entropy on it and on the hardest background.

    Nearly all background is easy; the pixels that matter are the vessels and the wall that look
    like nodules, so only the hardest few negatives of the batch count (Shrivastava 2016,
    arXiv 1604.03540).

    Parameters
    ----------
    logits, target, weight : Tensor, shape (n, 1, rows, columns)
        ``target`` is 0 or 1; pixels of ``weight`` 0 don't count.
    """
    logits = logits.float()
    probability = torch.sigmoid(logits) * weight
    target = target * weight
    overlap = (probability * target).sum((1, 2, 3))
    total = probability.sum((1, 2, 3)) + target.sum((1, 2, 3))
    holds = target.sum((1, 2, 3)) > 0
    dice = 1 - (2 * overlap + 1) / (total + 1)
    dice_loss = (dice * holds).sum() / holds.sum().clamp_min(1)

    entropy = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    positives = entropy[target > 0]
    negatives = entropy[(target == 0) & (weight > 0)]
    count = max(_FEWEST_NEGATIVES, _NEGATIVES_A_POSITIVE * positives.numel())
    hardest = negatives.topk(min(count, negatives.numel())).values
    found = positives.mean() if positives.numel() else logits.new_zeros(())
    return dice_loss + found + 2 * hardest.mean()
