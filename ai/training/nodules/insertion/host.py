"""Putting lesions into a scan.

Air gives way to tissue: where a lesion fills the share f of a voxel's air, ``HU → HU + f · (tissue
+ noise − HU)``. Vessels and walls, tissue already, keep what they are; ground glass (f well below
1) lets the lung's own structure show through; the noise added in proportion to f is the scan's.
f is computed on a fine grid and blurred by the scanner's point spread and slice thickness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ai.image import Image
from ai.orientation import to_axial
from ai.training.nodules.insertion.recipe import Drawn, Kind, Recipe, Site
from ai.training.nodules.insertion.scanner import NoiseTexture, blur_mm
from ai.training.nodules.insertion.sites import Sites

#: Step of the fine grid, relative to the lesion's diameter.
_FINE = 1 / 20
_TRIES = 12
#: What is denser than this, seen over a millimetre, is wall or vessel.
_LUNG_BELOW_HU = -250.0
_LEAST_IN_LUNG = 0.5

Point = tuple[float, float, float]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lesion:
    """What was inserted: the truth.

    Parameters
    ----------
    center_lps_mm : tuple of float
        Centroid ``(x, y, z)`` of the part in lung.
    diameter_mm : float
        Of the sphere that has the volume of the part in lung.
    kind : {"solid", "part-solid", "ground-glass"}
    site : {"isolated", "pleural", "perivascular"}
    corner : tuple of int
        Index ``(z, y, x)``, in the image's voxels, of the mask's first voxel.
    mask : ndarray of bool, shape (slices, rows, columns)
        Voxels at least half of which is lesion, within their box.
    """

    center_lps_mm: Point
    diameter_mm: float
    kind: Kind
    site: Site
    corner: tuple[int, int, int]
    mask: npt.NDArray[np.bool_]

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """The mask's box in the image's voxels."""
        z, y, x = (slice(c, c + n) for c, n in zip(self.corner, self.mask.shape, strict=True))
        return z, y, x


@dataclass(frozen=True)
class Inserted:
    """A scan with lesions in it, and the truth about them."""

    image: Image
    lesions: tuple[Lesion, ...]


@dataclass(frozen=True)
class Host:
    """A scan prepared to receive lesions.

    Parameters
    ----------
    image : Image
        In HU; axes towards head, back and left.
    sites : Sites
    blur_mm : float
        Standard deviation of the in-plane point spread.
    noise : NoiseTexture
    avoid : tuple of (ndarray, float)
        Centres in LPS mm and radii in mm that lesions stay clear of.
    """

    image: Image
    sites: Sites
    blur_mm: float
    noise: NoiseTexture
    avoid: tuple[tuple[Floats, float], ...] = ()

    @classmethod
    def of(cls, image: Image, avoid: Sequence[tuple[Point, float]] = ()) -> Host:
        """Prepare a scan, in any orientation; takes a few seconds.

        Parameters
        ----------
        image : Image
            A chest CT in HU.
        avoid : sequence of (point, float)
            What is there already: centre in LPS mm and radius in mm.

        Raises
        ------
        NoLungError
            There is no lung in it.
        """
        axial = to_axial(image)
        return cls(
            axial,
            Sites.of(axial),
            blur_mm(axial),
            NoiseTexture.of(axial),
            tuple((np.array(center), radius) for center, radius in avoid),
        )

    def insert(self, rng: np.random.Generator, count: int, recipe: Recipe) -> Inserted:
        """A copy of the scan with lesions.

        Parameters
        ----------
        rng : Generator
            Decides everything.
        count : int
            How many; fewer where the lungs have no more room.
        recipe : Recipe
        """
        voxels = self.image.voxels.astype(np.int16)
        taken = list(self.avoid)
        lesions: list[Lesion] = []
        for _ in range(count * _TRIES):
            if len(lesions) == count:
                break
            drawn = recipe.draw(rng)
            radius = drawn.diameter_mm / 2
            center = self.sites.choose(rng, drawn.site, radius, taken)
            lesion = None if center is None else self._put(rng, voxels, drawn, center)
            if center is not None and lesion is not None:
                lesions.append(lesion)
                taken.append((center, radius))
        return Inserted(replace(self.image, voxels=voxels), tuple(lesions))

    def _put(
        self,
        rng: np.random.Generator,
        voxels: npt.NDArray[np.int16],
        drawn: Drawn,
        center: Floats,
    ) -> Lesion | None:
        """Change the voxels; None, with nothing changed, if too little would lie in lung."""
        painted = _Painted.of(self.image, self.blur_mm, drawn, center)
        old = voxels[painted.box].astype(np.float64)
        smooth = ndimage.gaussian_filter(old, [1.0 / mm for mm in self.image.spacing_mm])
        # A vessel that runs through a lesion is part of it, a wall is not.
        in_lung = (smooth < _LUNG_BELOW_HU) | self.sites.clear_of_wall(self.image, painted.box)
        cover = painted.cover * in_lung
        if cover.sum() < _LEAST_IN_LUNG * painted.cover.sum():
            return None
        mask = cover >= min(0.5, 0.5 * float(cover.max()))
        room = np.clip((drawn.tissue_hu - smooth) / 50, 0, 1)
        tissue = drawn.tissue_hu + self.noise.sample(rng, old.shape)
        new = old + painted.share * room * (tissue - old)
        voxels[painted.box] = np.rint(np.clip(new, -1024, 3071)).astype(np.int16)
        return self._lesion(drawn, painted, cover, mask)

    def _lesion(
        self, drawn: Drawn, painted: _Painted, cover: Floats, mask: npt.NDArray[np.bool_]
    ) -> Lesion:
        start = np.array([s.start for s in painted.box])
        x, y, z = (float(v) for v in self.image.lps(start + ndimage.center_of_mass(cover)))
        voxel_mm3 = abs(float(np.linalg.det(self.image.affine[:3, :3])))
        box = ndimage.find_objects(mask.astype(np.uint8))[0]
        return Lesion(
            center_lps_mm=(x, y, z),
            diameter_mm=float(np.cbrt(6 / np.pi * cover.sum() * voxel_mm3)),
            kind=drawn.kind,
            site=drawn.site,
            corner=(
                int(start[0] + box[0].start),
                int(start[1] + box[1].start),
                int(start[2] + box[2].start),
            ),
            mask=mask[box],
        )


@dataclass(frozen=True)
class _Painted:
    """A lesion on the voxels of a box: how much of each it covers, and what share of air it fills.

    ``cover`` is geometric, ``share`` as the scanner blurs it.
    """

    box: tuple[slice, slice, slice]
    cover: Floats
    share: Floats

    @classmethod
    def of(cls, image: Image, blur_mm: float, drawn: Drawn, center: Floats) -> _Painted:
        surface, scale = drawn.surface, _scale(drawn)
        blur = float(np.hypot(blur_mm, drawn.edge_mm))
        spacing = np.array(image.spacing_mm)
        thickness = max(image.slice_thickness_mm or 0.0, spacing[0])
        # The sampled extremes, with a margin for what lies between the samples.
        radii = scale * surface.radius(_DIRECTIONS)
        nearest, farthest = 0.95 * float(radii.min()), 1.05 * float(radii.max())
        reach = (farthest + 3 * blur + np.array([thickness, 0, 0])) / spacing
        inverse = np.linalg.inv(image.affine)
        index = (inverse[:3, :3] @ center + inverse[:3, 3])[::-1]
        low = np.maximum(np.floor(index - reach), 0).astype(int)
        high = np.minimum(np.ceil(index + reach) + 1, image.voxels.shape).astype(int)
        # Odd, so that one of the fine points is the voxel's centre.
        fine = np.ceil(spacing / (_FINE * drawn.diameter_mm)).astype(int) // 2 * 2 + 1
        axes = [
            (np.arange((b - a) * n) + 0.5) / n - 0.5 + a - i
            for a, b, n, i in zip(low, high, fine, index, strict=True)
        ]
        offset = np.stack(np.meshgrid(*axes, indexing="ij")[::-1], -1) @ image.affine[:3, :3].T
        distance = np.linalg.norm(offset, axis=-1)
        inside = (distance < nearest).astype(np.float32)
        core = (distance < drawn.core * nearest).astype(np.float32)
        unsure = (distance < farthest) & (distance > (drawn.core or 1.0) * nearest)
        far = distance[unsure]
        edge = scale * surface.radius(offset[unsure] / np.maximum(far, 1e-6)[:, None])
        inside[unsure] = far < edge
        core[unsure] = far < drawn.core * edge
        cover = inside.reshape([v for n, f in zip(high - low, fine, strict=True) for v in (n, f)])
        filled = drawn.ground_glass * inside + (1 - drawn.ground_glass) * core
        steps = spacing / fine
        filled = ndimage.gaussian_filter(filled, [drawn.edge_mm / steps[0], *(blur / steps[1:])])
        filled = ndimage.uniform_filter1d(filled, max(1, round(thickness / steps[0])), axis=0)
        return cls(
            (slice(low[0], high[0]), slice(low[1], high[1]), slice(low[2], high[2])),
            cover.mean(axis=(1, 3, 5)),
            filled[fine[0] // 2 :: fine[0], fine[1] // 2 :: fine[1], fine[2] // 2 :: fine[2]],
        )


def _scale(drawn: Drawn) -> float:
    """Millimetres of the surface's unit, so that its volume is that of the sphere."""
    mean_cube = float(np.mean(drawn.surface.radius(_DIRECTIONS) ** 3))
    return drawn.diameter_mm / 2 / float(np.cbrt(mean_cube))


def _sphere(count: int) -> Floats:
    """Evenly spread unit vectors, shape (count, 3): a Fibonacci lattice."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    turn = np.pi * (1 + 5**0.5) * k
    ring = np.sqrt(1 - z * z)
    return np.column_stack([ring * np.cos(turn), ring * np.sin(turn), z])


_DIRECTIONS = _sphere(3000)
