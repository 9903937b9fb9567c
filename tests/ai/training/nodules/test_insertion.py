from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from ai.image import Image
from ai.orientation import to_axial
from ai.training.nodules.insertion import TESTING, TRAINING, Host, Lesion
from ai.training.nodules.insertion.scanner import NoiseTexture, blur_mm
from tests.ai.detection import chest

SPACING_MM = (2.2, 2.2, 2.5)
ISOLATED = replace(TESTING, sites={"isolated": 1.0}, edge_mm=(0.0, 0.0))


@pytest.fixture(scope="module")
def scan() -> Image:
    return chest.scan(np.eye(3), SPACING_MM, markers=False)


@pytest.fixture(scope="module")
def host(scan: Image) -> Host:
    return Host.of(scan)


def as_seen(image: Image, lesion: Lesion) -> np.ndarray:
    z, y, x = lesion.box
    return image.voxels[z, y, x][lesion.mask]


def test_a_seed_decides_everything_and_the_host_stays_as_it_was(host: Host) -> None:
    before = host.image.voxels.copy()
    one, two, other = (host.insert(np.random.default_rng(s), 3, TESTING) for s in (4, 4, 5))

    np.testing.assert_array_equal(one.image.voxels, two.image.voxels)
    assert [v.center_lps_mm for v in one.lesions] == [v.center_lps_mm for v in two.lesions]
    assert one.lesions[0].center_lps_mm != other.lesions[0].center_lps_mm
    np.testing.assert_array_equal(host.image.voxels, before)


def test_the_tissue_added_has_the_volume_and_the_centre_of_the_truth(host: Host) -> None:
    recipe = replace(
        ISOLATED, kinds={"solid": 1.0}, diameter_mm=(12.0, 12.0), tissue_hu=(50.0, 50.0)
    )
    inserted = host.insert(np.random.default_rng(1), 1, recipe)
    (lesion,) = inserted.lesions

    added = (inserted.image.voxels.astype(float) - host.image.voxels) / 900.0
    voxel_mm3 = np.prod(host.image.spacing_mm)
    diameter = np.cbrt(6 / np.pi * added.sum() * voxel_mm3)
    center = host.image.lps(ndimage.center_of_mass(added))

    assert lesion.diameter_mm == pytest.approx(12.0, rel=0.03)
    assert diameter == pytest.approx(12.0, rel=0.05)
    np.testing.assert_allclose(center, lesion.center_lps_mm, atol=0.3)
    assert lesion.mask.sum() * voxel_mm3 == pytest.approx(np.pi / 6 * 12**3, rel=0.1)
    assert np.median(as_seen(inserted.image, lesion)) == pytest.approx(50, abs=60)


def test_only_the_surroundings_of_lesions_change(host: Host) -> None:
    inserted = host.insert(np.random.default_rng(2), 4, TESTING)
    changed = np.argwhere(inserted.image.voxels != host.image.voxels)

    centers = np.array([v.center_lps_mm for v in inserted.lesions])
    reach = max(v.diameter_mm for v in inserted.lesions)
    points = host.image.lps(changed)
    distance = np.linalg.norm(points[:, None] - centers, axis=-1).min(axis=1)
    assert len(inserted.lesions) == 4
    assert distance.max() < 1.5 * reach + 8


def test_lesions_keep_clear_of_each_other_and_of_what_is_avoided(scan: Image) -> None:
    right_lung = (-65.0, 0.0, 0.0)
    host = Host.of(scan, avoid=[(right_lung, 95.0)])
    lesions = host.insert(np.random.default_rng(3), 8, TESTING).lesions

    centers = np.array([v.center_lps_mm for v in lesions])
    assert len(lesions) >= 4
    assert (np.linalg.norm(centers - right_lung, axis=1) > 95).all()
    apart = np.linalg.norm(centers[:, None] - centers, axis=-1)
    assert apart[np.triu_indices(len(centers), 1)].min() > 8


