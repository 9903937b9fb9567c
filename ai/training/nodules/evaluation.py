"""Measuring a lung-nodule package on patients that it was not fitted to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.detection.features import probability
from ai.detection.measure import diameters_mm
from ai.detection.outline import Outline, outlined
from ai.detection.parameters import Calibration, Parameters, Scale
from ai.detection.rating import ratings
from ai.detection.regions import region_on
from ai.detection.views import patch_logits
from ai.findings import Region
from ai.packages.package import Package, load
from ai.training import metrics
from ai.training.classification.figures import draw_reliability, draw_roc
from ai.training.evaluation import Drawing, Evaluation
from ai.training.metrics import Measured
from ai.training.nodules import froc, plots
from ai.training.nodules.data import fingerprints, read_archives
from ai.training.nodules.lidc import Candidates, DataError, Sections
from ai.training.nodules.ratings import distances, own_diameters_mm
from ai.training.nodules.sites import candidate_sites
from ai.training.nodules.slices import Slices
from ai.training.nodules.stacks import Found, Stack, find_in, score_stacks

CONFIG = "config.json"
_CPU = torch.device("cpu")
_PATCHES_AT_ONCE = 64
_MIDDLE_RATING = 3.0


def evaluate(
    package_dir: Path, data: Path, report: Callable[[str], None] = lambda line: None
) -> Evaluation:
    """Measure a package on the patients and candidates of ``data`` that it has not seen.

    Parameters
    ----------
    package_dir : Path
    data : Path
        A folder of archives in the documented formats, or one of them.
    report : callable
        Receives lines that say what is held back.

    Raises
    ------
    PackageError
        The package is not valid.
    DataError
        Nothing in the data is unseen, or nothing is of a documented format.
    """
    package = load(package_dir)
    seen = json.loads((package_dir / CONFIG).read_text())["seen"]
    archives = read_archives(data)
    networks = package.networks(_CPU)
    measured: dict[str, Measured] = {}
    pictures: dict[str, Drawing] = {}
    n = 0
    slices = archives.slices()
    if slices is None and archives.crops is not None:
        report("Crops have relative grey: without HU sections of their nodules they tell nothing.")
    if slices is not None:
        fresh = slices.select(~np.isin(slices.patients, seen["patients"]))
        n = len(set(fresh.patients))
        report(_held_back(n, len(set(slices.patients)), "patients with crops"))
        if n:
            measured |= measure_slices(fresh, networks, parameters_of(package), pictures)
    if archives.candidates is not None:
        unseen = ~np.isin(fingerprints(archives.candidates), seen["candidates"])
        report(_held_back(int(unseen.sum()), len(unseen), "candidates"))
        if unseen.any():
            fresh_candidates = archives.candidates.select(unseen)
            measured |= measure_candidates(fresh_candidates, networks["reject"], pictures)
            n = n or int(unseen.sum())
    if archives.sections is not None and "rate" in networks:
        strangers = ~np.isin(archives.sections.patients, seen["patients"])
        sections = archives.sections.select(strangers)
        patients = len(set(sections.patients))
        report(_held_back(patients, len(set(archives.sections.patients)), "patients with sections"))
        measured |= measure_ratings(sections, networks, parameters_of(package), pictures)
        n = n or patients
    if not measured:
        raise DataError(
            f"{data} holds nothing to measure on that the model has not seen in training.",
            "Crops need a file of HU sections of their nodules beside them.",
        )
    return Evaluation(package.spec.id, data.name, n, measured, pictures)


def _held_back(unseen: int, total: int, what: str) -> str:
    return (
        f"{unseen} of {total} {what} are measured; {total - unseen} are left out, because the"
        " model was trained or calibrated on them."
    )


def parameters_of(package: Package) -> Parameters:
    """The pipeline's parameters of a package."""
    return Parameters.model_validate(package.spec.pipeline_parameters(amp=True))


def measure_candidates(
    candidates: Candidates, classifier: nn.Module, pictures: dict[str, Drawing] | None = None
) -> dict[str, Measured]:
    """``candidate_auc``: the area under the ROC curve of the classifier alone.

    ``pictures``, where given, receives what can be drawn.
    """
    logits = candidate_logits(candidates, classifier)
    labels = candidates.labels == 1
    if pictures is not None and 0 < labels.sum() < len(labels):
        pictures["candidates_roc"] = partial(draw_roc, truth=labels, score=logits, threshold=0.0)
    rows = np.arange(len(labels)).astype(str)
    return {"candidate_auc": metrics.bootstrap(lambda r: metrics.auc(labels[r], logits[r]), rows)}


