"""Is a picture like those that a classifier was trained on: to its network, and in its layout?

Features tell what is strange to the network. They say little of what augmentation taught it to
overlook, a chest lying on its side among it; a coarse copy of the picture shows that at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from ai.classification.parameters import Parameters
from ai.classification.preparation import Grey
from ai.errors import PackageError
from ai.networks.familiarity import Familiarity

#: Roles of a package's networks that are guards, and in what they find a picture unlike others.
FEATURES, LAYOUT = "familiarity", "layout"
_MEANING = {FEATURES: "the network's features", LAYOUT: "its layout"}

_SIDE = 28


@dataclass(frozen=True)
class Strangeness:
    """How far a picture lies from those of the training set.

    Parameters
    ----------
    guard : str
        The role of the network that measured it.
    distance : float
        About 2 within the training set.
    familiar_below : float
    """

    guard: str
    distance: float
    familiar_below: float

    @property
    def reason(self) -> str:
        """Why the result should not be trusted; empty where the picture is familiar."""
        if self.distance < self.familiar_below:
            return ""
        return (
            "The picture is unlike those that the model was trained on (distance"
            f" {self.distance:.1f} in {_MEANING[self.guard]}, familiar below"
            f" {self.familiar_below:.1f}): its probabilities mean nothing."
        )


def guards_of(networks: Mapping[str, nn.Module]) -> dict[str, Familiarity]:
    """The guards among a package's networks.

    Raises
    ------
    PackageError
        Such a role is filled by another kind of network.
    """
    found = {}
    for role in _MEANING:
        guard = networks.get(role)
        if guard is None:
            continue
        if not isinstance(guard, Familiarity):
            raise PackageError(f"The model's network “{role}” is no guard.")
        found[role] = guard
    return found


def classifiers_of(networks: Mapping[str, nn.Module]) -> list[nn.Module]:
    """All other networks, in the order of their roles."""
    return [network for role, network in sorted(networks.items()) if role not in _MEANING]


def layout(pixels: Grey) -> torch.Tensor:
    """Coarse copies of prepared pictures as vectors, shape (n, channels × 28 × 28), 0 to 1.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, channels, side, side)
    """
    small = functional.adaptive_avg_pool2d(torch.from_numpy(pixels).float() / 255, _SIDE)
    return small.flatten(1)


def strangeness(
    guards: Mapping[str, Familiarity], described: Mapping[str, torch.Tensor], settings: Parameters
) -> Iterator[Strangeness]:
    """What each guard says of one picture.

    Parameters
    ----------
    guards : mapping of str to Familiarity
    described : mapping of str to Tensor, shape (1, features)
        The picture as each guard sees it.
    settings : Parameters
    """
    for role, distances, limit in _measured(guards, described, settings):
        yield Strangeness(role, float(distances[0]), limit)


def are_strange(
    guards: Mapping[str, Familiarity], described: Mapping[str, torch.Tensor], settings: Parameters
) -> npt.NDArray[np.bool_]:
    """Which of several pictures a guard finds strange, shape (n,).

    Parameters
    ----------
    guards : mapping of str to Familiarity
    described : mapping of str to Tensor, shape (n, features)
    settings : Parameters
    """
    strange = np.zeros(len(next(iter(described.values()))), dtype=bool)
    for _, distances, limit in _measured(guards, described, settings):
        strange |= distances >= limit
    return strange


def _measured(
    guards: Mapping[str, Familiarity], described: Mapping[str, torch.Tensor], settings: Parameters
) -> Iterator[tuple[str, npt.NDArray[np.float32], float]]:
    limits = {FEATURES: settings.familiar_below, LAYOUT: settings.layout_below}
    for role, guard in guards.items():
        limit = limits[role]
        if limit is not None:
            with torch.inference_mode():
                yield role, guard(described[role]).cpu().numpy(), limit
