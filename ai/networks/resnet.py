"""Residual networks (He 2016, arXiv 1512.03385)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from ai.networks.image_classifier import ImageClassifier, convolution, pooled_head


class ResNet(ImageClassifier):
    """A residual network for pictures.

    Parameters
    ----------
    inputs, classes : int
    blocks : sequence of int
        Residual blocks of each stage; every stage after the first halves the picture.
    widths : sequence of int
        Channels inside the blocks of each stage.
    bottleneck : bool
        Blocks of three convolutions with four times the channels at their ends.
    large : bool
        Begin with a 7×7 convolution and pooling, which quarter the picture; for pictures of 200
        pixels and more. Otherwise begin with a 3×3 convolution.
    dropout : float
    """

    def __init__(
        self,
        inputs: int = 1,
        classes: int = 2,
        blocks: Sequence[int] = (2, 2, 2, 2),
        widths: Sequence[int] = (64, 128, 256, 512),
        bottleneck: bool = False,
        large: bool = True,
        dropout: float = 0.0,
    ) -> None:
        stem = convolution(inputs, widths[0], 7, 2) if large else convolution(inputs, widths[0])
        if large:
            stem.append(nn.MaxPool2d(3, 2, 1))
        stages: list[nn.Module] = [stem]
        before = widths[0]
        for level, (count, width) in enumerate(zip(blocks, widths, strict=True)):
            outputs = 4 * width if bottleneck else width
            members = []
            for i in range(count):
                stride = 2 if level and not i else 1
                members.append(_Block(before, width, outputs, stride))
                before = outputs
            stages.append(nn.Sequential(*members))
        super().__init__(stages, pooled_head(before, classes, dropout))


class _Block(nn.Module):
    """A basic block, or a bottleneck where inside and outside differ in width."""

    def __init__(self, inputs: int, inner: int, outputs: int, stride: int) -> None:
        super().__init__()
        if inner == outputs:
            self.path = nn.Sequential(
                convolution(inputs, inner, 3, stride),
                convolution(inner, outputs, 3, activation=False),
            )
        else:
            self.path = nn.Sequential(
                convolution(inputs, inner, 1),
                convolution(inner, inner, 3, stride),
                convolution(inner, outputs, 1, activation=False),
            )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = convolution(inputs, outputs, 1, stride, activation=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.relu(self.path(x) + self.shortcut(x))
