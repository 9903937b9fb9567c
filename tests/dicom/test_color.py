"""Colour: every colour space and layout becomes RGB, compared with pydicom's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
import pydicom.data
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, convert_color_space
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, RLELossless

from tests.dicom.synthetic import codes, image, only_series, save_file
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.dicom.thumbnail import thumbnail
from viewer.errors import UnsupportedError
from viewer.imaging.color import luma
from viewer.imaging.volume import PADDING

FILES = Path(pydicom.data.__file__).parent / "test_files"
#: 16 and 32 bits are shown by their highest eight.
DEPTH = {8: 0, 16: 8, 32: 24}


def photograph(colors: npt.NDArray[Any], **attributes: Any) -> Dataset:
    """A picture without a place in the patient, pixels as (rows, columns, samples)."""
    data = image(
        colors[..., 0],
        Modality="XC",
        SamplesPerPixel=colors.shape[2],
        PhotometricInterpretation="RGB",
        PlanarConfiguration=0,
        **dict.fromkeys(("ImagePositionPatient", "ImageOrientationPatient", "RescaleSlope")),
        RescaleIntercept=None,
    )
    data.PixelData = np.ascontiguousarray(colors).tobytes()
    for keyword, value in attributes.items():
        setattr(data, keyword, value)
    return data


def some_colors(rows: int = 6, columns: int = 8) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (rows, columns, 3), dtype=np.uint8)


def color_of(path: Path) -> npt.NDArray[np.uint8]:
    (series,) = scan([path]).series
    color = load(series).volume.color
    assert color is not None
    return color


#: What pydicom cannot decode with the decoders that are installed.
NOT_BY_PYDICOM = {"GDCMJ2K_TextGBR.dcm", "SC_rgb_jpeg_gdcm.dcm"}


def shipped() -> list[str]:
    """pydicom's own test files that are in colour."""
    names = []
    for path in sorted(FILES.glob("*.dcm")):
        header = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        if header.get("SamplesPerPixel", 1) == 3 and path.name not in NOT_BY_PYDICOM:
            names.append(path.name)
    return names


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", shipped())
def test_colours_are_those_of_pydicom(name: str) -> None:
    data = pydicom.dcmread(FILES / name)
    expected = pixel_array(data)
    expected = expected.reshape(-1, data.Rows, data.Columns, 3)[0] >> DEPTH[data.BitsAllocated]
    difference = np.abs(color_of(FILES / name)[0].astype(int) - expected)
    # Decoders of JPEG may round differently, and chroma may be brought to full size differently.
    assert np.mean(difference > 2) < 0.05
    assert difference.mean() < 1


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_layout_of_samples_is_followed(
    tmp_path: Path, planar: int, syntax: str, dtype: type
) -> None:
    colors = some_colors()
    stored = colors.astype(dtype) << (8 if dtype is np.uint16 else 0)
    if planar:
        stored = np.ascontiguousarray(np.moveaxis(stored, -1, 0))
    data = photograph(colors.astype(dtype), PlanarConfiguration=planar)
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    data.PixelData = stored.astype(stored.dtype.newbyteorder(order)).tobytes()
    assert np.array_equal(color_of(save_file(data, tmp_path / "a.dcm", syntax))[0], colors)


def test_full_ybr_becomes_rgb(tmp_path: Path) -> None:
    ybr = some_colors()
    data = photograph(ybr, PhotometricInterpretation="YBR_FULL")
    expected = convert_color_space(ybr, "YBR_FULL", "RGB")
    assert np.array_equal(color_of(save_file(data, tmp_path / "a.dcm"))[0], expected)


def test_every_frame_has_its_own_colours(tmp_path: Path) -> None:
    frames = np.stack([some_colors(), 255 - some_colors()])
    assert np.array_equal(color_of(film(tmp_path, frames)), frames)


def film(folder: Path, frames: npt.NDArray[np.uint8]) -> Path:
    """Frames in colour, compressed each by itself."""
    data = photograph(frames[0], NumberOfFrames=len(frames))
    data.PixelData = frames.tobytes()
    path = save_file(data, folder / "a.dcm")
    data = pydicom.dcmread(path)
    data.compress(RLELossless, generate_instance_uid=False)
    data.save_as(path)
    return path


