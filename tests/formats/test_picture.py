"""Pictures: what they show, which way up, and what is said of them."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tests.formats.test_nifti import codes, only, refusal
from viewer.dicom.series import LengthUnit
from viewer.errors import DamagedFileError, UnsupportedError
from viewer.formats.load import load
from viewer.formats.scan import scan
from viewer.formats.thumbnail import thumbnail
from viewer.imaging.voi import Window, apply_voi

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
AS_BYTES = Window(128, 256)
RED = np.zeros((3, 4, 3), np.uint8) + np.array([200, 10, 30], np.uint8)


def save(path: Path, picture, **options) -> Path:
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    picture.save(path, **options)
    return path


def shown(path: Path) -> np.ndarray:
    volume = load(only(path)).volume
    assert volume.color is None
    return volume.voxels[0]


@pytest.mark.parametrize("name", ["a.png", "a.tif", "A.TIFF"])
def test_grey_pictures_are_shown_as_they_are_stored(tmp_path, name):
    series = only(save(tmp_path / name, GREY))
    voxels = load(series).volume.voxels
    assert voxels.dtype == np.int16
    np.testing.assert_array_equal(voxels[0], GREY)
    np.testing.assert_array_equal(apply_voi(voxels[0], series.windows[0]), GREY)


def test_a_jpeg_is_shown_as_pillow_decodes_it(tmp_path):
    path = save(tmp_path / "a.jpg", GREY, quality=90)
    np.testing.assert_array_equal(shown(path), np.asarray(Image.open(path)))


def test_what_no_header_says_is_not_said(tmp_path):
    series = only(save(tmp_path / "体 é Ж.png", GREY))
    assert series.geometry is None
    assert series.length_unit is LengthUnit.PIXELS
    assert series.grid.spacing_mm == (1, 1, 1)
    assert series.modality == "OT"
    assert series.description == "体 é Ж.png"
    assert series.transfer_syntax == "PNG"
    assert codes(series) == {"no_header"}


@pytest.mark.parametrize("kind", ["png", "tif"])
def test_sixteen_bits_are_kept(tmp_path, kind):
    deep = np.array([[0, 1, 40000], [65535, 256, 4095]], np.uint16)
    series = only(save(tmp_path / f"a.{kind}", deep))
    voxels = load(series).volume.voxels
    assert voxels.dtype == np.float32
    np.testing.assert_array_equal(voxels[0], deep)
    assert series.windows == ()


@pytest.mark.parametrize("dtype", [">u2", "<u2", "i2", "f4"])
def test_tiffs_of_any_depth_give_their_values(tmp_path, dtype):
    values = (np.arange(12).reshape(3, 4) * 1000).astype(dtype)
    order = ">" if dtype[0] == ">" else "<"
    tifffile.imwrite(tmp_path / "a.tif", values, byteorder=order)
    np.testing.assert_array_equal(shown(tmp_path / "a.tif"), values)


@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_a_tiff_whose_zero_is_white_is_shown_so_once(tmp_path, dtype):
    values = GREY.astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="miniswhite")
    series = only(tmp_path / "a.tif")
    picture = apply_voi(load(series).volume.voxels[0], AS_BYTES, inverted=series.is_inverted)
    np.testing.assert_array_equal(picture, 255 - GREY)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png", "tif"])
def test_the_camera_may_have_been_held_in_any_way(tmp_path, kind, orientation):
    upright = np.zeros((16, 24), np.uint8)
    upright[:8, :8] = 255
    undo = {
        1: lambda a: a, 2: np.fliplr, 3: lambda a: a[::-1, ::-1], 4: np.flipud,
        5: lambda a: a.T, 6: np.rot90, 7: lambda a: a[::-1, ::-1].T, 8: lambda a: np.rot90(a, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(undo(upright))
    path = save(tmp_path / f"a.{kind}", stored, exif=exif)
    assert only(path).shape == (1, 16, 24)
    np.testing.assert_array_equal(shown(path) > 127, upright > 127)


def test_colour_is_kept_beside_its_brightness(tmp_path):
    volume = load(only(save(tmp_path / "a.png", RED))).volume
    np.testing.assert_array_equal(volume.color[0], RED)
    assert volume.voxels[0, 0, 0] == round(0.299 * 200 + 0.587 * 10 + 0.114 * 30)


def test_grey_stored_as_colour_is_grey(tmp_path):
    path = save(tmp_path / "a.png", np.repeat(GREY[..., None], 3, axis=2))
    np.testing.assert_array_equal(shown(path), GREY)


def test_a_palette_gives_its_colours(tmp_path):
    path = save(tmp_path / "a.png", Image.fromarray(RED).quantize(4))
    np.testing.assert_allclose(load(only(path)).volume.color[0].astype(int), RED, atol=2)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_lies_on_black(tmp_path, mode):
    if mode == "P":
        picture = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
        picture.putpalette([255, 255, 255, 255, 255, 255])
        path = save(tmp_path / "a.png", picture, transparency=0)
        np.testing.assert_array_equal(shown(path), [[0, 255]])
        return
    channels = np.full((1, 3, len(mode)), 200, np.uint8)
    channels[..., -1] = [0, 128, 255]
    path = save(tmp_path / "a.png", Image.fromarray(channels, mode))
    np.testing.assert_allclose(shown(path), [[0, 100, 200]], atol=1)


def test_one_bit_is_black_and_white(tmp_path):
    path = save(tmp_path / "a.png", Image.fromarray(GREY > 100))
    np.testing.assert_array_equal(shown(path), np.where(GREY > 100, 255, 0))


def test_pages_of_one_size_are_one_series_and_others_are_told_of(tmp_path):
    pages = [Image.fromarray(GREY + n) for n in range(3)]
    pages.insert(2, Image.fromarray(GREY[:2, :2]))
    path = save(tmp_path / "a.tif", pages[0], save_all=True, append_images=pages[1:])
    series = only(path)
    assert series.shape == (3, 3, 4)
    assert {"pages", "pages_left_out"} < codes(series)
    voxels = load(series).volume.voxels
    np.testing.assert_array_equal(voxels, np.stack([GREY + n for n in range(3)]))
    assert thumbnail(series, 4).shape == (3, 4)


def test_of_a_moving_picture_the_first_is_shown(tmp_path):
    first, second = Image.fromarray(GREY), Image.fromarray(GREY + 9)
    path = save(tmp_path / "a.png", first, save_all=True, append_images=[second])
    assert "first_frame" in codes(only(path))
    np.testing.assert_array_equal(shown(path), GREY)


def test_a_picture_with_another_ending_than_its_kind_opens(tmp_path):
    path = save(tmp_path / "a.png", GREY)
    np.testing.assert_array_equal(shown(path.rename(tmp_path / "a.jpg")), GREY)


def test_a_bomb_is_refused_when_it_is_found(tmp_path):
    path = save(tmp_path / "a.png", GREY)
    raw = bytearray(path.read_bytes())
    raw[16:24] = np.array([60000, 60000], ">u4").tobytes()
    raw[29:33] = zlib.crc32(raw[12:29]).to_bytes(4, "big")
    path.write_bytes(raw)
    assert refusal(path).startswith(UnsupportedError.__name__)


@pytest.mark.parametrize("kind", ["png", "jpg", "tif"])
def test_a_picture_that_is_cut_off_names_itself_and_the_remedy(tmp_path, kind):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)
    path = save(tmp_path / f"a.{kind}", noise)
    path.write_bytes(path.read_bytes()[:2000])
    result = scan([path])
    if result.series:
        with pytest.raises(DamagedFileError, match=rf"a\.{kind}: .*Copy the file again"):
            load(result.series[0])
    else:
        assert result.skipped[0].error == DamagedFileError.__name__


@pytest.mark.parametrize("content", [b"", b"just text", b"\x89PNG\r\n\x1a\n"])
def test_what_only_has_the_name_of_a_picture_is_left_out(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    assert refusal(tmp_path / "a.png").startswith(DamagedFileError.__name__)
