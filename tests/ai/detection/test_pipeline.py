from __future__ import annotations

import numpy as np
import pytest
import torch

from ai.detection import Detection, detect
from ai.detection.candidates import Candidate
from ai.detection.grid import Grid
from ai.detection.regions import region_on
from ai.errors import CancelledError, PackageError
from ai.image import Image
from ai.lungs import NoLungError
from ai.progress import Progress, silent
from tests.ai.detection import chest

CPU = torch.device("cpu")

AXIAL = np.eye(3)
STACKS = {
    "axial": (AXIAL, (1.9, 1.9, 2.8)),
    "reversed": (AXIAL @ np.diag([1.0, 1.0, -1.0]), (1.9, 1.9, 2.8)),
    "prone": (AXIAL @ np.diag([-1.0, -1.0, 1.0]), (1.9, 1.9, 2.8)),
    "coronal": (AXIAL[:, [0, 2, 1]] @ np.diag([1.0, -1.0, 1.0]), (1.9, 1.9, 2.8)),
    "oblique": (chest.rotation(14, 9), (1.9, 1.9, 2.8)),
    "non-square pixels": (AXIAL, (2.4, 1.2, 3.0)),
    "thin": (AXIAL, (2.4, 2.4, 0.9)),
}


def run(image: Image, report=silent) -> Detection:
    return detect(image, chest.NETWORKS, chest.PARAMETERS, CPU, report, {})


@pytest.mark.parametrize("name", STACKS)
def test_markers_are_found_at_their_places_in_the_patient(name: str) -> None:
    detection = run(chest.scan(*STACKS[name]))

    assert len(detection.findings) == len(chest.MARKERS_LPS_MM)
    for center, radius in zip(chest.MARKERS_LPS_MM, chest.RADII_MM, strict=True):
        finding = min(
            detection.findings, key=lambda f: np.linalg.norm(np.subtract(f.center_lps_mm, center))
        )
        assert finding.center_lps_mm == pytest.approx(center, abs=1.0)
        low, high = finding.box_lps_mm
        assert low == pytest.approx(np.subtract(center, radius), abs=2.5)
        assert high == pytest.approx(np.add(center, radius), abs=2.5)


@pytest.mark.parametrize("name", ["axial", "reversed", "oblique"])
def test_heatmap_lies_on_the_markers(name: str) -> None:
    heatmap = run(chest.scan(*STACKS[name])).heatmap

    index = np.argwhere(heatmap.values > 0.5)[:, ::-1]
    hot = index @ heatmap.affine[:3, :3].T + heatmap.affine[:3, 3]
    distance = np.linalg.norm(hot[:, None] - np.array(chest.MARKERS_LPS_MM), axis=-1)
    assert (distance.min(axis=1) <= np.array(chest.RADII_MM)[distance.argmin(axis=1)] + 2).all()
    volume = len(hot) * abs(np.linalg.det(heatmap.affine[:3, :3]))
    assert volume == pytest.approx(sum(4 / 3 * np.pi * r**3 for r in chest.RADII_MM), rel=0.1)


def test_size_volume_and_density_are_those_of_the_marker() -> None:
    fine = {**chest.PARAMETERS, "scales": [{"pixel_mm": 0.7, "slice_mm": 1.25}]}
    image = chest.scan(AXIAL, (1.2, 1.2, 1.6))
    findings = detect(image, chest.NETWORKS, fine, CPU, silent, {}).findings

    for radius in chest.RADII_MM:
        finding = min(findings, key=lambda f: abs(f.diameters_mm[0] - 2 * radius))
        assert finding.diameters_mm == pytest.approx((2 * radius, 2 * radius), abs=1.0)
        assert finding.volume_ml == pytest.approx(4 / 3 * np.pi * radius**3 / 1000, rel=0.12)
        assert finding.mean_hu == pytest.approx(900, abs=80)


def test_an_outline_at_the_scale_of_the_nodule_measures_better_than_the_search() -> None:
    coarse = {**chest.PARAMETERS, "scales": [{"pixel_mm": 2.5, "slice_mm": 1.6}]}
    image = chest.scan(AXIAL, (1.2, 1.2, 1.6))
    outlining = {**chest.NETWORKS, "outline": chest.SeesBright()}

    def errors(networks) -> list[float]:
        findings = detect(image, networks, coarse, CPU, silent, {}).findings
        assert len(findings) == len(chest.RADII_MM)
        found = sorted(f.diameters_mm[0] for f in findings)
        return [abs(d - 2 * r) for d, r in zip(found, chest.RADII_MM, strict=True)]

    assert max(errors(outlining)) < 1.0
    assert sum(errors(outlining)) < sum(errors(chest.NETWORKS))


