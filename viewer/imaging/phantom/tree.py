"""Branching trees that fill a volume: pulmonary arteries, veins and bronchi, hepatic veins.

Grown by the volume-filling rule of Tawhai, Pullan and Hunter (Ann Biomed Eng 28:793, 2000,
10.1114/1.1289457): a branch runs towards the centroid of the points that it has to supply, then the
points are divided in two. Radii follow a power law of the number of points supplied (Murray).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from viewer.imaging.phantom.shapes import Points, Tubes

#: Exponent of Murray's law for pulmonary vessels: the parent's r³ is the children's sum.
MURRAY_EXPONENT = 3.0


@dataclass(frozen=True)
class Tree:
    """Branches of a tree.

    Parameters
    ----------
    start, end : ndarray of float64, shape (n, 3)
        In mm; a parent comes before its children.
    parent : ndarray of int, shape (n,)
        Index of the branch that each one springs from; −1 at the root.
    radius : ndarray of float64, shape (n,)
        In mm.
    """

    start: Points
    end: Points
    parent: npt.NDArray[np.int64]
    radius: Points

    @property
    def direction(self) -> Points:
        """Unit vectors along the branches."""
        along = self.end - self.start
        return np.asarray(along / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-9))

    def tubes(self, largest_mm: float = 5.0) -> Tubes:
        """The branches as smooth curves of short capsules, each continuing its parent's course."""
        own = self.direction
        before = np.where(self.parent[:, None] >= 0, own[self.parent], own)
        length = np.linalg.norm(self.end - self.start, axis=1)
        start_radius = np.where(
            self.parent >= 0, np.minimum(self.radius[self.parent], 1.25 * self.radius), self.radius
        )
        pieces = np.clip(np.ceil(length / largest_mm), 1, 8).astype(int)
        parts = []
        for n in np.unique(pieces):
            i = pieces == n
            t = np.linspace(0, 1, n + 1)[None, :, None]
            bend = before[i] * 0.6 + own[i] * 0.4
            m0, m1 = bend * length[i, None], own[i] * length[i, None]
            p0, p1 = self.start[i, None], self.end[i, None]
            path = (
                (2 * t**3 - 3 * t**2 + 1) * p0
                + (t**3 - 2 * t**2 + t) * m0[:, None]
                + (3 * t**2 - 2 * t**3) * p1
                + (t**3 - t**2) * m1[:, None]
            )
            radii = start_radius[i, None] + t[..., 0] * (self.radius[i] - start_radius[i])[:, None]
            ends = [path[:, :-1], path[:, 1:], radii[:, :-1, None], radii[:, 1:, None]]
            parts.append(np.concatenate(ends, axis=2).reshape(-1, 8))
        return np.concatenate(parts)

    def thicker_than(self, radius_mm: float) -> Tree:
        """The stem and branches above a radius."""
        keep = self.radius > radius_mm
        index = np.cumsum(keep) - 1
        parent = np.where(self.parent >= 0, index[self.parent], -1)
        return Tree(self.start[keep], self.end[keep], parent[keep], self.radius[keep])

    def companion(self, beside: Sequence[float], scale: float, gap_mm: float) -> Tree:
        """A second tree running along this one, on the side ``beside``: bronchi with arteries."""
        radius = self.radius * scale
        toward = np.asarray(beside, dtype=np.float64)
        own = self.direction
        aside = toward - (own @ toward)[:, None] * own
        aside /= np.linalg.norm(aside, axis=1, keepdims=True) + 1e-9
        aside *= (self.radius + radius + gap_mm)[:, None]
        end = self.end + aside
        start = np.where(self.parent[:, None] >= 0, end[self.parent], self.start + aside)
        return Tree(start, end, self.parent, radius)


def grow(
    root: Sequence[float],
    supplied: Points,
    groups: npt.NDArray[np.int64],
    terminal_radius_mm: float,
    rng: np.random.Generator,
    reach: float = 0.42,
) -> Tree:
    """Grow a tree from ``root`` to every point.

    Parameters
    ----------
    root : LPS mm of the stem.
    supplied : ndarray, shape (n, 3)
        The points where the last branches end.
    groups : ndarray of int, shape (n,)
        Points of different groups (lobes) part from each other before anything else divides.
    terminal_radius_mm : Radius of the last branches.
    rng : Source of the irregularity.
    reach : Share of the way to the centroid that a branch covers before it divides.
    """
    start, end, parent, radius = [], [], [], []
    stack = [(np.asarray(root, dtype=np.float64), np.arange(len(supplied)), -1)]
    while stack:
        at, members, origin = stack.pop()
        count = len(members)
        target = supplied[members].mean(axis=0)
        if count > 1:
            step = target - at
            sway = 0.13 * float(np.linalg.norm(step)) * rng.normal(size=3)
            target = at + reach * rng.uniform(0.75, 1.25) * step + reach * sway
        start.append(at)
        end.append(target)
        parent.append(origin)
        radius.append(terminal_radius_mm * count ** (1 / MURRAY_EXPONENT))
        if count > 1:
            one, other = _divide(supplied[members] - target, groups[members], rng)
            stack += [(target, members[one], len(end) - 1), (target, members[other], len(end) - 1)]
    return Tree(np.array(start), np.array(end), np.array(parent), np.array(radius))


def _divide(
    points: Points, groups: npt.NDArray[np.int64], rng: np.random.Generator
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Split points in two: by group while there are several, else across their longest extent."""
    if groups[0] != groups[-1] or np.any(groups != groups[0]):
        one = groups == groups.min()
        return one, ~one
    centred = points - points.mean(axis=0)
    if len(points) == 2:
        one = np.array([True, False])
        return one, ~one
    axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    along = centred @ axis
    rank = round(len(points) * rng.uniform(0.3, 0.7))
    cut = np.partition(along, min(max(rank, 1), len(points) - 1))
    one = along < cut[min(max(rank, 1), len(points) - 1)]
    return one, ~one
