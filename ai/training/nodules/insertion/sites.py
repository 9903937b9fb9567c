"""Where in the lungs a lesion can lie: free, against the pleura, or on a vessel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ai.image import Image
from ai.lungs import LungMask, lung_mask
from ai.training.nodules.insertion.recipe import Site

_WORKING_MM = 1.6
_TISSUE_ABOVE_HU = -400
_PARENCHYMA_HU = (-950, -600)
#: Tissue that a ball of this radius fits into is wall, mediastinum or hilum; the rest is vessel.
_WALL_RADIUS_MM = 5.0
_CLEAR_MM = 2.5
#: Kept around the lungs, so that walls are seen to be thick.
_MARGIN_MM = 15.0

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sites:
    """Distances in a scan on a coarse grid, in mm.

    Parameters
    ----------
    parenchyma : ndarray of bool, shape (slices, rows, columns)
    wall_mm, vessel_mm, end_mm : ndarray of float32, same shape
        To the next point of wall, of vessel, and to the first or last slice.
    affine : ndarray of float64, shape (4, 4)
        Coarse index ``(x, y, z, 1)`` → LPS mm.
    """

    parenchyma: Bools
    wall_mm: Floats
    vessel_mm: Floats
    end_mm: Floats
    affine: npt.NDArray[np.float64]

    @classmethod
    def of(cls, image: Image) -> Sites:
        """Of a CT whose slices are axial.

        Raises
        ------
        NoLungError
            There is no lung.
        """
        lungs = lung_mask(image)
        grid = _coarse(image, lungs)
        hu, spacing = grid.voxels, grid.spacing_mm
        places = np.stack(np.meshgrid(*map(np.arange, hu.shape), indexing="ij"), axis=-1)
        inside = lungs.contains(grid.lps(places.reshape(-1, 3))).reshape(hu.shape)
        tissue = hu > _TISSUE_ABOVE_HU
        deep = ndimage.distance_transform_edt(tissue, sampling=spacing) > _WALL_RADIUS_MM
        wall = ndimage.distance_transform_edt(~deep, sampling=spacing) <= _WALL_RADIUS_MM + 0.5
        vessels = tissue & ~wall & inside
        low, high = _PARENCHYMA_HU
        even = ndimage.gaussian_filter(hu, [2.0 / mm for mm in spacing])
        at = np.linalg.inv(image.affine) @ grid.affine
        slices = places[..., 0] * at[2, 2] + at[2, 3]
        ends = np.minimum(slices, len(image.voxels) - 1 - slices) * image.spacing_mm[0]
        return cls(
            inside & (even > low) & (even < high),
            ndimage.distance_transform_edt(~wall, sampling=spacing).astype(np.float32),
            ndimage.distance_transform_edt(~vessels, sampling=spacing).astype(np.float32),
            ends.astype(np.float32),
            grid.affine,
        )

    def clear_of_wall(self, image: Image, box: tuple[slice, slice, slice]) -> Bools:
        """Which voxels of a box of the scan are some millimetres away from any wall."""
        to_coarse = np.linalg.inv(self.affine) @ image.affine
        steps, starts = np.diag(to_coarse)[2::-1], to_coarse[2::-1, 3]
        near = [
            np.clip(np.rint(np.arange(s.start, s.stop) * step + start).astype(int), 0, size - 1)
            for s, step, start, size in zip(box, steps, starts, self.wall_mm.shape, strict=True)
        ]
        return np.asarray(self.wall_mm[np.ix_(*near)] > _CLEAR_MM)

    def choose(
        self,
        rng: np.random.Generator,
        site: Site,
        radius_mm: float,
        taken: list[tuple[npt.NDArray[np.float64], float]],
    ) -> npt.NDArray[np.float64] | None:
        """A place for a lesion in LPS mm, or None where there is none.

        Parameters
        ----------
        rng : Generator
        site : {"isolated", "pleural", "perivascular"}
        radius_mm : float
        taken : list of (ndarray, float)
            Centres in LPS mm and radii to stay clear of.
        """
        fits = self.parenchyma & (self.end_mm > radius_mm)
        if site == "pleural":
            fits &= (self.wall_mm > 0.25 * radius_mm) & (self.wall_mm < 0.75 * radius_mm)
        else:
            fits &= self.wall_mm > radius_mm + 4
            if site == "isolated":
                fits &= self.vessel_mm > min(radius_mm + 1, 5.0)
            else:
                fits &= self.vessel_mm < 0.6 * radius_mm
        places = np.argwhere(fits)
        if not len(places):
            return None
        for place in places[rng.integers(0, len(places), 50)]:
            exact = place + rng.uniform(-0.5, 0.5, 3)
            lps = self.affine[:3, :3] @ exact[::-1] + self.affine[:3, 3]
            if all(np.linalg.norm(lps - c) > radius_mm + r + 8 for c, r in taken):
                return np.asarray(lps)
        return None


def _coarse(image: Image, lungs: LungMask) -> Image:
    """The lungs' surroundings on a coarse grid, averaged."""
    to_image = np.linalg.inv(image.affine) @ lungs.affine
    corners = np.array([[s.start, s.stop - 1] for s in lungs.box], dtype=np.float64)[::-1]
    index = (corners.T @ to_image[:3, :3].T + to_image[:3, 3])[:, ::-1]
    margin = _MARGIN_MM / np.array(image.spacing_mm)
    low = np.maximum(np.floor(index.min(0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(index.max(0) + margin) + 1, image.voxels.shape).astype(int)
    steps = [max(1, round(_WORKING_MM / mm)) for mm in image.spacing_mm]
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    smooth = ndimage.uniform_filter(image.voxels[box].astype(np.float32), steps)
    affine = image.affine @ np.diag([*steps[::-1], 1.0])
    affine[:3, 3] = image.lps(low)
    return Image(smooth[:: steps[0], :: steps[1], :: steps[2]], affine, "CT")
