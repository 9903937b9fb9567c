"""One pass over the lungs at one scale: scores, candidates, probabilities."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.detection.candidates import Candidate, find_candidates
from ai.detection.features import features, probability
from ai.detection.grid import Grid, nearest
from ai.detection.parameters import Parameters, Scale
from ai.detection.scores import score_volume
from ai.detection.views import PATCH_PIXEL_MM, glance, look
from ai.lungs import LungMask
from ai.progress import Progress, Report

_VIEWED_AT_ONCE = 8
_SMALLEST_SHARE_IN_LUNG = 0.1


class Steps:
    """Progress of a whole run, in slices resampled, slices scored and candidates judged."""

    def __init__(self, report: Report, total: int) -> None:
        self._report, self._total, self._done = report, total, 0

    def advance(self, stage: str, steps: int = 1) -> None:
        """Report so many steps of a stage."""
        self._done += steps
        self._report(Progress(stage, self._done, self._total))

    def reach(self, stage: str, done: int) -> None:
        """Report that all up to a step is done, whatever was needed of it."""
        self.advance(stage, done - self._done)


@dataclass(frozen=True)
class Pass:
    """What one scale shows.

    Parameters
    ----------
    grid : Grid
    hu : ndarray of int16, shape ``grid.shape``, HU
    scores : ndarray of float32, shape ``grid.shape``
    rated : tuple of (float, Candidate)
        Candidates above the lowest threshold with their probabilities.
    """

    grid: Grid
    hu: npt.NDArray[np.int16]
    scores: npt.NDArray[np.float32]
    rated: tuple[tuple[float, Candidate], ...]


@dataclass(frozen=True)
class Search:
    """How passes are made.

    Parameters
    ----------
    networks : mapping of str to Module
    settings : Parameters
    device : torch.device
    steps : Steps
    seconds : dict
        The duration of each stage is added to it.
    """

    networks: Mapping[str, nn.Module]
    settings: Parameters
    device: torch.device
    steps: Steps
    seconds: dict[str, float]

    def run(self, grid: Grid, lungs: LungMask, scale: Scale) -> Pass:
        """One pass."""
        with timed(self.seconds, "resample"):
            hu = grid.resample(lambda: self.steps.advance("resample"))
            inside = _on_grid(grid, lungs)
        with timed(self.seconds, "network"):
            scores = score_volume(
                hu,
                inside,
                self.networks["segment"],
                self.device,
                self.settings.batch_size,
                self.settings.amp,
                lambda slices: self.steps.advance("network", slices),
            )
        with timed(self.seconds, "merge"):
            found = self._candidates(scores, inside, grid, scale)
            self.steps.advance("merge", 0)
        with timed(self.seconds, "reject"):
            rated = tuple(self._rate(found, hu, grid, scale))
        return Pass(grid, hu, scores, rated)

    def _candidates(
        self,
        scores: npt.NDArray[np.float32],
        inside: npt.NDArray[np.bool_],
        grid: Grid,
        scale: Scale,
    ) -> list[Candidate]:
        _, row_mm, column_mm = grid.spacing_mm
        found = find_candidates(scores, self.settings.region_score, self.settings.peak_score)
        return [
            candidate
            for candidate in found
            if candidate.section_mm(row_mm, column_mm) >= scale.smallest_mm
            and inside[candidate.box][candidate.region].mean() >= _SMALLEST_SHARE_IN_LUNG
        ][: self.settings.most_candidates]

    def _rate(
        self, candidates: list[Candidate], hu: npt.NDArray[np.int16], grid: Grid, scale: Scale
    ) -> Iterator[tuple[float, Candidate]]:
        # What the networks take for millimetres: they have learnt one size of pixel.
        apparent = PATCH_PIXEL_MM / scale.pixel_mm
        z, y, x = (mm * apparent for mm in grid.spacing_mm)
        settings = self.settings
        for first in range(0, len(candidates), _VIEWED_AT_ONCE):
            some = candidates[first : first + _VIEWED_AT_ONCE]
            seen = self._worth_a_look(some, hu, (z, y, x))
            centers = [c.center for c in seen]
            views = look(hu, (z, y, x), centers, self.networks["reject"], self.device, settings.amp)
            for candidate, view in zip(seen, views, strict=True):
                p = probability(features(candidate, view, (z, y, x)), settings.calibration)
                if p >= settings.lowest_threshold:
                    yield p, candidate
            self.steps.advance("reject", len(some))

    def _worth_a_look(
        self,
        candidates: list[Candidate],
        hu: npt.NDArray[np.int16],
        spacing_mm: tuple[float, float, float],
    ) -> list[Candidate]:
        """Those that a glance does not rule out."""
        least = self.settings.least_glance
        if least is None:
            return candidates
        centers, network = [c.center for c in candidates], self.networks["reject"]
        logits = glance(hu, spacing_mm, centers, network, self.device, self.settings.amp)
        return [c for c, logit in zip(candidates, logits, strict=True) if logit >= least]


@contextmanager
def timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Add the duration of the block to that of a stage."""
    started = time.perf_counter()
    yield
    seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - started


def _on_grid(grid: Grid, lungs: LungMask) -> npt.NDArray[np.bool_]:
    """The coarse mask, whose axes are parallel to the grid's, on the grid."""
    index = [
        np.clip(places, 0, size - 1)
        for places, size in zip(nearest(grid, lungs.affine), lungs.mask.shape, strict=True)
    ]
    return np.asarray(lungs.mask[np.ix_(*index)])
