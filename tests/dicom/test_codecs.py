"""Every transfer syntax gives the stored values that were put in (rules 15, 30)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array
from pydicom.pixels.encoders import RLELosslessEncoder
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from tests.dicom.synthetic import image, save, save_file
from viewer.dicom import decode
from viewer.dicom import load as loading
from viewer.dicom.codecs import declared_size
from viewer.dicom.decode import stored_values
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.errors import DamagedFileError, UnsupportedError, ViewerError

Encoder = Callable[[npt.NDArray[Any]], bytes]


def encode_rle(frame: npt.NDArray[Any]) -> bytes:
    return bytes(
        RLELosslessEncoder.encode(
            frame,
            rows=frame.shape[0],
            columns=frame.shape[1],
            number_of_frames=1,
            samples_per_pixel=1,
            bits_allocated=16,
            bits_stored=16,
            pixel_representation=int(frame.dtype.kind == "i"),
            photometric_interpretation="MONOCHROME2",
        )
    )


ENCODERS: dict[str, Encoder] = {
    RLELossless: encode_rle,
    JPEGLossless: lambda a: imagecodecs.ljpeg_encode(a.view(np.uint16), bitspersample=16),
    JPEGLosslessSV1: lambda a: imagecodecs.jpeg8_encode(
        a.view(np.uint16), lossless=True, bitspersample=16
    ),
    JPEGLSLossless: lambda a: imagecodecs.jpegls_encode(a.view(np.uint16)),
    JPEG2000Lossless: lambda a: imagecodecs.jpeg2k_encode(a, level=0, codecformat="j2k"),
    HTJ2KLossless: imagecodecs.htj2k_encode,
}


def pattern(dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    values = np.add.outer(np.arange(24) * 37, np.arange(20) * 11) - 500
    return (values if np.dtype(dtype).kind == "i" else values + 500).astype(dtype)


def write_compressed(path: Path, syntax: str, frames: list[npt.NDArray[Any]]) -> Path:
    data = image(frames[0])
    if len(frames) > 1:
        data.NumberOfFrames = len(frames)
    data.PixelData = encapsulate([bytes(ENCODERS[syntax](frame)) for frame in frames])
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    return save_file(data, path, syntax)


@pytest.mark.parametrize("dtype", [np.int16, np.uint16])
@pytest.mark.parametrize("syntax", ENCODERS)
def test_lossless_syntaxes_are_exact(
    tmp_path: Path, syntax: str, dtype: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "_read_with_pydicom", refuse)
    path = write_compressed(tmp_path / "a.dcm", syntax, [pattern(dtype)])
    (series,) = scan([path]).series
    assert np.array_equal(load(series).volume.voxels[0], pattern(dtype))


def refuse(item: object) -> npt.NDArray[Any]:
    raise AssertionError("the fast way was not taken")


@pytest.mark.parametrize("syntax", ENCODERS)
def test_each_frame_of_a_compressed_file_is_found(tmp_path: Path, syntax: str) -> None:
    frames = [pattern(np.int16) + 5 * k for k in range(4)]
    path = write_compressed(tmp_path / "a.dcm", syntax, frames)
    (series,) = scan([path]).series
    assert np.array_equal(load(series).volume.voxels, frames)


@pytest.mark.parametrize("with_table", [False, True])
def test_a_frame_may_be_spread_over_several_fragments(tmp_path: Path, with_table: bool) -> None:
    frames = [pattern(np.int16) + 5 * k for k in range(3)]
    path = write_compressed(tmp_path / "a.dcm", JPEG2000Lossless, frames)
    data = pydicom.dcmread(path)
    encoded = [ENCODERS[JPEG2000Lossless](frame) for frame in frames]
    data.PixelData = encapsulate(encoded, fragments_per_frame=2, has_bot=with_table)
    data.save_as(path)
    (series,) = scan([path]).series
    assert np.array_equal(load(series).volume.voxels, frames)


@pytest.mark.parametrize("planar", [0, 1])
def test_colour_is_shown_as_its_luma(tmp_path: Path, planar: int) -> None:
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], np.uint8)
    data = image(np.zeros((2, 2), np.uint8), SamplesPerPixel=3, Modality="OT")
    data.PhotometricInterpretation, data.PlanarConfiguration = "RGB", planar
    data.PixelData = (colours.T.copy() if planar else colours).tobytes()
    (series,) = scan([save([data], tmp_path)]).series
    assert load(series).volume.voxels[0].tolist() == [[76, 150], [29, 255]]


def test_a_deflated_file_is_read(tmp_path: Path) -> None:
    values = pattern(np.int16)
    (series,) = scan([save([image(values)], tmp_path, DeflatedExplicitVRLittleEndian)]).series
    assert np.array_equal(load(series).volume.voxels[0], values)


def test_twelve_bit_jpeg_is_read(tmp_path: Path) -> None:
    values = np.add.outer(np.arange(64) * 30, np.arange(64) * 20).astype(np.uint16)
    data = image(values, BitsStored=12, HighBit=11)
    encoded = imagecodecs.jpeg8_encode(values, level=98, bitspersample=12)
    data.PixelData = encapsulate([encoded])
    data["PixelData"].VR = "OB"
    (series,) = scan([save([data], tmp_path, JPEGExtended12Bit)]).series
    error = load(series).volume.voxels[0].astype(int) - values
    assert np.abs(error).max() < 30


def test_a_damaged_frame_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = write_compressed(tmp_path / "a.dcm", JPEG2000Lossless, [pattern(np.int16)])
    data = pydicom.dcmread(path)
    data.PixelData = encapsulate([b"\xff\x4f\xff\x51" + bytes(60)])
    data.save_as(path)
    (series,) = scan([path]).series
    with pytest.raises(ViewerError) as caught:
        load(series)
    assert caught.value.path == path


@pytest.mark.parametrize(
    "syntax", [JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless]
)
def test_the_size_of_a_code_stream_is_known_before_it_is_decoded(syntax: str) -> None:
    assert declared_size(bytes(ENCODERS[syntax](pattern(np.uint16)))) == (24, 20)


def test_a_damaged_jpeg_2000_file_does_not_hang(tmp_path: Path) -> None:
    """A box of length 0 in a wrapped code stream keeps pydicom's parser in one place for ever."""
    path = write_compressed(tmp_path / "a.dcm", JPEG2000Lossless, [pattern(np.int16)])
    data = pydicom.dcmread(path)
    data.PixelData = encapsulate([bytes.fromhex("0000000c6a5020200d0a870a") + bytes(40)])
    data.save_as(path)
    (series,) = scan([path]).series
    with pytest.raises(DamagedFileError):
        load(series)