def palette(bits: int, *, wide: bool = False, first: int = 0) -> tuple[Dataset, Any]:
    """An image of indices, and the palette of 16 entries they lead to."""
    rng = np.random.default_rng(1)
    entries = rng.integers(0, 256, (16, 3)) << (bits - 8)
    entries[0] = (1 << bits) - 1
    indices = rng.integers(0, 20, (6, 8)).astype(np.uint8)
    data = image(
        indices, Modality="US", PhotometricInterpretation="PALETTE COLOR",
        **dict.fromkeys(("ImagePositionPatient", "ImageOrientationPatient")),
    )  # fmt: skip
    kind = np.uint16 if wide or bits == 16 else np.uint8
    for channel, name in enumerate(("Red", "Green", "Blue")):
        setattr(data, f"{name}PaletteColorLookupTableDescriptor", [16, first, bits])
        raw = entries[:, channel].astype(kind).tobytes()
        setattr(data, f"{name}PaletteColorLookupTableData", raw)
        data[f"{name}PaletteColorLookupTableDescriptor"].VR = "US"
    return data, entries


@pytest.mark.parametrize(("bits", "wide"), [(8, False), (8, True), (16, True)])
def test_a_palette_gives_its_colours(tmp_path: Path, bits: int, wide: bool) -> None:
    data, _ = palette(bits, wide=wide)
    expected = apply_color_lut(stored(data), data)
    if bits == 16:
        expected = expected >> 8
    assert np.array_equal(color_of(save_file(data, tmp_path / "a.dcm"))[0], expected)


def stored(data: Dataset) -> npt.NDArray[np.uint8]:
    return np.frombuffer(data.PixelData, np.uint8).reshape(data.Rows, data.Columns)


def test_a_palette_may_begin_at_another_index(tmp_path: Path) -> None:
    data, entries = palette(8, first=4)
    expected = entries[np.clip(stored(data).astype(int) - 4, 0, 15)]
    assert np.array_equal(color_of(save_file(data, tmp_path / "a.dcm"))[0], expected)


@pytest.mark.filterwarnings("ignore")
def test_the_palette_of_a_real_file_gives_pydicoms_colours() -> None:
    data = pydicom.dcmread(FILES / "examples_palette.dcm")
    expected = apply_color_lut(data.pixel_array, data)
    expected = expected >> 8 if expected.itemsize == 2 else expected
    assert np.array_equal(color_of(FILES / "examples_palette.dcm")[0], expected)


def test_the_voxels_of_colours_are_their_luma(tmp_path: Path) -> None:
    colors = some_colors()
    series = only_series([photograph(colors)], tmp_path)
    volume = load(series).volume
    assert np.array_equal(volume.voxels[0], luma(colors))
    assert series.is_color
    assert "colour" in codes(series)
    assert series.nbytes == volume.voxels.nbytes + volume.color.nbytes


def test_a_retired_colour_space_is_refused_by_name(tmp_path: Path) -> None:
    data = photograph(some_colors(), PhotometricInterpretation="HSV")
    series = only_series([data], tmp_path)
    with pytest.raises(UnsupportedError, match="HSV"):
        load(series)


def test_a_frame_that_cannot_be_read_is_padding_and_black(tmp_path: Path) -> None:
    frames = np.stack([some_colors(), some_colors()])
    path = film(tmp_path, frames)
    (series,) = scan([path]).series
    raw = bytearray(path.read_bytes())
    second = raw.rfind(b"\xfe\xff\x00\xe0") + 8
    raw[second : second + 4] = b"\xff\xff\xff\xff"  # the number of its segments
    path.write_bytes(raw)
    result = load(series)
    assert np.array_equal(result.volume.color[0], frames[0])
    assert np.all(result.volume.voxels[1] == PADDING)
    assert not result.volume.color[1].any()


def test_the_value_of_a_point_is_its_colour(tmp_path: Path) -> None:
    colors = some_colors()
    volume = load(only_series([photograph(colors)], tmp_path)).volume
    assert volume.color_at(volume.geometry.to_lps((3, 2, 0))) == tuple(colors[2, 3].tolist())
    assert volume.color_at((-100, 0, 0)) is None


def test_a_thumbnail_is_in_colour(tmp_path: Path) -> None:
    colors = np.zeros((6, 8, 3), np.uint8)
    colors[..., 0] = 200
    picture = thumbnail(only_series([photograph(colors)], tmp_path), 4)
    assert picture.shape == (3, 4, 3)
    assert np.all(picture == (200, 0, 0))
