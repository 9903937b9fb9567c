"""The synthetic chest CT: its truth is exact, and it resembles a chest."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from viewer.imaging.phantom import ChestScan, Nodule, chest_ct
from viewer.imaging.phantom.nodules import Blob
from viewer.imaging.phantom.patient import patient
from viewer.imaging.phantom.raster import Axis, Slab
from viewer.imaging.phantom.scan import CARINA_LPS_MM
from viewer.imaging.phantom.tree import grow
from viewer.imaging.volume import is_padding

#: The whole chest in voxels of 2.5 mm × 2 mm × 2 mm.
MIDDLING = ChestScan(slices=120, rows=200, columns=200, pixel_mm=2.0, slice_mm=2.5, noise_hu=0.0)


@pytest.fixture(scope="module")
def chest():
    return chest_ct(MIDDLING)


@pytest.fixture(scope="module")
def healthy():
    return chest_ct(replace(MIDDLING, nodules=()))


def lung_masks(hu: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The right and the left lung, parted at the midline; the mattress is lighter than they."""
    air = (hu < -500) & (hu > -915)
    labels, count = ndimage.label(ndimage.binary_opening(air, iterations=2))
    sizes = ndimage.sum_labels(np.ones_like(labels), labels, range(1, count + 1))
    lungs = labels == 1 + int(np.argmax(sizes))
    if np.sort(sizes)[-2] > 0.3 * sizes.max():
        lungs |= labels == 1 + int(np.argsort(sizes)[-2])
    middle = hu.shape[2] // 2
    right, left = lungs.copy(), lungs.copy()
    right[:, :, middle:] = False
    left[:, :, :middle] = False
    return right, left


def test_same_seed_gives_the_same_voxels_whatever_the_number_of_threads():
    scan = ChestScan.small(seed=5)
    one, other = chest_ct(scan, workers=1), chest_ct(scan, workers=3)
    assert np.array_equal(one.volume.voxels, other.volume.voxels)
    assert one.nodules == other.nodules


def test_another_seed_is_another_patient():
    one, other = (chest_ct(ChestScan.small(seed=s, noise_hu=0)) for s in (1, 2))
    differing = np.abs(one.volume.voxels.astype(int) - other.volume.voxels) > 50
    assert differing.mean() > 0.02


def test_geometry_is_that_of_the_scan():
    scan = ChestScan(slices=40, rows=60, columns=80, pixel_mm=4.0, slice_mm=6.0)
    geometry = chest_ct(scan).volume.geometry
    assert geometry.shape == (40, 60, 80)
    assert geometry.spacing_mm == pytest.approx((6.0, 4.0, 4.0))
    assert np.allclose(geometry.affine[:3, :3], np.diag([4.0, 4.0, 6.0]))


def test_the_carina_is_air_at_its_place_in_lps(chest):
    above = patient(1).warp.to_scan(np.array([[-1.5, 20.0, 12.0]]))[0] + CARINA_LPS_MM
    assert chest.volume.value_at(above) < -900


def test_heart_is_left_and_liver_right_and_spine_behind(chest):
    def hu_at(*anatomy):
        place = patient(1).warp.to_scan(np.array([anatomy], dtype=float))[0] + CARINA_LPS_MM
        return chest.volume.value_at(place)

    assert 140 < hu_at(44, -26, -72) < 160  # left ventricle
    assert hu_at(-75, -26, -60) < -700  # right lung at that level
    assert 95 < hu_at(-75, 0, -150) < 160  # liver
    assert hu_at(23, 42, -40) == pytest.approx(152, abs=4)  # descending aorta
    assert hu_at(0, 62, -2) > 80  # vertebral column


def test_padding_is_exactly_what_the_field_of_view_leaves_out(chest):
    padding = is_padding(chest.volume.voxels)
    rows, columns = np.indices(padding.shape[1:]) - 99.5
    assert np.array_equal(padding[0], np.hypot(rows, columns) > 100)
    assert np.array_equal(padding, np.broadcast_to(padding[0], padding.shape))
    assert chest.volume.voxels[~padding].min() >= -1024