def test_a_code_stream_of_another_size_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = write_compressed(tmp_path / "a.dcm", JPEG2000Lossless, [pattern(np.int16)])
    data = pydicom.dcmread(path)
    data.Rows = 23
    data.save_as(path)
    (series,) = scan([path]).series
    with pytest.raises(DamagedFileError, match="24, 20"):
        load(series)


def test_an_image_larger_than_memory_is_refused_before_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_compressed(tmp_path / "a.dcm", RLELossless, [pattern(np.int16)])
    data = pydicom.dcmread(path)
    data.Rows = data.Columns = 60_000
    data.save_as(path)
    (series,) = scan([path]).series
    monkeypatch.setattr("viewer.dicom.memory.available_bytes", lambda: 1_000_000_000)
    monkeypatch.setattr(loading, "np", None)  # nothing may be allocated
    with pytest.raises(UnsupportedError, match=r"7\.2 GB"):
        load(series)


def test_an_impossible_number_of_frames_is_refused(tmp_path: Path) -> None:
    path = save_file(image(NumberOfFrames=2_000_000_000), tmp_path / "a.dcm")
    (skipped,) = scan([path]).skipped
    assert "too short" in skipped.message


def test_real_compressed_files_agree_with_pydicom(unpacked: Callable[[str], Path]) -> None:
    compared = 0
    for path in sorted(unpacked("robustness.zip").rglob("*.dcm")):
        for series in scan([path]).series:
            item = series.slices[0]
            expected = by_pydicom(path, item.frame)
            grey = item.encoding.photometric.startswith("MONOCHROME")
            if expected is None or not grey or item.has_lut:
                continue
            values = stored_values(item)
            if "SIZ1_PixRep0" in path.name:
                # The code stream is signed and the header is not: pydicom shifts, we keep HU.
                assert (values.min(), values.max()) == (-2048, 1717)
                continue
            assert np.array_equal(values, expected), path
            compared += 1
    assert compared > 60


def by_pydicom(path: Path, frame: int) -> npt.NDArray[Any] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pixel_array(path, index=frame)
    except Exception:  # pydicom lacks the decoder
        return None
