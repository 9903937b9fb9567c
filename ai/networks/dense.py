"""A small dense network for tables of numbers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn


class DenseClassifier(nn.Module):
    """Dense layers with dropout.

    Parameters
    ----------
    inputs, classes : int
    widths : sequence of int
    dropout : float
    """

    def __init__(
        self,
        inputs: int,
        classes: int = 2,
        widths: Sequence[int] = (64, 32),
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width in widths:
            layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(dropout)]
            inputs = width
        self.layers = nn.Sequential(*layers, nn.Linear(inputs, classes))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Logits, shape (n, classes), of standardised rows, shape (n, inputs)."""
        logits: torch.Tensor = self.layers(rows)
        return logits
