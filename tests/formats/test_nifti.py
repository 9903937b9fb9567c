"""NIfTI against nibabel and SimpleITK: each voxel at its place, with its value."""

from __future__ import annotations

import gzip
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings

from tests.formats.affines import rectangular
from viewer.errors import DamagedFileError, GeometryError, UnsupportedError
from viewer.formats import nifti
from viewer.formats.load import load
from viewer.formats.scan import scan
from viewer.imaging.geometry import direction_letters
from viewer.imaging.volume import PADDING

RAS_TO_LPS = np.diag([-1.0, -1, 1, 1])
STORED = np.arange(4 * 3 * 5, dtype=np.int16).reshape(4, 3, 5)  # [x, y, z]


def save(path: Path, stored=STORED, affine=None, **fields) -> Path:
    picture = nibabel.Nifti1Image(stored, np.eye(4) if affine is None else affine)
    for name, value in fields.items():
        picture.header[name] = value
    nibabel.save(picture, path)
    return path


def patched(path: Path, offset: int, value) -> Path:
    """The file with other bytes in its header, which nibabel would not write."""
    raw = bytearray(path.read_bytes())
    new = np.asarray(value).tobytes()
    raw[offset : offset + len(new)] = new
    path.write_bytes(raw)
    return path


def only(path: Path):
    result = scan([path])
    assert [s.message for s in result.skipped] == []
    (series,) = result.series
    return series


def refusal(path: Path) -> str:
    result = scan([path])
    assert result.series == ()
    (skipped,) = result.skipped
    return f"{skipped.error}: {skipped.message}"


def codes(series) -> set[str]:
    return {note.code for note in series.report}


def assert_in_place(volume, stored, affine_lps) -> None:
    """Each voxel of ``stored`` ([x, y, z]) is found at its place, and the sizes agree."""
    indices = np.argwhere(np.ones(stored.shape))
    places = indices @ affine_lps[:3, :3].T + affine_lps[:3, 3]
    back = volume.geometry.to_index(places)
    np.testing.assert_allclose(back, np.rint(back), atol=1e-3)
    x, y, z = np.rint(back).astype(int).T
    np.testing.assert_allclose(volume.voxels[z, y, x], stored[tuple(indices.T)], rtol=1e-6)
    assert volume.voxels.size == stored.size


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(affine=rectangular())
def test_each_voxel_lies_where_nibabel_and_simpleitk_put_it(tmp_path, affine):
    path = save(tmp_path / "a.nii", affine=affine)
    volume = load(only(path)).volume
    assert_in_place(volume, STORED, RAS_TO_LPS @ nibabel.load(path).affine)
    assert np.linalg.det(volume.geometry.affine[:3, :3]) > 0
    other = SimpleITK.ReadImage(str(path))
    for index in ((0, 0, 0), (3, 2, 4), (1, 2, 3)):
        place = other.TransformIndexToPhysicalPoint(index)
        assert volume.value_at(place) == other[index]


def test_a_left_handed_file_keeps_its_sides(tmp_path):
    affine = np.diag([2.0, 3, 4, 1])  # RAS: left-handed neither; x runs to the right
    series = only(save(tmp_path / "a.nii", affine=affine))
    assert direction_letters(series.geometry.affine[:3, 0]) == "R"
    flipped = only(save(tmp_path / "b.nii", affine=np.diag([-2.0, 3, 4, 1])))
    assert direction_letters(flipped.geometry.affine[:3, 0]) == "L"
    assert flipped.content.is_reversed
    assert not series.content.is_reversed


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", [">i2", "<i2", "u1", "<u2", "<i4", ">f4", "<f8"])
def test_types_and_byte_orders_give_the_values(tmp_path, dtype, suffix):
    stored = (np.arange(60).reshape(4, 3, 5) * 3).astype(dtype)
    picture = nibabel.Nifti1Image(
        stored, np.eye(4), nibabel.Nifti1Header(endianness=">" if dtype[0] == ">" else "<")
    )
    picture.set_data_dtype(np.dtype(dtype).newbyteorder("="))
    nibabel.save(picture, tmp_path / f"a{suffix}")
    volume = load(only(tmp_path / f"a{suffix}")).volume
    np.testing.assert_array_equal(volume.voxels, stored.T)
    small = np.dtype(dtype).kind in "iu" and np.dtype(dtype).itemsize * 8 <= 16 and dtype != "<u2"
    assert volume.voxels.dtype == (np.int16 if small else np.float32)


