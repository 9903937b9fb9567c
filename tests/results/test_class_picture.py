"""The picture of a classification: the image beside itself under the heatmap."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from ai.findings import Heatmap
from tests.dicom.phantoms import marker_series
from tests.results.objects import result
from tests.results.test_objects import as_radiograph
from tests.results.test_results import coloured
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.formats.load import load as load_any
from viewer.formats.scan import scan as scan_any
from viewer.imaging.geometry import Geometry
from viewer.imaging.voi import Window
from viewer.imaging.volume import Volume
from viewer.results import write_result
from viewer.results.caption import HEIGHT
from viewer.results.class_picture import draw_classification

CLASSES = {"normal": 0.25, "pneumonia": 0.75}
FULL = Window(500, 1000)


def radiograph(affine: np.ndarray | None = None, rows: int = 128, columns: int = 64) -> Volume:
    """Dark but for a bright quarter at the top right."""
    pixels = np.zeros((1, rows, columns), np.int16)
    pixels[0, : rows // 2, columns // 2 :] = 1000
    return Volume(pixels, Geometry(np.eye(4) if affine is None else affine, pixels.shape))


def heated(volume: Volume):
    """A result whose evidence is a spot at the bottom left, on a grid of its own."""
    rows, columns = (side // 2 for side in volume.geometry.shape[1:])
    evidence = np.zeros((1, rows, columns), np.float32)
    evidence[0, rows * 5 // 8 : rows * 7 // 8, columns // 8 : columns * 3 // 8] = 1
    coarse = np.diag([2.0, 2, 1, 1])
    coarse[:2, 3] = 0.5
    heatmap = Heatmap(evidence, volume.geometry.affine @ coarse, "Evidence")
    return replace(result("1.2.3", classes=CLASSES), heatmap=heatmap)


def halves(picture: Image.Image) -> tuple[np.ndarray, np.ndarray]:
    pixels = np.asarray(picture).astype(int)[:-HEIGHT]
    width = (pixels.shape[1] - 6) // 2
    return pixels[:, :width], pixels[:, -width:]


#: As a radiograph lies in the patient who stands: columns to the left, rows down.
CORONAL = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])


@pytest.mark.parametrize("affine", [None, CORONAL], ids=["no place", "coronal"])
def test_evidence_is_laid_over_the_second_of_two_pictures(affine):
    volume = radiograph(affine)
    plain, under = halves(draw_classification(heated(volume), volume, FULL))
    rows, columns, _ = plain.shape
    assert (rows, columns) == (640, 320)
    assert len(coloured(plain)) == 0
    np.testing.assert_array_equal(plain[10, -10], 255)
    np.testing.assert_array_equal(plain[-10, 10], 0)
    spots = coloured(under)
    np.testing.assert_allclose(spots.mean(axis=0), (rows * 3 / 4, columns / 4), atol=4)


def test_an_inverted_picture_is_dark_where_values_are_high():
    volume = radiograph()
    plain, _ = halves(draw_classification(heated(volume), volume, FULL, inverted=True))
    np.testing.assert_array_equal(plain[10, -10], 0)
    np.testing.assert_array_equal(plain[-10, 10], 255)


def test_pixels_that_are_not_square_keep_their_proportions():
    volume = radiograph(np.diag([2.0, 0.5, 1, 1]))
    picture = draw_classification(result("1.2.3", classes=CLASSES), volume, FULL)
    assert (picture.width, picture.height - HEIGHT) == (640, 320)


def test_a_radiograph_is_drawn_as_it_opens(case_folder: Path, tmp_path: Path):
    (series,) = scan([case_folder]).series
    volume = load(series).volume
    written = write_result(
        result(series.series_uid, classes=CLASSES), volume, tmp_path / "out", series=series
    )
    with Image.open(written.folder / "classes.png") as picture:
        corner = picture.getpixel((2, 2))
    window, low = series.first_voi, float(volume.voxels[0, 0, 0])
    # MONOCHROME1, LINEAR (PS3.3 C.11.2.1.2.1): low values are bright.
    grey = 255 * (0.5 - (low - window.center + 0.5) / (window.width - 1))
    assert corner == pytest.approx((grey,) * 3, abs=1)
    assert corner > (128,) * 3


@pytest.fixture
def case_folder(tmp_path: Path) -> Path:
    truth = marker_series(tmp_path / "ct")
    picture = as_radiograph(pydicom.dcmread(truth.paths[len(truth.paths) // 2]))
    picture.PhotometricInterpretation = "MONOCHROME1"
    picture.WindowCenter, picture.WindowWidth = 100, 400
    folder = tmp_path / "cr"
    folder.mkdir()
    picture.save_as(folder / "cr.dcm")
    return folder


def test_a_picture_that_is_no_dicom_says_why_there_are_no_dicom_objects(tmp_path: Path):
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(tmp_path / "cr.png")
    (series,) = scan_any([tmp_path / "cr.png"]).series
    volume = load_any(series).volume
    written = write_result(
        result(series.series_uid, classes=CLASSES), volume, tmp_path / "out", series=series
    )
    assert (written.folder / "classes.png").exists()
    assert "not DICOM" in written.left_out["DICOM objects"]
