"""The feature pyramid of MONAI's RetinaNet without torchvision, with the same names of weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from monai.networks.blocks.feature_pyramid_network import FeaturePyramidNetwork, LastLevelMaxPool
from torch import nn

_CHANNELS = 256


class Layers(nn.ModuleDict):
    """A network up to the last layer whose output is wanted.

    Parameters
    ----------
    network : Module
        Calls its children one after the other.
    wanted : sequence of str
        The children whose outputs are given, by their place among them: ``{"0": …, "1": …}``.
    """

    def __init__(self, network: nn.Module, wanted: Sequence[str]) -> None:
        children = dict(network.named_children())
        last = max(list(children).index(name) for name in wanted)
        super().__init__(dict(list(children.items())[: last + 1]))
        self._wanted = {name: str(number) for number, name in enumerate(wanted)}

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """The outputs that are wanted."""
        found = {}
        for name, layer in self.items():
            image = layer(image)
            if name in self._wanted:
                found[self._wanted[name]] = image
        return found


class Pyramid(nn.Module):
    """Feature maps of one width at several scales, the finest first."""

    def __init__(self, backbone: nn.Module, spatial_dims: int, layers: Sequence[int]) -> None:
        super().__init__()
        narrowest = backbone.in_planes // 8  # type: ignore[operator]
        self.out_channels = _CHANNELS
        self.body = Layers(backbone, [f"layer{number}" for number in layers])
        self.fpn = FeaturePyramidNetwork(
            spatial_dims=spatial_dims,
            in_channels_list=[narrowest * 2 ** (number - 1) for number in layers],
            out_channels=_CHANNELS,
            extra_blocks=LastLevelMaxPool(spatial_dims),
        )

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """The maps by their place."""
        maps: dict[str, torch.Tensor] = self.fpn(self.body(image))
        return maps


def resnet_fpn_feature_extractor(
    backbone: nn.Module,
    spatial_dims: int,
    pretrained_backbone: bool = False,
    returned_layers: Sequence[int] = (1, 2, 3),
    trainable_backbone_layers: int | None = None,
) -> Pyramid:
    """The pyramid on a ResNet; called as MONAI's function of this name is.

    Parameters
    ----------
    backbone : Module
        A ResNet of MONAI's.
    spatial_dims : int
    pretrained_backbone, trainable_backbone_layers
        Matter in training only.
    returned_layers : sequence of int
        Which of the ResNet's four stages are used.
    """
    return Pyramid(backbone, spatial_dims, returned_layers)
