from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture
from scipy import ndimage

from ai.engine import Engine, Outcome
from ai.errors import ContractError
from ai.findings import Finding, Region
from ai.image import Image
from ai.orientation import to_axial
from ai.training.nodules.annotations import Truth
from ai.training.nodules.froc import Nodule
from ai.training.nodules.lidc import DataError
from ai.training.nodules.metaimage import read_metaimage
from ai.training.nodules.plots import cut_out
from ai.training.nodules.scans import LabelledScan, evaluate_scans
from tests.ai import samples
from tests.ai.detection import chest


def finding(number: int, lps, p: float, diameter: float = 10.0) -> Finding:
    x, y, z = (float(v) for v in lps)
    half = diameter / 2
    return Finding(
        id=number,
        label="nodule",
        probability=p,
        center_lps_mm=(x, y, z),
        box_lps_mm=((x - half, y - half, z - half), (x + half, y + half, z + half)),
        diameters_mm=(diameter, diameter),
        volume_ml=np.pi / 6 * diameter**3 / 1000,
    )


@pytest.fixture(scope="module")
def scan() -> Image:
    image = chest.scan(np.eye(3), (2.4, 2.4, 3.0))
    return replace(image, body_part="CHEST", slice_thickness_mm=3.0)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    made = samples.make_package(
        tmp_path,
        input=samples.document()["input"]
        | {
            "pixel_spacing_mm": {"low": 0.3, "high": 5},
            "slice_spacing_mm": {"low": 0.3, "high": 5},
        },
    )
    (made.folder / "config.json").write_text(json.dumps({"seen": {"patients": ["known"]}}))
    return made.folder


def engine_that_finds(scan: Image) -> Engine:
    """Finds the first two markers and a thing that is none, and all that was added to the scan."""

    def run(image, networks, parameters, device, report, seconds) -> Outcome:
        first, second, _ = chest.MARKERS_LPS_MM
        found = [finding(1, first, 0.9), finding(2, second, 0.4, 12.0)]
        found.append(finding(3, (60.0, 60.0, 20.0), 0.6))
        regions = {}
        added = np.abs(to_axial(image).voxels.astype(int) - to_axial(scan).voxels) > 80
        labels, count = ndimage.label(added, np.ones((3, 3, 3)))
        for k in range(1, count + 1):
            center = to_axial(image).lps(ndimage.center_of_mass(labels == k))
            number = len(found) + 1
            found.append(finding(number, center, 0.8))
            box = ndimage.find_objects(labels)[k - 1]
            regions[number] = Region(tuple(s.start for s in box), (labels == k)[box])
        return Outcome(tuple(found), None, regions=regions)

    return Engine({"detection": run})


def annotated(image: Image) -> Truth:
    nodules = [
        Nodule(center, 2 * radius)
        for center, radius in zip(chest.MARKERS_LPS_MM, chest.RADII_MM, strict=True)
    ]
    return Truth(tuple(nodules))


def measure(package: Path, scan: Image, scans: list[LabelledScan], **options):
    lines: list[str] = []
    evaluation = evaluate_scans(
        package, scans, data="D", report=lines.append, engine=engine_that_finds(scan), **options
    )
    return evaluation, lines


def test_annotated_scans_are_measured_by_the_rules_of_luna16(package, scan) -> None:
    scans = [LabelledScan(str(i), f"p{i}", lambda: scan, annotated) for i in range(2)]
    evaluation, _ = measure(package, scan, scans)

    figures = {name: m.value for name, m in evaluation.metrics.items()}
    assert evaluation.n == 2
    assert figures["sensitivity_at_0.125_fp"] == pytest.approx(1 / 3)
    assert figures["sensitivity_at_2_fp"] == pytest.approx(2 / 3)
    assert figures["cpm"] == pytest.approx((3 / 3 + 4 * 2 / 3) / 7)
    assert figures["fp_per_scan"] == 1.0
    assert figures["diameter_mae_mm"] == pytest.approx((0 + 2) / 2)
    assert not any(name.startswith("inserted") for name in figures)


def test_a_bare_scan_gives_false_positives_and_a_test_on_inserted_lesions(
    package, scan, tmp_path
) -> None:
    evaluation, lines = measure(package, scan, [LabelledScan("1.2", "p", lambda: scan)], copies=2)

    figures = {name: m.value for name, m in evaluation.metrics.items()}
    assert figures["fp_per_scan"] == 2.0
    assert "cpm" not in figures
    assert figures["inserted_sensitivity_at_2_fp"] >= 0.85
    assert figures["inserted_dice"] > 0.6
    assert evaluation.document()["metrics"]["fp_per_scan"]["ci95"] == [None, None]
    assert sum("inserted lesions found" in line for line in lines) == 2
    pictures = evaluation.draw(tmp_path / "pictures")
    assert {p.stem for p in pictures} >= {
        "inserted_froc",
        "inserted_reliability",
        "inserted_diameters",
        "unannotated_false_positives",
    }
    for path in pictures:
        with Picture.open(path) as picture:
            assert min(picture.size) > 100


