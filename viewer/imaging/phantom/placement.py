"""Where the default nodules go: one of each kind a radiologist looks for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from viewer.imaging.phantom.nodules import Nodule
from viewer.imaging.phantom.patient import Patient
from viewer.imaging.phantom.shapes import Points

_ORIGIN = (0.0, 0.0, 0.0)

#: What to place, and in which part of the lungs: side (−1 right), lowest and highest z in mm.
_WANTED: tuple[tuple[Nodule, int, float, float], ...] = (
    (Nodule(_ORIGIN, 20.0, 38.0, roughness=0.13), 1, -95, -50),
    (Nodule(_ORIGIN, 14.0, 40.0, attachment="pleura"), -1, -80, -20),
    (Nodule(_ORIGIN, 11.0, 30.0, attachment="vessel"), 1, 10, 60),
    (Nodule(_ORIGIN, 9.0, 35.0), -1, 20, 70),
    (Nodule(_ORIGIN, 6.0, 45.0), 1, -50, 0),
    (Nodule(_ORIGIN, 18.0, -640.0, "part-solid", core_diameter_mm=8.0, core_hu=25.0), -1, -15, 35),
    (Nodule(_ORIGIN, 12.0, -610.0, "ground-glass"), 1, 20, 75),
    (Nodule(_ORIGIN, 7.0, -560.0, "ground-glass"), -1, -75, -30),
)
_APART_MM = 32.0


def default_nodules(
    someone: Patient, seed: int, origin_lps_mm: tuple[float, float, float]
) -> tuple[Nodule, ...]:
    """Place one nodule of each kind in a patient's lungs.

    Parameters
    ----------
    someone : the patient.
    seed : of the choice and of the nodules' shapes.
    origin_lps_mm : LPS mm of the phantom's origin.
    """
    rng = np.random.default_rng((seed, 2))
    placed: list[Nodule] = []
    taken = np.empty((0, 3))
    for number, (nodule, side, low, high) in enumerate(_WANTED):
        candidates = _candidates(someone, nodule, side, low, high, rng)
        free = np.ones(len(candidates), dtype=bool)
        for other in taken:
            free &= np.linalg.norm(candidates - other, axis=1) > _APART_MM
        center = candidates[free][0]
        taken = np.vstack([taken, center])
        x, y, z = (round(float(v), 2) for v in center + origin_lps_mm)
        placed.append(replace(nodule, center_lps_mm=(x, y, z), seed=1000 * seed + number))
    return tuple(placed)


def _candidates(
    someone: Patient, nodule: Nodule, side: int, low: float, high: float, rng: np.random.Generator
) -> Points:
    """Places for a nodule, best first."""
    radius = nodule.diameter_mm / 2
    if nodule.attachment == "vessel":
        return _beside_vessels(someone, radius, side, low, high, rng)
    points = rng.uniform((15, -90, low), (140, 88, high), size=(6000, 3)) * (side, 1, 1)
    depth = someone.lung_depth(points)
    if nodule.attachment == "pleura":
        lateral = np.abs(points[:, 0]) > 85
        return points[lateral & (np.abs(depth - 1.0 * radius) < 0.25)]
    points = points[depth > radius + 6][:400]
    vessels = np.concatenate([someone.arteries, someone.veins])
    vessels = vessels[vessels[:, 6] > 1.0]
    middle = (vessels[:, :3] + vessels[:, 3:6]) / 2
    gap = np.linalg.norm(points[:, None] - middle[None], axis=2).min(axis=1)
    return np.asarray(points[np.argsort(-gap, kind="stable")])


def _beside_vessels(
    someone: Patient, radius: float, side: int, low: float, high: float, rng: np.random.Generator
) -> Points:
    """Places that touch a middle-sized artery."""
    tubes = rng.permutation(someone.arteries)
    middle = (tubes[:, :3] + tubes[:, 3:6]) / 2
    fits = (tubes[:, 7] > 1.2) & (tubes[:, 7] < 2.4) & (middle[:, 2] > low) & (middle[:, 2] < high)
    fits &= middle[:, 0] * side > 0
    tubes, middle = tubes[fits], middle[fits]
    along = tubes[:, 3:6] - tubes[:, :3]
    aside = np.cross(along, rng.normal(size=along.shape))
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    points = middle + aside * (radius + 0.5 * tubes[:, 7])[:, None]
    return np.asarray(points[someone.lung_depth(points) > radius + 4])
