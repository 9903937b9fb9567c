"""What lies under the diaphragm: liver, spleen, stomach."""

from __future__ import annotations

import numpy as np

from viewer.imaging.phantom.shapes import Field, ellipsoid, intersection


def _below(diaphragm: Field, cage: Field, gap_mm: float) -> Field:
    """The abdominal side of the diaphragm, that far away from it and from the wall."""
    return intersection(-diaphragm + 0.7 * gap_mm, cage + gap_mm, 8)


def liver(x: Field, y: Field, z: Field, diaphragm: Field, cage: Field) -> Field:
    """The liver: under the right dome, its left lobe tapering across the midline."""
    edge = x - 44 + 0.75 * np.maximum(y + 40, 0) + 0.45 * (-128 - z)
    spine = 34 - np.hypot(x - 2, y - 58)
    level = intersection(_below(diaphragm, cage, 3), np.asarray(edge * 0.75, dtype=np.float32), 20)
    return intersection(level, np.asarray(spine, dtype=np.float32), 12)


def spleen(x: Field, y: Field, z: Field, diaphragm: Field, cage: Field) -> Field:
    """The spleen, against the left wall."""
    body = ellipsoid(x, y, z, (94, 38, -152), (24, 48, 46), 58)
    return intersection(body, _below(diaphragm, cage, 4), 8)


def stomach(x: Field, y: Field, z: Field, diaphragm: Field, cage: Field) -> Field:
    """The outer wall of the stomach."""
    body = ellipsoid(x, y, z, (60, -20, -160), (44, 56, 50), -20)
    return intersection(body, _below(diaphragm, cage, 5), 10)
