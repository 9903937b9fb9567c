"""DICOM objects of a result: valid, in the right place, and saying what made them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import highdicom as hd
import nibabel
import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from tests.results.objects import Case, ball_case, dump_report, result, validate
from viewer import DISCLAIMER
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.results import Written, write_result

SHA256 = "ab" * 32


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return ball_case(tmp_path_factory.mktemp("axial"))


@pytest.fixture(scope="module")
def written(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(case, tmp_path_factory.mktemp("out"))


def write(case: Case, out: Path) -> Written:
    return write_result(case.findings, case.volume, out, series=case.series)


def dicom_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.dcm"))


def test_all_objects_are_written_and_valid(written: Written) -> None:
    assert written.left_out == {}
    names = [path.name for path in dicom_files(written.folder)]
    assert names == [
        *(f"finding-{n:02}.dcm" for n in range(1, 7)),
        "heatmap.dcm",
        "key-images.dcm",
        "report.dcm",
        "segmentation.dcm",
    ]
    for path in dicom_files(written.folder)[5:]:
        assert validate(path) == [], path.name


def test_the_validator_reports_what_is_wrong(written: Written, tmp_path: Path) -> None:
    """The test above looks at what it thinks it looks at."""
    broken = pydicom.dcmread(written.folder / "segmentation.dcm")
    del broken.SegmentationType
    broken.save_as(tmp_path / "broken.dcm")
    assert any("SegmentationType" in error for error in validate(tmp_path / "broken.dcm"))


def test_every_object_belongs_to_the_study_and_says_what_made_it(
    case: Case, written: Written
) -> None:
    source = pydicom.dcmread(case.series.slices[0].path)
    series = set()
    for path in dicom_files(written.folder):
        made = pydicom.dcmread(path)
        for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "StudyDate"):
            assert made[keyword].value == source[keyword].value, (path.name, keyword)
        equipment = made.ContributingEquipmentSequence[-1].ContributionDescription
        descriptions = [
            e.get("ContributionDescription", "") for e in made.ContributingEquipmentSequence
        ]
        assert any(DISCLAIMER in d and SHA256 in d for d in descriptions), equipment
        assert made.SeriesDescription.startswith("AI ")
        assert "lung-nodule-ct 1.2.3" in made.SeriesDescription
        assert made.DeviceSerialNumber == SHA256
        series.add((made.SeriesInstanceUID, made.Modality))
    assert len(series) == 5
    assert source.SeriesInstanceUID not in {uid for uid, _ in series}


def test_each_finding_has_a_segment_with_its_codes_model_and_tracking(written: Written) -> None:
    made = hd.seg.segread(written.folder / "segmentation.dcm")
    assert made.SegmentationType == "BINARY"
    assert made.number_of_segments == 5
    assert made.ContentDescription == DISCLAIMER
    for number in made.segment_numbers:
        described = made.get_segment_description(number)
        assert described.segmented_property_type == codes.SCT.Nodule
        assert described.primary_anatomic_structures in (None, [])
        assert described.anatomic_regions[0] == codes.SCT.Lung
        algorithm = described.algorithm_identification
        assert (algorithm.name, algorithm.version) == ("lung-nodule-ct", "1.2.3")
        assert algorithm.parameters["sha256"] == SHA256
        assert described.tracking_uid
    assert len(set(made.get_tracking_ids())) == 5


@pytest.mark.parametrize("orientation", ["axial", "reversed", "coronal", "oblique"])
def test_highdicom_finds_each_region_where_it_lies_in_the_patient(
    tmp_path: Path, orientation
) -> None:
    case = ball_case(tmp_path / "dicom", orientation)
    made = hd.seg.segread(write(case, tmp_path).folder / "segmentation.dcm")
    for number in made.segment_numbers:
        finding = case.findings.findings[number - 1]
        volume = made.get_volume(segment_numbers=[number], combine_segments=True)
        index = np.argwhere(volume.array)
        points = np.sort(volume.map_indices_to_reference(index).round(2), axis=0)
        z, y, x = np.nonzero(case.mask(finding.id))
        expected = case.volume.geometry.to_lps(np.stack([x, y, z], axis=-1))
        np.testing.assert_allclose(points, np.sort(expected.round(2), axis=0), atol=0.02)


def test_empty_frames_are_left_out_and_each_frame_names_its_source(
    case: Case, written: Written
) -> None:
    made = pydicom.dcmread(written.folder / "segmentation.dcm")
    planes = sum(int(case.mask(f).any(axis=(1, 2)).sum()) for f in case.findings.regions)
    assert made.NumberOfFrames == planes
    uids = {s.sop_instance_uid: s for s in case.series.slices}
    for frame in made.PerFrameFunctionalGroupsSequence:
        (image,) = frame.DerivationImageSequence[0].SourceImageSequence
        source = pydicom.dcmread(uids[image.ReferencedSOPInstanceUID].path)
        position = frame.PlanePositionSequence[0].ImagePositionPatient
        assert list(position) == list(source.ImagePositionPatient)


def numbers(group: hd.sr.content.ContentSequence) -> dict[str, tuple[float, str]]:
    return {m.name.meaning: (float(m.value), m.unit.value) for m in group.get_measurements()}


def test_the_report_measures_each_finding_and_points_to_its_segment(
    case: Case, written: Written
) -> None:
    report = hd.sr.srread(written.folder / "report.dcm")
    segmentation = hd.seg.segread(written.folder / "segmentation.dcm")
    groups = report.content.get_volumetric_roi_measurement_groups()
    assert len(groups) == 5
    for group, finding in zip(groups, case.findings.findings, strict=False):
        segment = group.referenced_segment
        assert segment.referenced_sop_instance_uid == segmentation.SOPInstanceUID
        described = segmentation.get_segment_description(segment.referenced_segment_numbers[0])
        assert group.tracking_uid == described.tracking_uid
        assert group.finding_type == codes.SCT.Nodule
        assert numbers(group) == {
            "Certainty of Finding": (pytest.approx(100 * finding.probability), "%"),
            "Long axis": (pytest.approx(finding.diameters_mm[0]), "mm"),
            "Short axis": (pytest.approx(finding.diameters_mm[1]), "mm"),
            "Volume": (pytest.approx(1000 * finding.volume_ml), "mm3"),
            "Attenuation Coefficient": (pytest.approx(finding.mean_hu), "[hnsf'U]"),
        }


def test_a_finding_without_a_region_points_to_its_rectangle_on_the_nearest_image(
    case: Case, written: Written
) -> None:
    report = hd.sr.srread(written.folder / "report.dcm")
    (group,) = report.content.get_planar_roi_measurement_groups()
    finding = case.findings.findings[-1]
    region = group.roi
    (image,) = region.ContentSequence
    uid = image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    (path,) = [s.path for s in case.series.slices if s.sop_instance_uid == uid]
    source = pydicom.dcmread(path)
    assert abs(source.ImagePositionPatient[2] - finding.center_lps_mm[2]) <= 1.5
    columns, rows = region.value[:, 0] - 0.5, region.value[:, 1] - 0.5
    (low_x, low_y, _), (high_x, high_y, _) = finding.box_lps_mm
    dy, dx = source.PixelSpacing
    left, top = source.ImagePositionPatient[:2]
    assert [left + columns.min() * dx, left + columns.max() * dx] == pytest.approx([low_x, high_x])
    assert [top + rows.min() * dy, top + rows.max() * dy] == pytest.approx([low_y, high_y])


def test_the_report_carries_the_disclaimer_and_is_neither_final_nor_verified(
    written: Written,
) -> None:
    made = pydicom.dcmread(written.folder / "report.dcm")
    assert made.PreliminaryFlag == "PRELIMINARY"
    assert made.VerificationFlag == "UNVERIFIED"
    text = dump_report(written.folder / "report.dcm")
    assert DISCLAIMER in text
    assert SHA256 in text


def test_no_finding_gives_a_valid_report_and_no_segmentation(case: Case, tmp_path: Path) -> None:
    nothing = replace(case.findings, findings=(), regions={})
    folder = write_result(nothing, case.volume, tmp_path, series=case.series).folder
    assert [p.name for p in dicom_files(folder)] == ["heatmap.dcm", "report.dcm"]
    assert validate(folder / "report.dcm") == []
    report = hd.sr.srread(folder / "report.dcm")
    assert report.content.get_volumetric_roi_measurement_groups() == []
    (summary,) = report.content.get_image_measurement_groups()
    assert numbers(summary) == {"Number of findings": (0, "1")}


def test_a_single_finding_gives_a_valid_segmentation(case: Case, tmp_path: Path) -> None:
    one = replace(case.findings, findings=case.findings.findings[:1])
    folder = write_result(one, case.volume, tmp_path, series=case.series).folder
    assert validate(folder / "segmentation.dcm") == []
    assert validate(folder / "report.dcm") == []


def test_a_result_out_of_contract_says_so_in_every_object(case: Case, tmp_path: Path) -> None:
    forced = replace(
        case.findings, contract=result("", ok=False).contract, findings=case.findings.findings[:1]
    )
    for path in dicom_files(write_result(forced, case.volume, tmp_path, series=case.series).folder):
        made = pydicom.dcmread(path)
        assert "out of contract" in made.SeriesDescription
        descriptions = [
            e.get("ContributionDescription", "") for e in made.ContributingEquipmentSequence
        ]
        assert any("8 mm thick" in d for d in descriptions)


def test_the_parametric_map_holds_the_heatmaps_own_values_in_place(
    case: Case, written: Written
) -> None:
    made = pydicom.dcmread(written.folder / "heatmap.dcm")
    heatmap = case.findings.heatmap
    assert heatmap is not None
    assert made.pixel_array.dtype == np.float32
    to_index = np.linalg.inv(heatmap.affine)
    seen = []
    for values, frame in zip(made.pixel_array, made.PerFrameFunctionalGroupsSequence, strict=True):
        position = frame.PlanePositionSequence[0].ImagePositionPatient
        x, y, z = (to_index @ (*position, 1))[:3]
        assert (x, y) == pytest.approx((0, 0), abs=1e-4)
        np.testing.assert_array_equal(values, heatmap.values[round(z)])
        seen.append(round(z))
    assert sorted(seen) == list(range(len(heatmap.values)))


def test_the_picture_is_the_png_as_it_is(written: Written) -> None:
    from PIL import Image

    made = pydicom.dcmread(written.folder / "finding-01.dcm")
    picture = np.asarray(Image.open(written.folder / "finding-01.png"))
    np.testing.assert_array_equal(made.pixel_array, picture)
    assert made.BurnedInAnnotation == "NO"


def test_key_images_are_the_slices_through_the_findings(case: Case, written: Written) -> None:
    made = pydicom.dcmread(written.folder / "key-images.dcm")
    uids = {
        item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        for item in made.ContentSequence
        if item.ValueType == "IMAGE"
    }
    expected = set()
    for finding in case.findings.findings:
        z = round(float(case.volume.geometry.to_index(finding.center_lps_mm)[2]))
        expected.add(case.series.slices[z].sop_instance_uid)
    assert uids == expected


def test_a_tilted_stack_keeps_its_regions_in_place(tmp_path: Path) -> None:
    case = ball_case(tmp_path / "dicom", "tilted")
    written = write(case, tmp_path)
    assert written.left_out == {}
    made = pydicom.dcmread(written.folder / "segmentation.dcm")
    assert validate(written.folder / "segmentation.dcm") == []
    frames = made.pixel_array.astype(bool)
    seen = np.zeros(case.volume.geometry.shape, bool)
    for pixels, frame in zip(frames, made.PerFrameFunctionalGroupsSequence, strict=True):
        place = case.volume.geometry.to_index(frame.PlanePositionSequence[0].ImagePositionPatient)
        np.testing.assert_allclose(place, np.rint(place), atol=1e-3)
        seen[round(place[2])] |= pixels
    np.testing.assert_array_equal(
        seen, np.logical_or.reduce([case.mask(f) for f in case.findings.regions])
    )


def test_a_radiograph_is_reported_by_class(tmp_path: Path) -> None:
    case = ball_case(tmp_path / "dicom")
    picture = pydicom.dcmread(case.series.slices[0].path)
    folder = tmp_path / "picture"
    folder.mkdir()
    as_radiograph(picture).save_as(folder / "cr.dcm")
    (series,) = scan([folder]).series
    volume = load(series).volume
    answer = result(series.series_uid, classes={"normal": 0.25, "pneumonia": 0.75})
    written = write_result(answer, volume, tmp_path / "out", series=series)

    assert written.left_out == {}
    report = hd.sr.srread(written.folder / "report.dcm")
    assert isinstance(report, hd.sr.ComprehensiveSR)
    assert validate(written.folder / "report.dcm") == []
    groups = report.content.get_image_measurement_groups()
    assert {g.finding_type.meaning: numbers(g) for g in groups} == {
        "normal": {"Certainty of Finding": (25, "%")},
        "pneumonia": {"Certainty of Finding": (75, "%")},
    }


def as_radiograph(ct: Dataset) -> Dataset:
    ct.SOPClassUID = ct.file_meta.MediaStorageSOPClassUID = (
        pydicom.uid.ComputedRadiographyImageStorage
    )
    ct.Modality, ct.BodyPartExamined = "CR", "CHEST"
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "FrameOfReferenceUID"):
        delattr(ct, keyword)
    return ct


def test_objects_that_cannot_be_made_leave_the_findings(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "dicom"
    folder.mkdir()
    for one in case.series.slices:
        header = pydicom.dcmread(one.path)
        header.FrameOfReferenceUID = ""
        header.save_as(folder / one.path.name)
    (series,) = scan([folder]).series
    written = write_result(case.findings, case.volume, tmp_path / "out", series=series)
    assert "frame of reference" in written.left_out["segmentation.dcm"]
    assert json.loads((written.folder / "findings.json").read_text())["findings"]
    # Without a segment to point to, the report draws rectangles.
    report = hd.sr.srread(written.folder / "report.dcm")
    assert len(report.content.get_planar_roi_measurement_groups()) == 6


def test_files_that_are_gone_are_named_and_the_findings_kept(case: Case, tmp_path: Path) -> None:
    moved = replace(
        case.series,
        slices=tuple(
            replace(s, source=replace(s.source, file=tmp_path / "gone.dcm"))
            for s in case.series.slices
        ),
    )
    written = write_result(case.findings, case.volume, tmp_path / "out", series=moved)
    assert "gone.dcm" in written.left_out["DICOM objects"]
    assert (written.folder / "findings.json").is_file()


def test_a_second_result_replaces_the_objects_of_the_first(case: Case, tmp_path: Path) -> None:
    write(case, tmp_path)
    nothing = replace(case.findings, findings=(), regions={}, heatmap=None)
    folder = write_result(nothing, case.volume, tmp_path, series=case.series).folder
    assert [p.name for p in dicom_files(folder)] == ["report.dcm"]
    assert not (folder / "regions.nii.gz").exists()


def test_simpleitk_finds_the_regions_of_the_nifti_in_place(case: Case, written: Written) -> None:
    image = SimpleITK.ReadImage(str(written.folder / "regions.nii.gz"))
    labels = SimpleITK.GetArrayFromImage(image)
    for finding in case.findings.findings[:-1]:
        np.testing.assert_array_equal(labels == finding.id, case.mask(finding.id))
    geometry = case.volume.geometry
    np.testing.assert_allclose(
        image.TransformContinuousIndexToPhysicalPoint((3, 5, 7)),
        geometry.to_lps((3, 5, 7)),
        atol=1e-3,
    )
    assert nibabel.load(written.folder / "regions.nii.gz").get_data_dtype() == np.uint8


def test_the_table_has_a_line_for_each_finding(case: Case, written: Written) -> None:
    with (written.folder / "findings.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [int(line["id"]) for line in lines] == [f.id for f in case.findings.findings]
    for line, finding in zip(lines, case.findings.findings, strict=True):
        center = [float(line[f"center_{a}_mm"]) for a in "xyz"]
        assert center == pytest.approx(finding.center_lps_mm)
        assert float(line["probability"]) == finding.probability
        assert line["sha256"] == SHA256


def test_objects_beside_the_images_are_left_out_and_named(case: Case, written: Written) -> None:
    found = scan([case.series.slices[0].path.parent, written.folder])
    assert [s.series_uid for s in found.series if s.modality == "CT"] == [case.series.series_uid]
    why = {skipped.path.name: skipped.message for skipped in found.skipped}
    for name, kind in (
        ("segmentation.dcm", "Segmentation Storage"),
        ("heatmap.dcm", "Parametric Map Storage"),
        ("report.dcm", "Comprehensive 3D SR Storage"),
        ("key-images.dcm", "Key Object Selection"),
    ):
        assert kind in why[name]
