"""Drawing shapes into a slab of slices with partial volume: no staircases.

Organs are smooth, so their level functions are evaluated on a coarse grid, divided by the distance
over which the level crosses one voxel, and interpolated (cubic B-spline, two matrix products); only
then do they become coverage. Tubes are drawn one capsule at a time into their own boxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from viewer.imaging.phantom.shapes import Field, Tubes

Box = tuple[slice, slice, slice]

#: Organs' levels are sampled this finely.
COARSE_MM = 3.0


@dataclass(frozen=True)
class Axis:
    """Voxel centres along one axis: ``first + spacing · i``, in mm."""

    first: float
    spacing: float
    count: int

    @property
    def at(self) -> Field:
        """Their positions."""
        return np.asarray(self.first + self.spacing * np.arange(self.count), dtype=np.float32)

    def reach(self, low: float, high: float) -> slice:
        """The voxels between two positions."""
        lower = int(np.ceil((low - self.first) / self.spacing))
        upper = int(np.floor((high - self.first) / self.spacing)) + 1
        return slice(min(max(lower, 0), self.count), max(min(upper, self.count), 0))

    def coarse(self) -> Axis:
        """A coarse axis that covers this one with room for the B-spline."""
        spacing = max(COARSE_MM, self.spacing)
        steps = int(np.ceil((self.count - 1) * self.spacing / spacing))
        return Axis(self.first - spacing, spacing, steps + 4)

    def weights(self, coarse: Axis) -> Field:
        """Cubic B-spline weights, shape (count, coarse.count)."""
        at = (self.at.astype(np.float64) - coarse.first) / coarse.spacing
        distance = np.abs(at[:, None] - np.arange(coarse.count)[None])
        near = 2 / 3 - distance**2 + distance**3 / 2
        far = (2 - distance) ** 3 / 6
        return np.where(distance < 1, near, np.where(distance < 2, far, 0)).astype(np.float32)


@dataclass(frozen=True)
class Slab:
    """Some consecutive slices of a scan: where their voxels lie, fine and coarse."""

    x: Axis
    y: Axis
    z: Axis

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(slices, rows, columns)``."""
        return self.z.count, self.y.count, self.x.count

    @property
    def width_mm(self) -> float:
        """Width over which the edge of a tube is blurred by the voxels' size."""
        return (self.x.spacing + self.y.spacing + self.z.spacing) / 3

    def coarse_grid(self) -> tuple[Field, Field, Field]:
        """Coarse x and y, and the slices' z with one more on either side, ready to broadcast."""
        z = Axis(self.z.first - self.z.spacing, self.z.spacing, self.z.count + 2)
        x, y = self.x.coarse(), self.y.coarse()
        return x.at[None, None, :], y.at[None, :, None], z.at[:, None, None]

    def fine_grid(self, box: Box) -> tuple[Field, Field, Field]:
        """Positions of the voxels of a box, ready to broadcast."""
        z, y, x = box
        return self.x.at[x][None, None, :], self.y.at[y][None, :, None], self.z.at[z][:, None, None]


class Canvas:
    """The slab being drawn, in HU.

    ``hu`` is an ndarray of float32, shape (slices, rows, columns).
    """

    def __init__(self, slab: Slab, background_hu: float) -> None:
        self.slab = slab
        self.hu = np.full(slab.shape, background_hu, dtype=np.float32)
        self._across = slab.x.weights(slab.x.coarse()).T
        self._down = slab.y.weights(slab.y.coarse())

    def voxels(self, level: Field) -> tuple[Field, Field]:
        """A coarse level (with its halo of slices) in voxels, and the mm of level in a voxel."""
        slab, coarse = self.slab, (self.slab.y.coarse().spacing, self.slab.x.coarse().spacing)
        change = np.abs(level[2:, 1:-1, 1:-1] - level[:-2, 1:-1, 1:-1])
        inner = level[1:-1]
        change += np.abs(inner[:, 2:, 1:-1] - inner[:, :-2, 1:-1]) * (slab.y.spacing / coarse[0])
        change += np.abs(inner[:, 1:-1, 2:] - inner[:, 1:-1, :-2]) * (slab.x.spacing / coarse[1])
        change = np.maximum(change / 2, 0.5 * min(slab.x.spacing, slab.y.spacing))
        change = np.pad(change, ((0, 0), (1, 1), (1, 1)), mode="edge")
        return np.asarray(inner / change), change

    def upsample(self, coarse: Field, box: Box | None = None) -> Field:
        """Coarse values of the slab's slices on the fine grid, or on a box of it."""
        _, rows, columns = box or (slice(None),) * 3
        return np.asarray(np.matmul(np.matmul(self._down[rows], coarse), self._across[:, columns]))

    def coverage(self, level: Field) -> tuple[Box, Field] | None:
        """Share of each voxel inside a shape, and the box beyond which it is nil."""
        voxels, _ = self.voxels(level)
        box = self._extent(voxels < 0.5)
        if box is None:
            return None
        return box, np.clip(0.5 - self.upsample(voxels[box[0]], box), 0, 1)

    def sheet(
        self, level: Field, half_mm: float | Field, within: Field, hu: float, layers_mm: float = 0
    ) -> None:
        """Lay a thin sheet along the zero of a level, or one every ``layers_mm`` of it.

        Parameters
        ----------
        level : coarse, with its halo of slices.
        half_mm : half the sheet's thickness; where negative there is none.
        within : level of the region that it is confined to.
        hu : of the sheet.
        layers_mm : distance of repeated sheets.
        """
        covered = self.coverage(within)
        if covered is None:
            return
        box, inside = covered
        voxels, mm = self.voxels(level)
        distance = self.upsample(voxels[box[0]], box)
        if layers_mm:
            period = self.upsample(layers_mm / mm[box[0]], box)
            distance = (distance / period + 0.5) % 1 * period - 0.5 * period
        half = self.upsample((np.broadcast_to(half_mm, level.shape)[1:-1] / mm)[box[0]], box)
        cover = np.clip(half - np.abs(distance) + 0.5, 0, 1) * np.clip(2 * half, 0, 1)
        self.blend(box, cover * inside, hu)

    def _extent(self, inside: npt.NDArray[np.bool_]) -> Box | None:
        """Box of the fine grid that encloses a coarse mask."""
        if not inside.any():
            return None
        slices = np.flatnonzero(inside.any(axis=(1, 2)))
        ranges = [slice(int(slices[0]), int(slices[-1]) + 1)]
        for other, axis in (((0, 2), self.slab.y), ((0, 1), self.slab.x)):
            hit = np.flatnonzero(inside.any(axis=other))
            coarse = axis.coarse()
            low = coarse.first + coarse.spacing * (hit[0] - 2)
            ranges.append(axis.reach(low, coarse.first + coarse.spacing * (hit[-1] + 2)))
        return ranges[0], ranges[1], ranges[2]

    def blend(self, box: Box, cover: Field, hu: float | Field) -> None:
        """Lay a tissue over the box, as far as it covers each voxel."""
        view = self.hu[box]
        view += cover * (hu - view)

    def fill(self, level: Field, hu: float) -> None:
        """Lay a tissue over the inside of a coarse level."""
        covered = self.coverage(level)
        if covered is not None:
            self.blend(*covered, hu)


