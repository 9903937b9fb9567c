"""Measuring a lung-nodule package on whole scans: annotated, bare, and with inserted lesions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from ai.engine import Engine
from ai.errors import ContractError
from ai.findings import Finding, Findings
from ai.image import Image
from ai.lungs import NoLungError
from ai.orientation import to_axial
from ai.packages.package import load
from ai.request import Request
from ai.training import metrics
from ai.training.classification.figures import draw_reliability, draw_sheet
from ai.training.evaluation import Drawing, Evaluation
from ai.training.metrics import Measured
from ai.training.nodules import froc, plots
from ai.training.nodules.annotations import Reading, Truth
from ai.training.nodules.evaluation import CONFIG
from ai.training.nodules.froc import Judged, Nodule
from ai.training.nodules.insertion import TESTING, Host, Lesion
from ai.training.nodules.lidc import DataError

#: Lesions a copy of a scan, and the seed of all; training has other seeds.
LESIONS, SEED = 8, 20_260_000
_COPIES = 4
#: Lesions below this are reported apart.
_SIZED_MM = 5.0
_SHOWN, _COLUMNS = 48, 8

Log = Callable[[str], None]


@dataclass(frozen=True)
class LabelledScan:
    """A scan to measure on.

    Parameters
    ----------
    identifier : str
        Series Instance UID.
    patient : str
        Patient ID; empty where unknown.
    read : callable
        Reads the voxels: scans are held one at a time.
    reading : Reading, optional
        What readers marked; None where nobody looked.
    """

    identifier: str
    patient: str
    read: Callable[[], Image]
    reading: Reading | None = None


@dataclass
class _Tally:
    """What was seen in scans of one kind."""

    judged: list[Judged] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    boxes: list[tuple[str, bool]] = field(default_factory=list)
    sizes: list[tuple[str, float, float]] = field(default_factory=list)
    overlaps: list[tuple[str, float]] = field(default_factory=list)
    wrong: list[tuple[float, plots.Grey, str]] = field(default_factory=list)
    missed: list[tuple[float, plots.Grey, str]] = field(default_factory=list)

    def add(self, group: str, image: Image, findings: Findings, truth: Truth) -> Judged:
        """Judge a scan's findings."""
        found = findings.findings
        threshold = findings.run.threshold
        judged = froc.judge(
            group,
            [f.center_lps_mm for f in found],
            [f.probability for f in found],
            truth.nodules,
            truth.excluded,
        )
        self.judged.append(judged)
        self.shown.append(int((judged.false >= threshold).sum()))
        axial = to_axial(image)
        for i in judged.wrong:
            one = found[i]
            caption = f"{one.probability:.2f}  {one.diameters_mm[0]:.0f} mm"
            self.wrong.append((-one.probability, plots.cut_out(axial, one.center_lps_mm), caption))
        for nodule, best, hit in zip(truth.nodules, judged.best, judged.hits, strict=True):
            self._nodule(group, axial, found, nodule, best, int(hit), threshold)
        return judged

    def _nodule(
        self,
        group: str,
        axial: Image,
        found: Sequence[Finding],
        nodule: Nodule,
        best: float,
        hit: int,
        threshold: float,
    ) -> None:
        if nodule.box_lps_mm is not None:
            above = [f for f in found if f.probability >= threshold]
            self.boxes.append((group, any(_overlap(f, nodule) for f in above)))
        elif hit >= 0:
            sphere = float(np.cbrt(6e3 / np.pi * found[hit].volume_ml))
            self.sizes.append((group, nodule.diameter_mm, sphere))
        if best < threshold:
            said = f"{best:.2f}" if hit >= 0 else "none"
            caption = f"{said}  {nodule.diameter_mm:.0f} mm\n{nodule.kind} {nodule.site}"
            self.missed.append((best, plots.cut_out(axial, nodule.center_lps_mm), caption))

    @property
    def nodules(self) -> int:
        """How many there were to find."""
        return sum(len(j.nodules) for j in self.judged)

    def calibration(self) -> list[tuple[str, bool, float]]:
        """Group, whether it is one, and probability, of all that count."""
        return [
            (j.group, right, float(p))
            for j in self.judged
            for right, values in ((True, j.best[j.hits >= 0]), (False, j.false))
            for p in values
        ]

    def figures(self, prefix: str, smallest_mm: float = 0.0) -> dict[str, Measured]:
        """Detection, calibration and size."""
        found = froc.figures(self.judged, prefix, smallest_mm)
        pairs = self.calibration()
        if pairs:
            groups, labels, said = zip(*pairs, strict=True)
            truth, p = np.array(labels, dtype=bool), np.array(said)
            found[f"{prefix}ece"] = metrics.bootstrap(
                lambda rows: metrics.expected_calibration_error(truth[rows], p[rows]), groups
            )
        if self.sizes:
            found[f"{prefix}diameter_mae_mm"] = _mean(
                [(group, abs(measured - true)) for group, true, measured in self.sizes]
            )
        if self.boxes:
            found[f"{prefix}box_overlap"] = _mean(self.boxes)
        if self.overlaps:
            found[f"{prefix}dice"] = _mean(self.overlaps)
        return found

    def pictures(self, prefix: str, title: str) -> Iterator[tuple[str, Drawing]]:
        """What can be drawn of it."""
        if self.nodules:
            yield f"{prefix}froc", partial(plots.draw_froc, scans=self.judged, title=title)
        pairs = self.calibration()
        if self.nodules and pairs:
            truth = np.array([right for _, right, _ in pairs])
            said = np.array([p for _, _, p in pairs])
            yield f"{prefix}reliability", partial(draw_reliability, truth=truth, score=said)
        if len(self.sizes) > 1:
            true, measured = (np.array([s[i] for s in self.sizes]) for i in (1, 2))
            yield (
                f"{prefix}diameters",
                partial(plots.draw_size_errors, true_mm=true, measured_mm=measured),
            )
        for name, sheet in (("false_positives", self.wrong), ("missed", self.missed)):
            worst = sorted(sheet, key=lambda one: one[0])[:_SHOWN]
            if worst:
                yield (
                    f"{prefix}{name}",
                    partial(
                        draw_sheet,
                        pictures=[picture for _, picture, _ in worst],
                        captions=[caption for _, _, caption in worst],
                        columns=_COLUMNS,
                    ),
                )