def candidate_logits(candidates: Candidates, classifier: nn.Module) -> npt.NDArray[np.float64]:
    """The classifier's logit of each candidate patch."""
    sites = candidate_sites(candidates)
    rows = np.arange(len(sites.labels))
    return np.concatenate(
        [
            patch_logits(sites.patches(some)[:, 0].numpy(), classifier, _CPU, amp=True)
            for some in np.array_split(rows, max(1, len(rows) // _PATCHES_AT_ONCE))
        ]
    ).astype(np.float64)


def measure_ratings(
    sections: Sections,
    networks: Mapping[str, nn.Module],
    parameters: Parameters,
    pictures: dict[str, Drawing] | None = None,
) -> dict[str, Measured]:
    """``malignancy_auc``: ratings of 4 and 5 against 1 and 2; nothing if neither occurs.

    ``pictures``, where given, receives what can be drawn.
    """
    clear = sections.select((sections.ratings <= 2) | (sections.ratings >= 4))
    suspicious = clear.ratings >= 4
    if not suspicious.any() or suspicious.all():
        return {}
    sizes = own_diameters_mm(clear, networks, parameters)
    rated = ratings(distances(clear, networks["rate"]), sizes, parameters.rating)
    if pictures is not None:
        pictures["malignancy_roc"] = partial(
            draw_roc, truth=suspicious, score=rated, threshold=_MIDDLE_RATING
        )
    return {
        "malignancy_auc": metrics.bootstrap(
            lambda rows: metrics.auc(suspicious[rows], rated[rows]), clear.patients
        )
    }


@dataclass(frozen=True)
class Case:
    """A stack, what was found in it, and with what probability.

    ``target`` is true where two or more readers agree on a nodule.
    """

    stack: Stack
    found: list[Found]
    probabilities: list[float]

    @property
    def target(self) -> bool:
        """Whether there was something to find."""
        return bool((self.stack.votes >= 2).any())


def cases(
    slices: Slices, networks: Mapping[str, nn.Module], parameters: Parameters, scale: Scale
) -> list[Case]:
    """Every stack with its candidates at one scale.

    The prior of whole scans, part of the calibration, does not apply to crops and is left out.
    """
    calibration = parameters.calibration.model_copy(update={"log_prior_ratio": 0.0})
    least = -np.inf if parameters.least_glance is None else parameters.least_glance
    result = []
    for stack in score_stacks(slices, networks["segment"], scale.pixel_mm, _CPU):
        found = find_in(
            stack,
            networks["reject"],
            _CPU,
            scale,
            parameters.region_score,
            parameters.peak_score,
        )
        found = [f for f in found if f.glance >= least]
        result.append(Case(stack, found, [probability(f.features, calibration) for f in found]))
    return result


def measure_slices(
    slices: Slices,
    networks: Mapping[str, nn.Module],
    parameters: Parameters,
    pictures: dict[str, Drawing] | None = None,
) -> dict[str, Measured]:
    """Detection, calibration, and overlap with the readers, on crop stacks, at the finest scale.

    ``pictures``, where given, receives what can be drawn.
    """
    measured = cases(slices, networks, parameters, parameters.scales[0])
    groups = np.array([case.stack.patient for case in measured])
    overlaps = _overlaps(measured, networks)
    if pictures is not None:
        pictures |= overlaps.pictures()
        labels, said = _pairs(measured)
        if len(labels):
            pictures["reliability"] = partial(draw_reliability, truth=labels, score=said)
    return {
        **overlaps.figures(),
        "sensitivity_at_1_fp_per_crop": metrics.bootstrap(
            lambda rows: sensitivity([measured[r] for r in rows], false_positives=1.0), groups
        ),
        "ece": metrics.bootstrap(lambda rows: _ece([measured[r] for r in rows]), groups),
    }


def sensitivity(measured: list[Case], false_positives: float) -> float:
    """Share of nodules (two readers or more) found at so many false positives a stack.

    Further candidates on a nodule found already, and those on what one reader drew, count neither
    way.
    """
    probabilities, hits = [], []
    for case in measured:
        best = max(
            (p for f, p in zip(case.found, case.probabilities, strict=True) if f.hit),
            default=None,
        )
        if best is not None:
            probabilities.append(best)
            hits.append(True)
        wrong = [p for f, p in zip(case.found, case.probabilities, strict=True) if f.hit is False]
        probabilities += wrong
        hits += [False] * len(wrong)
    targets = sum(case.target for case in measured)
    return metrics.sensitivity_at(
        np.array(probabilities), np.array(hits, dtype=bool), targets, len(measured), false_positives
    )


def _ece(measured: list[Case]) -> float:
    return metrics.expected_calibration_error(*_pairs(measured))


def _pairs(measured: list[Case]) -> tuple[metrics.Bools, metrics.Floats]:
    """Whether each candidate that counts is a nodule, and how probable that was said to be."""
    pairs = [
        (f.hit, p)
        for case in measured
        for f, p in zip(case.found, case.probabilities, strict=True)
        if f.hit is not None
    ]
    labels, probabilities = zip(*pairs, strict=True) if pairs else ((), ())
    return np.array(labels, dtype=bool), np.array(probabilities, dtype=np.float64)


@dataclass(frozen=True)
class _Overlaps:
    """How the model's outlines and the readers' compare, one row a slice.

    Diameters are the longest axial ones, in mm; the model's is NaN where it missed the nodule.
    """

    patients: npt.NDArray[np.str_]
    dice: metrics.Floats
    between: metrics.Floats
    true_mm: metrics.Floats
    own_mm: metrics.Floats

    def figures(self) -> dict[str, Measured]:
        """Means, and the overlap by size as well."""
        found = {
            "dice_2_readers": _mean(self.dice, self.patients),
            "dice_between_readers": _mean(self.between, self.patients),
            "diameter_mae_mm": _mean(np.abs(self.own_mm - self.true_mm), self.patients),
        }
        for name, (low, high) in froc.SIZES.items():
            rows = (self.true_mm >= low) & (self.true_mm < high)
            if rows.any():
                found[f"dice_2_readers_{name}"] = _mean(self.dice[rows], self.patients[rows])
        return found

    def pictures(self) -> dict[str, Drawing]:
        """The distribution of overlaps, and the diameters' errors."""
        found = ~np.isnan(self.own_mm)
        drawn: dict[str, Drawing] = {
            "dice": partial(
                plots.draw_histogram,
                values={"model with ≥ 2 readers": self.dice, "readers with readers": self.between},
                title=f"Overlap in {len(self.dice)} slices",
                x="Dice",
            )
        }
        if found.sum() > 1:
            drawn["diameters"] = partial(
                plots.draw_size_errors, true_mm=self.true_mm[found], measured_mm=self.own_mm[found]
            )
        return drawn


def _overlaps(measured: list[Case], networks: Mapping[str, nn.Module]) -> _Overlaps:
    patients: list[str] = []
    rows: list[tuple[float, float, float, float]] = []
    for case in measured:
        stack = case.stack
        own = np.zeros(stack.drawn.shape, dtype=bool)
        for found in case.found:
            if found.hit:
                region = _outlined(found, stack, networks)
                own[region.box] |= region.mask
        mm = stack.grid.image.spacing_mm[1]
        for mask, votes in zip(own, stack.drawn, strict=True):
            agreed = votes >= 2
            if not agreed.any():
                continue
            diameter = diameters_mm(mask, mm, mm)[0] if mask.any() else np.nan
            true = diameters_mm(agreed, mm, mm)[0]
            patients.append(stack.patient)
            rows.append((metrics.dice(mask, agreed), between_readers(votes), true, diameter))
    dice, between, true_mm, own_mm = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return _Overlaps(np.array(patients), dice, between, true_mm, own_mm)


def _outlined(found: Found, stack: Stack, networks: Mapping[str, nn.Module]) -> Region:
    """What a finding covers of the crops' native pixels, on which the readers drew."""
    outline = Outline(found.candidate, stack.grid, stack.hu)
    if "outline" in networks:
        outline = outlined(outline, networks["outline"], _CPU, amp=True)
    return region_on(stack.grid.image, outline.candidate, outline.grid)


def _mean(values: npt.NDArray[np.float64], groups: npt.NDArray[np.str_]) -> Measured:
    return metrics.bootstrap(lambda rows: float(np.nanmean(values[rows])), groups)


def between_readers(votes: npt.NDArray[np.uint8]) -> float:
    """Dice of pairs of readers, pooled over the pairs, from counts of votes alone.

    With R readers, the intersections of all pairs sum to Σ v(v−1)/2 and the sizes to (R−1) Σ v.
    R is taken as the largest count; a reader who overlaps with nobody goes unseen, so that this is
    an upper bound.
    """
    v = votes.astype(np.int64)
    readers = int(v.max())
    if readers < 2:
        return float("nan")
    return float((v * (v - 1)).sum() / ((readers - 1) * v.sum()))


def calibration_pairs(
    slices: Slices, networks: Mapping[str, nn.Module], parameters: Parameters
) -> tuple[list[Found], npt.NDArray[np.bool_]]:
    """All candidates, at all scales, that count as right or wrong, and which are right."""
    found = [
        f
        for scale in parameters.scales
        for case in cases(slices, networks, parameters, scale)
        for f in case.found
    ]
    counted = [f for f in found if f.hit is not None]
    return counted, np.array([bool(f.hit) for f in counted])


UNCALIBRATED = Calibration(weights={}, intercept=0.0)
