"""From a patient's shapes to HU: one tissue is laid over the other, slab by slab."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from viewer.imaging.phantom import skeleton
from viewer.imaging.phantom.nodules import Blob, Nodule
from viewer.imaging.phantom.patient import Organs, Patient
from viewer.imaging.phantom.raster import Canvas, depth, thin_coverage
from viewer.imaging.phantom.shapes import Field, Tubes

#: HU of the tissues, in the portal venous phase of a contrast-enhanced scan.
AIR, SKIN, FAT, MUSCLE, MEDIASTINAL_FAT = -1000.0, 55.0, -104.0, 58.0, -98.0
BLOOD, MYOCARDIUM, PERICARDIUM, LUNG_VESSEL = 152.0, 104.0, 30.0, 120.0
LIVER, LIVER_VEIN, SPLEEN, STOMACH_WALL, STOMACH = 106.0, 148.0, 118.0, 75.0, 22.0
OESOPHAGUS, THYROID, AIRWAY_WALL = 48.0, 168.0, 25.0
CORTEX, RIB_MARROW, SPONGIOSA, DISC, CANAL, CORD, CARTILAGE = 820.0, 190, 200, 88, 5, 42, 108
FISSURE = -640.0

#: The stomach's contents settle: gas in front of this y, in mm.
_FLUID_LEVEL_Y = -42.0


class Painter:
    """Paints slabs of one patient.

    Parameters
    ----------
    someone : the patient.
    nodules : what to put into the lungs.
    origin_lps_mm : LPS mm of the phantom's origin, in which nodules are given.
    seed : of the lungs' texture.
    """

    def __init__(
        self,
        someone: Patient,
        nodules: Sequence[Nodule],
        origin_lps_mm: Sequence[float],
        seed: int,
    ) -> None:
        self._patient, self._seed = someone, seed
        self._nodules = [
            part for nodule in nodules for part in _blobs(nodule, np.asarray(origin_lps_mm))
        ]

    def paint(self, canvas: Canvas, first_slice: int) -> None:
        """Lay the whole patient onto a canvas that holds air and the table."""
        organs = self._patient.organs(*canvas.slab.coarse_grid())
        self._trunk(canvas, organs)
        self._abdomen(canvas, organs)
        self._lungs(canvas, organs, first_slice)
        self._mediastinum(canvas, organs)
        self._skeleton(canvas)
        for blob, hu in self._nodules:
            covered = blob.coverage(canvas.slab)
            if covered is not None:
                canvas.blend(*covered, hu)

    def _trunk(self, canvas: Canvas, organs: Organs) -> None:
        canvas.fill(organs.skin, SKIN)
        canvas.fill(organs.skin + 2.2, FAT)
        canvas.fill(organs.muscle, MUSCLE)
        # Fat between the intercostal muscles and the outer ones, and between muscle groups.
        x, y, z = canvas.slab.coarse_grid()
        ripple = 3 * np.sin(x / 17 + z / 29) + 3 * np.sin(y / 19 - z / 23)
        outside = np.maximum(organs.muscle + 3, np.abs(organs.cage - 29) - 19)
        canvas.sheet(organs.cage - 15 + ripple, _fat_thickness(x, y, z), outside, FAT, 17)
        canvas.fill(np.maximum(_axilla(x, y, z), organs.muscle + 5), FAT)
        canvas.fill(organs.cage, MEDIASTINAL_FAT)

    def _abdomen(self, canvas: Canvas, organs: Organs) -> None:
        # The diaphragm's own muscle, seen where fat lies under it.
        canvas.sheet(organs.diaphragm + 1.4, 1.4, organs.cage, MUSCLE)
        canvas.fill(organs.liver, LIVER)
        covered = canvas.coverage(organs.liver + 3)
        if covered is not None:
            box, inside = covered
            veins = thin_coverage(canvas.slab, self._patient.hepatic_veins)
            canvas.blend(box, veins[box] * inside, LIVER_VEIN)
        canvas.fill(organs.spleen, SPLEEN)
        canvas.fill(organs.stomach, STOMACH_WALL)
        canvas.fill(organs.stomach + 4, STOMACH)
        y = canvas.slab.coarse_grid()[1]
        canvas.fill(np.maximum(organs.stomach + 4.5, y - _FLUID_LEVEL_Y), AIR)

    def _lungs(self, canvas: Canvas, organs: Organs, first_slice: int) -> None:
        covered = canvas.coverage(organs.lungs)
        if covered is None:
            return
        box, inside = covered
        canvas.blend(box, inside, self._parenchyma(canvas, first_slice)[box])
        self._fissures(canvas, organs)
        # Vessels begin in the fat of the hilum, but stop at the chest wall and the pericardium.
        walls = np.maximum(organs.cage + 1.5, organs.diaphragm)
        room = canvas.coverage(np.maximum(walls, -organs.heart))
        if room is None:
            return
        box, inside = room
        vessels = thin_coverage(
            canvas.slab, np.concatenate([self._patient.arteries, self._patient.veins])
        )
        canvas.blend(box, vessels[box] * inside, LUNG_VESSEL)
        bronchi = self._patient.bronchi
        canvas.blend(box, thin_coverage(canvas.slab, bronchi)[box] * inside, AIRWAY_WALL)
        lumina = _lumina(bronchi)
        canvas.blend(box, thin_coverage(canvas.slab, lumina)[box] * inside, AIR + 30)

    def _parenchyma(self, canvas: Canvas, first_slice: int) -> Field:
        """HU of the lung: denser where it is dependent, and never quite even."""
        x, y, z = canvas.slab.coarse_grid()
        z = z[1:-1]
        count = canvas.slab.z.count + 2
        shape = (count, np.shape(y)[1], np.shape(x)[2])
        grain = np.stack(
            [
                np.random.default_rng((self._seed, 3, first_slice + k)).standard_normal(
                    shape[1:], dtype=np.float32
                )
                for k in range(count)
            ]
        )
        grain = 0.5 * grain[:-2] + 0.8 * grain[1:-1] + 0.5 * grain[2:]
        slope = -858 + 0.2 * y + 0.04 * (z + 40) * -1 + 8 * np.sin(x / 29 + z / 37) * np.cos(y / 33)
        return canvas.upsample(np.asarray(slope + 17 * grain, dtype=np.float32))

    def _fissures(self, canvas: Canvas, organs: Organs) -> None:
        deep = organs.lungs + 1.5
        canvas.sheet(organs.oblique_fissure, 0.5, deep, FISSURE)
        left = np.where(canvas.slab.coarse_grid()[0] > 0, np.float32(99), np.float32(-99))
        middle = np.maximum(np.maximum(deep, left), -organs.oblique_fissure)
        canvas.sheet(organs.horizontal_fissure, 0.5, middle, FISSURE)

    def _mediastinum(self, canvas: Canvas, organs: Organs) -> None:
        slab, someone = canvas.slab, self._patient
        canvas.sheet(organs.heart + 0.5, 0.8, organs.myocardium - 9, PERICARDIUM)
        canvas.fill(np.maximum(organs.myocardium, organs.heart + 3), MYOCARDIUM)
        canvas.fill(np.maximum(organs.blood, organs.heart + 4), BLOOD)
        for tubes, hu in (
            (someone.soft_organs, OESOPHAGUS),
            (someone.thyroid, THYROID),
            (someone.great_vessels, BLOOD),
        ):
            _lay(canvas, depth(slab, tubes), hu)
        airways = depth(slab, someone.airways)
        _lay(canvas, airways, AIRWAY_WALL)
        _lay(canvas, airways - 1.5, AIR)
        _lay(canvas, depth(slab, someone.oesophageal_gas), AIR)

    def _skeleton(self, canvas: Canvas) -> None:
        slab, someone = canvas.slab, self._patient
        self._spine(canvas)
        _lay(canvas, depth(slab, someone.cartilage, squeeze=skeleton.RIB_SQUEEZE), CARTILAGE)
        for tubes, squeeze, cortex_mm in (
            (someone.ribs, skeleton.RIB_SQUEEZE, 1.2),
            (someone.bones, 1.0, 1.5),
        ):
            inside = depth(slab, tubes, squeeze=squeeze)
            _lay(canvas, inside, CORTEX)
            _lay(canvas, inside - cortex_mm, RIB_MARROW)

    def _spine(self, canvas: Canvas) -> None:
        slab = canvas.slab
        middle = float(skeleton.spine_y(slab.z.at.mean()))
        box = (
            slice(0, slab.z.count),
            slab.y.reach(middle - 28, middle + 44),
            slab.x.reach(-36, 36),
        )
        if any(s.start >= s.stop for s in box):
            return
        x, y, z = slab.fine_grid(box)
        x, y = self._patient.warp.to_anatomy(x, y, z)
        body, column, canal = skeleton.vertebral_column(x, y, z)
        for level, hu in (
            (column - 1.5, MUSCLE),
            (column, DISC),
            (body, 520.0),
            (body + 1.2, SPONGIOSA),
            (canal - 1.5, MUSCLE),
            (canal, CANAL),
            (canal + 3.6, CORD),
        ):
            canvas.blend(box, np.clip(0.5 - level / slab.width_mm, 0, 1), hu)


def _blobs(nodule: Nodule, origin: npt.NDArray[np.float64]) -> list[tuple[Blob, float]]:
    """A nodule's shapes with their HU, in the phantom's frame; the solid core last."""
    center = np.asarray(nodule.center_lps_mm) - origin
    parts = [(Blob(center, nodule.diameter_mm, nodule.roughness, nodule.seed), nodule.hu)]
    if nodule.core_diameter_mm > 0:
        core = Blob(center, nodule.core_diameter_mm, nodule.roughness, nodule.seed + 1)
        parts.append((core, nodule.core_hu))
    return parts


def _lay(canvas: Canvas, depth_mm: Field, hu: float) -> None:
    """Lay a tissue wherever a depth is positive, with the edge blurred over a voxel."""
    inside = depth_mm > -canvas.slab.width_mm
    if not inside.any():
        return
    rows = np.flatnonzero(inside.any(axis=(0, 2)))
    columns = np.flatnonzero(inside.any(axis=(0, 1)))
    box = (
        slice(None),
        slice(int(rows[0]), int(rows[-1]) + 1),
        slice(int(columns[0]), int(columns[-1]) + 1),
    )
    canvas.blend(box, np.clip(depth_mm[box] / canvas.slab.width_mm + 0.5, 0, 1), hu)


def _lumina(bronchi: Tubes) -> Tubes:
    """The insides of bronchi: their walls take a fifth of the radius, but at least 0.5 mm."""
    narrow = bronchi.copy()
    narrow[:, 6:] = np.maximum(bronchi[:, 6:] - np.maximum(0.5, 0.22 * bronchi[:, 6:]), 0.2)
    return narrow


def _fat_thickness(x: Field, y: Field, z: Field) -> Field:
    """Half the width of the fat planes between the muscles outside the ribs, in mm."""
    return np.asarray(0.5 + 1.1 * np.sin(x / 23 + z / 31) * np.cos(y / 25 - z / 37))


def _axilla(x: Field, y: Field, z: Field) -> Field:
    """The fat of both armpits."""
    bulge = 7 * np.sin(x / 11 + z / 19) + 6 * np.sin(y / 9 - z / 15) + 4 * np.sin((x + y) / 7)
    across = ((np.abs(x) - 126) / 22) ** 2 + ((y + 2) / 30) ** 2 + ((z - 40) / 55) ** 2
    return np.asarray((np.sqrt(across) - 1) * 22 + bulge, dtype=np.float32)
