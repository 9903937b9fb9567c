"""Measuring the heatmaps of a classifier: do they show what the network used?"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import expit
from scipy.stats import spearmanr
from torch import nn

from ai import explain
from ai.classification.calibration import members_of
from ai.classification.familiarity import classifiers_of
from ai.classification.views import view
from ai.explain import Map, Score
from ai.networks.image_classifier import ImageClassifier
from ai.packages.package import load
from ai.training import metrics
from ai.training.classification.evaluation import answer, fresh_prints, parameters_of
from ai.training.evaluation import Evaluation

_CASES = 60
_STEPS = 16
_BORDER = 0.08
#: Rows and columns of the middle, as shares of the side.
_FIELD = (0.15, 0.80), (0.12, 0.88)
_OCCLUSION_CELLS = 12
#: A planted opacity: its standard deviation as a share of the side, and its height, in standard
#: deviations of the training pictures' grey values.
_SPOT_SD, _SPOT_HEIGHT = 0.06, 2.0
#: Where it is planted: the middle of either lung, as shares of the side (row, column).
_SPOTS = ((0.5, 0.28), (0.5, 0.72))
_HIT = 0.15

CPU = torch.device("cpu")


@dataclass(frozen=True)
class _Explained:
    """A network, the score that its maps explain, and how they are made."""

    network: ImageClassifier
    score: Score

    def map(self, image: torch.Tensor) -> Map:
        found = explain.activation_map(self.network, image, self.score)
        return explain.enlarged(found, image.shape[-1])

    def value(self, images: torch.Tensor) -> npt.NDArray[np.float64]:
        with torch.inference_mode():
            return self.score(self.network(images).float()).double().numpy()


def evaluate_explanation(package_dir: Path, data: Path) -> Evaluation:
    """Measure the heatmaps of a package's first network on pictures that it was not fitted to.

    On pictures with the disease: ``deletion`` and ``insertion`` (Petsiuk 2018, arXiv 1806.07421),
    how far the probability falls (rises) on average while the strongest pixels are blurred in (put
    back into) the picture, less the same for blocks in random order: above 0 is better than chance.
    ``randomisation`` (Adebayo 2018, arXiv 1810.03292), rank correlation with the map of the same
    network whose last stages have lost what they learnt: near 0 is right. ``repeatability``, rank
    correlation with the map of the picture under faint noise: near 1 is right. ``occlusion``, rank
    correlation with the occlusion map. ``border``, share of the positive evidence within 8 % of the
    picture's edges, where letters and collimators are (0.29 of its area); ``field``, share of it
    in the middle, where a chest radiograph shows the lungs (rows 15 to 80 %, columns 12 to 88 %:
    0.49 of the area).

    On pictures without it: ``planted``, how often the map's gain peaks near an opacity planted in a
    lung.

    Parameters
    ----------
    package_dir : Path
    data : Path
        As for ``evaluate``.

    Raises
    ------
    PackageError, DataError
    """
    package = load(package_dir)
    prints = fresh_prints(package, data)
    settings = parameters_of(package)
    first = classifiers_of(package.networks(CPU))[0]
    assert isinstance(first, ImageClassifier)
    members = members_of(settings.explained, settings.labels, settings.groups)
    explained = _Explained(first, explain.log_odds(members))
    rows = np.random.default_rng(0).permutation(len(prints))
    images = view(prints.pixels, settings.preparation, 1.0, CPU)
    present = answer(package, prints, CPU).is_positive[rows]
    positive, negative = rows[present][:_CASES], rows[~present][:_CASES]
    measures: dict[str, tuple[npt.NDArray[np.int64], Callable[[torch.Tensor], float]]] = {
        "deletion": (positive, lambda x: _removal(explained, x, insert=False)),
        "insertion": (positive, lambda x: _removal(explained, x, insert=True)),
        "randomisation": (positive, _randomisation(explained)),
        "repeatability": (positive, lambda x: _repeatability(explained, x)),
        "occlusion": (positive, lambda x: _occlusion(explained, x)),
        "border": (positive, lambda x: 1 - _share(explained.map(x), *[(_BORDER, 1 - _BORDER)] * 2)),
        "field": (positive, lambda x: _share(explained.map(x), *_FIELD)),
        "planted": (negative, lambda x: _planted(explained, x)),
    }
    found = {}
    for name, (cases, figure) in measures.items():
        if len(cases):
            each = np.array([figure(images[row : row + 1]) for row in cases])
            found[name] = metrics.bootstrap(
                lambda r, each=each: float(np.nanmean(each[r])),  # type: ignore[misc]
                prints.patients[cases],
            )
    return Evaluation(package.spec.id, data.name, len(positive) + len(negative), found)


def _removal(explained: _Explained, image: torch.Tensor, *, insert: bool) -> float:
    """The area that the map's order of pixels gains over a random order of blocks."""
    rng = np.random.default_rng(0)
    side = image.shape[-1]
    blocks = explain.enlarged(rng.random((12, 12), dtype=np.float32), side)
    areas = [_area(explained, image, order, insert) for order in (explained.map(image), blocks)]
    return areas[0] - areas[1]


