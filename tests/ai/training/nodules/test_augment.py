from __future__ import annotations

import numpy as np
import pytest
import torch

from ai.training.nodules import augment
from ai.training.nodules.augment import Pose
from ai.training.nodules.segmenter import targets


def image() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).standard_normal((1, 1, 32, 32), np.float32))


def pose(scale: float = 1, angle: float = 0, flip: float = 1, shift=(0.0, 0.0)) -> Pose:
    return Pose(np.array([scale]), np.array([angle]), np.array([flip]), np.array([shift]))


def test_a_straight_pose_cuts_the_middle() -> None:
    torch.testing.assert_close(augment.cut(image(), pose(), 16), image()[..., 8:24, 8:24])


def test_a_shift_is_in_native_pixels_right_and_down() -> None:
    window = augment.cut(image(), pose(shift=(3.0, -2.0)), 16)

    torch.testing.assert_close(window, image()[..., 6:22, 11:27])


@pytest.mark.parametrize(
    ("turned", "expected"),
    [
        (pose(flip=-1), image().flip(3)),
        (pose(angle=np.pi), image().flip(2, 3)),
        (pose(angle=np.pi / 2), torch.rot90(image(), 1, (2, 3))),
    ],
    ids=["flip", "half turn", "quarter turn"],
)
def test_turns_and_flips_keep_the_pixels(turned: Pose, expected: torch.Tensor) -> None:
    torch.testing.assert_close(augment.cut(image(), turned, 32), expected, atol=1e-4, rtol=0)


def test_scale_is_native_pixels_a_window_pixel() -> None:
    ramp = torch.arange(32.0).expand(1, 1, 32, 32)

    window = augment.cut(ramp, pose(scale=1.5), 16)

    steps = window[0, 0, 5].diff()
    torch.testing.assert_close(steps, torch.full_like(steps, 1.5))


def test_degraded_images_stay_near_and_are_repeatable() -> None:
    hu = torch.full((4, 3, 24, 24), -700.0)

    one = augment.degrade(np.random.default_rng(5), hu)
    two = augment.degrade(np.random.default_rng(5), hu)

    torch.testing.assert_close(one, two)
    assert not torch.equal(one, hu)
    assert (one.mean((1, 2, 3)) + 700).abs().max() < 50


def test_disturbed_neighbours_leave_thin_middle_slices_alone() -> None:
    hu = torch.from_numpy(np.random.default_rng(1).standard_normal((200, 3, 4, 4), np.float32))

    result = augment.disturb_neighbours(np.random.default_rng(2), hu)

    kept = (result[:, 1] == hu[:, 1]).all(-1).all(-1)
    lost = (result[:, 0] == result[:, 2]).all(-1).all(-1)
    swapped = (result[:, 0] == hu[:, 2]).all(-1).all(-1) & ~lost
    assert 0.8 < kept.float().mean() < 0.95
    assert 0.03 < lost.float().mean() < 0.25
    assert 0.25 < swapped.float().mean() < 0.65


def test_two_readers_make_a_target_and_one_makes_no_difference() -> None:
    votes = torch.zeros(2, 1, 20, 20, dtype=torch.uint8)
    votes[0, 0, 8:12, 8:12] = 3
    votes[0, 0, 8:12, 12] = 1
    votes[1, 0, 10, 10] = 1

    target, counts = targets(votes)

    assert target.sum() == 16
    assert target[1].sum() == 0
    assert counts[0, 0, 8:12, 12].sum() == 0
    assert counts[0].sum() == 396
    assert counts[1, 0, 6:15, 6:15].sum() == 0
    assert counts[1].sum() == 400 - 81