def near(
    slab: Slab, tubes: Tubes, margin_mm: float, squeeze: float = 1.0
) -> Iterator[tuple[Box, Field, Field]]:
    """For each capsule that meets the slab: its box, the radius and the distance from its axis.

    Parameters
    ----------
    slab : where to draw.
    tubes : capsules.
    margin_mm : how far beyond the radius the box reaches.
    squeeze : the tubes are round in a space whose z is shrunk by this factor.
    """
    reach = np.maximum(tubes[:, 6], tubes[:, 7]) + margin_mm
    low = np.minimum(tubes[:, 2], tubes[:, 5]) - reach / squeeze
    high = np.maximum(tubes[:, 2], tubes[:, 5]) + reach / squeeze
    xs, ys, zs = slab.x.at[None, None, :], slab.y.at[None, :, None], slab.z.at[:, None, None]
    here = (high >= float(zs[0, 0, 0])) & (low <= float(zs[-1, 0, 0]))
    for tube, r, bottom, top in zip(tubes[here], reach[here], low[here], high[here], strict=True):
        ax, ay, az, bx, by, bz, ra, rb = tube.tolist()
        box = (
            slab.z.reach(bottom, top),
            slab.y.reach(min(ay, by) - r, max(ay, by) + r),
            slab.x.reach(min(ax, bx) - r, max(ax, bx) + r),
        )
        if any(s.start >= s.stop for s in box):
            continue
        gx, gy, gz = xs[..., box[2]] - ax, ys[:, box[1]] - ay, (zs[box[0]] - az) * squeeze
        dx, dy, dz = bx - ax, by - ay, (bz - az) * squeeze
        along = gx * dx + gy * dy + gz * dz
        along *= 1 / (dx * dx + dy * dy + dz * dz + 1e-9)
        np.minimum(np.maximum(along, 0, out=along), 1, out=along)
        square = (gx - along * dx) ** 2
        square += (gy - along * dy) ** 2
        square += (gz - along * dz) ** 2
        yield box, ra + (rb - ra) * along, np.sqrt(square)


def depth(slab: Slab, tubes: Tubes, margin_mm: float = 1.5, squeeze: float = 1.0) -> Field:
    """How deep each voxel lies inside the union of tubes, in mm; −99 far outside."""
    inside = np.full(slab.shape, -99, dtype=np.float32)
    for box, radius, distance in near(slab, tubes, margin_mm, squeeze):
        view = inside[box]
        np.maximum(view, radius - distance, out=view)
    return inside


def thin_coverage(slab: Slab, tubes: Tubes) -> Field:
    """Share of each voxel inside thin tubes, right on the whole for those below a voxel's width."""
    covered = np.zeros(slab.shape, dtype=np.float32)
    width = slab.width_mm
    # A tube this thin would add less than the noise to any voxel.
    visible = np.maximum(tubes[:, 6], tubes[:, 7]) > 0.1 * width
    for box, radius, distance in near(slab, tubes[visible], width):
        wide = np.maximum(radius, 0.5 * width)
        cover = (wide - distance) * (1 / width) + 0.5
        np.minimum(np.maximum(cover, 0, out=cover), 1, out=cover)
        cover *= np.minimum(1, (np.pi / width**2) * radius * radius)
        view = covered[box]
        np.maximum(view, cover, out=view)
    return covered