def _area(explained: _Explained, image: torch.Tensor, order: Map, insert: bool) -> float:
    rank = np.empty(order.size)
    rank[np.argsort(-order.ravel())] = np.linspace(0, 1, order.size)
    place = torch.from_numpy(rank.reshape(order.shape)).float()
    width = order.shape[0] // 6 | 1
    blurred = nn.functional.avg_pool2d(image, width, 1, width // 2, count_include_pad=False)
    pictures = torch.cat(
        [
            torch.where((place < share) == insert, image, blurred)
            for share in np.linspace(0, 1, _STEPS + 1)
        ]
    )
    probability = expit(explained.value(pictures))
    moved = probability - probability[0]
    return float(moved.mean() if insert else -moved.mean())


def _randomisation(explained: _Explained) -> Callable[[torch.Tensor], float]:
    forgetful = copy.deepcopy(explained.network)
    torch.manual_seed(0)
    for part in [*list(forgetful.stages)[-2:], forgetful.head]:
        for module in part.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                module.reset_parameters()
    other = _Explained(forgetful.eval(), explained.score)
    return lambda image: _agreement(explained.map(image), other.map(image))


def _repeatability(explained: _Explained, image: torch.Tensor) -> float:
    torch.manual_seed(0)
    return _agreement(explained.map(image), explained.map(image + 0.05 * torch.randn_like(image)))


def _occlusion(explained: _Explained, image: torch.Tensor) -> float:
    side = image.shape[-1]
    stride = side // _OCCLUSION_CELLS
    falls = explain.occlusion_map(
        explained.network, image, explained.score, patch=2 * stride, stride=stride
    )
    return _agreement(explain.enlarged(explained.map(image), falls.shape[0]), falls)


def _planted(explained: _Explained, image: torch.Tensor) -> float:
    side = image.shape[-1]
    y, x = (torch.arange(side) / side for _ in range(2))
    before = explained.map(image)
    hits = []
    for row, column in _SPOTS:
        distance = (y[:, None] - row).square() + (x[None] - column).square()
        spot = _SPOT_HEIGHT * torch.exp(-distance / (2 * _SPOT_SD**2))
        gain = explained.map(image + spot) - before
        peak = np.array(np.unravel_index(gain.argmax(), gain.shape)) / side
        hits.append(np.hypot(*(peak - (row, column))) <= _HIT)
    return float(np.mean(hits))


def _share(found: Map, rows: tuple[float, float], columns: tuple[float, float]) -> float:
    """The share of the positive evidence that lies in a box, given in shares of the side."""
    evidence = np.maximum(found, 0)
    (top, bottom), (left, right) = (
        (round(low * len(found)), round(high * len(found))) for low, high in (rows, columns)
    )
    inside = evidence[top:bottom, left:right].sum()
    return float(inside / evidence.sum()) if evidence.any() else float("nan")


def _agreement(one: Map, other: Map) -> float:
    return float(spearmanr(one.ravel(), other.ravel()).statistic)