def test_right_lung_is_the_bigger_one_and_both_have_a_real_size(healthy):
    voxel_l = np.prod(MIDDLING.geometry.spacing_mm) / 1e6
    right, left = (mask.sum() * voxel_l for mask in lung_masks(healthy.volume.voxels))
    assert right > left
    assert 4.0 < right + left < 7.5


def test_lungs_are_denser_where_they_are_dependent(healthy):
    hu = healthy.volume.voxels
    right, left = lung_masks(hu)
    lungs = ndimage.binary_erosion(right | left, iterations=2)
    rows = np.indices(hu.shape)[1]
    front, back = (np.median(hu[lungs & part]) for part in (rows < 80, rows > 120))
    assert -880 < front < back - 8 < -820


def test_vessels_reach_every_part_of_the_lungs(healthy):
    hu = healthy.volume.voxels
    for mask in lung_masks(hu):
        inside = ndimage.binary_fill_holes(ndimage.binary_closing(mask, iterations=3))
        inside = ndimage.binary_erosion(inside, iterations=3)
        z, y, x = np.nonzero(inside)
        cuts = np.median(z), np.median(y), np.median(x)
        for octant in range(8):
            part = np.ones(len(z), dtype=bool)
            for axis, (at, cut) in enumerate(zip((z, y, x), cuts, strict=True)):
                part &= (at > cut) == bool(octant >> axis & 1)
            vessels = (hu[z[part], y[part], x[part]] > -600).mean()
            assert 0.01 < vessels < 0.2


def test_noise_has_its_nominal_strength_and_no_offset():
    scan = replace(MIDDLING, slices=24, nodules=())
    quiet, noisy = chest_ct(scan), chest_ct(replace(scan, noise_hu=16.0))
    difference = noisy.volume.voxels.astype(float) - quiet.volume.voxels
    rows, columns = np.indices((200, 200)) - 100
    middle = difference[:, np.hypot(rows, columns) < 32]
    assert abs(middle.mean()) < 1.0
    assert 10 < middle.std() < 26


