"""Plain stacks of convolutions: VGG (Simonyan 2015, arXiv 1409.1556) and smaller ones."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from ai.networks.image_classifier import ImageClassifier, convolution, flat_head


class PlainNet(ImageClassifier):
    """Stages of 3×3 convolutions, each followed by pooling, and dense layers.

    Parameters
    ----------
    inputs, classes : int
    blocks : sequence of int
        Convolutions of each stage.
    widths : sequence of int
        Their channels.
    dense : sequence of int
        Widths of the dense layers.
    grid : int
        The side of the last maps as the dense layers see them.
    dropout : float
        After each dense layer, while training.
    """

    def __init__(
        self,
        inputs: int = 1,
        classes: int = 2,
        blocks: Sequence[int] = (2, 2, 3, 3, 3),
        widths: Sequence[int] = (64, 128, 256, 512, 512),
        dense: Sequence[int] = (4096, 4096),
        grid: int = 7,
        dropout: float = 0.5,
    ) -> None:
        stages: list[nn.Module] = []
        before = inputs
        for count, width in zip(blocks, widths, strict=True):
            layers: list[nn.Module] = []
            for _ in range(count):
                layers.append(convolution(before, width))
                before = width
            # Pooling opens the next stage, so that the last maps stay fine enough to look at.
            stages.append(nn.Sequential(*([nn.MaxPool2d(2)] if stages else []), *layers))
        super().__init__(stages, flat_head(before, grid, tuple(dense), classes, dropout))
