"""From a chest CT to findings: lungs, working grid, scores, candidates, probabilities."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import ValidationError
from torch import nn

from ai.detection import measure
from ai.detection.candidates import Candidate, find_candidates
from ai.detection.features import features, probability
from ai.detection.grid import Grid, lung_grid
from ai.detection.parameters import Parameters
from ai.detection.scores import score_volume
from ai.detection.views import look
from ai.errors import PackageError
from ai.findings import Finding, Heatmap
from ai.image import Image
from ai.lungs import lung_mask
from ai.progress import Progress, Report

_MEANING = "Nodule score of each voxel, 0 to 1 (not calibrated)"
_VIEWED_AT_ONCE = 8
_SMALLEST_SHARE_IN_LUNG = 0.1


@dataclass(frozen=True)
class Detection:
    """What was found.

    ``findings`` holds every candidate above the lowest threshold, most probable first; the
    heatmap is the score volume on its own grid.
    """

    findings: tuple[Finding, ...]
    heatmap: Heatmap


def detect(
    image: Image,
    networks: Mapping[str, nn.Module],
    parameters: Mapping[str, Any],
    device: torch.device,
    report: Report,
    seconds: dict[str, float],
) -> Detection:
    """Find nodules in a chest CT.

    Parameters
    ----------
    image : Image
        In HU, in any orientation.
    networks : mapping of str to Module
        ``"segment"`` scores pixels, ``"reject"`` judges candidates; both on ``device`` and in
        evaluation mode.
    parameters : mapping
        Validated as ``ai.detection.parameters.Parameters``.
    device : torch.device
    report : Report
        Called a few times a second; may raise ``CancelledError``.
    seconds : dict
        Receives the duration of each stage.

    Raises
    ------
    NoLungError
        The image shows no lung.
    PackageError
        The parameters or the networks are not what the pipeline needs.
    """
    settings = _validated(parameters, networks)
    report(Progress("lungs", 0, 1))
    with _timed(seconds, "lungs"):
        lungs = lung_mask(image)
        grid = lung_grid(image, lungs, settings.pixel_mm, settings.slice_mm)
    steps = _Steps(report, total=2 * grid.shape[0] + settings.most_candidates)
    with _timed(seconds, "resample"):
        hu = grid.resample(lambda: steps.advance("resample"))
        inside = _on_grid(grid, lungs.mask, lungs.affine)
    with _timed(seconds, "network"):
        scores = score_volume(
            hu,
            inside,
            networks["segment"],
            device,
            settings.batch_size,
            settings.amp,
            lambda slices: steps.advance("network", slices),
        )
    with _timed(seconds, "merge"):
        found = [
            candidate
            for candidate in find_candidates(
                scores, settings.region_score, settings.peak_score, settings.most_candidates
            )
            if inside[candidate.box][candidate.region].mean() >= _SMALLEST_SHARE_IN_LUNG
        ]
        steps.advance("merge", 0)
    with _timed(seconds, "reject"):
        rated = _rate(found, hu, grid, networks["reject"], device, settings, steps)
    findings = tuple(
        _finding(number, p, candidate, hu, grid, settings.labels[0])
        for number, (p, candidate) in enumerate(rated, start=1)
    )
    steps.finish()
    return Detection(findings, Heatmap(scores, grid.affine, _MEANING))


class _Steps:
    """Progress of a whole run, in slices resampled, slices scored and candidates judged."""

    def __init__(self, report: Report, total: int) -> None:
        self._report, self._total, self._done = report, total, 0

    def advance(self, stage: str, steps: int = 1) -> None:
        self._done += steps
        self._report(Progress(stage, self._done, self._total))

    def finish(self) -> None:
        self._report(Progress("merge", self._total, self._total))


def _rate(
    candidates: list[Candidate],
    hu: npt.NDArray[np.int16],
    grid: Grid,
    network: nn.Module,
    device: torch.device,
    settings: Parameters,
    steps: _Steps,
) -> list[tuple[float, Candidate]]:
    """Candidates above the lowest threshold with their probabilities, most probable first."""
    rated = []
    for first in range(0, len(candidates), _VIEWED_AT_ONCE):
        some = candidates[first : first + _VIEWED_AT_ONCE]
        views = look(hu, grid.spacing_mm, [c.center for c in some], network, device, settings.amp)
        for candidate, view in zip(some, views, strict=True):
            p = probability(features(candidate, view, grid.spacing_mm), settings.calibration)
            if p >= settings.lowest_threshold:
                rated.append((p, candidate))
        steps.advance("reject", len(some))
    return sorted(rated, key=lambda pair: -pair[0])


def _finding(
    number: int,
    p: float,
    candidate: Candidate,
    hu: npt.NDArray[np.int16],
    grid: Grid,
    label: str,
) -> Finding:
    _, row_mm, column_mm = grid.spacing_mm
    return Finding(
        id=number,
        label=label,
        probability=p,
        center_lps_mm=measure.center_lps_mm(candidate, grid),
        box_lps_mm=measure.box_lps_mm(candidate, grid),
        diameters_mm=measure.diameters_mm(measure.largest_section(candidate), row_mm, column_mm),
        volume_ml=measure.volume_ml(candidate, grid),
        mean_hu=float(hu[candidate.box][candidate.region].mean()),
    )


def _on_grid(
    grid: Grid, mask: npt.NDArray[np.bool_], affine: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """A coarse mask, whose axes are parallel to the grid's, on the grid."""
    to_mask = np.linalg.inv(affine) @ grid.affine
    index = [
        np.clip(
            np.rint(np.arange(size) * to_mask[2 - axis, 2 - axis] + to_mask[2 - axis, 3]),
            0,
            mask.shape[axis] - 1,
        ).astype(np.intp)
        for axis, size in enumerate(grid.shape)
    ]
    return np.asarray(mask[np.ix_(*index)])


def _validated(parameters: Mapping[str, Any], networks: Mapping[str, nn.Module]) -> Parameters:
    missing = {"segment", "reject"} - set(networks)
    if missing:
        raise PackageError(f"The package has no network for {', '.join(sorted(missing))}.")
    try:
        return Parameters.model_validate(dict(parameters))
    except ValidationError as error:
        raise PackageError(
            f"The package's parameters do not fit nodule detection: {error}"
        ) from error


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - started
