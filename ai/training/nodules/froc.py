"""Detection in whole scans by the rules of LUNA16 (Setio 2017, doi 10.1016/j.media.2017.06.015).

A candidate hits a nodule if its centre lies within the nodule's radius of the nodule's centre. Of
several hits the most probable counts, the others count for nothing. Nor do candidates on what is
excluded: findings that are no nodules, too small, or marked by too few readers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai.training import metrics
from ai.training.metrics import Measured

#: Allowed false positives a scan; CPM is the mean of the sensitivities at these.
RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_MISSED = -np.inf

Floats = npt.NDArray[np.float64]
Point = tuple[float, float, float]
Box = tuple[Point, Point]


@dataclass(frozen=True)
class Nodule:
    """Something annotated, or inserted, in a scan.

    Parameters
    ----------
    center_lps_mm : tuple of float
    diameter_mm : float
        A candidate hits it within half of this of its centre.
    kind : str
        ``"solid"``, ``"part-solid"``, ``"ground-glass"``, or empty where unknown.
    site : str
        What it lies on, empty where unknown.
    box_lps_mm : pair of points, optional
        Lower and upper corner of the annotated box, where the annotation is one.
    """

    center_lps_mm: Point
    diameter_mm: float
    kind: str = ""
    site: str = ""
    box_lps_mm: Box | None = None


@dataclass(frozen=True)
class Judged:
    """A scan's candidates, told apart.

    Parameters
    ----------
    group : str
        What is resampled for confidence intervals: the patient.
    nodules : tuple of Nodule
        What there was to find.
    best : ndarray of float64, shape (nodules,)
        Probability of the best candidate on each nodule, −inf where there is none.
    hits : ndarray of int64, shape (nodules,)
        Index of that candidate, −1 where there is none.
    wrong : ndarray of int64, shape (n,)
        Indices of the false positives.
    false : ndarray of float64, shape (n,)
        Their probabilities.
    """

    group: str
    nodules: tuple[Nodule, ...]
    best: Floats
    hits: npt.NDArray[np.int64]
    wrong: npt.NDArray[np.int64]
    false: Floats


def judge(
    group: str,
    centers_lps_mm: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    nodules: Sequence[Nodule],
    excluded: Sequence[Nodule] = (),
) -> Judged:
    """Tell a scan's candidates apart.

    Parameters
    ----------
    group : str
    centers_lps_mm : array, shape (candidates, 3)
    probabilities : array, shape (candidates,)
    nodules, excluded : sequence of Nodule
    """
    centers = np.asarray(centers_lps_mm, dtype=np.float64).reshape(-1, 3)
    p = np.asarray(probabilities, dtype=np.float64)
    on_nodule = _within(centers, nodules)
    on_any = on_nodule.any(axis=1) | _within(centers, excluded).any(axis=1)
    best = np.full(len(nodules), _MISSED)
    hits = np.full(len(nodules), -1)
    for i, on in enumerate(on_nodule.T):
        if on.any():
            hits[i] = int(np.flatnonzero(on)[p[on].argmax()])
            best[i] = p[hits[i]]
    wrong = np.flatnonzero(~on_any)
    return Judged(group, tuple(nodules), best, hits, wrong, p[wrong])


def _within(centers: Floats, nodules: Sequence[Nodule]) -> npt.NDArray[np.bool_]:
    """Which candidate lies on which nodule, shape (candidates, nodules)."""
    places = np.array([n.center_lps_mm for n in nodules]).reshape(-1, 3)
    radii = np.array([n.diameter_mm / 2 for n in nodules])
    distance = np.linalg.norm(centers[:, None] - places, axis=-1)
    return np.asarray(distance < radii)


def curve(scans: Sequence[Judged]) -> tuple[Floats, Floats]:
    """False positives a scan and sensitivity, at every threshold from the highest down.

    Candidates of equal probability fall together; the curve begins at (0, 0).
    """
    best = np.concatenate([s.best for s in scans])
    false = np.concatenate([s.false for s in scans])
    thresholds = np.unique(np.concatenate([best[best > _MISSED], false]))[::-1]
    found = (best[:, None] >= thresholds).sum(axis=0) / max(1, len(best))
    wrong = (false[:, None] >= thresholds).sum(axis=0) / len(scans)
    return np.insert(wrong, 0, 0.0), np.insert(found, 0, 0.0)


def threshold_at(scans: Sequence[Judged], rate: float) -> float:
    """The lowest threshold that lets at most so many false positives a scan through."""
    false = np.sort(np.concatenate([s.false for s in scans]))[::-1]
    allowed = int(np.floor(rate * len(scans) + 1e-9))
    return float(np.nextafter(false[allowed], np.inf)) if allowed < len(false) else -1.0


def sensitivity(
    scans: Sequence[Judged], rate: float, counts: Callable[[Nodule], bool] = lambda _: True
) -> float:
    """Share of nodules found when so many false positives a scan are allowed; NaN without any.

    Parameters
    ----------
    scans : sequence of Judged
    rate : float
        False positives a scan. The threshold is that of all candidates, whatever ``counts``.
    counts : callable
        Which nodules are asked for: those of a size, for instance.
    """
    threshold = threshold_at(scans, rate)
    found = [
        value >= threshold
        for scan in scans
        for nodule, value in zip(scan.nodules, scan.best, strict=True)
        if counts(nodule)
    ]
    return float(np.mean(found)) if found else float("nan")


def cpm(scans: Sequence[Judged], counts: Callable[[Nodule], bool] = lambda _: True) -> float:
    """Competition performance metric: the mean sensitivity at the seven rates."""
    return float(np.mean([sensitivity(scans, rate, counts) for rate in RATES]))


def bootstrapped(scans: Sequence[Judged], figure: Callable[[Sequence[Judged]], float]) -> Measured:
    """A figure of scans with its interval, by resampling their groups."""
    return metrics.bootstrap(
        lambda rows: figure([scans[r] for r in rows]), [scan.group for scan in scans]
    )


#: Parts of the nodules by diameter in mm, from and below.
SIZES: dict[str, tuple[float, float]] = {
    "3_5_mm": (3.0, 5.0),
    "5_10_mm": (5.0, 10.0),
    "over_10_mm": (10.0, np.inf),
}


def figures(
    scans: Sequence[Judged], prefix: str = "", smallest_mm: float = 0.0
) -> dict[str, Measured]:
    """CPM, the sensitivity at each rate, and that at 2 false positives by size, kind and site.

    Sizes, kinds and sites that don't occur are left out.

    Parameters
    ----------
    scans : sequence of Judged
    prefix : str
        Of the names.
    smallest_mm : float
        Smaller nodules are counted by size only.
    """

    def large(nodule: Nodule) -> bool:
        return nodule.diameter_mm >= smallest_mm

    def at(rate: float, counts: Callable[[Nodule], bool] = large) -> Measured:
        return bootstrapped(scans, lambda some: sensitivity(some, rate, counts))

    nodules = [n for scan in scans for n in scan.nodules]
    found = {f"{prefix}cpm": bootstrapped(scans, lambda some: cpm(some, large))}
    found |= {f"{prefix}sensitivity_at_{rate:g}_fp": at(rate) for rate in RATES}
    parts: dict[str, Callable[[Nodule], bool]] = {
        name: lambda n, low=low, high=high: low <= n.diameter_mm < high  # type: ignore[misc]
        for name, (low, high) in SIZES.items()
    }
    for kind in ("solid", "part-solid", "ground-glass"):
        parts[kind.replace("-", "_")] = lambda n, kind=kind: n.kind == kind and large(n)  # type: ignore[misc]
    for site in ("isolated", "pleural", "perivascular"):
        parts[site] = lambda n, site=site: n.site == site and large(n)  # type: ignore[misc]
    for name, counts in parts.items():
        if any(map(counts, nodules)):
            found[f"{prefix}sensitivity_at_2_fp_{name}"] = at(2.0, counts)
    return found
