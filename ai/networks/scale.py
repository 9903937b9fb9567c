"""How HU become the input of the lung networks, in training and in use."""

from __future__ import annotations

import torch

LOWEST_HU = -1000.0
HIGHEST_HU = 400.0


def to_network(hu: torch.Tensor) -> torch.Tensor:
    """Clip HU to [−1000, 400] and map them to [0, 1]."""
    scaled: torch.Tensor = (hu.clamp(LOWEST_HU, HIGHEST_HU) - LOWEST_HU) / (HIGHEST_HU - LOWEST_HU)
    return scaled
