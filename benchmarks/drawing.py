"""Pictures: reslicing, windowing and overlays, without Qt."""

from __future__ import annotations

import numpy as np

from benchmarks.table import Row, median_seconds
from viewer.imaging.geometry import Geometry
from viewer.imaging.overlay import colorize
from viewer.imaging.plane import Orientation, standard_stack
from viewer.imaging.reslice import reslice
from viewer.imaging.voi import Window, apply_voi
from viewer.imaging.volume import Volume

SHAPE = (300, 512, 512)


def rows() -> list[Row]:
    """Time each standard view; the floor is copying the picture's pixels."""
    rng = np.random.default_rng(0)
    voxels = rng.integers(-1000, 1000, SHAPE).astype(np.int16)
    volume = Volume(voxels, Geometry(np.diag([0.7, 0.7, 1.0, 1.0]), SHAPE))
    scores = rng.random((280, 350, 400), dtype=np.float32)
    heatmap = Volume(scores, Geometry(np.diag([0.8, 0.8, 1.0, 1.0]), scores.shape), unit="")
    window = Window(-600, 1500)
    result = []
    for orientation in Orientation:
        stack = standard_stack(volume.geometry, orientation)
        plane = stack.plane(stack.count // 2)
        floor = median_seconds(lambda p=plane: np.ascontiguousarray(reslice(volume, p)), 20)
        drawn = median_seconds(lambda p=plane: apply_voi(reslice(volume, p), window), 20)
        overlay = median_seconds(lambda p=plane: colorize(reslice(heatmap, p)), 20)
        result.append(Row(f"{orientation} slice to grey", drawn * 1e3, "ms", floor * 1e3))
        result.append(Row(f"{orientation} overlay to RGBA", overlay * 1e3, "ms"))
    return result