@pytest.mark.parametrize(
    ("slope", "intercept", "expected"),
    [(2.0, -1024.0, np.float64(2) * 7 - 1024), (0.5, 0.25, 3.75), (0.0, 9.0, 7.0), (-1, 0, -7)],
)
def test_values_are_scaled_and_a_slope_of_zero_is_none(tmp_path, slope, intercept, expected):
    path = save(tmp_path / "a.nii", np.full((3, 3, 3), 7, np.int16))
    patched(path, 112, np.array([slope, intercept], "<f4"))
    volume = load(only(path)).volume
    assert volume.voxels[1, 1, 1] == expected
    assert volume.voxels[1, 1, 1] == nibabel.load(path).get_fdata()[1, 1, 1]


def test_nifti_2_is_read(tmp_path):
    nibabel.save(nibabel.Nifti2Image(STORED, np.diag([-1.0, -1, 2, 1])), tmp_path / "a.nii")
    series = only(tmp_path / "a.nii")
    assert series.transfer_syntax == "NIfTI-2"
    np.testing.assert_array_equal(load(series).volume.voxels, STORED.T)


def test_the_sform_comes_before_the_qform_and_the_qform_before_nothing(tmp_path):
    picture = nibabel.Nifti1Image(STORED, None)
    picture.set_sform(np.diag([-1.0, -1, 5, 1]), code=1)
    picture.set_qform(np.diag([-1.0, -1, 2, 1]), code=1)
    nibabel.save(picture, tmp_path / "both.nii")
    assert only(tmp_path / "both.nii").grid.spacing_mm == (5, 1, 1)
    picture.set_sform(None, code=0)
    picture.set_qform(np.diag([-1.0, -1, 2, 1]), code=1)
    nibabel.save(picture, tmp_path / "qform.nii")
    assert only(tmp_path / "qform.nii").grid.spacing_mm == (2, 1, 1)
    picture.set_qform(np.diag([-1.0, -1, 2, 1]), code=0)
    nibabel.save(picture, tmp_path / "none.nii")
    series = only(tmp_path / "none.nii")
    assert series.geometry is None
    assert series.grid.spacing_mm == (2, 1, 1)
    assert "orientation_unknown" in codes(series)


def test_a_singular_sform_gives_way_to_the_qform(tmp_path):
    picture = nibabel.Nifti1Image(STORED, None)
    picture.set_qform(np.diag([-1.0, -1, 2, 1]), code=1)
    nibabel.save(picture, tmp_path / "a.nii")
    series = only(patched(tmp_path / "a.nii", 254, np.int16(1)))
    assert series.geometry.spacing_mm == (2, 1, 1)
    assert "sform_unusable" in codes(series)


def test_a_template_space_is_noted(tmp_path):
    series = only(save(tmp_path / "a.nii", sform_code=4))
    assert "template_space" in codes(series)


@pytest.mark.parametrize(("code", "mm"), [(0, 2.0), (1, 2000.0), (2, 2.0), (3, 0.002)])
def test_lengths_are_millimetres_whatever_the_unit(tmp_path, code, mm):
    affine = np.diag([2.0, 2, 2, 1])
    affine[:3, 3] = 10
    series = only(save(tmp_path / "a.nii", affine=affine, xyzt_units=code))
    assert series.grid.spacing_mm == pytest.approx((mm,) * 3)
    np.testing.assert_allclose(series.geometry.to_lps((0, 0, 0)), np.array([-5, -5, 5]) * mm)


def test_tilted_slices_keep_their_tilt_and_slanted_pixels_are_refused(tmp_path):
    tilted = np.diag([-1.0, -1, 4, 1])
    tilted[1, 2] = 1.5
    series = only(save(tmp_path / "tilted.nii", affine=tilted))
    assert "gantry_tilt" in codes(series)
    assert_in_place(load(series).volume, STORED, RAS_TO_LPS @ tilted)
    slanted = np.diag([-1.0, -1, 4, 1])
    slanted[0, 1] = 0.4
    assert refusal(save(tmp_path / "slanted.nii", affine=slanted)).startswith(
        GeometryError.__name__
    )


def test_times_become_series_of_their_own(tmp_path):
    stored = np.arange(4 * 3 * 5 * 3, dtype=np.int16).reshape(4, 3, 5, 3)
    save(tmp_path / "a.nii.gz", stored)
    series = scan([tmp_path]).series
    assert [s.description for s in series] == [f"a.nii.gz #{n}" for n in (1, 2, 3)]
    assert len({s.key for s in series}) == 3
    for n, one in enumerate(series):
        assert "volumes" in codes(one)
        np.testing.assert_array_equal(load(one).volume.voxels, stored[..., n].T)


