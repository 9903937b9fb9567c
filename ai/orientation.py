"""Bring any stack to nearly the same anatomical axes, without resampling."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from ai.image import Image


def to_axial(image: Image) -> Image:
    """The same voxels with axes permuted and flipped, as a view with its own affine.

    Afterwards slices run towards the head, rows towards the back and columns towards the
    patient's left, each as nearly as permutation and flips allow (at most about 55° off).
    """
    directions = image.affine[:3, :3] / np.linalg.norm(image.affine[:3, :3], axis=0)
    order = max(
        permutations(range(3)),
        key=lambda columns: sum(abs(directions[lps, c]) for lps, c in enumerate(columns)),
    )
    step = np.zeros((4, 4))
    step[3, 3] = 1
    flips = []
    for lps, column in enumerate(order):
        length = image.voxels.shape[2 - column]
        backwards = directions[lps, column] < 0
        step[column, lps] = -1 if backwards else 1
        step[column, 3] = length - 1 if backwards else 0
        flips.append(slice(None, None, -1) if backwards else slice(None))
    voxels = image.voxels.transpose([2 - column for column in reversed(order)])
    return Image(
        voxels=voxels[tuple(reversed(flips))],
        affine=image.affine @ step,
        modality=image.modality,
        identifier=image.identifier,
        slice_thickness_mm=image.slice_thickness_mm,
        body_part=image.body_part,
    )
