"""All attributes of files as text, side by side."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from tests.dicom.synthetic import along_z, image, item, save, save_file
from viewer.dicom.attributes import AttributeTable, Reading, read_attributes
from viewer.dicom.source import Source
from viewer.errors import DamagedFileError


def read(dataset: Dataset, tmp_path: Path) -> Reading:
    return read_attributes(Source(save_file(dataset, tmp_path / "a.dcm")))


def test_every_attribute_of_a_file_is_listed_as_pydicom_reads_it(tmp_path: Path) -> None:
    found = read(image(), tmp_path)
    dataset = pydicom.dcmread(tmp_path / "a.dcm", stop_before_pixels=True)
    top = {place[0] for place in found if len(place) == 1}
    assert top == {int(tag) for tag in (*dataset.file_meta.keys(), *dataset.keys())}
    attribute, text = found[(0x00100010,)]
    assert (attribute.tag, attribute.name, attribute.vr) == ("(0010,0010)", "PatientName", "PN")
    assert text == str(dataset.PatientName)
    assert found[(0x00280010,)][1] == str(dataset.Rows)
    assert "CT Image Storage" in found[(0x00080016,)][1]
    assert 0x7FE00010 not in top


def test_sequences_are_followed_to_their_items(tmp_path: Path) -> None:
    inner = item(CodeValue="113100", CodingSchemeDesignator="DCM")
    found = read(
        image(SourceImageSequence=[item(PurposeOfReferenceCodeSequence=[inner, inner]), item()]),
        tmp_path,
    )
    sequence = 0x00082112
    assert found[(sequence,)][1] == "2 items"
    assert found[(sequence, 1)][0].name == "Item 1"
    assert found[(sequence, 1, 0x0040A170)][1] == "2 items"
    assert found[(sequence, 1, 0x0040A170, 2, 0x00080100)][1] == "113100"


def test_private_attributes_are_named_where_they_are_known(tmp_path: Path) -> None:
    one = image()
    one.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x24, "DS", "47.2")
    one.private_block(0x0029, "NOBODY KNOWS", create=True).add_new(0x01, "OB", bytes(range(40)))
    found = read(one, tmp_path)
    attribute, text = found[(0x00191024,)]
    assert attribute.is_private
    assert attribute.name == "[Mid Scan Time [sec]]"
    assert text == "47.2"
    assert found[(0x00190010,)][0].name == "[Private Creator]"
    attribute, text = found[(0x00291001,)]
    assert attribute.name == "[Private]"
    assert text == "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f… (40 bytes)"
    assert not found[(0x00100010,)][0].is_private


def test_long_values_are_cut_and_say_how_long_they_are(tmp_path: Path) -> None:
    found = read(
        image(WindowCenter=[str(n) for n in range(500)], ImageComments="x" * 9000), tmp_path
    )
    assert found[(0x00281050,)][1].endswith("… (500 values)")
    assert len(found[(0x00204000,)][1]) < 2100


def changed(dataset: Dataset, before: bytes, after: bytes, tmp_path: Path) -> Reading:
    """What is read once bytes of the file have been replaced by as many others."""
    path = save_file(dataset, tmp_path / "a.dcm")
    content = path.read_bytes()
    assert content.count(before) == 1
    assert len(before) == len(after)
    path.write_bytes(content.replace(before, after))
    return read_attributes(Source(path))


def test_a_value_that_breaks_the_rules_is_shown_as_it_is(tmp_path: Path) -> None:
    number = b"\x20\x00\x13\x00IS\x02\x00"
    found = changed(image(InstanceNumber=7), number + b"7 ", number + b"x ", tmp_path)
    assert found[(0x00200013,)][1] == "x"


def test_a_value_that_cannot_be_read_says_so_and_hides_no_other(tmp_path: Path) -> None:
    one = image()
    one.add_new(0x00189087, "FL", 1.0)
    tag = b"\x18\x00\x87\x90"
    found = changed(one, tag + b"FL", tag + b"FD", tmp_path)
    attribute, text = found[(0x00189087,)]
    assert attribute.name == "DiffusionBValue"
    assert "cannot be read" in text
    assert found[(0x00280010,)][1] == "8"


def test_what_is_no_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError):
        read_attributes(Source(tmp_path / "gone.dcm"))


def test_a_file_in_an_archive_is_read_in_place(tmp_path: Path) -> None:
    plain = read(image(), tmp_path)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.dcm", "deep/a.dcm")
    assert read_attributes(Source(tmp_path / "a.zip", "deep/a.dcm")) == plain


def test_files_are_compared_place_by_place(tmp_path: Path) -> None:
    files = along_z([0, 1, 2])
    files[1].ImageComments = "only here"
    save(files, tmp_path)
    sources = [Source(path) for path in sorted(tmp_path.iterdir())]
    table = AttributeTable(sources)
    for number, source in enumerate(sources):
        table.add(number, read_attributes(source))
    assert table.distinct((0x00080060,)) == 1  # Modality
    assert table.distinct((0x00200032,)) == 3  # Image Position (Patient)
    positions = [float(v.split("\\")[2]) for v in table.values((0x00200032,)) if v]
    np.testing.assert_allclose(positions, [0, 1, 2])
    assert table.values((0x00204000,)) == (None, "only here", None)
    assert table.distinct((0x00204000,)) == 2
    assert table.value((0x00204000,), 1) == "only here"
    assert list(table.places) == sorted(table.places)
    assert table.places[0][0] >> 16 == 2  # file meta information comes first


def test_every_odd_file_can_be_listed(shared_data: Path) -> None:
    archive = shared_data / "robustness.zip"
    with zipfile.ZipFile(archive) as members:
        names = [n for n in members.namelist() if n.endswith(".dcm")]
    listed = 0
    for name in names:
        with contextlib.suppress(DamagedFileError):
            listed += bool(read_attributes(Source(archive, name)))
    assert listed > 100
