"""What is done to networks before they are used."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn

from ai.networks import build
from ai.networks.fusion import fuse


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("UNet", {"inputs": 3, "widths": [4, 8]}),
        ("PatchClassifier", {"widths": [4, 8]}),
        ("EfficientNetLite0", {"inputs": 1, "classes": 1, "stem_stride": 1}),
        ("ResNet18", {"inputs": 1, "classes": 2}),
    ],
)
def test_folded_normalisation_changes_no_value(name: str, arguments: dict[str, Any]) -> None:
    torch.manual_seed(0)
    network = build(name, **arguments)
    image = torch.randn(2, arguments.get("inputs", 1), 32, 32)
    for _ in range(3):
        network.train()(image)  # the normalisation learns a mean and a scale of its own
    network.eval()

    fused = fuse(copy.deepcopy(network))

    assert count(fused) < count(network)
    with torch.no_grad():
        torch.testing.assert_close(fused(image), network(image), atol=1e-4, rtol=1e-4)


def count(network: nn.Module) -> int:
    return sum(isinstance(m, nn.BatchNorm2d) for m in network.modules())
