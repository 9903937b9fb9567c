"""Where a classifier looked: class activation maps and occlusion.

Maps are raw: signed contributions to the score, never stretched to fill a range. They say where the
network looked, which is not where the disease is (Saporta 2022, doi:10.1038/s42256-022-00536-x;
Arun 2021, doi:10.1148/ryai.2021200267).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from ai.networks.image_classifier import ImageClassifier

#: Logits, shape (batch, classes) → the score to be explained, shape (batch,).
Score = Callable[[torch.Tensor], torch.Tensor]
Method = Literal["hirescam", "gradcam", "layercam"]
Map = npt.NDArray[np.float32]


def log_odds(members: list[int]) -> Score:
    """The score of a group of classes: the logarithm of its odds against all others."""

    def score(logits: torch.Tensor) -> torch.Tensor:
        others = [c for c in range(logits.shape[1]) if c not in members]
        return logits[:, members].logsumexp(1) - logits[:, others].logsumexp(1)

    return score


def activation_map(
    network: ImageClassifier,
    image: torch.Tensor,
    score: Score,
    method: Method = "hirescam",
    stages: int | None = None,
) -> Map:
    """The contribution of each cell of an image's feature maps to the score; see ``contributions``.

    Parameters
    ----------
    network : ImageClassifier
        In evaluation mode.
    image : Tensor, shape (1, channels, rows, columns)
    score : callable
    method : {"hirescam", "gradcam", "layercam"}
    stages : int, optional
        Explain the maps after so many stages; the last ones by default.

    Returns
    -------
    ndarray of float32, shape (rows, columns) of the feature maps
    """
    with torch.no_grad():
        maps = network.features(image, stages)
    return contributions(network, maps, score, method, stages)


def contributions(
    network: ImageClassifier,
    maps: torch.Tensor,
    score: Score,
    method: Method = "hirescam",
    stages: int | None = None,
) -> Map:
    """The contribution of each cell of feature maps to the score.

    HiResCAM (Draelos 2020, arXiv 2011.08891) multiplies each activation by its gradient and sums
    over channels: with pooling and one linear layer after the maps, the mean over cells is exactly
    the score but for its bias. Grad-CAM (Selvaraju 2017, arXiv 1610.02391) averages the gradients
    first and keeps positive sums. LayerCAM (Jiang 2021, doi:10.1109/TIP.2021.3089943) keeps
    positive gradients and suits finer maps.

    Parameters
    ----------
    network : ImageClassifier
        In evaluation mode.
    maps : Tensor, shape (1, channels, rows, columns)
        What ``network.features`` gave for the same ``stages``, outside inference mode.
    score, method, stages
        See ``activation_map``.

    Returns
    -------
    ndarray of float32, shape (rows, columns) of the feature maps
    """
    with torch.enable_grad():
        maps = maps.detach().requires_grad_(True)
        value = score(network.classify(maps, stages).float()).sum()
        (gradient,) = torch.autograd.grad(value, maps)
    with torch.no_grad():
        cells = maps.shape[-2] * maps.shape[-1]
        if method == "hirescam":
            found = (maps * gradient).sum(1) * cells
        elif method == "gradcam":
            found = (maps * gradient.mean((2, 3), keepdim=True)).sum(1).relu() * cells
        else:
            found = (maps * gradient.relu()).sum(1).relu() * cells
    return np.asarray(found[0].float().cpu().numpy(), dtype=np.float32)


def occlusion_map(
    network: nn.Module,
    image: torch.Tensor,
    score: Score,
    patch: int,
    stride: int,
    batch: int = 32,
) -> Map:
    """How much the score falls where a patch is hidden behind the picture's mean (Zeiler 2014).

    Slow, but it asks the network itself: the check of the other maps.

    Parameters
    ----------
    network : Module
    image : Tensor, shape (1, channels, rows, columns)
    score : callable
    patch, stride : int
        In pixels of the image.

    Returns
    -------
    ndarray of float32, shape (rows // stride, columns // stride)
    """
    rows, columns = image.shape[-2] // stride, image.shape[-1] // stride
    fill = image.mean((2, 3), keepdim=True)
    centres = [
        (r * stride + stride // 2, c * stride + stride // 2)
        for r in range(rows)
        for c in range(columns)
    ]
    falls = []
    with torch.inference_mode():
        whole = score(network(image).float())
        for i in range(0, len(centres), batch):
            hidden = image.repeat(len(centres[i : i + batch]), 1, 1, 1)
            for picture, (y, x) in zip(hidden, centres[i : i + batch], strict=True):
                top, left = max(0, y - patch // 2), max(0, x - patch // 2)
                picture[:, top : y + patch // 2, left : x + patch // 2] = fill[0]
            falls.append(whole - score(network(hidden).float()))
    return np.asarray(torch.cat(falls).reshape(rows, columns).cpu().numpy(), dtype=np.float32)


def enlarged(found: Map, side: int) -> Map:
    """A map on a grid of ``side`` × ``side`` cells, interpolated; values keep their unit."""
    grid = functional.interpolate(
        torch.from_numpy(found)[None, None], size=side, mode="bilinear", align_corners=False
    )
    return np.asarray(grid[0, 0].numpy(), dtype=np.float32)


def pooled(maps: torch.Tensor) -> torch.Tensor:
    """The mean of each feature map, shape (batch, channels): an image in the network's words."""
    return maps.float().mean((2, 3))
