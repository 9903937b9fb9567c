"""The report of a series: what it consists of, what was found in it, what was assumed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from tests.dicom.synthetic import along_z, codes, image, only_series, save_file
from viewer.dicom.facts import facts
from viewer.dicom.info import describe
from viewer.dicom.load import load
from viewer.dicom.report import Severity
from viewer.dicom.scan import scan
from viewer.dicom.series import Series


def fact(series: Series, code: str) -> str:
    return next(note.message for note in facts(series) if note.code == code)


def message(series: Series, code: str) -> str:
    return next(note.message for note in series.report if note.code == code)


def test_slices_and_spacing_are_told_in_figures(tmp_path: Path) -> None:
    series = only_series(along_z([0, 2, 4.01, 6]), tmp_path)
    assert fact(series, "slices") == "4 images of 4 files are used."
    assert fact(series, "spacing") == (
        "The slices lie 2.000 mm apart (median); the largest deviation is 0.010 mm."
    )


def test_windows_are_told_with_their_function(tmp_path: Path) -> None:
    windows = {
        "WindowCenter": [40, -600],
        "WindowWidth": [400, 1500],
        "WindowCenterWidthExplanation": ["SOFT", "LUNG"],
        "VOILUTFunction": "SIGMOID",
    }
    series = only_series([image(**windows)], tmp_path)
    assert fact(series, "windows") == (
        "Windows: SOFT W 400 L 40 (SIGMOID); LUNG W 1500 L -600 (SIGMOID)."
    )
    without = only_series([image()], tmp_path / "without")
    assert fact(without, "windows") == "There is no window; one is made from the values."


@pytest.mark.parametrize(
    ("syntax", "library"),
    [
        (ExplicitVRLittleEndian, "numpy"),
        (RLELossless, "imagecodecs"),
        (JPEGLosslessSV1, "libjpeg"),
        (JPEGLSLossless, "charls"),
        (JPEG2000Lossless, "openjpeg"),
    ],
)
def test_the_encoding_is_told_with_the_library_that_decodes_it(
    tmp_path: Path, syntax: str, library: str
) -> None:
    data = image()
    if syntax != ExplicitVRLittleEndian:
        data.PixelData = encapsulate([b"\x00\x01"])
    save_file(data, tmp_path / "a.dcm", syntax)
    (series,) = scan([tmp_path]).series
    assert series.transfer_syntax in fact(series, "encoding")
    assert library in fact(series, "encoding")


def test_json_holds_facts_and_notes_with_the_same_four_keys(tmp_path: Path) -> None:
    only_series(along_z([0, 2, 6, 8]), tmp_path)
    report = describe(scan([tmp_path]))["series"][0]["report"]
    assert {"slices", "spacing", "windows", "encoding", "missing_slices"} <= {
        entry["code"] for entry in report
    }
    for entry in report:
        assert set(entry) == {"code", "severity", "message", "files"}
        assert entry["severity"] in set(Severity)
        assert entry["message"][0].isupper() or entry["message"][0].isdigit()
        assert entry["message"].endswith(".")


def test_a_gap_is_told_in_millimetres_and_by_the_image_before_it(tmp_path: Path) -> None:
    text = message(only_series(along_z([0, 2, 6, 8]), tmp_path), "missing_slices")
    assert "from 2.0 to 6.0 mm, after image 2" in text


@pytest.mark.parametrize(
    ("missing", "assumed"),
    [
        ("PhotometricInterpretation", "Photometric Interpretation: MONOCHROME2"),
        ("PixelRepresentation", "Pixel Representation: unsigned"),
        ("BitsStored", "Bits Stored: all that are allocated"),
    ],
)
def test_what_is_taken_for_a_missing_attribute_is_said(
    tmp_path: Path, missing: str, assumed: str
) -> None:
    data = image(**{missing: None})
    assert assumed in message(only_series([data], tmp_path), "assumed")


@pytest.mark.filterwarnings("ignore")
def test_a_missing_transfer_syntax_is_noted_with_what_was_read(tmp_path: Path) -> None:
    path = save_file(image(), tmp_path / "a.dcm")
    whole = path.read_bytes()
    start = whole.index(b"\x08\x00\x16\x00UI")
    path.write_bytes(whole[start:])
    (series,) = scan([path]).series
    assert "Explicit VR Little Endian" in message(series, "transfer_syntax")


def test_loss_is_known_from_the_encoding_even_where_the_flag_is_missing(tmp_path: Path) -> None:
    data = image(np.zeros((8, 8), np.uint8))
    data.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
    save_file(data, tmp_path / "a.dcm", JPEGBaseline8Bit)
    (series,) = scan([tmp_path]).series
    assert "lossy" in codes(series)


def test_the_ratio_of_a_lossy_compression_is_told(tmp_path: Path) -> None:
    data = image(LossyImageCompression="01", LossyImageCompressionRatio=12)
    assert "to a 12th of their size" in message(only_series([data], tmp_path), "lossy")


@pytest.mark.parametrize(
    ("values", "representation", "believed"),
    [
        (np.int16, 0, "signed values where the header says unsigned. The code stream"),
        (np.uint16, 1, "unsigned values where the header says signed. The header"),
        (np.int16, 1, ""),
        (np.uint16, 0, ""),
    ],
)
def test_a_code_stream_of_another_sign_than_the_header_is_noted(
    tmp_path: Path, values: type, representation: int, believed: str
) -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    stored = np.arange(64, dtype=values).reshape(8, 8)
    data = image(stored, PixelRepresentation=representation)
    stream = imagecodecs.jpeg2k_encode(stored, reversible=True, codecformat="J2K")
    data.PixelData = encapsulate([stream])
    save_file(data, tmp_path / "a.dcm", JPEG2000Lossless)
    (series,) = scan([tmp_path]).series
    result = load(series)
    assert np.array_equal(result.volume.voxels[0], stored)
    notes = [note.message for note in result.notes if note.code == "sign_contradiction"]
    assert len(notes) == bool(believed)
    assert all(believed in note for note in notes)