def evaluate_scans(
    package_dir: Path,
    scans: Sequence[LabelledScan],
    *,
    data: str,
    copies: int | None = None,
    report: Log = lambda line: None,
    engine: Engine | None = None,
) -> Evaluation:
    """Measure a package on the scans of patients that it was not trained on.

    Annotated scans give ``cpm`` and the sensitivities, by the rules of LUNA16. ``fp_per_scan`` is
    counted at the default operating point in all scans; in one that nobody annotated every
    finding counts as false. Figures that begin with ``inserted_`` are about copies of the scans
    with simulated lesions of known truth; the scans' own annotated nodules count neither way
    there, and confidence intervals resample copies.

    Parameters
    ----------
    package_dir : Path
    scans : sequence of LabelledScan
    data : str
        What the data is called in the result.
    copies : int, optional
        Copies with inserted lesions of each scan; four of those that nobody annotated if None.
    report : callable
        Receives lines of progress.
    engine : Engine, optional
        Runs the package.

    Raises
    ------
    PackageError
        The package is not valid.
    DataError
        There is no scan of an unseen patient that the model accepts.
    """
    package = load(package_dir)
    seen = set(json.loads((package_dir / CONFIG).read_text())["seen"]["patients"])
    unseen = [scan for scan in scans if scan.patient not in seen]
    _describe(scans, unseen, report)
    engine, request = engine or Engine(), Request(package_dir)
    annotated, bare, inserted = _Tally(), _Tally(), _Tally()
    refusals = []
    for number, scan in enumerate(unseen, start=1):
        image = scan.read()
        group = scan.patient or scan.identifier
        truth = Truth(()) if scan.reading is None else scan.reading(image)
        try:
            findings = engine.run(request, image)
        except (ContractError, NoLungError) as error:
            refusals.append(error)
            report(f"{scan.identifier} is left out. {error}")
            continue
        tally = bare if scan.reading is None else annotated
        tally.add(group, image, findings, truth)
        report(
            f"scan {number} of {len(unseen)}: {len(truth.nodules)} annotated,"
            f" {tally.shown[-1]} false positives, {findings.run.total_seconds:.1f} s"
        )
        wanted = copies if copies is not None else _COPIES * (scan.reading is None)
        if wanted:
            _insert(engine, request, scan, image, truth, wanted, inserted, report)
    if not annotated.judged and not bare.judged:
        raise refusals[-1] if refusals else DataError(f"{data} holds no scan to measure on.")
    found: dict[str, Measured] = {}
    pictures: dict[str, Drawing] = {}
    if annotated.nodules:
        found |= annotated.figures("")
    shown = [
        (j.group, float(n))
        for tally in (annotated, bare)
        for j, n in zip(tally.judged, tally.shown, strict=True)
    ]
    found["fp_per_scan"] = _mean(shown)
    pictures |= annotated.pictures("", "Annotated nodules")
    pictures |= bare.pictures("unannotated_", "")
    if inserted.nodules:
        found |= inserted.figures("inserted_", _SIZED_MM)
        pictures |= inserted.pictures("inserted_", "Inserted lesions")
    return Evaluation(package.spec.id, data, len(shown), found, pictures)


