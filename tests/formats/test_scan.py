"""All formats in one folder: DICOM first, the others after, and nothing in each other's way."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

from tests.dicom.synthetic import along_z, save
from tests.formats.test_nifti import STORED
from tests.session.inbox import Inbox
from viewer.dicom.info import describe
from viewer.dicom.load import CancelledError
from viewer.errors import NotDicomError
from viewer.formats.load import load
from viewer.formats.scan import scan
from viewer.formats.thumbnail import thumbnail
from viewer.session.session import Session


def picture(path: Path, shade: int = 100) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((6, 9), shade, np.uint8)).save(path)
    return path


def volume(path: Path) -> Path:
    nibabel.save(nibabel.Nifti1Image(STORED, np.diag([-1.0, -1, 2, 1])), path)
    return path


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A CT with a logo, a mask, a page of several, notes, and one DICOM file named as a picture."""
    folder = save(along_z([0, 2, 4, 6]), tmp_path / "ct")
    picture(folder / "logo 10.png")
    picture(folder / "logo 9.jpg")
    volume(folder / "mask.nii.gz")
    (folder / "notes.txt").write_text("text")
    (folder / "0003.dcm").rename(folder / "0003.png")
    pages = [Image.fromarray(np.full((5, 5), n, np.uint8)) for n in range(9)]
    pages[0].save(folder / "atlas.tif", save_all=True, append_images=pages[1:])
    return folder


def test_other_formats_come_after_the_dicom_series(mixed):
    result = scan([mixed])
    names = [s.description for s in result.series]
    assert names[1:] == ["mask.nii.gz", "atlas.tif", "logo 9.jpg", "logo 10.png"]
    assert result.series[0].shape[0] == 4
    assert [(s.path.name, s.error) for s in result.skipped] == [
        ("notes.txt", NotDicomError.__name__)
    ]
    assert len({s.key for s in result.series}) == 5


def test_a_file_named_twice_is_opened_once(tmp_path):
    path = picture(tmp_path / "a.png")
    assert len(scan([path, tmp_path]).series) == 1


def test_members_of_an_archive_are_read_in_place(tmp_path):
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        members.write(picture(tmp_path / "in" / "a.png", 42), "deep/a.png")
        members.write(volume(tmp_path / "in" / "b.nii.gz"), "deep/b.nii.gz")
        members.write(volume(tmp_path / "in" / "c.nii"), "deep/c.nii")
    packed, plain, shown = scan([archive]).series
    for series in (packed, plain):
        np.testing.assert_array_equal(load(series).volume.voxels, STORED.T)
    assert np.all(load(shown).volume.voxels == 42)


def test_a_search_reports_its_progress_and_can_be_given_up(tmp_path):
    for n in range(3):
        picture(tmp_path / f"{n}.png")
    steps: list[tuple[int, int]] = []
    scan([tmp_path], on_progress=lambda done, total: steps.append((done, total)))
    assert steps[-3:] == [(0, 3), (1, 3), (2, 3)]
    with pytest.raises(CancelledError):
        scan([tmp_path], cancelled=lambda: len(steps) > 0)


def test_reading_can_be_given_up_and_first_shows_the_slice_in_focus(tmp_path):
    (series,) = scan([volume(tmp_path / "a.nii.gz")]).series
    shown = []
    load(series, focus=1, on_progress=lambda p: shown.append((p.done, p.total)))
    assert shown[0] == (2, 5)
    assert shown[-1] == (5, 5)
    with pytest.raises(CancelledError):
        load(series, cancelled=lambda: True)


def test_what_is_said_of_a_file_is_json(mixed):
    entries = json.loads(json.dumps(describe(scan([mixed]))))["series"]
    mask, atlas = entries[1], entries[2]
    assert mask["affine_lps"] == np.diag([1.0, 1, 2, 1]).tolist()
    assert mask["transfer_syntax"] == "NIfTI-1"
    assert atlas["affine_lps"] is None
    assert atlas["length_unit"] == "px"


def test_thumbnails_show_the_middle_slice_of_every_format(mixed):
    for series in scan([mixed]).series:
        small = thumbnail(series, 12)
        assert small.dtype == np.uint8
        assert max(small.shape[:2]) == 12


def test_the_window_never_opens_first_what_lies_beside_a_ct(mixed):
    inbox = Inbox()
    session = Session(inbox)
    try:
        session.open([mixed])
        inbox.until(lambda: session.is_complete)
        assert session.active.modality == "CT"
        mask = session.library.series[1]
        session.activate(mask)
        inbox.until(lambda: session.is_complete)
        np.testing.assert_array_equal(session.display.volume.voxels, STORED.T)
        assert session.is_in_patient_space
        session.activate(session.library.series[-1])
        inbox.until(lambda: session.is_complete)
        assert not session.is_in_patient_space
    finally:
        session.shutdown()
