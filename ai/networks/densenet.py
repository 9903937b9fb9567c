"""Densely connected networks (Huang 2017, arXiv 1608.06993)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from ai.networks.image_classifier import ImageClassifier, convolution, pooled_head

_EXPANSION = 4


class DenseNet(ImageClassifier):
    """DenseNet, version B and C; DenseNet-121 by default.

    Parameters
    ----------
    inputs, classes : int
    blocks : sequence of int
        Layers of each dense block.
    growth : int
        Channels that each layer adds.
    dropout : float
    """

    def __init__(
        self,
        inputs: int = 1,
        classes: int = 2,
        blocks: Sequence[int] = (6, 12, 24, 16),
        growth: int = 32,
        dropout: float = 0.0,
    ) -> None:
        channels = 2 * growth
        stages: list[nn.Module] = [
            convolution(inputs, channels, 7, 2).append(nn.MaxPool2d(3, 2, 1))
        ]
        for level, count in enumerate(blocks):
            layers: list[nn.Module] = []
            if level:
                layers.append(_transition(channels))
                channels //= 2
            for _ in range(count):
                layers.append(_Layer(channels, growth))
                channels += growth
            stages.append(nn.Sequential(*layers))
        stages.append(nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU()))
        super().__init__(stages, pooled_head(channels, classes, dropout))


class _Layer(nn.Module):
    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            _before(inputs, _EXPANSION * growth, 1), _before(_EXPANSION * growth, growth, 3)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, self.path(x)], dim=1)


def _before(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    """Batch normalisation and ReLU before the convolution."""
    return nn.Sequential(
        nn.BatchNorm2d(inputs),
        nn.ReLU(),
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
    )


def _transition(channels: int) -> nn.Sequential:
    return _before(channels, channels // 2, 1).append(nn.AvgPool2d(2))
