from __future__ import annotations

import numpy as np
import pytest

from ai.classification.preparation import Preparation, normalised, prepare

rng = np.random.default_rng(0)
ROWS, COLUMNS = 300, 220
Y, X = np.mgrid[:ROWS, :COLUMNS]
PICTURE = (2000 + 800 * np.sin(X / 31) + 600 * np.cos(Y / 47)).astype(np.int16)
STANDARD = Preparation(side=64, percentiles=(0.5, 99.5))


def test_the_unit_of_grey_values_does_not_matter():
    bytes_ = np.rint((PICTURE - PICTURE.min()) / np.ptp(PICTURE) * 255).astype(np.uint8)
    one = prepare(PICTURE, STANDARD).pixels.astype(int)
    assert np.abs(one - prepare(bytes_, STANDARD).pixels).max() <= 2
    assert np.abs(one - prepare(PICTURE * 3 - 5000.0, STANDARD).pixels).max() <= 1


def test_the_size_of_the_picture_does_not_matter():
    large = np.repeat(np.repeat(PICTURE, 4, 0), 3, 1)
    one, other = (prepare(p, STANDARD).pixels.astype(int) for p in (PICTURE, large))
    assert one.shape == other.shape == (1, 64, 64)
    assert np.abs(one - other).max() <= 4


@pytest.mark.parametrize("grey", [0, 4095])
def test_uniform_borders_are_trimmed_and_the_box_says_what_is_left(grey: int):
    framed = np.full((ROWS + 50, COLUMNS + 30), grey)
    framed[20 : 20 + ROWS, 12 : 12 + COLUMNS] = PICTURE
    trimming = STANDARD.model_copy(update={"trim_borders": True})
    found = prepare(framed, trimming)
    assert found.box == (20, 12, ROWS, COLUMNS)
    assert np.array_equal(found.pixels, prepare(PICTURE, STANDARD).pixels)


def test_a_picture_of_one_grey_is_prepared_to_black():
    blank = np.full((50, 40), 7)
    trimming = STANDARD.model_copy(update={"trim_borders": True, "local_contrast": 0.01})
    assert not prepare(blank, trimming).pixels.any()


@pytest.mark.parametrize("axis", [0, 1])
def test_a_ramp_that_changes_in_one_direction_only_is_not_all_border(axis: int):
    ramp = np.moveaxis(np.tile(np.arange(60.0), (50, 1)), 1, axis)
    found = prepare(ramp, Preparation(side=16, trim_borders=True))
    assert found.box == (0, 0, *ramp.shape)
    assert np.ptp(found.pixels) > 200


def test_local_contrast_evens_out_exposure():
    dim = PICTURE.astype(float) * np.linspace(0.4, 1, COLUMNS)
    equal = STANDARD.model_copy(update={"local_contrast": 0.02})

    def imbalance(preparation: Preparation) -> float:
        pixels = prepare(dim, preparation).pixels[0].astype(float)
        return abs(pixels[:, :20].mean() - pixels[:, -20:].mean())

    assert imbalance(equal) < 0.8 * imbalance(STANDARD)


def test_colour_is_kept_or_turned_to_grey_by_luma():
    red = np.zeros((40, 40, 3), dtype=np.uint8)
    red[:20, :, 0] = 255
    kept = prepare(red, Preparation(side=40, colour=True)).pixels
    assert kept.shape == (3, 40, 40)
    assert kept[0, 5, 5] == 255
    assert not kept[1:].any()
    assert prepare(red, Preparation(side=40)).pixels.shape == (1, 40, 40)
    assert prepare(PICTURE, Preparation(side=40, colour=True)).pixels.shape == (3, 40, 40)


def test_the_training_sets_statistics_make_the_input_standard():
    pixels = rng.integers(0, 256, (20, 1, 16, 16), dtype=np.uint8)
    values = pixels / 255
    preparation = Preparation(mean=(float(values.mean()),), sd=(float(values.std()),))
    found = normalised(pixels, preparation)
    assert found.dtype == np.float32
    assert found.mean() == pytest.approx(0, abs=1e-5)
    assert found.std() == pytest.approx(1, abs=1e-4)