def test_patients_of_the_training_are_held_back_and_counted(package, scan) -> None:
    scans = [LabelledScan("1", "known", lambda: scan), LabelledScan("2", "new", lambda: scan)]
    evaluation, lines = measure(package, scan, scans, copies=0)

    assert evaluation.n == 1
    assert any(line.startswith("1 of 2 scans are left out") for line in lines)


def test_only_patients_of_the_training_are_no_test(package, scan) -> None:
    with pytest.raises(DataError, match="trained or calibrated"):
        measure(package, scan, [LabelledScan("1", "known", lambda: scan)])


def test_it_is_said_where_a_patient_is_not_named(package, scan) -> None:
    _, lines = measure(package, scan, [LabelledScan("1", "", lambda: scan)], copies=0)

    assert any("name no patient" in line for line in lines)


def test_a_scan_that_the_model_refuses_is_named(package, scan) -> None:
    other = LabelledScan("9.9", "q", lambda: replace(scan, modality="MR"))
    evaluation, lines = measure(
        package, scan, [other, LabelledScan("1", "p", lambda: scan)], copies=0
    )
    assert evaluation.n == 1
    assert any(line.startswith("9.9 is left out") for line in lines)

    with pytest.raises(ContractError):
        measure(package, scan, [other])


def test_a_box_is_found_where_a_findings_box_overlaps(package, scan) -> None:
    (x, y, z), _, _ = chest.MARKERS_LPS_MM

    def boxed(dx: float) -> float:
        box = ((x + dx, y - 3, z - 3), (x + dx + 8, y + 3, z + 3))
        truth = Truth((Nodule((x + dx, y, z), 8.0, box_lps_mm=box),))
        labelled = LabelledScan("1", "p", lambda: scan, lambda _: truth)
        evaluation, _ = measure(package, scan, [labelled])
        return evaluation.metrics["box_overlap"].value

    assert (boxed(4.0), boxed(6.0)) == (1.0, 0.0)


def test_a_cut_out_shows_the_place_in_its_middle(scan) -> None:
    axial = to_axial(scan)
    picture = cut_out(axial, chest.MARKERS_LPS_MM[1])

    bright = np.argwhere(picture[0] == 255).mean(axis=0)
    assert picture.shape == (1, 72, 72)
    np.testing.assert_allclose(bright, 35.5, atol=2.5)


@pytest.mark.parametrize("compressed", [False, True])
def test_a_metaimage_is_read_as_itk_reads_it(tmp_path: Path, compressed: bool) -> None:
    itk = pytest.importorskip("SimpleITK")
    rng = np.random.default_rng(0)
    voxels = rng.integers(-1000, 500, (5, 6, 7)).astype(np.int16)
    image = itk.GetImageFromArray(voxels)
    image.SetSpacing((0.7, 0.8, 2.5))
    image.SetOrigin((-191.5, 12.25, -300.0))
    turn = chest.rotation(20, 35)
    image.SetDirection(turn.ravel().tolist())
    path = tmp_path / "1.2.3.mhd"
    itk.WriteImage(image, str(path), compressed)

    read = read_metaimage(path)

    np.testing.assert_array_equal(read.voxels, voxels)
    expected = image.TransformIndexToPhysicalPoint((6, 2, 3))
    np.testing.assert_allclose(read.lps([3, 2, 6]), expected, atol=1e-4)
    assert read.identifier == "1.2.3"
    assert read.modality == "CT"


@pytest.mark.parametrize("fault", ["voxels", "header", "short"])
def test_a_broken_metaimage_is_named(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "a.mhd"
    header = (
        "DimSize = 4 4 4\nElementSpacing = 1 1 1\nOffset = 0 0 0\nElementType = MET_SHORT\n"
        "ElementDataFile = a.zraw\nCompressedData = True\n"
    )
    path.write_text("nothing" if fault == "header" else header)
    if fault == "short":
        (tmp_path / "a.zraw").write_bytes(zlib.compress(b"12"))

    with pytest.raises(DataError, match=r"a\.mhd"):
        read_metaimage(path)
