"""Exported volumes, as nibabel and SimpleITK read them."""

from __future__ import annotations

import gzip
from dataclasses import replace

import nibabel
import numpy as np
import pytest
import SimpleITK

from tests.dicom.phantoms import marker_series
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.errors import UnsupportedError, ViewerError
from viewer.export.volume import VolumeFormat, caution, write_volume
from viewer.formats.load import load as load_any
from viewer.formats.scan import scan as scan_any
from viewer.imaging.volume import PADDING, Volume

ORIENTATIONS = ("axial", "reversed", "coronal", "oblique", "feet_first_prone")


def opened(folder, orientation="axial"):
    marker_series(folder, orientation)
    (series,) = scan([folder]).series
    return series, load(series).volume


@pytest.mark.parametrize(
    ("orientation", "kind"),
    # Of a sheared grid ITK reads NRRD only.
    [(o, k) for o in ORIENTATIONS for k in VolumeFormat] + [("tilted", VolumeFormat.NRRD)],
)
def test_simpleitk_finds_each_voxel_where_it_lies_in_the_patient(tmp_path, orientation, kind):
    series, volume = opened(tmp_path / "ct", orientation)
    path = tmp_path / f"out{kind}"
    write_volume(series, volume, path, kind)
    image = SimpleITK.ReadImage(str(path))  # its physical points are LPS mm
    assert image.GetPixelID() == SimpleITK.sitkInt16
    for index in ((0, 0, 0), (5, 3, 2), (17, 9, 11)):
        point = image.TransformIndexToPhysicalPoint(index)
        assert np.allclose(point, volume.geometry.to_lps(index), atol=1e-3)
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), volume.voxels)


@pytest.mark.parametrize("orientation", [*ORIENTATIONS, "tilted"])
def test_nibabel_reads_hu_and_an_affine_to_ras(tmp_path, orientation):
    series, volume = opened(tmp_path / "ct", orientation)
    write_volume(series, volume, tmp_path / "out.nii.gz", VolumeFormat.NIFTI)
    image = nibabel.load(tmp_path / "out.nii.gz")
    assert image.get_data_dtype() == np.int16
    assert np.array_equal(np.asarray(image.dataobj), volume.voxels.T)
    ras = image.affine @ (3, 4, 5, 1)
    assert np.allclose(ras[:3] * (-1, -1, 1), volume.geometry.to_lps((3, 4, 5)), atol=1e-3)
    assert image.header["sform_code"] == 1
    assert image.header["qform_code"] == (0 if orientation == "tilted" else 1)
    if orientation != "tilted":
        assert np.allclose(image.get_qform(), image.get_sform(), atol=1e-3)


@pytest.mark.parametrize("kind", VolumeFormat)
def test_what_is_exported_opens_again_as_the_same_volume(tmp_path, kind):
    series, volume = opened(tmp_path / "ct", "oblique")
    write_volume(series, volume, tmp_path / f"out{kind}", kind)
    (again,) = scan_any([tmp_path / f"out{kind}"]).series
    read = load_any(again).volume
    assert np.allclose(read.geometry.affine, volume.geometry.affine, atol=1e-3)
    assert np.array_equal(read.voxels, volume.voxels)


def test_one_is_warned_of_a_tilted_nifti_only(tmp_path):
    _, straight = opened(tmp_path / "straight", "oblique")
    _, tilted = opened(tmp_path / "tilted", "tilted")
    assert "NRRD" in caution(tilted, VolumeFormat.NIFTI)
    assert caution(tilted, VolumeFormat.NRRD) == ""
    assert caution(straight, VolumeFormat.NIFTI) == ""
    write_volume(*opened(tmp_path / "again", "tilted"), tmp_path / "t.nii.gz", VolumeFormat.NIFTI)
    with pytest.raises(RuntimeError, match="orthonormal"):
        SimpleITK.ReadImage(str(tmp_path / "t.nii.gz"))


@pytest.mark.parametrize("kind", VolumeFormat)
def test_padding_becomes_air_and_no_name_is_written(tmp_path, kind):
    series, volume = opened(tmp_path / "ct")
    series = replace(series, study=replace(series.study, patient_name="Secret^Sally"))
    voxels = volume.voxels.copy()
    voxels[0, 0, 0] = PADDING
    path = tmp_path / f"out{kind}"
    write_volume(series, Volume(voxels, volume.geometry), path, kind)
    image = SimpleITK.ReadImage(str(path))
    assert image[0, 0, 0] == -1024
    content = path.read_bytes()
    if kind is VolumeFormat.NIFTI:
        content = gzip.decompress(content)
    assert b"Secret" not in content
    assert not any("Secret" in image.GetMetaData(k) for k in image.GetMetaDataKeys())


def test_a_file_that_is_there_is_left_alone(tmp_path):
    series, volume = opened(tmp_path / "ct")
    path = tmp_path / "mine.nrrd"
    path.write_text("mine")
    with pytest.raises(ViewerError, match="exists"):
        write_volume(series, volume, path, VolumeFormat.NRRD)
    assert path.read_text() == "mine"
    write_volume(series, volume, path, VolumeFormat.NRRD, replace=True)
    assert path.read_bytes().startswith(b"NRRD")


@pytest.mark.parametrize("kind", VolumeFormat)
def test_breaking_off_leaves_nothing(tmp_path, kind):
    series, volume = opened(tmp_path / "ct")

    def stop(done: int, total: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_volume(series, volume, tmp_path / f"out/x{kind}", kind, on_progress=stop)
    assert list((tmp_path / "out").iterdir()) == []


def test_progress_of_a_nifti_goes_up_to_the_whole(tmp_path):
    series, volume = opened(tmp_path / "ct")
    seen: list[tuple[int, int]] = []
    write_volume(
        series,
        volume,
        tmp_path / "out.nii.gz",
        VolumeFormat.NIFTI,
        on_progress=lambda *progress: seen.append(progress),
    )
    done = [d for d, _ in seen]
    assert done == sorted(done)
    assert {total for _, total in seen} == {volume.voxels.nbytes}
    assert done[-1] > 0.9 * volume.voxels.nbytes


def test_colour_is_refused_with_the_way_out(tmp_path):
    series, volume = opened(tmp_path / "ct")
    color = np.zeros((*volume.voxels.shape, 3), np.uint8)
    colored = Volume(volume.voxels, volume.geometry, "", color)
    with pytest.raises(UnsupportedError, match="pictures"):
        write_volume(series, colored, tmp_path / "out.nrrd", VolumeFormat.NRRD)
    assert not (tmp_path / "out.nrrd").exists()


def test_a_volume_without_a_place_claims_none(tmp_path):
    series, volume = opened(tmp_path / "ct")
    write_volume(
        replace(series, geometry=None), volume, tmp_path / "out.nii.gz", VolumeFormat.NIFTI
    )
    header = nibabel.load(tmp_path / "out.nii.gz").header
    assert (header["sform_code"], header["qform_code"]) == (0, 0)
    assert np.allclose(header.get_zooms(), volume.geometry.spacing_mm[::-1], atol=1e-4)
