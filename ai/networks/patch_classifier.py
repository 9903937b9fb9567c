"""A small residual classifier (He 2016, arXiv 1512.03385) of candidate patches."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn


class PatchClassifier(nn.Module):
    """One logit a patch: is the thing at its centre what is looked for?

    Parameters
    ----------
    inputs : int
        Channels of the patch.
    widths : sequence of int
        Channels at each scale; each scale after the first halves the patch.
    dropout : float
        Of the pooled features, while training.
    """

    def __init__(
        self, inputs: int = 1, widths: Sequence[int] = (16, 32, 64, 96), dropout: float = 0.2
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(inputs, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        before = (widths[0], *widths[:-1])
        self.stages = nn.Sequential(
            *(
                _Residual(i, o, stride=1 if level == 0 else 2)
                for level, (i, o) in enumerate(zip(before, widths, strict=True))
            )
        )
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * widths[-1], 1)

    def forward(self, patch: torch.Tensor) -> torch.Tensor:
        """Logits, shape (batch,), of patches, shape (batch, inputs, rows, columns)."""
        features = self.stages(self.stem(patch))
        middle = features.shape[-1] // 2
        centre = features[..., middle - 1 : middle + 1, middle - 1 : middle + 1].mean((2, 3))
        pooled = torch.cat([centre, features.mean((2, 3))], dim=1)
        logits: torch.Tensor = self.head(self.dropout(pooled)).squeeze(1)
        return logits


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut: nn.Module = nn.Identity()
        if inputs != outputs or stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.relu(self.path(x) + self.shortcut(x))
