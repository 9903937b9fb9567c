from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from ai import explain
from ai.networks import build
from ai.networks.image_classifier import ImageClassifier, pooled_head

SIDE = 48


class Bright(ImageClassifier):
    """Class 1 is the more likely the brighter the picture; nothing is learnt."""

    def __init__(self, inplace: bool = False) -> None:
        # Pooling by 4; the second stage ends in a ReLU like those of real networks.
        finer = nn.Sequential(nn.AvgPool2d(2))
        coarser = nn.Sequential(nn.AvgPool2d(2), nn.ReLU(inplace=inplace))
        super().__init__([finer, coarser], pooled_head(1, 2, 0.0))
        linear = self.head[3]
        with torch.no_grad():
            linear.weight.copy_(torch.tensor([[0.0], [10.0]]))
            linear.bias.copy_(torch.tensor([0.0, -1.0]))
        self.eval()


def planted(row: int = 30, column: int = 10) -> torch.Tensor:
    image = torch.zeros(1, 1, SIDE, SIDE)
    image[..., row - 3 : row + 3, column - 3 : column + 3] = 1
    return image


def peak(found: np.ndarray) -> tuple[float, float]:
    row, column = np.unravel_index(found.argmax(), found.shape)
    scale = SIDE / found.shape[0]
    return (row + 0.5) * scale, (column + 0.5) * scale


@pytest.mark.parametrize("method", ["hirescam", "gradcam", "layercam"])
@pytest.mark.parametrize("stages", [None, 1])
def test_the_map_peaks_on_a_planted_bright_square(method: explain.Method, stages: int | None):
    found = explain.activation_map(Bright(), planted(), explain.log_odds([1]), method, stages)
    assert peak(found) == pytest.approx((30, 10), abs=4)


def test_occlusion_peaks_on_a_planted_bright_square():
    found = explain.occlusion_map(Bright(), planted(), explain.log_odds([1]), patch=8, stride=4)
    assert found.shape == (12, 12)
    assert peak(found) == pytest.approx((30, 10), abs=4)


def test_the_mean_of_hirescam_is_the_score_without_its_bias():
    network, score = Bright(), explain.log_odds([1])
    found = explain.activation_map(network, planted(), score)
    with torch.no_grad():
        value = float(score(network(planted()))[0])
    assert found.mean() == pytest.approx(value + 1, rel=1e-5)


def test_evidence_against_a_class_is_negative_not_stretched_to_positive():
    found = explain.activation_map(Bright(), planted(), explain.log_odds([0]))
    assert found.min() < 0
    assert found.max() == 0


def test_a_picture_without_evidence_gives_a_map_of_zeros():
    found = explain.activation_map(Bright(), torch.zeros(1, 1, SIDE, SIDE), explain.log_odds([1]))
    assert not found.any()


def test_an_activation_in_place_does_not_spoil_the_map():
    plain, inplace = (
        explain.activation_map(Bright(inplace), planted(), explain.log_odds([1]))
        for inplace in (False, True)
    )
    assert np.array_equal(plain, inplace)


def test_the_map_depends_on_what_was_learnt():
    """Weights drawn anew give another map: the sanity check of Adebayo 2018."""
    maps = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        network = build("SmallResNet", inputs=1, classes=3, blocks=[1, 1], widths=[8, 16]).eval()
        maps.append(explain.activation_map(network, planted(), explain.log_odds([1])).ravel())
    assert abs(np.corrcoef(maps)[0, 1]) < 0.9


def test_the_odds_of_a_group_are_those_of_its_members_together():
    logits = torch.log(torch.tensor([[0.2, 0.5, 0.3]]))
    assert float(explain.log_odds([1, 2])(logits)) == pytest.approx(np.log(0.8 / 0.2))


def test_an_enlarged_map_keeps_its_values_and_places():
    coarse = np.zeros((6, 6), dtype=np.float32)
    coarse[4, 1] = 7
    large = explain.enlarged(coarse, SIDE)
    assert large.shape == (SIDE, SIDE)
    assert 6 < large.max() <= 7
    assert peak(large) == pytest.approx((36, 12), abs=2)
