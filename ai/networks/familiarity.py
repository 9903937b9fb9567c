"""How far an image lies from those that a classifier was trained on, in its own features."""

from __future__ import annotations

import torch
from torch import nn


class Familiarity(nn.Module):
    """Distance of pooled features from the training set's.

    The squared Mahalanobis distance within the leading principal components, plus the squared
    residual outside them in units of its own mean, each divided by its number of degrees (Lee 2018,
    arXiv 1807.03888; Wang 2022, arXiv 2203.10807). About 2 for images like the training set's.

    Parameters
    ----------
    features, components : int
    """

    mean: torch.Tensor
    axes: torch.Tensor
    variances: torch.Tensor
    residual: torch.Tensor

    def __init__(self, features: int, components: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("axes", torch.zeros(features, components))
        self.register_buffer("variances", torch.ones(components))
        self.register_buffer("residual", torch.ones(()))

    @staticmethod
    def fitted(features: torch.Tensor, components: int) -> Familiarity:
        """Fit to features, shape (n, features)."""
        guard = Familiarity(features.shape[1], components)
        guard.mean.copy_(features.mean(0))
        centred = features - guard.mean
        _, singular, axes = torch.linalg.svd(centred, full_matrices=False)
        guard.axes.copy_(axes[:components].T)
        guard.variances.copy_(singular[:components] ** 2 / len(features))
        left = (singular[components:] ** 2).sum() / len(features)
        guard.residual.copy_(left.clamp_min(1e-12))
        return guard

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Distances, shape (n,), of features, shape (n, features)."""
        centred = features - self.mean
        inside = centred @ self.axes
        outside = (centred.square().sum(1) - inside.square().sum(1)).clamp_min(0)
        return (inside.square() / self.variances).mean(1) + outside / self.residual
