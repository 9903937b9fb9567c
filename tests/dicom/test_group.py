"""Which images form one volume (rules 6–9, 32)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.dicom.synthetic import along_z, codes, image, only_series, scan_of, stack
from viewer.dicom.load import load
from viewer.dicom.report import Severity

CORONAL = [1.0, 0.0, 0.0, 0.0, 0.0, -1.0]


def test_a_localizer_is_split_off(tmp_path: Path) -> None:
    scout = image(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], ImageOrientationPatient=CORONAL)
    result = scan_of([scout, *along_z([0, 2, 4])], tmp_path)
    assert sorted(s.shape[0] for s in result.series) == [1, 3]
    small = min(result.series, key=lambda s: s.shape[0])
    assert "localizer" in codes(small)
    assert len({s.key for s in result.series}) == 2
    assert len({s.series_uid for s in result.series}) == 1


def test_an_unmarked_localizer_is_split_off_by_its_orientation(tmp_path: Path) -> None:
    scout = image(ImageOrientationPatient=CORONAL)
    result = scan_of([*along_z([0, 2, 4]), scout], tmp_path)
    assert sorted(s.shape[0] for s in result.series) == [1, 3]
    assert all("split" in codes(s) for s in result.series)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"ConvolutionKernel": "B70f"}, "kernel"),
        ({"PixelSpacing": [0.5, 0.5]}, "pixel spacing"),
        ({"FrameOfReferenceUID": "1.2.3"}, "frame of reference"),
    ],
)
def test_different_images_are_different_volumes(
    tmp_path: Path, attributes: dict[str, object], reason: str
) -> None:
    others = along_z([0, 2, 4, 6], **attributes)
    for number, other in enumerate(others):
        other.SOPInstanceUID = f"1.2.3.4.{number}"
    result = scan_of([*along_z([0, 2, 4]), *others], tmp_path)
    assert [s.shape[0] for s in result.series] in ([3, 4], [4, 3])
    (note,) = (n for n in result.series[0].report if n.code == "split")
    assert reason in note.message


def test_slices_of_different_thickness_in_different_places_are_one_volume(tmp_path: Path) -> None:
    thin, thick = along_z([0, 2, 4]), along_z([6, 8, 10], SliceThickness=4.0)
    for number, other in enumerate(thick, 10):
        other.SOPInstanceUID, other.InstanceNumber = f"1.2.3.4.{number}", number
    assert only_series([*thin, *thick], tmp_path).shape[0] == 6


def test_orientation_jitter_does_not_split(tmp_path: Path) -> None:
    slices = along_z([0, 2, 4, 6])
    for number, item in enumerate(slices):
        item.ImageOrientationPatient = [1, 2e-5 * number, 0, -2e-5 * number, 1, 0]
    series = only_series(slices, tmp_path)
    assert series.shape[0] == 4
    assert "orientation_varies" not in codes(series)


def test_orientation_that_varies_visibly_is_noted(tmp_path: Path) -> None:
    slices = along_z([0, 2, 4, 6])
    slices[2].ImageOrientationPatient = [1, 0.006, 0, -0.006, 1, 0]
    series = only_series(slices, tmp_path)
    (note,) = (n for n in series.report if n.code == "orientation_varies")
    assert note.severity is Severity.WARNING


@pytest.mark.parametrize(
    "keyword", ["TemporalPositionIdentifier", "AcquisitionNumber", "EchoTime", "TriggerTime"]
)
def test_phases_become_volumes(tmp_path: Path, keyword: str) -> None:
    slices = stack([(0, 0, z) for z in (0, 2, 4) for _ in range(2)])
    for number, item in enumerate(slices):
        setattr(item, keyword, 1 + number % 2)
    result = scan_of(slices, tmp_path)
    assert [s.shape[0] for s in result.series] == [3, 3]
    assert all("phases" in codes(s) for s in result.series)
    first = load(result.series[0]).volume.voxels
    assert first[:, 0, 0].tolist() == [1, 3, 5]


def test_a_trigger_time_that_runs_on_does_not_split_slices(tmp_path: Path) -> None:
    slices = stack([(0, 0, z) for z in (0, 2, 4) for _ in range(2)])
    for number, item in enumerate(slices):
        item.TriggerTime = 10.0 * number
        item.AcquisitionNumber = 1 + number % 2
    result = scan_of(slices, tmp_path)
    assert [s.shape[0] for s in result.series] == [3, 3]


def test_images_with_the_same_pixels_in_the_same_place_are_used_once(tmp_path: Path) -> None:
    twice = [image(np.full((8, 10), 2, np.int16), ImagePositionPatient=[0, 0, 2])]
    series = only_series([*along_z([0, 2, 4]), *twice], tmp_path)
    assert series.shape[0] == 3
    (note,) = (n for n in series.report if n.code == "duplicates")
    assert len(note.files) == 1


def test_different_images_in_the_same_place_are_all_kept_and_noted(tmp_path: Path) -> None:
    other = [image(np.full((8, 10), 99, np.int16), ImagePositionPatient=[0, 0, 2])]
    result = scan_of([*along_z([0, 2, 4]), *other], tmp_path)
    assert [s.shape[0] for s in result.series] == [3, 1]
    assert all("same_place" in codes(s) for s in result.series)
    assert load(result.series[1]).volume.voxels.max() == 99


def test_copies_of_a_file_are_used_once(tmp_path: Path) -> None:
    slices = along_z([0, 2, 4])
    series = only_series([*slices, slices[1]], tmp_path)
    assert series.shape[0] == 3
    (note,) = (n for n in series.report if n.code == "copies")
    assert [path.name for path in note.files] == ["0003.dcm"]


def test_a_reused_sop_instance_uid_loses_no_slice(tmp_path: Path) -> None:
    slices = along_z([0, 2, 4], SOPInstanceUID="1.2.3")
    assert only_series(slices, tmp_path).shape[0] == 3


def test_radiographs_of_one_series_are_pictures_of_their_own(tmp_path: Path) -> None:
    views = [
        image(Modality="DX", ImagePositionPatient=None, ImageOrientationPatient=None)
        for _ in range(2)
    ]
    assert [s.shape[0] for s in scan_of(views, tmp_path).series] == [1, 1]


def test_slices_without_positions_follow_their_numbers_with_a_warning(tmp_path: Path) -> None:
    slices = [
        image(
            np.full((8, 10), number, np.int16),
            InstanceNumber=number,
            ImagePositionPatient=None,
        )
        for number in (3, 1, 2)
    ]
    series = only_series(slices, tmp_path)
    assert series.geometry is None
    assert series.grid.spacing_mm == pytest.approx((2.0, 0.8, 0.7))
    assert load(series).volume.voxels[:, 0, 0].tolist() == [1, 2, 3]
    (note,) = (n for n in series.report if n.code == "no_positions")
    assert note.severity is Severity.WARNING
    assert "2 mm" in note.message


def test_two_ranges_of_the_body_are_two_volumes(tmp_path: Path) -> None:
    result = scan_of(along_z([*range(0, 20), *range(300, 310)]), tmp_path)
    assert [s.shape[0] for s in result.series] == [20, 10]
    assert all("split" in codes(s) for s in result.series)


def test_two_series_of_a_study_stay_apart(tmp_path: Path) -> None:
    second = along_z([0, 2], SeriesInstanceUID="1.2.9", SeriesNumber=0)
    result = scan_of([*along_z([0, 2, 4]), *second], tmp_path)
    assert [s.shape[0] for s in result.series] == [2, 3]


def test_phases_told_apart_by_two_attributes_become_volumes(tmp_path: Path) -> None:
    slices = stack([(0, 0, z) for z in (0, 2, 4) for _ in range(4)])
    for number, item in enumerate(slices):
        item.EchoTime = 10 + number % 2
        item.TemporalPositionIdentifier = 1 + number // 2 % 2
    result = scan_of(slices, tmp_path)
    found = [load(s).volume.voxels[:, 0, 0].tolist() for s in result.series]
    assert sorted(found) == [[1, 5, 9], [2, 6, 10], [3, 7, 11], [4, 8, 12]]
    assert not any("same_place" in codes(s) for s in result.series)


def test_a_phase_that_lacks_a_slice_does_not_spoil_the_others(tmp_path: Path) -> None:
    slices = stack([(0, 0, z) for z in (0, 2, 4, 6) for _ in range(2)])
    for number, item in enumerate(slices):
        item.TemporalPositionIdentifier = 1 + number % 2
    result = scan_of([*slices[:3], *slices[4:]], tmp_path)
    assert [len(s.slices) for s in result.series] == [4, 3]
