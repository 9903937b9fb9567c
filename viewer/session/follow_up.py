"""The same findings on two dates: which is which, and how fast each grows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from viewer.session.marks import Finding

#: After the shift, the same thing lies no further away than this: breathing and posture move it.
REACH_MM = 20.0
#: No table and no patient lies further off across the body; along it, scans begin anywhere.
_ACROSS_MM = 60.0
#: Something that has changed its volume more than so many times is taken for something else.
_MOST_TIMES = 64.0
#: A volume that changes by less than this share is within what measuring it twice differs by
#: (British Thoracic Society guidelines 2015).
SIGNIFICANT = 0.25


@dataclass(frozen=True)
class Pair:
    """A finding on both dates, or on one of them only.

    Parameters
    ----------
    before, after : Finding, optional
        None where nothing matches.
    distance_mm : float, optional
        Between the two, once the shift is taken out.
    """

    before: Finding | None
    after: Finding | None
    distance_mm: float | None = None

    @property
    def growth(self) -> float | None:
        """Change of volume, as a share of the earlier one."""
        if self.before is None or self.after is None or self.before.volume_ml <= 0:
            return None
        return self.after.volume_ml / self.before.volume_ml - 1

    def doubling_days(self, days: float) -> float | None:
        """Days in which the volume doubles; negative where it halves.

        Parameters
        ----------
        days : float
            Between the two dates.

        Returns
        -------
        float or None
            None where there is no pair, no time between, or no change.
        """
        growth = self.growth
        if growth is None or days <= 0 or growth <= -1 or growth == 0:
            return None
        return days * math.log(2) / math.log1p(growth)


@dataclass(frozen=True)
class Comparison:
    """Two dates beside each other.

    Parameters
    ----------
    pairs : tuple of Pair
        In the order of the earlier findings, then what is new.
    shift_mm : tuple of float
        From the earlier to the later position in LPS: where the patient lay.
    is_certain : bool
        Whether two findings or more agree on the shift, or there is next to none.
    """

    pairs: tuple[Pair, ...]
    shift_mm: tuple[float, float, float]
    is_certain: bool


def compare(
    before: Sequence[Finding], after: Sequence[Finding], *, same_frame: bool = False
) -> Comparison:
    """Match the findings of two dates by their position.

    The patient lies elsewhere on the second date. The shift between the dates is the one under
    which the most findings meet another one; of several, the smallest.

    Parameters
    ----------
    before, after : sequence of Finding
    same_frame : bool
        Both lie in one frame of reference: there is no shift.
    """
    old, new = _centers(before), _centers(after)
    ratios = _ratios(before, after)
    shift = np.zeros(3) if same_frame else _shift(old, new, ratios)
    matched = _matched(old + shift, new, ratios)
    taken = {b for _, b in matched}
    by_old = dict(matched)
    pairs = [
        Pair(
            finding,
            after[by_old[a]] if a in by_old else None,
            float(np.linalg.norm(old[a] + shift - new[by_old[a]])) if a in by_old else None,
        )
        for a, finding in enumerate(before)
    ]
    pairs += [Pair(None, finding) for b, finding in enumerate(after) if b not in taken]
    x, y, z = (float(v) for v in shift)
    certain = same_frame or len(matched) > 1 or bool(np.linalg.norm(shift) <= REACH_MM)
    return Comparison(tuple(pairs), (x, y, z), certain)


def _centers(findings: Sequence[Finding]) -> npt.NDArray[np.float64]:
    return np.array([f.center_lps_mm for f in findings], dtype=np.float64).reshape(-1, 3)


def _ratios(before: Sequence[Finding], after: Sequence[Finding]) -> npt.NDArray[np.float64]:
    """How many times larger or smaller, for each two."""
    old = np.array([max(f.volume_ml, 1e-6) for f in before])
    new = np.array([max(f.volume_ml, 1e-6) for f in after])
    return np.asarray(np.exp(np.abs(np.log(old[:, None]) - np.log(new[None]))))


def _shift(
    old: npt.NDArray[np.float64], new: npt.NDArray[np.float64], ratios: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    best, chosen = (-1, 0.0, 0.0), np.zeros(3)
    tried = [np.zeros(3), *(new[b] - old[a] for a, b in product(range(len(old)), range(len(new))))]
    for shift in tried:
        if np.abs(shift[:2]).max() > _ACROSS_MM:
            continue
        matched = _matched(old + shift, new, ratios)
        if not matched:
            continue
        moved = np.array([new[b] - old[a] for a, b in matched])
        refined = moved.mean(axis=0) if np.any(shift) else shift
        spread = float(np.linalg.norm(moved - refined, axis=1).sum())
        score = (len(matched), -spread if len(matched) > 1 else 0.0, -float(np.linalg.norm(shift)))
        if score > best:
            best, chosen = score, refined
    return chosen


def _matched(
    old: npt.NDArray[np.float64], new: npt.NDArray[np.float64], ratios: npt.NDArray[np.float64]
) -> list[tuple[int, int]]:
    """The assignment of least distance, within reach."""
    if not len(old) or not len(new):
        return []
    distance = np.linalg.norm(old[:, None] - new[None], axis=-1)
    possible = (distance <= REACH_MM) & (ratios <= _MOST_TIMES)
    rows, columns = linear_sum_assignment(np.where(possible, distance, 1e6))
    return [(int(a), int(b)) for a, b in zip(rows, columns, strict=True) if possible[a, b]]