@pytest.mark.parametrize(
    ("site", "nearest", "farthest"), [("isolated", 1.0, np.inf), ("pleural", -9.0, 0.0)]
)
def test_pleural_lesions_touch_the_wall_and_isolated_ones_do_not(
    host: Host, site: str, nearest: float, farthest: float
) -> None:
    wall_mm = ndimage.distance_transform_edt(
        host.image.voxels < -400, sampling=host.image.spacing_mm
    )
    recipe = replace(TESTING, sites={site: 1.0}, diameter_mm=(8.0, 16.0), elongation=(1.0, 1.0))
    inverse = np.linalg.inv(host.image.affine)
    lesions = host.insert(np.random.default_rng(6), 5, recipe).lesions

    assert len(lesions) == 5
    for lesion in lesions:
        z, y, x = np.rint(inverse[:3, :3] @ lesion.center_lps_mm + inverse[:3, 3])[::-1].astype(int)
        assert nearest < wall_mm[z, y, x] - lesion.diameter_mm / 2 < farthest


def test_ground_glass_is_fainter_than_solid_and_lets_a_vessel_show_through() -> None:
    image = chest.scan(np.eye(3), SPACING_MM, markers=False)
    voxels = image.voxels.copy()
    z, y, _ = np.indices(voxels.shape)
    vessels = (voxels == -850) & (z % 8 == 0) & (y % 8 == 0)
    voxels[vessels] = 40
    host = Host.of(replace(image, voxels=voxels))
    recipe = replace(
        TESTING,
        kinds={"ground-glass": 1.0},
        sites={"perivascular": 1.0},
        diameter_mm=(14.0, 16.0),
    )
    inserted = host.insert(np.random.default_rng(7), 2, recipe)

    for lesion in inserted.lesions:
        seen = as_seen(inserted.image, lesion)
        through = vessels[lesion.box][lesion.mask]
        assert -750 < np.median(seen[~through]) < -350
        assert np.median(seen[through]) == pytest.approx(40, abs=20)


def test_the_truth_is_in_lps_whatever_the_orientation(scan: Image) -> None:
    turned = chest.scan(chest.rotation(4, 90) @ np.diag([1, -1, -1]), SPACING_MM, False)
    host = Host.of(turned)
    recipe = replace(ISOLATED, kinds={"solid": 1.0}, diameter_mm=(10.0, 14.0))
    inserted = host.insert(np.random.default_rng(8), 3, recipe)

    inverse = np.linalg.inv(inserted.image.affine)
    for lesion in inserted.lesions:
        z, y, x = np.rint(inverse[:3, :3] @ lesion.center_lps_mm + inverse[:3, 3])[::-1].astype(int)
        assert inserted.image.voxels[z, y, x] > -150
    np.testing.assert_allclose(to_axial(turned).affine, inserted.image.affine)


@pytest.mark.parametrize("sigma_mm", [0.5, 0.8])
def test_the_blur_of_a_scan_is_measured(sigma_mm: float) -> None:
    pixel_mm = 0.7
    fine = np.hypot(*np.meshgrid(*[np.arange(-70, 70, pixel_mm / 4)] * 2)) < 50
    blurred = ndimage.gaussian_filter(np.where(fine, 40.0, -1000.0), 4 * sigma_mm / pixel_mm)
    plane = blurred[2::4, 2::4]
    image = Image(np.repeat(plane[None], 12, 0), np.diag([pixel_mm, pixel_mm, 2.0, 1.0]), "CT")

    assert blur_mm(image) == pytest.approx(sigma_mm, rel=0.15)


def test_the_noise_has_the_strength_and_the_grain_of_the_scan() -> None:
    rng = np.random.default_rng(9)
    noise = ndimage.gaussian_filter(rng.standard_normal((12, 128, 128)), [0, 1, 1])
    noise *= 20 / noise.std()
    image = Image(50 + noise, np.diag([0.7, 0.7, 2.0, 1.0]), "CT", slice_thickness_mm=2.0)

    texture = NoiseTexture.of(image)
    sample = texture.sample(rng, (20, 64, 64))

    def grain(values: np.ndarray) -> float:
        return float((values[..., 1:] * values[..., :-1]).mean() / values.var())

    assert texture.deviation_hu == pytest.approx(20, rel=0.2)
    assert sample.std() == pytest.approx(20, rel=0.2)
    assert grain(sample) == pytest.approx(grain(noise), abs=0.08)


def test_training_and_testing_draw_from_different_ranges() -> None:
    assert TRAINING != TESTING
    assert TESTING.diameter_mm == (4.0, 20.0)
