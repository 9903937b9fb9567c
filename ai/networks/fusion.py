"""Batch normalisation folded into the convolution before it: the same values, sooner."""

from __future__ import annotations

from itertools import pairwise

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fuse(network: nn.Module) -> nn.Module:
    """Fold each batch normalisation that directly follows a convolution in a sequence into it.

    In use it only scales and shifts what the convolution gives (Ioffe and Szegedy 2015, arXiv
    1502.03167), so that the convolution's own weights can do both. In place; the network can no
    longer be trained.

    Parameters
    ----------
    network : Module
        In evaluation mode.

    Returns
    -------
    Module
        The same network.
    """
    for child in network.children():
        fuse(child)
    if isinstance(network, nn.Sequential):
        for (name, conv), (after, norm) in pairwise(list(network.named_children())):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(network, name, fuse_conv_bn_eval(conv, norm))
                setattr(network, after, nn.Identity())
    return network
