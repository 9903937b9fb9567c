"""Lengths and angles between points of the patient (LPS mm)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def length_mm(points: npt.ArrayLike) -> float:
    """Length of the line through points, shape (n, 2 or 3), in mm."""
    return float(np.linalg.norm(np.diff(np.asarray(points, float), axis=0), axis=1).sum())


def angle_degrees(points: npt.ArrayLike) -> float | None:
    """Angle at the middle one of three points, 0 to 180°; None where two of them coincide."""
    first, vertex, last = np.asarray(points, float)
    return _between(first - vertex, last - vertex)


def cobb_degrees(points: npt.ArrayLike) -> float | None:
    """Angle between the line through two points and the line through two more, 0 to 90°.

    The angle by which Cobb (Instr Course Lect 1948; 5: 261-275) measures scoliosis; lines have no
    direction, so it does not matter from which end they were drawn. None where one has no length.
    """
    a, b, c, d = np.asarray(points, float)
    angle = _between(b - a, d - c)
    return None if angle is None else min(angle, 180 - angle)


def _between(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float | None:
    if not (np.any(a) and np.any(b)):
        return None
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    # Of sum and difference: exact near 0° and 180° too, where the cosine is flat.
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))))
