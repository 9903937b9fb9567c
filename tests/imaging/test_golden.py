"""What a reader sees of an overlay, pixel by pixel, against a picture that was looked at.

After a change that is meant to alter it, write the picture anew with
``python -m tests.imaging.test_golden`` and look at it before committing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from viewer.imaging.geometry import Geometry
from viewer.imaging.overlay import blend, colorize
from viewer.imaging.phantom import ChestScan, chest_ct
from viewer.imaging.plane import Orientation, standard_stack
from viewer.imaging.reslice import reslice
from viewer.imaging.voi import Window, apply_voi
from viewer.imaging.volume import Volume

GOLDEN = Path(__file__).parent / "golden" / "overlay_on_nodule.png"
SIDE = 100
#: A difference of grey or colour that can be seen, and how many such samples rounding may make.
VISIBLE, TOLERATED = 16, 12


def pictures(shift_mm: tuple[float, float, float] = (0, 0, 0)) -> np.ndarray:
    """Axial, coronal and sagittal through the largest nodule of a small phantom, side by side.

    ``shift_mm`` lays the heatmap beside its place.
    """
    phantom = chest_ct(ChestScan.small(seed=1))
    nodule = max(phantom.nodules, key=lambda n: n.diameter_mm)
    # The score of a detector on a grid of its own: a ball of the nodule's size at its place.
    affine = np.diag([2.1, 2.1, 2.5, 1.0])
    affine[:3, 3] = np.array(nodule.center_lps_mm) - 24.3
    grid = Geometry(affine, (20, 24, 24))
    z, y, x = np.indices(grid.shape)
    distance = np.linalg.norm(
        grid.to_lps(np.stack([x, y, z], axis=-1)) - nodule.center_lps_mm, axis=-1
    )
    scores = np.clip(1.5 - distance / (nodule.diameter_mm / 2), 0, 1).astype(np.float32)
    affine[:3, 3] += shift_mm
    heatmap = Volume(scores, Geometry(affine, grid.shape), unit="")
    row = np.zeros((SIDE, 3 * SIDE, 3), np.uint8)
    for n, orientation in enumerate(Orientation):
        stack = standard_stack(phantom.volume.geometry, orientation)
        plane = stack.plane(stack.index_of(nodule.center_lps_mm))
        gray = apply_voi(reslice(phantom.volume, plane), Window(-600, 1500))
        picture = blend(gray, colorize(reslice(heatmap, plane), opacity=0.6))[:SIDE, :SIDE]
        row[: picture.shape[0], n * SIDE : n * SIDE + picture.shape[1]] = picture
    return row


def visible_differences(picture: np.ndarray) -> int:
    golden = np.asarray(Image.open(GOLDEN)).astype(int)
    return int(np.sum(np.abs(picture.astype(int) - golden) > VISIBLE))


def test_the_overlay_lies_on_the_nodule_in_all_three_planes_as_in_the_golden_picture():
    assert visible_differences(pictures()) <= TOLERATED


@pytest.mark.parametrize("shift_mm", [(2, 0, 0), (0, 2, 0), (0, 0, 2.5)])
def test_the_golden_picture_shows_an_overlay_shifted_by_one_voxel(shift_mm):
    assert visible_differences(pictures(shift_mm)) > 2 * TOLERATED


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    Image.fromarray(pictures()).save(GOLDEN)