@pytest.mark.parametrize("diameter", [4.0, 6.0, 9.0, 14.0, 20.0, 30.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_nodules_have_exact_volume_and_centroid(diameter, seed):
    center = np.array([1.3, -2.1, 0.7])
    axis = Axis(-24.0, 0.75, 65)
    slab = Slab(axis, axis, Axis(-24.0, 1.5, 33))
    (z, y, x), cover = Blob(center, diameter, 0.12, seed).coverage(slab)
    volume = cover.sum() * 0.75 * 0.75 * 1.5
    assert np.cbrt(volume * 6 / np.pi) == pytest.approx(diameter, rel=0.01)
    grid = np.meshgrid(slab.z.at[z], axis.at[y], axis.at[x], indexing="ij")
    centroid = [np.average(g, weights=cover) for g in grid[::-1]]
    assert centroid == pytest.approx(center, abs=0.1)


@pytest.mark.parametrize("number", range(8))
def test_truth_of_a_nodule_agrees_with_the_voxels(chest, healthy, number):
    nodule: Nodule = chest.nodules[number]
    base = healthy.volume.voxels.astype(float)
    added = chest.volume.voxels - base
    z, y, x = np.nonzero(added)
    places = chest.volume.geometry.to_lps(np.column_stack([x, y, z]))
    offset = places - nodule.center_lps_mm
    own = np.linalg.norm(offset, axis=1) < nodule.diameter_mm
    assert own.any()
    weights = added[z, y, x][own]
    centroid = np.average(offset[own], axis=0, weights=weights)
    assert np.all(np.abs(centroid) < np.array([2.0, 2.0, 2.5]) / 2)

    core_ml = np.pi / 6 * nodule.core_diameter_mm**3 / 1000
    behind = np.average(base[z, y, x][own], weights=np.abs(weights))
    lifted = weights.sum() * 2.0 * 2.0 * 2.5 / 1000
    volume_ml = (lifted - core_ml * (nodule.core_hu - nodule.hu)) / (nodule.hu - behind)
    diameter = 10 * np.cbrt(volume_ml * 6 / np.pi)
    assert diameter == pytest.approx(nodule.diameter_mm, rel=0.05)


@pytest.mark.parametrize("number", range(8))
def test_the_core_of_a_nodule_has_its_hu(chest, number):
    nodule = chest.nodules[number]
    hu = nodule.core_hu if nodule.core_diameter_mm else nodule.hu
    tolerance = 4 if (nodule.core_diameter_mm or nodule.diameter_mm) > 8 else 60
    assert chest.volume.value_at(nodule.center_lps_mm) == pytest.approx(hu, abs=tolerance)


def test_default_nodules_lie_in_the_lungs_and_apart_for_any_seed():
    for seed in range(1, 5):
        nodules = chest_ct(ChestScan(slices=1, rows=8, columns=8, seed=seed)).nodules
        centers = np.array([n.center_lps_mm for n in nodules]) - CARINA_LPS_MM
        assert np.all(patient(seed).lung_depth(centers) > 2.5)
        gaps = np.linalg.norm(centers[:, None] - centers[None], axis=2)
        assert np.min(gaps[np.triu_indices(len(gaps), 1)]) > 25
        assert {n.kind for n in nodules} == {"solid", "part-solid", "ground-glass"}
        assert {n.attachment for n in nodules} == {"none", "pleura", "vessel"}


def test_the_pleural_nodule_touches_the_pleura(chest):
    (nodule,) = (n for n in chest.nodules if n.attachment == "pleura")
    depth = patient(1).lung_depth(np.array([nodule.center_lps_mm]) - CARINA_LPS_MM)[0]
    assert depth == pytest.approx(nodule.diameter_mm / 2, abs=1.0)


def test_a_tree_supplies_every_point_and_tapers():
    rng = np.random.default_rng(3)
    points = rng.uniform(-40, 40, size=(200, 3))
    tree = grow((0, 0, 80), points, np.zeros(200, dtype=np.int64), 0.4, rng)
    ends = np.linalg.norm(points[:, None] - tree.end[None], axis=2).min(axis=1)
    assert ends.max() < 1e-9
    child = tree.parent >= 0
    assert np.all(tree.radius[tree.parent[child]] > tree.radius[child])
    assert np.allclose(tree.end[tree.parent[child]], tree.start[child])


def test_slices_do_not_depend_on_what_is_computed_with_them():
    """A slab's slices equal those of the whole: no seams between slabs."""
    whole = chest_ct(ChestScan.small(noise_hu=0, nodules=()))
    hu = whole.volume.voxels.astype(float)
    steps = np.abs(np.diff(hu, axis=0)).mean(axis=(1, 2))
    seams = np.arange(7, len(steps), 8)
    inner = np.setdiff1d(np.arange(len(steps)), seams)
    assert np.median(steps[seams]) < 1.5 * np.median(steps[inner])


def test_time_and_memory_of_a_slice_are_reasonable():
    patient(1)
    scan = ChestScan(slices=16)
    tracemalloc.start()
    before = time.process_time()
    chest_ct(scan, workers=1)
    seconds = time.process_time() - before
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 512 * 512 * 2 + 200e6
    # 0.05 s a slice where this was written.
    assert seconds / scan.slices < 0.5


def test_scans_without_voxels_or_spacing_are_refused():
    with pytest.raises(ValueError, match="at least one voxel"):
        ChestScan(slices=0)
    with pytest.raises(ValueError, match="positive"):
        ChestScan(pixel_mm=0.0)


def test_progress_counts_every_slice():
    seen: list[tuple[int, int]] = []
    chest_ct(ChestScan.small(slices=20), on_progress=lambda *step: seen.append(step))
    assert seen == [(8, 20), (16, 20), (20, 20)]
