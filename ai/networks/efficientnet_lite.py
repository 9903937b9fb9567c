"""EfficientNet-Lite (Tan and Le 2019, arXiv 1905.11946, without squeeze-and-excitation).

The Lite variants and their ImageNet weights were published by the authors of EfficientNet under
Apache-2.0. Layers are padded as in the original ("same": one pixel more below and right where the
stride is 2), so that those weights fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn

from ai.networks.image_classifier import ImageClassifier, pooled_head

_STEM = 32
_LAST = 1280


@dataclass(frozen=True)
class _Stage:
    kernel: int
    repeats: int
    outputs: int
    expansion: int
    stride: int


_STAGES = (
    _Stage(3, 1, 16, 1, 1),
    _Stage(3, 2, 24, 6, 2),
    _Stage(5, 2, 40, 6, 2),
    _Stage(3, 3, 80, 6, 2),
    _Stage(5, 3, 112, 6, 1),
    _Stage(5, 4, 192, 6, 2),
    _Stage(3, 1, 320, 6, 1),
)
#: Width and depth of Lite0, Lite1, Lite2.
_SCALES = ((1.0, 1.0), (1.0, 1.1), (1.1, 1.2))


class EfficientNetLite(ImageClassifier):
    """EfficientNet-Lite0, 1 or 2.

    Parameters
    ----------
    inputs, classes : int
    variant : {0, 1, 2}
    dropout : float
        Of the pooled features, while training.
    drop_path : float
        Probability of leaving out the last residual block, while training; falls linearly to zero
        at the first (stochastic depth, Huang 2016, arXiv 1603.09382).
    stem_stride : {1, 2}
        1 for small pictures, which then keep twice the detail.
    """

    def __init__(
        self,
        inputs: int = 1,
        classes: int = 2,
        variant: int = 0,
        dropout: float = 0.2,
        drop_path: float = 0.1,
        stem_stride: int = 2,
    ) -> None:
        width, depth = _SCALES[variant]
        last = len(_STAGES) - 1
        repeats = [
            # The first and the last stage keep their depth in the Lite family.
            s.repeats if i in (0, last) else math.ceil(s.repeats * depth)
            for i, s in enumerate(_STAGES)
        ]
        total = sum(repeats)
        stages: list[nn.Module] = [_convolution(inputs, _STEM, 3, stride=stem_stride)]
        before, done = _STEM, 0
        for stage, count in zip(_STAGES, repeats, strict=True):
            outputs = _rounded(stage.outputs * width)
            blocks = []
            for i in range(count):
                drop = drop_path * done / total
                stride = stage.stride if i == 0 else 1
                blocks.append(_Block(before, outputs, stage.kernel, stride, stage.expansion, drop))
                before, done = outputs, done + 1
            stages.append(nn.Sequential(*blocks))
        stages.append(_convolution(before, _LAST, 1))
        super().__init__(stages, pooled_head(_LAST, classes, dropout))


class _Block(nn.Module):
    """Inverted residual: expand, filter each channel, project back."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int, drop: float
    ) -> None:
        super().__init__()
        inner = inputs * expansion
        expand = [_convolution(inputs, inner, 1)] if expansion > 1 else []
        self.path = nn.Sequential(
            *expand,
            _convolution(inner, inner, kernel, stride, groups=inner),
            _convolution(inner, outputs, 1, activation=False),
        )
        self.residual = stride == 1 and inputs == outputs
        self.drop = drop

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.path(x)
        if not self.residual:
            return y
        if self.training and self.drop > 0:
            keep = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop
            y = y * keep.to(y.dtype) / (1 - self.drop)
        return x + y


class _SamePadding(nn.Conv2d):
    """A convolution padded as TensorFlow's ``SAME`` does for an even input."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        rows, columns = (
            max((math.ceil(n / stride) - 1) * stride + kernel - n, 0) for n in x.shape[-2:]
        )
        x = nn.functional.pad(
            x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
        )
        return super().forward(x)


def _convolution(
    inputs: int,
    outputs: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    activation: bool = True,
) -> nn.Sequential:
    if stride == 1:
        conv: nn.Conv2d = nn.Conv2d(
            inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=False
        )
    else:
        conv = _SamePadding(inputs, outputs, kernel, stride, groups=groups, bias=False)
    layers: list[nn.Module] = [conv, nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)]
    return nn.Sequential(*layers, nn.ReLU6()) if activation else nn.Sequential(*layers)


def _rounded(channels: float) -> int:
    """The nearest multiple of 8 that is not less than nine tenths of ``channels``."""
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


def from_published(
    state: dict[str, torch.Tensor], network: EfficientNetLite
) -> dict[str, torch.Tensor]:
    """ImageNet weights as published, renamed for ``network``; without the classes' layer.

    Both list their layers in the order of computation, so that names can be matched by order. A
    network of one grey channel gets the sum of the three colours' filters, which is what a grey
    picture repeated three times would give.

    Raises
    ------
    ValueError
        The weights are of another architecture.
    """
    ours = [k for k in network.state_dict() if k.startswith("stages.")]
    theirs = [k for k in state if not k.startswith("_fc.")]
    if len(ours) != len(theirs):
        raise ValueError(f"{len(theirs)} tensors for {len(ours)} of the network")
    renamed = {new: state[old] for new, old in zip(ours, theirs, strict=True)}
    stem = renamed[ours[0]]
    inputs = network.state_dict()[ours[0]].shape[1]
    if inputs == 1:
        renamed[ours[0]] = stem.sum(dim=1, keepdim=True)
    return renamed
