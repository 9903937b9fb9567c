"""A two-dimensional U-Net (Ronneberger 2015, arXiv 1505.04597)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn


class UNet(nn.Module):
    """Per-pixel logits of an image whose sides are divisible by ``2 ** (len(widths) - 1)``.

    Parameters
    ----------
    inputs, outputs : int
        Channels in and out. Neighbouring slices may be given as channels.
    widths : sequence of int
        Channels at each scale, the finest first.
    """

    def __init__(
        self, inputs: int = 3, outputs: int = 1, widths: Sequence[int] = (16, 32, 64, 128)
    ) -> None:
        super().__init__()
        before = (inputs, *widths[:-1])
        self.down = nn.ModuleList(_block(i, o) for i, o in zip(before, widths, strict=True))
        finer, coarser = list(widths[:-1]), list(widths[1:])
        self.reduce = nn.ModuleList(nn.Conv2d(c, f, 1) for f, c in zip(finer, coarser, strict=True))
        self.up = nn.ModuleList(_block(2 * f, f) for f in finer)
        self.head = nn.Conv2d(widths[0], outputs, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits, shape (batch, outputs, rows, columns), of a batch of images."""
        skips = []
        x = image
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else nn.functional.max_pool2d(x, 2))
            skips.append(x)
        for level in reversed(range(len(self.up))):
            coarse = nn.functional.interpolate(
                self.reduce[level](x), scale_factor=2.0, mode="nearest"
            )
            x = self.up[level](torch.cat([skips[level], coarse], dim=1))
        logits: torch.Tensor = self.head(x)
        return logits


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
