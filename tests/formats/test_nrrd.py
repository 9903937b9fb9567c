"""NRRD against pynrrd's and SimpleITK's own files: each voxel at its place, with its value."""

from __future__ import annotations

import zipfile
from pathlib import Path

import nrrd
import numpy as np
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings

from tests.formats.affines import rectangular
from tests.formats.test_nifti import STORED, assert_in_place, codes, only, refusal
from viewer.errors import DamagedFileError, UnsupportedError
from viewer.formats.load import load
from viewer.formats.scan import scan

LPS = {
    "space": "left-posterior-superior",
    "space directions": np.eye(3),
    "space origin": np.zeros(3),
}


def save(path: Path, stored=STORED, **options) -> Path:
    header = {**LPS, **options.pop("header", {})}
    nrrd.write(str(path), stored, {k: v for k, v in header.items() if v is not None}, **options)
    return path


def rewritten(path: Path, old: bytes, new: bytes) -> Path:
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new, 1))
    return path


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(affine=rectangular())
def test_each_voxel_lies_where_simpleitk_puts_it(tmp_path, affine):
    path = tmp_path / "a.nrrd"
    picture = SimpleITK.GetImageFromArray(STORED.T.copy())
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    picture.SetSpacing(spacing.tolist())
    picture.SetDirection((affine[:3, :3] / spacing).reshape(-1).tolist())
    picture.SetOrigin(affine[:3, 3].tolist())
    SimpleITK.WriteImage(picture, str(path))
    volume = load(only(path)).volume
    assert_in_place(volume, STORED, affine)
    assert np.linalg.det(volume.geometry.affine[:3, :3]) > 0


@pytest.mark.parametrize(
    ("space", "signs"),
    [
        ("left-posterior-superior", (1, 1, 1)),
        ("LPS", (1, 1, 1)),
        ("right-anterior-superior", (-1, -1, 1)),
        ("RAS", (-1, -1, 1)),
        ("left-anterior-superior", (1, -1, 1)),
        ("LAS", (1, -1, 1)),
        ("right-posterior-inferior", (-1, 1, -1)),
    ],
)
def test_the_named_space_becomes_lps(tmp_path, space, signs):
    directions = np.diag([2.0, 3, 4])
    path = save(
        tmp_path / "a.nrrd",
        header={"space directions": directions, "space origin": [10, 20, 30]},
    )
    rewritten(path, b"left-posterior-superior", space.encode())
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = directions, (10, 20, 30)
    affine = np.diag([*signs, 1.0]) @ affine
    assert_in_place(load(only(path)).volume, STORED, affine)


def test_axes_of_the_space_may_come_in_any_order(tmp_path):
    path = rewritten(save(tmp_path / "a.nrrd"), b"left-posterior-superior", b"SPL")
    swap = np.eye(4)[[2, 1, 0, 3]]
    assert_in_place(load(only(path)).volume, STORED, swap)


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2", "ascii"])
@pytest.mark.parametrize("dtype", ["<i2", ">i2", "u1", ">f4", "<u2", "i4"])
def test_encodings_types_and_byte_orders_give_the_values(tmp_path, encoding, dtype):
    stored = (np.arange(60).reshape(4, 3, 5) * 3).astype(dtype)
    path = save(tmp_path / "a.nrrd", stored, header={"encoding": encoding})
    np.testing.assert_array_equal(load(only(path)).volume.voxels, stored.T)


def test_values_may_be_written_as_hexadecimal_digits(tmp_path):
    path = save(tmp_path / "a.nrrd", header={"encoding": "raw"})
    head, _, values = (
        rewritten(path, b"encoding: raw", b"encoding: hex").read_bytes().partition(b"\n\n")
    )
    path.write_bytes(head + b"\n\n" + values.hex(" ", 2).encode())
    np.testing.assert_array_equal(load(only(path)).volume.voxels, STORED.T)


@pytest.mark.parametrize("encoding", ["raw", "gzip"])
def test_a_detached_header_finds_its_values_beside_it(tmp_path, encoding):
    save(tmp_path / "a.nhdr", header={"encoding": encoding})
    assert len(list(tmp_path.iterdir())) == 2
    series = only(tmp_path)
    assert series.description == "a.nhdr"
    np.testing.assert_array_equal(load(series).volume.voxels, STORED.T)


def test_a_detached_header_in_an_archive_finds_its_values(tmp_path):
    save(tmp_path / "a.nhdr")
    archive = tmp_path / "both.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        for file in tmp_path.glob("a.*"):
            members.write(file, f"inside/{file.name}")
    np.testing.assert_array_equal(load(only(archive)).volume.voxels, STORED.T)


