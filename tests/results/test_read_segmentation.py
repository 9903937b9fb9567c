"""Segmentations come back where they were made, whoever wrote them."""

from __future__ import annotations

from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.sr.codedict import codes

from tests.results.objects import Case, ball_case
from viewer.errors import DamagedFileError, GeometryError, UnsupportedError
from viewer.imaging.geometry import Geometry
from viewer.imaging.labels import LabelVolume
from viewer.results import write_result
from viewer.results.dicom.read_segmentation import read_segmentation


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return ball_case(tmp_path_factory.mktemp("axial"))


def headers(case: Case) -> list[pydicom.Dataset]:
    return [pydicom.dcmread(s.path, stop_before_pixels=True) for s in case.series.slices]


def frame_of_reference(case: Case) -> str:
    return str(headers(case)[0].FrameOfReferenceUID)


def read(path: Path, case: Case, wanted: Geometry | None = None) -> LabelVolume:
    return read_segmentation(path, wanted or case.volume.geometry, frame_of_reference(case))


def described(number: int) -> hd.seg.SegmentDescription:
    return hd.seg.SegmentDescription(
        number,
        f"Part {number}",
        codes.SCT.MorphologicallyAbnormalStructure,
        codes.SCT.Nodule,
        hd.seg.SegmentAlgorithmTypeValues.MANUAL,
    )


def save(folder: Path, case: Case, pixels, kind: str = "BINARY", **options) -> Path:
    """A segmentation as highdicom alone writes it."""
    number = pixels.shape[3] if pixels.ndim == 4 else max(int(np.max(pixels)), 1)
    made = hd.seg.Segmentation(
        headers(case), pixels, kind, [described(n + 1) for n in range(number)],
        hd.UID(), 1, hd.UID(), 1, "Tests", "Tests", "1", "1", **options,
    )  # fmt: skip
    made.save_as(folder / "seg.dcm")
    return folder / "seg.dcm"


@pytest.mark.parametrize("orientation", ["axial", "reversed", "oblique", "tilted"])
def test_what_was_written_is_read_back_voxel_by_voxel(tmp_path: Path, orientation) -> None:
    case = ball_case(tmp_path / "dicom", orientation)
    folder = write_result(case.findings, case.volume, tmp_path, series=case.series).folder
    back = read(folder / "segmentation.dcm", case)
    assert back.notes == ()
    for segment, finding in zip(back.segments, case.findings.findings, strict=False):
        assert (segment.name, segment.kind) == (f"nodule {finding.id}", "Nodule")
        assert segment.tracking_uid
        np.testing.assert_array_equal(back.labels == segment.number, case.mask(finding.id))


def test_one_segment_named_for_all_frames_at_once(case: Case, tmp_path: Path) -> None:
    """highdicom writes the identification of a single segment once, for all frames."""
    path = save(tmp_path, case, case.mask(1))
    shared = pydicom.dcmread(path).SharedFunctionalGroupsSequence[0]
    assert "SegmentIdentificationSequence" in shared
    np.testing.assert_array_equal(read(path, case).labels == 1, case.mask(1))


@pytest.mark.parametrize("kind", ["FRACTIONAL", "LABELMAP"])
def test_other_kinds_of_segmentation(case: Case, tmp_path: Path, kind: str) -> None:
    if kind == "FRACTIONAL":
        pixels = np.where(case.mask(1), 0.9, 0.2)[..., None]
    else:
        pixels = case.mask(1) + 2 * case.mask(2).astype(np.uint8)
    labels = read(save(tmp_path, case, pixels, kind), case).labels
    np.testing.assert_array_equal(labels == 1, case.mask(1))
    np.testing.assert_array_equal(labels == 2, case.mask(2) & (kind == "LABELMAP"))


def test_segments_that_overlap_are_noted(case: Case, tmp_path: Path) -> None:
    both = np.stack([case.mask(1), case.mask(1) | case.mask(2)], axis=-1).astype(np.uint8)
    back = read(save(tmp_path, case, both), case)
    np.testing.assert_array_equal(back.labels == 2, both[..., 1] > 0)
    assert "overlap" in back.notes[0]


def test_another_grid_is_resampled_to_the_nearest_voxel(case: Case, tmp_path: Path) -> None:
    path = save(tmp_path, case, case.mask(1))
    own = case.volume.geometry
    finer = np.array(own.affine)
    finer[:3, :3] /= 2
    finer[:3, 3] = own.to_lps((-0.25, -0.25, -0.25))
    wanted = Geometry(finer, tuple(2 * n for n in own.shape))
    back = read(path, case, wanted)
    expected = case.mask(1).repeat(2, 0).repeat(2, 1).repeat(2, 2)
    np.testing.assert_array_equal(back.labels > 0, expected)
    assert "resampled" in back.notes[0]


def test_a_volume_that_shows_less_gets_its_part(case: Case, tmp_path: Path) -> None:
    path = save(tmp_path, case, case.mask(1))
    z, y, x = (int(v) for v in np.argwhere(case.mask(1)).mean(axis=0))
    part = Geometry.from_directions(
        case.volume.geometry.to_lps((x, y, z)),
        *np.eye(3)[:2],
        case.volume.geometry.affine[:3, 2],
        case.volume.geometry.spacing_mm[1:],
        (4, 5, 6),
    )
    back = read(path, case, part)
    np.testing.assert_array_equal(back.labels > 0, case.mask(1)[z : z + 4, y : y + 5, x : x + 6])


def test_another_frame_of_reference_is_refused(case: Case, tmp_path: Path) -> None:
    path = save(tmp_path, case, case.mask(1))
    with pytest.raises(GeometryError, match="frame of reference"):
        read_segmentation(path, case.volume.geometry, "1.2.3")


def test_a_segmentation_elsewhere_in_the_patient_is_refused(case: Case, tmp_path: Path) -> None:
    path = save(tmp_path, case, case.mask(1))
    far = np.array(case.volume.geometry.affine)
    far[:3, 3] += 1000
    with pytest.raises(GeometryError, match="outside"):
        read(path, case, Geometry(far, case.volume.geometry.shape))


def test_what_is_no_segmentation_is_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="not a DICOM Segmentation"):
        read(case.series.slices[0].path, case)
    (tmp_path / "text").write_text("not DICOM")
    with pytest.raises(UnsupportedError, match="not a DICOM file"):
        read(tmp_path / "text", case)


@pytest.mark.parametrize(
    "keyword", ["SegmentSequence", "PixelData", "SharedFunctionalGroupsSequence"]
)
def test_a_segmentation_that_lacks_something_is_damaged(
    case: Case, tmp_path: Path, keyword: str
) -> None:
    path = save(tmp_path, case, case.mask(1))
    dataset = pydicom.dcmread(path)
    delattr(dataset, keyword)
    dataset.save_as(path)
    with pytest.raises(DamagedFileError, match=r"seg\.dcm"):
        read(path, case)
