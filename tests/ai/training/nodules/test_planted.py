from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from ai.detection.parameters import Parameters
from ai.detection.views import PATCH
from ai.training.nodules.planted import Planting
from tests.ai.detection import chest


class Doubts(nn.Module):
    """A classifier that believes in what is large and doubts the rest."""

    def forward(self, patch: torch.Tensor) -> torch.Tensor:
        return torch.where((patch > 0.77).float().mean((1, 2, 3)) > 0.045, 4.0, -4.0)


@pytest.fixture(scope="module")
def sites():
    image = chest.scan(np.eye(3), (1.9, 1.9, 2.4))
    networks = {"segment": chest.SeesBright(), "reject": Doubts()}
    settings = {**chest.PARAMETERS, "scales": [{"pixel_mm": 1.4, "slice_mm": 2.4}]}
    return Planting(networks, Parameters.model_validate(settings), copies=1, seed=1).sites(image)


def test_a_lesion_lies_in_the_middle_of_its_patches(sites) -> None:
    hu = sites.patches(np.flatnonzero(sites.labels))[:, 0].numpy()

    middle = slice(PATCH // 2 - 2, PATCH // 2 + 2)
    inner = hu[:, middle, middle].mean((1, 2))
    assert len(hu) >= 10
    assert np.median(inner) > np.median(hu) + 200


def test_what_the_search_takes_for_a_nodule_is_a_mistake_unless_it_looks_like_one(sites) -> None:
    mistakes = (~sites.labels).sum()

    # Three bright balls: the largest is believed in, the others are shown in five planes each.
    assert mistakes == 2 * 5
