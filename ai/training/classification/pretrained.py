"""ImageNet weights to start from."""

from __future__ import annotations

import torch

from ai.networks.efficientnet_lite import EfficientNetLite, from_published
from ai.networks.image_classifier import ImageClassifier
from ai.training.classification.imagenet import PretrainedError, weights_file


def start_from_imagenet(network: ImageClassifier, architecture: str) -> None:
    """Give ``network`` the ImageNet weights of its architecture; its head stays as it is.

    Raises
    ------
    PretrainedError
        The architecture has none, or they are not installed.
    """
    file = weights_file(architecture)
    assert isinstance(network, EfficientNetLite)
    state = torch.load(file, map_location="cpu", weights_only=True)
    try:
        renamed = from_published(state, network)
        network.load_state_dict(renamed, strict=False)
    except (ValueError, RuntimeError) as error:
        raise PretrainedError(f"The ImageNet weights do not fit {architecture}: {error}") from error
