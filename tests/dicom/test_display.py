"""VOI look-up tables, overlay planes and display shutters (rules 20 and 34)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
import pydicom.data
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_voi
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from tests.dicom.synthetic import codes, enhanced, image, item, only_series, save_file
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.dicom.series import Series
from viewer.dicom.thumbnail import thumbnail
from viewer.imaging.shutter import Shutter
from viewer.imaging.voi import VoiLut, Window
from viewer.imaging.voi import apply_voi as to_gray

OVERLAY = Path(pydicom.data.__file__).parent / "test_files" / "examples_overlay.dcm"


def table(
    entries: npt.ArrayLike, first: int = 0, bits: int = 12, name: str = "", vr: str = "US"
) -> Dataset:
    """An item of a VOI LUT Sequence."""
    words = np.asarray(entries, np.uint16)
    lut = item(LUTExplanation=name)
    lut.add_new("LUTDescriptor", vr, [len(words) % 65536, first, bits])
    lut.add_new("LUTData", "OW", words.tobytes())
    return lut


def radiograph(stored: npt.ArrayLike, **attributes: Any) -> Dataset:
    unplaced = dict.fromkeys(("ImagePositionPatient", "ImageOrientationPatient"))
    return image(stored, Modality="DX", **unplaced, **attributes)


def lut_of(data: Dataset, folder: Path, syntax: str = ExplicitVRLittleEndian) -> VoiLut:
    (series,) = scan([save_file(data, folder / "a.dcm", syntax)]).series
    (lut,) = series.voi_luts
    return lut


RISE = (np.arange(1000) / 999) ** 2 * 4095


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_a_table_gives_the_values_of_pydicom(tmp_path: Path, syntax: str) -> None:
    stored = np.arange(0, 4096, 7, np.uint16)[None, :]
    data = radiograph(stored, BitsStored=12, HighBit=11, VOILUTSequence=[table(RISE, first=500)])
    series = only_series([data], tmp_path / "series")
    volume = load(series).volume
    expected = np.rint(apply_voi(stored, data) / 4095 * 255)
    gray = to_gray(volume.voxels[0], lut_of(data, tmp_path, syntax))
    assert np.array_equal(gray, expected)
    assert "voi_lut" in codes(series)


@pytest.mark.parametrize(
    ("first", "vr", "dtype", "intercept", "expected"),
    [
        (-1000, "SS", np.int16, 0, -1000),
        (64536, "US", np.int16, 0, -1000),
        (64536, "US", np.uint16, -1024, -1000),
        (40000, "US", np.uint16, 0, 40000),
    ],
)
def test_the_first_value_has_the_sign_of_the_values(
    tmp_path: Path, first: int, vr: str, dtype: type, intercept: int, expected: int
) -> None:
    data = radiograph(np.zeros((2, 2), dtype), RescaleIntercept=intercept)
    data.VOILUTSequence = [table([1, 2], first, vr=vr)]
    assert lut_of(data, tmp_path).first == expected


def test_no_entries_means_all_of_sixteen_bits(tmp_path: Path) -> None:
    data = radiograph(
        np.zeros((2, 2), np.uint16), VOILUTSequence=[table(np.arange(65536), bits=16)]
    )
    lut = lut_of(data, tmp_path)
    assert len(lut.entries) == 65536
    assert lut.entries[-1] == 65535


def test_entries_of_eight_bits_may_share_a_word(tmp_path: Path) -> None:
    data = radiograph(np.zeros((2, 2), np.uint16), VOILUTSequence=[table([0] * 4, bits=8)])
    data.VOILUTSequence[0].LUTData = bytes([0, 80, 160, 255])
    assert lut_of(data, tmp_path).entries.tolist() == [0, 80, 160, 255]


def test_entries_beyond_the_bits_they_claim_are_not_cut(tmp_path: Path) -> None:
    data = radiograph(np.zeros((2, 2), np.uint16), VOILUTSequence=[table([0, 4095], bits=8)])
    assert lut_of(data, tmp_path).bits == 12


def test_a_big_endian_table_is_the_same(tmp_path: Path) -> None:
    data = radiograph(np.zeros((2, 2), np.uint16))
    lut = table([1, 2, 770], first=3)
    lut.LUTData = np.array([1, 2, 770], ">u2").tobytes()
    data.VOILUTSequence = [lut]
    found = lut_of(data, tmp_path, ExplicitVRBigEndian)
    assert (found.first, found.entries.tolist()) == (3, [1, 2, 770])


def test_all_tables_are_offered_with_their_names(tmp_path: Path) -> None:
    tables = [table([0, 1], name="NORMAL"), table([0, 2], name="HARDER")]
    data = radiograph(np.zeros((2, 2), np.uint16), VOILUTSequence=tables)
    series = only_series([data], tmp_path)
    assert [lut.name for lut in series.voi_luts] == ["NORMAL", "HARDER"]


def both(modality: str, folder: Path) -> Series:
    data = radiograph(
        np.zeros((2, 2), np.int16), VOILUTSequence=[table([0, 1])], WindowCenter=40, WindowWidth=80
    )
    data.Modality = modality
    return only_series([data], folder)


def test_a_projection_is_first_seen_through_its_table_and_a_slice_through_its_window(
    tmp_path: Path,
) -> None:
    assert isinstance(both("DX", tmp_path / "dx").first_voi, VoiLut)
    assert both("MR", tmp_path / "mr").first_voi == Window(40, 80)


def test_tables_of_functional_groups_are_found(tmp_path: Path) -> None:
    frames = np.zeros((2, 8, 10), np.int16)
    groups = item(FrameVOILUTSequence=[item(VOILUTSequence=[table([0, 9], name="OWN")])])
    own = {"FrameVOILUTSequence": groups.FrameVOILUTSequence}
    data = enhanced([(0, 0, 0), (0, 0, 2)], frames, [own, own])
    assert [lut.name for lut in only_series([data], tmp_path).voi_luts] == ["OWN"]


# Overlay planes


def lay_over(
    data: Dataset,
    bits: npt.NDArray[np.bool_],
    group: int = 0x6000,
    origin: tuple[int, int] = (1, 1),
) -> None:
    data.add_new((group, 0x0010), "US", bits.shape[-2])
    data.add_new((group, 0x0011), "US", bits.shape[-1])
    data.add_new((group, 0x0040), "CS", "G")
    data.add_new((group, 0x0050), "SS", list(origin))
    data.add_new((group, 0x0100), "US", 1)
    data.add_new((group, 0x0102), "US", 0)
    packed = np.packbits(bits.reshape(-1), bitorder="little").tobytes()
    data.add_new((group, 0x3000), "OW", packed + bytes(len(packed) % 2))


def marks(rows: int = 8, columns: int = 10) -> npt.NDArray[np.bool_]:
    return np.random.default_rng(2).random((rows, columns)) < 0.4


def planes_of(data: Dataset, folder: Path) -> Any:
    return load(only_series([data], folder)).volume.overlay_planes


def test_planes_are_laid_together(tmp_path: Path) -> None:
    first, second = marks(), ~marks()[::-1]
    data = image(np.zeros((8, 10), np.int16))
    lay_over(data, first, 0x6000)
    lay_over(data, second, 0x601E)
    series = only_series([data], tmp_path)
    assert np.array_equal(load(series).volume.overlay_planes[0], first | second)
    assert "overlay_planes" in codes(series)


@pytest.mark.parametrize("origin", [(3, 4), (-1, 0), (7, 9), (20, 20)])
def test_a_plane_may_begin_anywhere(tmp_path: Path, origin: tuple[int, int]) -> None:
    bits = marks(4, 4)
    data = image(np.zeros((8, 10), np.int16))
    lay_over(data, bits, origin=origin)
    expected = np.zeros((8, 10), bool)
    for row, column in np.argwhere(bits):
        y, x = row + origin[0] - 1, column + origin[1] - 1
        if 0 <= y < 8 and 0 <= x < 10:
            expected[y, x] = True
    assert np.array_equal(planes_of(data, tmp_path)[0], expected)


def test_a_plane_in_unused_bits_is_found_and_the_values_are_free_of_it(tmp_path: Path) -> None:
    bits, values = marks(), np.arange(80, dtype=np.uint16).reshape(8, 10)
    data = image(values | (bits.astype(np.uint16) << 12), BitsStored=12, HighBit=11)
    lay_over(data, bits)
    del data[0x6000, 0x3000]
    data[0x6000, 0x0100].value, data[0x6000, 0x0102].value = 16, 12
    volume = load(only_series([data], tmp_path)).volume
    assert np.array_equal(volume.overlay_planes[0], bits)
    assert np.array_equal(volume.voxels[0], values)


def test_frames_have_the_planes_that_are_theirs(tmp_path: Path) -> None:
    data = image(np.zeros((8, 10), np.uint8), Modality="US", NumberOfFrames=3,
                 **dict.fromkeys(("ImagePositionPatient", "ImageOrientationPatient")))  # fmt: skip
    data.PixelData = bytes(240)
    bits = np.stack([marks(), ~marks()])
    lay_over(data, bits)
    data.add_new((0x6000, 0x0015), "IS", 2)
    data.add_new((0x6000, 0x0051), "US", 2)
    planes = planes_of(data, tmp_path)
    assert not planes[0].any()
    assert np.array_equal(np.stack([planes[1], planes[2]]), bits)


def test_a_damaged_plane_is_noted_and_takes_no_image_away(tmp_path: Path) -> None:
    data = image(np.full((8, 10), 7, np.int16))
    lay_over(data, marks())
    data[0x6000, 0x3000].value = b"\0\0"
    result = load(only_series([data], tmp_path))
    assert [note.code for note in result.notes] == ["overlay_planes_unreadable"]
    assert np.all(result.volume.voxels == 7)
    assert not result.volume.overlay_planes


def test_the_plane_of_a_real_file_is_that_of_pydicom() -> None:
    (series,) = scan([OVERLAY]).series
    expected = pydicom.dcmread(OVERLAY).overlay_array(0x6000)
    assert expected.any()
    assert np.array_equal(load(series).volume.overlay_planes[0], expected)


# Shutters


def shuttered(folder: Path, **attributes: Any) -> Series:
    stored = np.full((8, 10), 100, np.int16)
    stored[2:6, 3:7] = np.arange(16).reshape(4, 4) * 10
    return only_series([radiograph(stored, **attributes)], folder)


RECTANGLE = {
    "ShutterShape": "RECTANGULAR",
    "ShutterLeftVerticalEdge": 4, "ShutterRightVerticalEdge": 7,
    "ShutterUpperHorizontalEdge": 3, "ShutterLowerHorizontalEdge": 6,
}  # fmt: skip


def test_a_rectangle_shows_what_is_between_its_edges(tmp_path: Path) -> None:
    series = shuttered(tmp_path, **RECTANGLE)
    shown = np.zeros((8, 10), bool)
    shown[2:6, 3:7] = True
    assert np.array_equal(series.shutter.shown((8, 10)), shown)
    assert "shutter" in codes(series)


def test_a_circle_shows_what_is_within_its_radius(tmp_path: Path) -> None:
    series = shuttered(
        tmp_path, ShutterShape="CIRCULAR", CenterOfCircularShutter=[4, 5], RadiusOfCircularShutter=2
    )
    expected = [[(r - 4) ** 2 + (c - 5) ** 2 <= 4 for c in range(1, 11)] for r in range(1, 9)]
    assert np.array_equal(series.shutter.shown((8, 10)), expected)


def test_a_polygon_shows_what_is_inside(tmp_path: Path) -> None:
    series = shuttered(
        tmp_path, ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=[1, 1, 1, 8, 8, 1]
    )
    shown = series.shutter.shown((8, 10))
    expected = [[r + c <= 9 for c in range(1, 11)] for r in range(1, 9)]
    assert np.array_equal(shown, expected)


def test_shapes_apply_together() -> None:
    rectangle, circle = (1, 5, 1, 8), (4, 5, 2)
    shown = Shutter(rectangle=rectangle).shown((8, 10)) & Shutter(circle=circle).shown((8, 10))
    assert np.array_equal(Shutter(rectangle, circle).shown((8, 10)), shown)


def test_images_whose_shutters_differ_are_shown_whole(tmp_path: Path) -> None:
    images = [
        image(np.zeros((8, 10), np.int16), ImagePositionPatient=[0, 0, z], **RECTANGLE)
        for z in (0, 2)
    ]
    images[1].ShutterLeftVerticalEdge = 5
    series = only_series(images, tmp_path)
    assert series.shutter is None
    assert "shutter_ignored" in codes(series)


def test_a_thumbnail_follows_the_table_and_the_shutter(tmp_path: Path) -> None:
    white = table([4095, 4095])
    series = shuttered(tmp_path, VOILUTSequence=[white], ShutterPresentationValue=0, **RECTANGLE)
    picture = thumbnail(series, 10)
    shown = series.shutter.shown((8, 10))
    assert picture[4, 5] == 255
    assert picture[0, 0] == 0
    assert 0 < np.count_nonzero(picture == 255) < shown.size