@pytest.mark.parametrize(
    "name",
    ["../secret.raw", "/etc/hostname", "..", "sub/a.raw", "C:\\a.raw", "LIST", "a%03d.raw 1 3 1"],
)
def test_values_elsewhere_than_beside_the_header_are_refused(tmp_path, name):
    save(tmp_path / "a.nhdr", header={"encoding": "raw"})
    rewritten(tmp_path / "a.nhdr", b"data file: a.raw", f"data file: {name}".encode())
    assert refusal(tmp_path / "a.nhdr").startswith(UnsupportedError.__name__)


def test_values_that_are_not_there_are_missed(tmp_path):
    save(tmp_path / "a.nhdr", header={"encoding": "raw"})
    (tmp_path / "a.raw").unlink()
    assert "is not there" in refusal(tmp_path / "a.nhdr")


@pytest.mark.parametrize("skip", ["byte skip: 7", "byte skip: -1", "line skip: 2"])
def test_what_comes_before_the_values_is_skipped(tmp_path, skip):
    save(tmp_path / "a.nhdr", header={"encoding": "raw"})
    before = b"one\ntwo\n" if skip.startswith("line") else b"7 bytes"
    values = tmp_path / "a.raw"
    values.write_bytes(before + values.read_bytes())
    rewritten(tmp_path / "a.nhdr", b"data file:", skip.encode() + b"\ndata file:")
    np.testing.assert_array_equal(load(only(tmp_path)).volume.voxels, STORED.T)


def test_an_unknown_space_names_no_side_but_keeps_the_sizes(tmp_path):
    plain = save(
        tmp_path / "a.nrrd",
        header={**dict.fromkeys(LPS), "spacings": [0.5, 0.7, 3.0], "units": ["mm", "mm", "mm"]},
    )
    scanner = rewritten(save(tmp_path / "b.nrrd"), b"left-posterior-superior", b"scanner-xyz")
    for path, spacing in ((plain, (3, 0.7, 0.5)), (scanner, (1, 1, 1))):
        series = only(path)
        assert series.geometry is None
        assert series.grid.spacing_mm == pytest.approx(spacing)
        assert "orientation_unknown" in codes(series)


def test_lengths_in_other_units_become_millimetres(tmp_path):
    series = only(save(tmp_path / "a.nrrd", header={"space units": ["cm", "cm", "cm"]}))
    assert series.geometry.spacing_mm == (10, 10, 10)


def test_a_missing_origin_is_noted(tmp_path):
    series = only(save(tmp_path / "a.nrrd", header={"space origin": None}))
    assert "no_origin" in codes(series)


@pytest.mark.parametrize("first", [True, False])
def test_components_and_times_become_series_of_their_own(tmp_path, first):
    stored = np.arange(4 * 3 * 5 * 2, dtype=np.int16)
    nothing = [[np.nan] * 3]
    eye = np.eye(3).tolist()
    stored = stored.reshape((2, 4, 3, 5) if first else (4, 3, 5, 2))
    kinds = ["vector", *["domain"] * 3] if first else [*["domain"] * 3, "list"]
    save(
        tmp_path / "a.nrrd",
        stored,
        header={
            "kinds": kinds,
            "space directions": np.array(nothing + eye if first else eye + nothing),
        },
    )
    series = scan([tmp_path]).series
    assert len(series) == 2
    for n, one in enumerate(series):
        expected = stored[n] if first else stored[..., n]
        np.testing.assert_array_equal(load(one).volume.voxels, expected.T)


def test_what_is_cut_off_shows_what_there_is_or_says_why_not(tmp_path):
    path = save(tmp_path / "a.nrrd", header={"encoding": "raw"})
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    result = load(only(path))
    assert [n.code for n in result.notes] == ["unreadable_slices"]
    np.testing.assert_array_equal(result.volume.voxels[:3], STORED.T[:3])
    path.write_bytes(whole[:-119])
    assert refusal(path).startswith(DamagedFileError.__name__)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"sizes: 4 3 5", b"sizes: 4 -3 5"),
        (b"sizes: 4 3 5", b"sizes: 4 3"),
        (b"endian: little", b"endian: middle"),
        (b"type: int16\n", b""),
        (b"NRRD0005", b"NRRD9999"),
    ],
)
def test_a_header_that_makes_no_sense_is_refused(tmp_path, old, new):
    path = rewritten(save(tmp_path / "a.nrrd"), old, new)
    assert refusal(path).startswith(DamagedFileError.__name__)


@pytest.mark.parametrize(
    ("old", "new"), [(b"type: int16", b"type: block"), (b"encoding: gzip", b"encoding: lzma")]
)
def test_what_is_not_known_is_refused(tmp_path, old, new):
    path = rewritten(save(tmp_path / "a.nrrd"), old, new)
    assert refusal(path).startswith(UnsupportedError.__name__)