class Blind(chest.SeesBright):
    """An outlining network that sees nothing."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.full_like(image[:, :1], -6.0)


def test_a_finding_without_an_outline_keeps_what_the_search_saw() -> None:
    image = chest.scan(*STACKS["axial"])
    blind = detect(image, {**chest.NETWORKS, "outline": Blind()}, chest.PARAMETERS, CPU, silent, {})

    assert blind.findings == run(image).findings


def test_ratings_stay_between_one_and_five() -> None:
    image = chest.scan(*STACKS["axial"])
    rating = {**chest.NETWORKS, "rate": chest.Believes()}

    findings = detect(image, rating, chest.PARAMETERS, CPU, silent, {}).findings

    assert [f.malignancy_rating for f in findings] == [5.0] * len(chest.RADII_MM)
    assert run(image).findings[0].malignancy_rating is None


@pytest.mark.parametrize("name", ["oblique", "coronal"])
def test_regions_cover_the_markers_on_the_grid_of_the_image(name: str) -> None:
    image = chest.scan(*STACKS[name])
    detection = run(image)

    assert detection.regions.keys() == {f.id for f in detection.findings}
    voxel_ml = abs(np.linalg.det(image.affine[:3, :3])) / 1000
    for finding in detection.findings:
        region = detection.regions[finding.id]
        assert image.voxels[region.box].shape == region.mask.shape
        points = image.lps(np.argwhere(region.mask) + np.array(region.corner))
        marker = np.argmin(
            np.linalg.norm(np.subtract(chest.MARKERS_LPS_MM, finding.center_lps_mm), axis=1)
        )
        reach = chest.RADII_MM[marker] + 2.0
        assert (np.linalg.norm(points - chest.MARKERS_LPS_MM[marker], axis=1) < reach).all()
        assert region.mask.sum() * voxel_ml == pytest.approx(finding.volume_ml, rel=0.2)


def test_a_region_between_thick_slices_keeps_the_nearest_voxel() -> None:
    image = Image(np.zeros((3, 8, 8), np.int16), np.diag([1.0, 1.0, 10.0, 1.0]), "CT")
    fine = Image(np.zeros((30, 8, 8), np.int16), np.eye(4), "CT")
    grid = Grid(fine, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (30, 8, 8))
    between = Candidate((13, 2, 3), np.ones((2, 2, 2), bool), (13.5, 2.5, 3.5), 1.0)

    region = region_on(image, between, grid)

    assert region.corner in {(1, y, x) for y in (2, 3) for x in (3, 4)}
    assert region.mask.shape == (1, 1, 1)


def test_findings_are_numbered_from_the_most_probable() -> None:
    findings = run(chest.scan(*STACKS["axial"])).findings

    assert [f.id for f in findings] == [1, 2, 3]
    probabilities = [f.probability for f in findings]
    assert probabilities == sorted(probabilities, reverse=True)


def test_less_probable_candidates_are_dropped() -> None:
    doubtful = {"weights": {}, "intercept": -2.0}

    detection = detect(
        chest.scan(*STACKS["axial"]),
        chest.NETWORKS,
        {**chest.PARAMETERS, "calibration": doubtful, "lowest_threshold": 0.2},
        CPU,
        silent,
        {},
    )

    assert detection.findings == ()
    assert detection.heatmap.values.max() > 0.9


def test_the_prior_of_whole_scans_lowers_probabilities() -> None:
    def first(log_prior_ratio: float) -> float:
        calibration = {"weights": {}, "intercept": 1.0, "log_prior_ratio": log_prior_ratio}
        image = chest.scan(*STACKS["axial"])
        detection = detect(
            image, chest.NETWORKS, {**chest.PARAMETERS, "calibration": calibration}, CPU, silent, {}
        )
        return detection.findings[0].probability

    assert first(0.0) == pytest.approx(1 / (1 + np.exp(-1)))
    assert first(-2.0) == pytest.approx(1 / (1 + np.exp(1)))


MASSES = [{"pixel_mm": 1.5, "slice_mm": 2.5}, {"pixel_mm": 3, "slice_mm": 3, "smallest_mm": 16}]


def test_a_coarser_pass_adds_no_second_finding_of_the_same_thing() -> None:
    twice = {**chest.PARAMETERS, "scales": MASSES}

    findings = detect(
        chest.scan(*STACKS["oblique"]), chest.NETWORKS, twice, CPU, silent, {}
    ).findings

    assert len(findings) == len(chest.MARKERS_LPS_MM)


class SeesBrightInFewPixels(chest.SeesBright):
    """Blind to what is shown too large, as networks are to what they have not learnt."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        logits = super().forward(image)
        pixels = (logits > 0).sum((1, 2, 3), keepdim=True)
        return torch.where(pixels > 60, -6.0, logits)


