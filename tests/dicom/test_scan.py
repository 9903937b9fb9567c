"""Folders of all sorts: what is no image is left out, with a reason, and nothing else is."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from tests.dicom.synthetic import along_z, codes, image, save, save_file
from viewer.dicom.info import describe
from viewer.dicom.load import CancelledError, load
from viewer.dicom.scan import scan
from viewer.errors import DamagedFileError, NotDicomError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save(along_z([0, 2, 4, 6]), tmp_path / "series")


def test_bad_files_are_left_out_with_a_reason_and_the_rest_opens(folder: Path) -> None:
    (folder / "notes.txt").write_text("not an image")
    (folder / "empty.dcm").touch()
    third = folder / "0002.dcm"
    third.write_bytes(third.read_bytes()[:-50])
    result = scan([folder])
    assert {s.path.name: s.error for s in result.skipped} == {
        "notes.txt": NotDicomError.__name__,
        "empty.dcm": NotDicomError.__name__,
        "0002.dcm": DamagedFileError.__name__,
    }
    assert "empty" in result.skipped[1].message
    assert "cut off" in result.skipped[0].message
    (series,) = result.series
    assert len(series.slices) == 3
    assert series.shape[0] == 4
    assert series.interpolated == (2,)
    assert "missing_slices" in codes(series)


def test_folders_are_searched_to_the_bottom_and_files_need_no_extension(tmp_path: Path) -> None:
    for number, item in enumerate(along_z([0, 2, 4])):
        deep = tmp_path / "DICOM" / f"PAT{number}" / "体 é Ж"
        deep.mkdir(parents=True)
        save_file(item, deep / f"IM{number}")
    (series,) = scan([tmp_path]).series
    assert series.shape[0] == 3
    assert load(series).volume.voxels[:, 0, 0].tolist() == [1, 2, 3]


def test_files_named_one_by_one_are_used_once(folder: Path) -> None:
    files = sorted(folder.iterdir())
    (series,) = scan([*files[:3], files[0]]).series
    assert len(series.slices) == 3
    assert "copies" not in codes(series)


def test_a_file_without_preamble_is_read(tmp_path: Path) -> None:
    path = save_file(image(), tmp_path / "a.dcm")
    path.write_bytes(path.read_bytes()[132:])
    assert len(scan([tmp_path]).series) == 1


def test_a_zip_archive_is_read_in_place(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "series.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        for file in folder.iterdir():
            members.write(file, f"inside/{file.name}")
    before = set(tmp_path.rglob("*"))
    (series,) = scan([archive]).series
    assert load(series).volume.voxels[:, 0, 0].tolist() == [1, 2, 3, 4]
    assert series.slices[0].path == archive / "inside" / "0000.dcm"
    assert set(tmp_path.rglob("*")) == before


def test_a_damaged_archive_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 nonsense")
    (skipped,) = scan([tmp_path]).skipped
    assert skipped.error == DamagedFileError.__name__


def test_a_damaged_member_of_an_archive_is_left_out(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "series.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        for file in sorted(folder.iterdir()):
            members.write(file, file.name)
        start = members.getinfo("0003.dcm").header_offset
    data = bytearray(archive.read_bytes())
    data[start + 60 : start + 120] = bytes(60)
    archive.write_bytes(data)
    result = scan([archive])
    assert [s.path.name for s in result.skipped] == ["0003.dcm"]
    assert result.skipped[0].error == DamagedFileError.__name__
    assert len(result.series[0].slices) == 3


def test_a_header_without_an_image_is_left_out(tmp_path: Path) -> None:
    item = image()
    del item.PixelData
    save_file(item, tmp_path / "a.dcm")
    (skipped,) = scan([tmp_path]).skipped
    assert skipped.error == DamagedFileError.__name__


def test_a_dicomdir_opens_the_folder_that_it_lies_in(folder: Path) -> None:
    index = Path(str(get_testdata_file("DICOMDIR")))
    shutil.copy(index, folder / "DICOMDIR")
    result = scan([folder / "DICOMDIR"])
    assert result.series[0].shape[0] == 4
    assert [(s.path.name, s.error) for s in result.skipped] == [("DICOMDIR", "UnsupportedError")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file_is_left_out_and_does_not_block(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    result = scan([folder])
    assert [s.path.name for s in result.skipped] == ["pipe"]


def test_a_missing_path_is_left_out(tmp_path: Path) -> None:
    (skipped,) = scan([tmp_path / "nowhere"]).skipped
    assert skipped.error == "FileNotFoundError"


def test_the_order_does_not_depend_on_the_file_names(tmp_path: Path) -> None:
    one = along_z([0, 2])
    two = along_z([0, 2, 4], SeriesInstanceUID="1.2.9", SeriesNumber=0)
    first = scan([save([*one, *two], tmp_path / "a")])
    second = scan([save([*two[::-1], *one[::-1]], tmp_path / "b")])
    assert [s.key for s in first.series] == [s.key for s in second.series]
    assert [s.number for s in first.series] == [0, 1]


def test_progress_goes_from_none_to_all(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    scan([folder], on_progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 4)
    assert seen[-1] == (4, 4)


def test_a_search_can_be_cancelled(folder: Path) -> None:
    with pytest.raises(CancelledError):
        scan([folder], cancelled=lambda: True)


def test_patient_names_are_decoded(tmp_path: Path) -> None:
    names = {"ISO_IR 192": "王^小东", "ISO_IR 100": "Müller^Jörg", "GB18030": "王^小东"}
    for number, (character_set, name) in enumerate(names.items()):
        item = image(SpecificCharacterSet=character_set, SeriesInstanceUID=f"1.2.{number}")
        item.PatientName, item.SeriesNumber = name, number
        save_file(item, tmp_path / f"{number}.dcm")
    found = [s.study.patient_name for s in scan([tmp_path]).series]
    assert found == list(names.values())


def test_a_name_whose_character_set_is_not_declared_is_still_readable(tmp_path: Path) -> None:
    item = image(SpecificCharacterSet="ISO_IR 192")
    item.PatientName = "Müller^Jörg"
    path = save_file(item, tmp_path / "a.dcm")
    path.write_bytes(path.read_bytes().replace(b"ISO_IR 192", b"ISO_IR 6  "))
    (series,) = scan([path]).series
    assert series.study.patient_name == "Müller^Jörg"


def test_description_for_json_has_the_geometry_and_the_report(folder: Path) -> None:
    (folder / "notes.txt").write_text("not an image")
    described = describe(scan([folder]))
    (series,) = described["series"]
    assert series["shape"] == [4, 8, 10]
    assert series["spacing_mm"] == pytest.approx([2, 0.8, 0.7])
    assert series["affine_lps"][2] == pytest.approx([0, 0, 2, 0])
    assert series["transfer_syntax"] == "Explicit VR Little Endian"
    assert described["skipped"][0]["error"] == "NotDicomError"