def test_no_more_volumes_are_opened_than_a_list_can_show(tmp_path, monkeypatch):
    monkeypatch.setattr(nifti, "MOST_VOLUMES", 2)
    save(tmp_path / "a.nii", np.zeros((2, 2, 2, 5), np.int16))
    assert len(scan([tmp_path]).series) == 2


def test_a_single_picture_is_one_slice(tmp_path):
    series = only(save(tmp_path / "a.nii", STORED[:, :, 0]))
    assert series.shape == (1, 3, 4)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_what_looks_like_a_ct_is_taken_to_be_hu_and_says_so(tmp_path, suffix):
    rng = np.random.default_rng(1)
    ct = np.where(rng.random((16, 16, 8)) < 0.5, -1000, 40).astype(np.int16)
    series = only(save(tmp_path / f"ct{suffix}", ct))
    assert series.unit == "HU"
    assert "hu_assumed" in codes(series)
    assert series.modality == ""
    assert load(series).volume.background == -1024
    for name, values in (("mr", np.abs(ct)), ("score", ct / 3.7), ("air", np.full_like(ct, -1000))):
        other = only(save(tmp_path / f"{name}{suffix}", values))
        assert other.unit == ""
        assert "hu_assumed" not in codes(other)


def test_the_reserved_value_and_what_is_no_number(tmp_path):
    lowest = only(save(tmp_path / "a.nii", np.full((2, 2, 2), -32768, np.int16)))
    assert load(lowest).volume.voxels[0, 0, 0] == PADDING + 1
    values = np.array([np.nan, np.inf, -np.inf, 1], np.float32).reshape(2, 2, 1)
    voxels = load(only(save(tmp_path / "b.nii", values))).volume.voxels
    assert np.isnan(voxels).sum() == 3


@pytest.mark.parametrize("dtype", [np.complex64, [("R", "u1"), ("G", "u1"), ("B", "u1")]])
def test_colour_and_complex_numbers_are_refused(tmp_path, dtype):
    path = tmp_path / "a.nii"
    nibabel.save(nibabel.Nifti1Image(np.zeros((3, 3, 3), dtype), np.eye(4)), path)
    assert refusal(path).startswith(UnsupportedError.__name__)


def test_half_a_pair_of_files_is_refused(tmp_path):
    path = save(tmp_path / "a.nii")
    patched(path, 344, b"ni1")
    assert refusal(path).startswith(UnsupportedError.__name__)


def test_a_huge_claim_is_refused_before_memory_is_taken(tmp_path):
    path = patched(save(tmp_path / "a.nii"), 40, np.array([3, 30000, 30000, 30000], "<i2"))
    assert "ends before its first slice" in refusal(path)
    packed = tmp_path / "b.nii.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    with pytest.raises(UnsupportedError, match="memory"):
        load(only(packed))


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (40, np.int16(9)),  # number of dimensions
        (42, np.int16(-4)),  # columns
        (70, np.int16(999)),  # type
        (0, np.int32(7)),  # size of the header
    ],
)
def test_a_header_that_makes_no_sense_is_refused(tmp_path, offset, value):
    path = patched(save(tmp_path / "a.nii"), offset, value)
    assert refusal(path).startswith(DamagedFileError.__name__)


def test_a_file_that_is_cut_off_shows_what_there_is(tmp_path):
    path = save(tmp_path / "a.nii")
    path.write_bytes(path.read_bytes()[: 352 + 24 * 3 + 5])
    result = load(only(path))
    assert [n.code for n in result.notes] == ["unreadable_slices"]
    np.testing.assert_array_equal(result.volume.voxels[:3], STORED.T[:3])
    assert np.all(result.volume.voxels[3:] == PADDING)
    path.write_bytes(path.read_bytes()[: 352 + 5])
    assert refusal(path).startswith(DamagedFileError.__name__)


def test_a_packed_file_that_is_cut_off_shows_what_there_is(tmp_path):
    rng = np.random.default_rng(0)
    # Larger than the sample that a scan reads.
    stored = rng.integers(0, 30000, (512, 512, 40), dtype=np.int16)
    raw = save(tmp_path / "a.nii", stored).read_bytes()
    (tmp_path / "a.nii").unlink()
    packed = gzip.compress(raw, 1)
    (tmp_path / "a.nii.gz").write_bytes(packed[: len(packed) * 3 // 4])
    result = load(only(tmp_path / "a.nii.gz"))
    assert [n.code for n in result.notes] == ["unreadable_slices"]
    np.testing.assert_array_equal(result.volume.voxels[0], stored.T[0])
