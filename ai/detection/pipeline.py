"""From a chest CT to findings: lungs, passes at several scales, each thing only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import ValidationError
from torch import nn

from ai.detection import measure
from ai.detection.candidates import Candidate
from ai.detection.grid import lung_grid, nearest
from ai.detection.outline import Outline, outlined
from ai.detection.parameters import Parameters
from ai.detection.rating import malignancy_rating
from ai.detection.regions import region_on
from ai.detection.search import Pass, Search, Steps, timed
from ai.errors import PackageError
from ai.findings import Finding, Heatmap, Region
from ai.image import Image
from ai.lungs import lung_mask
from ai.progress import Progress, Report

_MEANING = "Nodule score of each voxel, 0 to 1 (not calibrated)"
#: Steps of progress that describing the findings counts for, however many they are.
_MEASURING = 20


@dataclass(frozen=True)
class Detection:
    """What was found.

    ``findings`` holds every candidate above the lowest threshold, most probable first; the
    heatmap is the score volume on the grid of the finest pass; ``regions`` are what the findings
    cover of the image, by their ids.
    """

    findings: tuple[Finding, ...]
    heatmap: Heatmap
    regions: Mapping[int, Region]


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
        ``"segment"`` scores pixels, ``"reject"`` judges candidates; ``"outline"`` segments what is
        kept once more, and ``"rate"`` rates it, where the model has them. All on ``device`` and in
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
    with timed(seconds, "lungs"):
        lungs = lung_mask(image)
        grids = [lung_grid(image, lungs, s.pixel_mm, s.slice_mm) for s in settings.scales]
    ends = np.cumsum([2 * grid.shape[0] + settings.most_candidates for grid in grids])
    steps = Steps(report, total=int(ends[-1]) + _MEASURING)
    search = Search(networks, settings, device, steps, seconds)
    passes = []
    for grid, scale, end in zip(grids, settings.scales, ends, strict=True):
        passes.append(search.run(grid, lungs, scale))
        steps.reach("merge", int(end))
    kept = _without_overlaps(passes)
    with timed(seconds, "measure"):
        describe = _Description(networks, settings, device)
        outlines, findings = [], []
        for number, one in enumerate(kept, start=1):
            outlines.append(describe.outline(one))
            findings.append(describe.finding(number, one.probability, outlines[-1]))
            steps.reach("measure", int(ends[-1]) + _MEASURING * number // len(kept))
        steps.reach("measure", int(ends[-1]) + _MEASURING)
        regions = {
            finding.id: region_on(image, outline.candidate, outline.grid)
            for finding, outline in zip(findings, outlines, strict=True)
        }
    heatmap = Heatmap(_evidence(passes[0], kept), passes[0].grid.affine, _MEANING)
    return Detection(tuple(findings), heatmap, regions)


@dataclass(frozen=True, eq=False)
class _Rated:
    probability: float
    candidate: Candidate
    seen: Pass

    def covers(self, other: _Rated) -> bool:
        """Whether the other's centre lies in this region."""
        inverse = np.linalg.inv(self.seen.grid.affine)
        lps = other.seen.grid.lps(other.candidate.center)
        index = np.rint(inverse[:3, :3] @ lps + inverse[:3, 3]).astype(int)[::-1]
        place = index - self.candidate.corner
        region = self.candidate.region
        return bool((place >= 0).all() and (place < region.shape).all() and region[tuple(place)])


def _without_overlaps(passes: Sequence[Pass]) -> list[_Rated]:
    """All candidates, most probable first, each thing only once.

    A coarser candidate takes the place of the finer ones that it overlaps, which are parts of it,
    unless it is less than half as probable as one of them.
    """
    kept: list[_Rated] = []
    for seen in passes:
        for p, candidate in seen.rated:
            new = _Rated(p, candidate, seen)
            same = [
                one for one in kept if one.seen is not seen and (one.covers(new) or new.covers(one))
            ]
            if all(p >= one.probability / 2 for one in same):
                kept = [one for one in kept if one not in same]
                kept.append(new)
    return sorted(kept, key=lambda one: -one.probability)


def _evidence(finest: Pass, kept: Sequence[_Rated]) -> npt.NDArray[np.float32]:
    """The finest pass's scores, and in regions found by a coarser one the higher of both."""
    scores = finest.scores
    for one in kept:
        if one.seen is finest:
            continue
        candidate, inside, places = one.candidate, [], []
        for axis, index in enumerate(nearest(finest.grid, one.seen.grid.affine)):
            local = index - candidate.corner[axis]
            here = np.flatnonzero((local >= 0) & (local < candidate.region.shape[axis]))
            inside.append(here)
            places.append(local[here])
        coarse = np.where(candidate.region, one.seen.scores[candidate.box], 0)[np.ix_(*places)]
        scores[np.ix_(*inside)] = np.maximum(scores[np.ix_(*inside)], coarse)
    return scores


@dataclass(frozen=True)
class _Description:
    """What is said of a candidate, once it is kept."""

    networks: Mapping[str, nn.Module]
    settings: Parameters
    device: torch.device

    def outline(self, one: _Rated) -> Outline:
        coarse = Outline(one.candidate, one.seen.grid, one.seen.hu)
        if "outline" not in self.networks:
            return coarse
        return outlined(coarse, self.networks["outline"], self.device, self.settings.amp)

    def finding(self, number: int, probability: float, outline: Outline) -> Finding:
        candidate, grid = outline.candidate, outline.grid
        _, row_mm, column_mm = grid.spacing_mm
        section = measure.largest_section(candidate)
        return Finding(
            id=number,
            label=self.settings.labels[0],
            probability=probability,
            center_lps_mm=measure.center_lps_mm(candidate, grid),
            box_lps_mm=measure.box_lps_mm(candidate, grid),
            diameters_mm=measure.diameters_mm(section, row_mm, column_mm),
            volume_ml=measure.volume_ml(candidate, grid),
            mean_hu=float(outline.hu[candidate.box][candidate.region].mean()),
            malignancy_rating=self._rating(outline),
        )

    def _rating(self, outline: Outline) -> float | None:
        if "rate" not in self.networks:
            return None
        settings = self.settings
        return malignancy_rating(
            outline, self.networks["rate"], settings.rating, self.device, settings.amp
        )


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
