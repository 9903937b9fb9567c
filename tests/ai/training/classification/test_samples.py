from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from ai.classification.preparation import Preparation
from ai.training.classification.pictures import PictureError, decode
from ai.training.classification.samples import DataError, classes_of, load, open_source

GREY = np.linspace(0, 255, 48 * 64).reshape(48, 64).astype(np.uint8)
SMALL = Preparation(side=16)


def png(values: np.ndarray = GREY) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG")
    return buffer.getvalue()


def radiograph(photometric: str, patient: str = "") -> bytes:
    dataset = pydicom.Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = generate_uid()
    dataset.PatientID = patient
    dataset.Rows, dataset.Columns = GREY.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = photometric
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    stored = 255 - GREY if photometric == "MONOCHROME1" else GREY
    dataset.PixelData = stored.tobytes()
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def write_folder(folder: Path) -> Path:
    for name in ("NORMAL/a1_0.png", "NORMAL/a2_0.png", "PNEUMONIA/b1_0.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png())
    (folder / "NORMAL/.DS_Store").write_bytes(b"")
    (folder / "readme.txt").write_text("not a picture")
    return folder


def test_folders_are_classes_and_names_give_patients(tmp_path: Path):
    source = open_source(write_folder(tmp_path), r"^([ab]\d)_")
    assert [(s.label, s.patient) for s in source.samples] == [
        ("NORMAL", "a1"),
        ("NORMAL", "a2"),
        ("PNEUMONIA", "b1"),
    ]
    assert classes_of(source) == ("NORMAL", "PNEUMONIA")


def test_a_zip_reads_like_the_folder_it_holds(tmp_path: Path):
    folder = write_folder(tmp_path / "set")
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path in folder.rglob("*"):
            archive.write(path, path.relative_to(tmp_path))
    from_zip = load(open_source(tmp_path / "set.zip"), ("normal", "pneumonia"), SMALL)
    from_folder = load(open_source(folder), ("normal", "pneumonia"), SMALL)
    assert np.array_equal(from_zip.pixels, from_folder.pixels)
    assert from_zip.labels.tolist() == from_folder.labels.tolist() == [0, 0, 1]


def test_the_index_of_a_zip_names_classes_and_patients(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("virus/x.png", png())
        archive.writestr("index.csv", "file,class,patient\nvirus/x.png,virus,P7\n")
    (sample,) = open_source(tmp_path / "set.zip").samples
    assert (sample.label, sample.patient) == ("virus", "P7")


def test_a_table_of_dicom_and_png_paths_is_read_beside_it(tmp_path: Path):
    (tmp_path / "one.dcm").write_bytes(radiograph("MONOCHROME2"))
    (tmp_path / "two.png").write_bytes(png())
    (tmp_path / "list.csv").write_text("path,label\none.dcm,sick\ntwo.png,well\n")
    prints = load(open_source(tmp_path / "list.csv"), ("well", "sick"), SMALL)
    assert prints.labels.tolist() == [1, 0]
    assert np.array_equal(prints.pixels[0], prints.pixels[1])


def test_a_dicom_file_says_whose_picture_it_is_unless_the_table_does(tmp_path: Path):
    for name, patient in (("a", "P1"), ("b", "P1"), ("c", ""), ("d", "P2")):
        (tmp_path / f"{name}.dcm").write_bytes(radiograph("MONOCHROME2", patient))
    (tmp_path / "index.csv").write_text(
        "path,label,patient\na.dcm,x,\nb.dcm,y,\nc.dcm,x,\nd.dcm,y,somebody\n"
    )
    found = load(open_source(tmp_path / "index.csv"), ("x", "y"), SMALL)
    assert found.patients.tolist() == ["P1", "P1", "c.dcm", "somebody"]


def test_monochrome1_is_turned_so_that_dense_is_bright():
    same = decode(radiograph("MONOCHROME2"), "a.dcm")
    assert np.array_equal(decode(radiograph("MONOCHROME1"), "a.dcm"), same)


def test_broken_files_are_left_out_by_name_and_the_rest_is_read(tmp_path: Path):
    write_folder(tmp_path)
    (tmp_path / "NORMAL/a2_0.png").write_bytes(png()[:100])
    prints = load(open_source(tmp_path), ("normal", "pneumonia"), SMALL)
    assert len(prints) == 2
    assert len(prints.skipped) == 1
    assert "a2_0.png" in prints.skipped[0]


def test_what_is_no_picture_is_refused_with_its_name():
    with pytest.raises(PictureError, match=r"letter\.png"):
        decode(b"Dear radiologist,", "letter.png")


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_nothing_to_learn_from_is_an_error_that_names_the_place(tmp_path: Path, name: str):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=name):
        open_source(tmp_path / name)
