from __future__ import annotations

import numpy as np
import pytest

from ai.image import Image
from ai.lungs import NoLungError, lung_mask
from tests.ai.detection import chest

SPACING = (2.0, 2.0, 3.0)
UPRIGHT = np.eye(3)


def points(*xyz: tuple[float, float, float]) -> np.ndarray:
    return np.array(xyz)


def test_both_lungs_are_found_with_their_volume() -> None:
    mask = lung_mask(chest.scan(UPRIGHT, SPACING, markers=False))

    assert mask.volume_ml == pytest.approx(2 * 4 / 3 * np.pi * 52 * 78 * 95 / 1000, rel=0.05)
    assert mask.contains(points((65, 0, 0), (-65, 0, 0), (65, 60, 0), (-65, 0, -80))).all()
    assert not mask.contains(points((0, 80, 0), (0, 0, 105), (140, 0, 0), (165, 110, 0))).any()


@pytest.mark.parametrize(
    "directions",
    [np.diag([1.0, 1, -1]), np.diag([-1.0, -1, 1]), np.eye(3)[:, [2, 0, 1]], chest.rotation(12, 8)],
    ids=["reversed", "prone", "sagittal", "oblique"],
)
def test_lungs_are_found_in_any_orientation(directions: np.ndarray) -> None:
    mask = lung_mask(chest.scan(directions, SPACING, markers=False))

    assert mask.contains(points((65, 0, 0), (-65, 0, 0), (65, -60, 0), (-65, 0, 80))).all()
    assert not mask.contains(points((0, 85, 0), (0, 0, 115), (145, 0, 0))).any()


def with_ball(center: tuple[float, float, float], radius: float) -> Image:
    image = chest.scan(UPRIGHT, SPACING, markers=False)
    index = np.stack(np.meshgrid(*map(np.arange, image.voxels.shape), indexing="ij"), axis=-1)
    ball = np.linalg.norm(image.lps(index) - center, axis=-1) <= radius
    voxels = image.voxels.copy()
    voxels[ball] = 40
    return Image(voxels, image.affine, "CT")


@pytest.mark.parametrize(
    ("center", "radius"),
    [((65, 0, 0), 12), ((108, 0, 0), 10), ((20, 0, 0), 10), ((65, 68, 0), 10)],
    ids=["inside", "on the rib side", "on the mediastinum", "on the back"],
)
def test_nodules_on_any_surface_are_not_cut_off(
    center: tuple[float, float, float], radius: float
) -> None:
    assert lung_mask(with_ball(center, radius)).contains(points(center)).all()


def test_a_large_pleural_tumour_is_touched_by_the_mask() -> None:
    center = np.array([100.0, 0, 0])
    mask = lung_mask(with_ball((100, 0, 0), 26))

    shell = center + 25 * np.array([[-1.0, 0, 0], [0, 0, 1], [0, 0, -1]])
    assert mask.contains(shell).all()


def test_lungs_cut_off_by_the_first_and_last_slice_are_found() -> None:
    image = chest.scan(UPRIGHT, SPACING, markers=False)
    middle = Image(image.voxels[25:50], image.affine, "CT")

    assert lung_mask(middle).volume_ml > 500


def test_air_under_a_table_is_no_lung() -> None:
    image = chest.scan(UPRIGHT, SPACING, markers=False)
    voxels = image.voxels.copy()
    voxels[:, -9, 15:-15] = 200
    voxels[:, -3, 15:-15] = 200
    voxels[:, -9:-2, 15] = 200
    voxels[:, -9:-2, -16] = 200
    table = image.lps((len(voxels) // 2, voxels.shape[1] - 6, voxels.shape[2] // 2))

    assert not lung_mask(Image(voxels, image.affine, "CT")).contains(table[None]).any()


def test_gas_in_the_bowel_is_no_lung() -> None:
    image = chest.scan(UPRIGHT, SPACING, markers=False)
    gas = Image(np.where(image.voxels == -850, -1000, image.voxels), image.affine, "CT")

    with pytest.raises(NoLungError, match="No lung"):
        lung_mask(gas)


def test_a_body_without_air_has_no_lung() -> None:
    image = chest.scan(UPRIGHT, SPACING)
    solid = Image(np.maximum(image.voxels, 40), image.affine, "CT")

    with pytest.raises(NoLungError):
        lung_mask(solid)