def test_a_mass_is_found_by_the_coarser_pass_and_shown_in_the_heatmap() -> None:
    networks = {**chest.NETWORKS, "segment": SeesBrightInFewPixels()}
    center, radius = chest.MARKERS_LPS_MM[2], chest.RADII_MM[2]

    detection = detect(
        chest.scan(*STACKS["oblique"]),
        networks,
        {**chest.PARAMETERS, "scales": MASSES},
        CPU,
        silent,
        {},
    )

    centers = [f.center_lps_mm for f in detection.findings]
    assert min(np.linalg.norm(np.subtract(c, center)) for c in centers) < 1.5
    heatmap = detection.heatmap
    inverse = np.linalg.inv(heatmap.affine)
    x, y, z = np.rint(inverse[:3, :3] @ center + inverse[:3, 3]).astype(int)
    assert heatmap.values[z, y, x] > 0.9
    across = heatmap.values[z, y] > 0.5
    assert across.sum() * 1.5 == pytest.approx(2 * radius, abs=5)


def test_progress_never_goes_back_and_ends_complete() -> None:
    heard: list[Progress] = []

    run(chest.scan(*STACKS["axial"]), heard.append)

    shares = [p.done / p.total for p in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {"lungs", "resample", "network", "merge", "reject", "measure"} <= {
        p.stage for p in heard
    }


@pytest.mark.parametrize("stage", ["lungs", "resample", "network", "merge", "reject", "measure"])
def test_a_report_that_raises_stops_the_run(stage: str) -> None:
    def report(progress: Progress) -> None:
        if progress.stage == stage:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        run(chest.scan(*STACKS["axial"]), report)


def test_stages_are_timed() -> None:
    seconds: dict[str, float] = {}

    detect(chest.scan(*STACKS["axial"]), chest.NETWORKS, chest.PARAMETERS, CPU, silent, seconds)

    assert set(seconds) == {"lungs", "resample", "network", "merge", "reject", "measure"}
    assert all(s > 0 for s in seconds.values())


def test_without_lungs_the_image_is_refused() -> None:
    image = chest.scan(*STACKS["axial"])
    solid = Image(np.maximum(image.voxels, 0), image.affine, "CT")

    with pytest.raises(NoLungError):
        run(solid)


def test_nothing_to_find_gives_no_findings_and_a_cold_heatmap() -> None:
    detection = run(chest.scan(*STACKS["axial"], markers=False))

    assert detection.findings == ()
    assert detection.heatmap.values.max() < 0.01


def test_parameters_that_do_not_fit_name_the_fault() -> None:
    image = chest.scan(*STACKS["axial"])

    with pytest.raises(PackageError, match="region_score"):
        detect(image, chest.NETWORKS, {**chest.PARAMETERS, "region_score": 2}, CPU, silent, {})
    with pytest.raises(PackageError, match="reject"):
        detect(image, {"segment": chest.SeesBright()}, chest.PARAMETERS, CPU, silent, {})


@pytest.mark.parametrize(("least", "patches"), [(3.9, 3 * (1 + 2 * 5)), (4.1, 3)])
def test_what_a_glance_rules_out_is_not_looked_at(least: float, patches: int) -> None:
    class Counts(chest.Believes):
        seen = 0

        def forward(self, patch: torch.Tensor) -> torch.Tensor:
            Counts.seen += len(patch)
            return super().forward(patch)

    networks = {**chest.NETWORKS, "reject": Counts()}
    parameters = {**chest.PARAMETERS, "least_glance": least}

    found = detect(chest.scan(*STACKS["axial"]), networks, parameters, CPU, silent, {}).findings

    assert Counts.seen == patches
    assert len(found) == (3 if least < 4 else 0)
