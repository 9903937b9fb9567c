from __future__ import annotations

import numpy as np
import pytest

from ai.training.classification.augment import augment
from ai.training.classification.config import Augmentation

SIDE = 48
rng = np.random.default_rng(0)
PICTURES = np.repeat(rng.integers(60, 200, (6, 1, 12, 12), dtype=np.uint8), 4, 2).repeat(4, 3)

EACH = {
    "rotation": 20,
    "shear": 10,
    "shift": 0.2,
    "zoom": 0.3,
    "aspect": 0.3,
    "brightness": 0.2,
    "contrast": 0.4,
    "gamma": 0.5,
    "blur": 1.5,
    "noise": 0.1,
    "resolution": 4,
    "jpeg": 10,
    "edges": 0.3,
    "erase": 0.4,
    "flip": True,
}


def run(seed: int = 0, **settings: float) -> np.ndarray:
    return augment(PICTURES, Augmentation(**settings), np.random.default_rng(seed))


def test_no_augmentation_changes_nothing():
    assert np.array_equal(run(), PICTURES)


@pytest.mark.parametrize("name", EACH)
def test_each_setting_changes_pictures_and_keeps_their_form(name: str):
    changed = run(**{name: EACH[name]})
    assert changed.shape == PICTURES.shape
    assert changed.dtype == np.uint8
    assert not np.array_equal(changed, PICTURES)


def test_the_generator_decides_everything():
    assert np.array_equal(run(5, **EACH), run(5, **EACH))
    assert not np.array_equal(run(5, **EACH), run(6, **EACH))


def test_a_chest_is_mirrored_only_where_flips_are_asked_for():
    half = np.zeros((40, 1, SIDE, SIDE), dtype=np.uint8)
    half[..., : SIDE // 2] = 255
    left = [
        augment(half, Augmentation(rotation=5, shift=0.02, flip=flip), np.random.default_rng(0))[
            ..., SIDE // 4
        ].mean((1, 2))
        for flip in (False, True)
    ]
    assert (left[0] > 128).all()
    assert 5 < (left[1] < 128).sum() < 35


def test_shifts_stay_within_their_limit():
    dot = np.zeros((50, 1, SIDE, SIDE), dtype=np.uint8)
    dot[..., 23:25, 23:25] = 255
    moved = augment(dot, Augmentation(shift=0.1), np.random.default_rng(0)).astype(float)
    y, x = np.mgrid[:SIDE, :SIDE] - 23.5
    weight = moved[:, 0] / moved[:, 0].sum((1, 2), keepdims=True)
    for axis in (y, x):
        offset = (weight * axis).sum((1, 2))
        assert np.abs(offset).max() <= 0.1 * SIDE + 0.5
        assert np.abs(offset).max() > 0.05 * SIDE


def test_colour_pictures_keep_their_channels_together():
    colour = np.repeat(PICTURES, 3, axis=1)
    moved = augment(colour, Augmentation(rotation=20, blur=1), np.random.default_rng(0))
    assert np.abs(moved.astype(int) - moved[:, :1]).max() <= 1
