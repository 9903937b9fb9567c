"""The synthetic chest CT: a patient, a scanner, and the truth about the nodules."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from viewer.imaging.phantom.nodules import Nodule
from viewer.imaging.phantom.painter import AIR, Painter
from viewer.imaging.phantom.patient import patient
from viewer.imaging.phantom.placement import default_nodules
from viewer.imaging.phantom.raster import Canvas
from viewer.imaging.phantom.scan import CARINA_LPS_MM, ChestScan
from viewer.imaging.phantom.scanner import NoiseModel, Table, blur, outside_field_of_view
from viewer.imaging.volume import PADDING, Volume

_SLAB_SLICES = 8


@dataclass(frozen=True)
class ChestPhantom:
    """A synthetic chest CT and what is known about it."""

    volume: Volume
    nodules: tuple[Nodule, ...]
    scan: ChestScan = field(repr=False)


def chest_ct(
    scan: ChestScan | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    workers: int = 2,
) -> ChestPhantom:
    """Compute a synthetic chest CT.

    Parameters
    ----------
    scan : what to compute; the default is 512 × 512 × 200 voxels over 400 × 400 × 300 mm.
    on_progress : called with (slices done, slices in all) from the calling thread.
    workers : threads; the result does not depend on their number.

    Returns
    -------
    ChestPhantom
        Voxels in HU, ``PADDING`` outside the round field of view.
    """
    scan = scan or ChestScan()
    someone = patient(scan.seed)
    nodules = scan.nodules
    if nodules is None:
        nodules = default_nodules(someone, scan.seed, CARINA_LPS_MM)
    painter = Painter(someone, nodules, CARINA_LPS_MM, scan.seed)
    table, outside = Table(scan.slab(0, 1)), outside_field_of_view(scan.slab(0, 1))
    noise = NoiseModel(scan.slab(0, 1), scan.kernel, scan.noise_hu, scan.seed)

    def slices_from(first: int) -> npt.NDArray[np.int16]:
        slab = scan.slab(first, min(_SLAB_SLICES, scan.slices - first))
        canvas = Canvas(slab, AIR)
        table.lay(canvas)
        painter.paint(canvas, first)
        hu = blur(canvas.hu, slab, scan.kernel)
        if scan.noise_hu > 0:
            noise.add(hu, first)
        stored: npt.NDArray[np.int16] = np.rint(hu.clip(-1024, 3071)).astype(np.int16)
        stored[:, outside] = PADDING
        return stored

    voxels = np.empty((scan.slices, scan.rows, scan.columns), dtype=np.int16)
    starts = range(0, scan.slices, _SLAB_SLICES)
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        for first, slices in zip(starts, pool.map(slices_from, starts), strict=True):
            voxels[first : first + len(slices)] = slices
            done += len(slices)
            on_progress(done, scan.slices)
    return ChestPhantom(Volume(voxels, scan.geometry), nodules, scan)
