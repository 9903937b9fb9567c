"""One synthetic patient: everything that a seed decides, before a scanner looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from viewer.imaging.phantom import abdomen, mediastinum, skeleton, trunk
from viewer.imaging.phantom.shapes import Field, Points, Tubes, Warp
from viewer.imaging.phantom.tree import Tree, grow

#: Distance between the points that the last pulmonary vessels supply, in mm.
_SUPPLY_MM = 9.0
_TERMINAL_RADIUS_MM = 0.42


@dataclass(frozen=True)
class Organs:
    """Levels of the organs on one grid: negative inside, about in mm."""

    skin: Field
    muscle: Field
    cage: Field
    diaphragm: Field
    lungs: Field
    heart: Field
    myocardium: Field
    blood: Field
    liver: Field
    spleen: Field
    stomach: Field
    oblique_fissure: Field
    horizontal_fissure: Field


@dataclass(frozen=True)
class Patient:
    """The tubes of a patient, already where the scan sees them, and the warp of its organs."""

    warp: Warp
    arteries: Tubes
    veins: Tubes
    bronchi: Tubes
    hepatic_veins: Tubes
    great_vessels: Tubes
    airways: Tubes
    soft_organs: Tubes
    oesophageal_gas: Tubes
    thyroid: Tubes
    ribs: Tubes
    cartilage: Tubes
    bones: Tubes

    def organs(self, x: Field, y: Field, z: Field) -> Organs:
        """Evaluate all organs at places in the scan (phantom frame, mm)."""
        x, y = self.warp.to_anatomy(x, y, z)
        skin = trunk.body(x, y, z)
        cage = trunk.cage(x, y, z)
        diaphragm = trunk.diaphragm(x, y, z)
        return Organs(
            skin=skin,
            muscle=trunk.muscle(x, y, z, skin),
            cage=cage,
            diaphragm=diaphragm,
            lungs=trunk.lungs(cage, trunk.mediastinum(x, y, z), diaphragm),
            heart=trunk.heart(x, y, z),
            myocardium=mediastinum.myocardium(x, y, z),
            blood=mediastinum.blood(x, y, z),
            liver=abdomen.liver(x, y, z, diaphragm, cage),
            spleen=abdomen.spleen(x, y, z, diaphragm, cage),
            stomach=abdomen.stomach(x, y, z, diaphragm, cage),
            oblique_fissure=trunk.oblique_fissure(x, y, z),
            horizontal_fissure=trunk.horizontal_fissure(x, y, z),
        )

    def lung_depth(self, points: Points) -> Points:
        """How deep points of the scan lie inside a lung, about in mm; negative outside."""
        x, y = self.warp.to_anatomy(*points.T)
        z = points[:, 2]
        return -np.asarray(_lung_level(x, y, z), dtype=np.float64)


def _lung_level(x: Field, y: Field, z: Field) -> Field:
    return trunk.lungs(trunk.cage(x, y, z), trunk.mediastinum(x, y, z), trunk.diaphragm(x, y, z))


@lru_cache(maxsize=2)
def patient(seed: int) -> Patient:
    """The patient of a seed; always the same."""
    rng = np.random.default_rng((seed, 0))
    warp = Warp.random(rng)
    arteries, veins, bronchi = [], [], []
    for side, sign in (("right", -1), ("left", 1)):
        artery = grow(mediastinum.ARTERY_ROOT[side], *_supply(sign, rng), _TERMINAL_RADIUS_MM, rng)
        arteries.append(artery.tubes())
        points, lobes = _supply(sign, rng)
        for root, drained in (
            (mediastinum.UPPER_VEIN_ROOT[side], lobes < 2),
            (mediastinum.LOWER_VEIN_ROOT[side], lobes == 2),
        ):
            vein = grow(root, points[drained], lobes[drained], _TERMINAL_RADIUS_MM, rng)
            veins.append(vein.tubes())
        bronchi.append(_bronchi(artery, side).tubes())
    hepatic = grow((-19, 12, -122), *_liver_supply(rng), 0.9, rng)
    bone, cartilage = skeleton.ribs()
    parts = [skeleton.sternum(), skeleton.clavicles(), skeleton.scapulae(), skeleton.arches()]
    moved = warp.tubes_to_scan
    return Patient(
        warp=warp,
        arteries=moved(np.concatenate(arteries)),
        veins=moved(np.concatenate(veins)),
        bronchi=moved(np.concatenate(bronchi)),
        hepatic_veins=moved(hepatic.tubes()),
        great_vessels=moved(mediastinum.great_vessels()),
        airways=moved(mediastinum.airways()),
        soft_organs=moved(mediastinum.soft_organs()),
        oesophageal_gas=moved(mediastinum.oesophageal_gas()),
        thyroid=moved(mediastinum.thyroid()),
        ribs=moved(bone),
        cartilage=moved(cartilage),
        bones=moved(np.concatenate(parts)),
    )


def _jittered(low: Points, high: Points, spacing: float, rng: np.random.Generator) -> Points:
    """Evenly but irregularly spread points in a box, shape (n, 3)."""
    axes = [np.arange(a, b, spacing) for a, b in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray(grid + rng.uniform(-0.55, 0.55, size=grid.shape) * spacing)


def _supply(sign: int, rng: np.random.Generator) -> tuple[Points, npt.NDArray[np.int64]]:
    """The points of one lung that vessels supply, and the lobe of each."""
    low, high = np.array([0.0, -100, -190]), np.array([145.0, 95, 112])
    points = _jittered(low, high, _SUPPLY_MM, rng) * (sign, 1, 1)
    x, y, z = points.T
    points = points[_lung_level(x, y, z) < -4.0]
    x, y, z = points.T
    lower = trunk.oblique_fissure(x, y, z) < 0
    middle = (trunk.horizontal_fissure(x, y, z) < 0) & (x < 0)
    return points, np.where(lower, 2, np.where(middle, 1, 0)).astype(np.int64)


def _liver_supply(rng: np.random.Generator) -> tuple[Points, npt.NDArray[np.int64]]:
    """The points of the liver that its veins drain."""
    points = _jittered(np.array([-135.0, -90, -205]), np.array([50.0, 85, -95]), 19.0, rng)
    x, y, z = points.T
    cage, diaphragm = trunk.cage(x, y, z), trunk.diaphragm(x, y, z)
    points = points[abdomen.liver(x, y, z, diaphragm, cage) < -7]
    return points, np.zeros(len(points), dtype=np.int64)


def _bronchi(artery: Tree, side: str) -> Tree:
    """The bronchi that run with the larger arteries, beginning at the main bronchus."""
    tree = artery.thicker_than(1.35).companion((0.3, 0.85, -0.45), scale=0.82, gap_mm=0.3)
    start = tree.start.copy()
    start[tree.parent < 0] = mediastinum.BRONCHUS_ROOT[side]
    return Tree(start, tree.end, tree.parent, np.minimum(tree.radius, 5.2))
