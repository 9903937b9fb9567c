"""What lesions may look like: the ranges that one is drawn from, and the one that was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

Kind = Literal["solid", "part-solid", "ground-glass"]
Site = Literal["isolated", "pleural", "perivascular"]
Range = tuple[float, float]
Floats = npt.NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True)
class Recipe:
    """Ranges that lesions are drawn from, uniformly but for the diameter (log-uniformly).

    Parameters
    ----------
    diameter_mm : tuple of float
        Of the sphere of the same volume.
    kinds, sites : mapping of str to float
        Relative frequency.
    lobes : tuple of int
        How many bumps the surface has.
    roughness : tuple of float
        Height of a bump, relative to the radius.
    sharpness : tuple of float
        Of a bump: the larger, the narrower.
    elongation : tuple of float
        Longest over shortest axis of the ellipsoid below the bumps.
    spicules : tuple of int
        How many thin spikes.
    tissue_hu : tuple of float
        Of a solid part.
    ground_glass : tuple of float
        Share of the air of the parenchyma that ground glass fills with tissue.
    core : tuple of float
        Diameter of a part-solid lesion's core relative to that of the whole.
    edge_mm : tuple of float
        Standard deviation by which the lesion fades into the lung, before the scanner's blur.
    """

    diameter_mm: Range = (4.0, 20.0)
    kinds: Mapping[Kind, float] = field(
        default_factory=lambda: {"solid": 0.6, "part-solid": 0.2, "ground-glass": 0.2}
    )
    sites: Mapping[Site, float] = field(
        default_factory=lambda: {"isolated": 0.4, "pleural": 0.3, "perivascular": 0.3}
    )
    lobes: tuple[int, int] = (4, 12)
    roughness: Range = (-0.12, 0.22)
    sharpness: Range = (1.5, 6.0)
    elongation: Range = (1.0, 1.6)
    spicules: tuple[int, int] = (0, 6)
    tissue_hu: Range = (-30.0, 90.0)
    ground_glass: Range = (0.15, 0.5)
    core: Range = (0.3, 0.75)
    edge_mm: Range = (0.0, 0.6)

    def draw(self, rng: np.random.Generator) -> Drawn:
        """One lesion."""
        low, high = np.log(self.diameter_mm)
        kind = _choose(rng, self.kinds)
        return Drawn(
            diameter_mm=float(np.exp(rng.uniform(low, high))),
            kind=kind,
            site=_choose(rng, self.sites),
            surface=self._surface(rng),
            tissue_hu=rng.uniform(*self.tissue_hu),
            ground_glass=rng.uniform(*self.ground_glass) if kind != "solid" else 1.0,
            core=rng.uniform(*self.core) if kind == "part-solid" else 0.0,
            edge_mm=rng.uniform(*self.edge_mm),
        )

    def _surface(self, rng: np.random.Generator) -> Surface:
        lobes = int(rng.integers(self.lobes[0], self.lobes[1] + 1))
        spicules = int(rng.integers(self.spicules[0], self.spicules[1] + 1))
        axes = rng.normal(size=(lobes + spicules, 3))
        stretch = rng.uniform(*self.elongation)
        lengths = np.array([1.0, stretch ** rng.uniform(0, 1), stretch])
        turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        return Surface(
            axes / np.linalg.norm(axes, axis=1, keepdims=True),
            np.concatenate([rng.uniform(*self.roughness, lobes), rng.uniform(0.2, 0.6, spicules)]),
            np.concatenate([rng.uniform(*self.sharpness, lobes), rng.uniform(30, 80, spicules)]),
            turn @ np.diag(1 / lengths) @ turn.T,
        )


def _choose(rng: np.random.Generator, shares: Mapping[T, float]) -> T:
    names, weights = list(shares), np.array(list(shares.values()))
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


@dataclass(frozen=True)
class Surface:
    """A star-shaped surface: an ellipsoid with bumps.

    Parameters
    ----------
    axes : ndarray, shape (n, 3)
        Unit vectors towards the bumps.
    heights, sharpness : ndarray, shape (n,)
    squeeze : ndarray, shape (3, 3)
        Maps the ellipsoid to the unit sphere.
    """

    axes: Floats
    heights: Floats
    sharpness: Floats
    squeeze: Floats

    def radius(self, direction: Floats) -> Floats:
        """Distance of the surface along unit vectors, shape (…, 3), up to a factor."""
        bumps = np.exp(self.sharpness * (direction @ self.axes.T - 1)) @ self.heights
        return np.asarray((1 + bumps) / np.linalg.norm(direction @ self.squeeze.T, axis=-1))


@dataclass(frozen=True)
class Drawn:
    """A lesion as it was drawn, without a place yet; see ``Recipe`` for its parameters."""

    diameter_mm: float
    kind: Kind
    site: Site
    surface: Surface
    tissue_hu: float
    ground_glass: float
    core: float
    edge_mm: float


#: For training.
TRAINING = Recipe()
#: For measuring: denser in lobes, more elongated, fainter and spikier than what is trained on.
TESTING = Recipe(
    lobes=(6, 16),
    roughness=(-0.18, 0.25),
    sharpness=(2.0, 9.0),
    elongation=(1.0, 1.9),
    spicules=(0, 10),
    tissue_hu=(-20.0, 70.0),
    ground_glass=(0.2, 0.45),
    core=(0.25, 0.7),
    edge_mm=(0.0, 0.8),
)