def _describe(scans: Sequence[LabelledScan], unseen: Sequence[LabelledScan], report: Log) -> None:
    if not unseen and scans:
        raise DataError(
            f"All {len(scans)} scans are of patients that the model was trained or calibrated on.",
            "Figures on them would say nothing.",
        )
    if len(unseen) < len(scans):
        report(
            f"{len(scans) - len(unseen)} of {len(scans)} scans are left out: the model was trained"
            " or calibrated on their patients."
        )
    nameless = sum(not scan.patient for scan in unseen)
    if nameless:
        report(f"{nameless} scans name no patient: whether the model has seen them cannot be told.")


def _insert(
    engine: Engine,
    request: Request,
    scan: LabelledScan,
    image: Image,
    truth: Truth,
    copies: int,
    tally: _Tally,
    report: Log,
) -> None:
    there = (*truth.nodules, *truth.excluded)
    host = Host.of(image, [(n.center_lps_mm, n.diameter_mm / 2) for n in there])
    for copy in range(copies):
        rng = np.random.default_rng([SEED, copy])
        new = host.insert(rng, LESIONS, TESTING)
        nodules = tuple(Nodule(v.center_lps_mm, v.diameter_mm, v.kind, v.site) for v in new.lesions)
        findings = engine.run(request, new.image)
        group = f"{scan.identifier}/{copy}"
        judged = tally.add(group, new.image, findings, Truth(nodules, there))
        for lesion, hit in zip(new.lesions, judged.hits, strict=True):
            if hit >= 0:
                tally.overlaps.append((group, _dice(lesion, findings, findings.findings[hit].id)))
        found = int((judged.best >= findings.run.threshold).sum())
        report(f"  copy {copy + 1} of {copies}: {found} of {len(nodules)} inserted lesions found")


def _dice(lesion: Lesion, findings: Findings, identity: int) -> float:
    region = findings.regions.get(identity)
    if region is None:
        return float("nan")
    both = np.zeros(
        [max(a.stop, b.stop) for a, b in zip(lesion.box, region.box, strict=True)], dtype=np.uint8
    )
    both[lesion.box] += lesion.mask
    both[region.box] += 2 * region.mask.astype(np.uint8)
    return 2 * float((both == 3).sum()) / float(lesion.mask.sum() + region.mask.sum())


def _overlap(finding: Finding, nodule: Nodule) -> bool:
    assert nodule.box_lps_mm is not None
    (low, high), (own_low, own_high) = nodule.box_lps_mm, finding.box_lps_mm
    return bool((np.array(own_low) < high).all() and (np.array(low) < own_high).all())


def _mean(values: Sequence[tuple[str, float]]) -> Measured:
    column = np.array([value for _, value in values], dtype=np.float64)
    return metrics.bootstrap(
        lambda rows: float(np.nanmean(column[rows])), [group for group, _ in values]
    )
