"""What every image classifier has in common: stages of convolutions, then a head."""

from __future__ import annotations

import torch
from torch import nn


class ImageClassifier(nn.Module):
    """A classifier whose feature maps can be looked at.

    Parameters
    ----------
    stages : sequence of nn.Module
        Convolutions, from fine to coarse: each maps (batch, channels, rows, columns) to the same
        with other numbers. The output of the last one is what class activation maps explain.
    head : nn.Module
        The last feature maps → logits, shape (batch, classes).
    """

    def __init__(self, stages: list[nn.Module], head: nn.Module) -> None:
        super().__init__()
        self.stages = nn.Sequential(*stages)
        self.head = head

    def features(self, image: torch.Tensor, stages: int | None = None) -> torch.Tensor:
        """Feature maps after the first ``stages`` stages; after all of them by default."""
        maps: torch.Tensor = self.stages[:stages](image)
        return maps

    def first_stages(self, count: int) -> list[nn.Module]:
        """The ``count`` finest stages."""
        return list(self.stages)[:count]

    def classify(self, maps: torch.Tensor, stages: int | None = None) -> torch.Tensor:
        """Logits from the maps that ``features`` gave for the same ``stages``."""
        rest = self.stages[stages:] if stages is not None else nn.Sequential()
        logits: torch.Tensor = self.head(rest(maps))
        return logits

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits, shape (batch, classes), of images, shape (batch, inputs, rows, columns)."""
        return self.classify(self.features(image))


def pooled_head(channels: int, classes: int, dropout: float) -> nn.Sequential:
    """Global average pooling and one linear layer, where Grad-CAM is exact (Draelos 2020)."""
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(channels, classes)
    )


def flat_head(
    channels: int, side: int, widths: tuple[int, ...], classes: int, dropout: float
) -> nn.Sequential:
    """Dense layers on the maps brought to ``side`` × ``side``, as VGG has them."""
    layers: list[nn.Module] = [nn.AdaptiveAvgPool2d(side), nn.Flatten()]
    inputs = channels * side * side
    for width in widths:
        layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(dropout)]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, classes))


def convolution(
    inputs: int, outputs: int, kernel: int = 3, stride: int = 1, activation: bool = True
) -> nn.Sequential:
    """Convolution, batch normalisation and ReLU."""
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, nn.ReLU()) if activation else nn.Sequential(*layers)
