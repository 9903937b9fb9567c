"""Sites in whole scans: simulated lesions, and what the search takes for nodules there.

Crops around nodules show few of the vessels and scars of a whole lung, and no plane but the axial
one. Here a nodule is known because it was inserted, and everything else that the search finds in
the bare scan counts as a mistake, unless it looks too much like a nodule: nobody has looked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ai.detection.grid import Grid, lung_grid
from ai.detection.parameters import Parameters
from ai.detection.search import Pass, Search, Steps
from ai.detection.views import PATCH, PATCH_PIXEL_MM, Point, patch, planes, reformats
from ai.image import Image
from ai.lungs import lung_mask
from ai.progress import silent
from ai.training.nodules.insertion import TRAINING, Host, Lesion
from ai.training.nodules.sites import Sites

#: Wide enough to be turned and shifted.
_PIXELS = 3 * PATCH // 2
_LESIONS_A_COPY = 8
#: What looks as much like a nodule as this is no example of a mistake.
_DOUBTFUL = 0.25
_CLEAR_MM = 3.0


@dataclass(frozen=True)
class Planting:
    """Makes sites of scans.

    Parameters
    ----------
    networks : mapping of str to Module
        ``"segment"`` and ``"reject"``, as far as they have learnt.
    parameters : Parameters
        With their calibration.
    copies : int
        Of each scan, with lesions.
    seed : int
    """

    networks: Mapping[str, nn.Module]
    parameters: Parameters
    copies: int
    seed: int

    def sites(self, image: Image) -> Sites:
        """Lesions and mistakes in a chest CT.

        Raises
        ------
        NoLungError
            There is no lung in it.
        """
        seen = self._search(image)
        doubtful = [(p, c) for p, c in seen.rated if p >= _DOUBTFUL]
        centers = [c.center for p, c in seen.rated if p < _DOUBTFUL]
        mistakes = [_patches(seen.hu, seen.grid, center) for center in centers]
        row_mm, column_mm = seen.grid.spacing_mm[1:]
        avoid = []
        for _, candidate in doubtful:
            x, y, z = (float(v) for v in seen.grid.lps(candidate.center))
            avoid.append(((x, y, z), candidate.section_mm(row_mm, column_mm) / 2 + _CLEAR_MM))
        host = Host.of(image, avoid)
        lesions = [
            shown
            for copy in range(self.copies)
            for shown in self._lesions(host, seen.grid, np.random.default_rng([self.seed, copy]))
        ]
        return sites_of(np.concatenate(lesions), np.concatenate(mistakes))

    def _search(self, image: Image) -> Pass:
        scale = self.parameters.scales[0]
        lungs = lung_mask(image)
        grid = lung_grid(image, lungs, scale.pixel_mm, scale.slice_mm)
        all_of_them = self.parameters.model_copy(
            update={"lowest_threshold": 0.0, "least_glance": None}
        )
        steps = Steps(silent, total=1)
        search = Search(self.networks, all_of_them, torch.device("cpu"), steps, {})
        return search.run(grid, lungs, scale)

    @staticmethod
    def _lesions(host: Host, bare: Grid, rng: np.random.Generator) -> list[npt.NDArray[np.int16]]:
        inserted = host.insert(rng, _LESIONS_A_COPY, TRAINING)
        grid = replace(bare, image=inserted.image)
        hu = grid.resample(lambda: None)
        return [_patches(hu, grid, _place(lesion, grid), lesion) for lesion in inserted.lesions]


def sites_of(lesions: npt.NDArray[np.int16], mistakes: npt.NDArray[np.int16]) -> Sites:
    """Sites in the middle of patches of nodules and of others, shape (n, rows, columns), HU."""
    images = np.concatenate([lesions, mistakes])
    return Sites(
        images,
        np.arange(len(images)),
        np.zeros((len(images), 2)),
        np.full(len(images), PATCH_PIXEL_MM),
        np.arange(len(images)) < len(lesions),
    )


def _place(lesion: Lesion, grid: Grid) -> Point:
    index = np.linalg.inv(grid.affine) @ [*lesion.center_lps_mm, 1.0]
    return float(index[2]), float(index[1]), float(index[0])


def _patches(
    hu: npt.NDArray[np.int16], grid: Grid, center: Point, lesion: Lesion | None = None
) -> npt.NDArray[np.int16]:
    """The planes in which the classifier will see a place; of a lesion, those that cut it."""
    spacing = grid.spacing_mm
    shown = planes(spacing, reformats(spacing, len(hu)), _PIXELS)
    if lesion is not None and spacing[0] > 0.35 * lesion.diameter_mm:
        shown = [shown[1], *shown[3:]]
    return np.rint(np.stack([patch(hu, center, plane) for plane in shown])).astype(np.int16)
