"""The trunk: skin, fat, muscle, thoracic cavity, diaphragm, lungs and their fissures."""

from __future__ import annotations

import numpy as np

from viewer.imaging.phantom.shapes import (
    Field,
    Profile,
    ellipsoid,
    intersection,
    smoothstep,
    superellipse,
    union,
)

_BODY_WIDTH = Profile(
    (-200, 164), (-120, 168), (-40, 174), (20, 183), (60, 189), (88, 186), (106, 172),
    (120, 142), (132, 100), (142, 70),
)  # fmt: skip
_BODY_FRONT = Profile(
    (-200, -114), (-120, -117), (-60, -116), (0, -109), (35, -96), (62, -79), (85, -64),
    (105, -52), (125, -48), (150, -50),
)  # fmt: skip
_BODY_BACK = Profile(
    (-200, 112), (-100, 116), (0, 118), (60, 116), (100, 106), (125, 92), (150, 82)
)

_CAGE_WIDTH = Profile(
    (-210, 134), (-120, 138), (-60, 137), (-20, 133), (20, 122), (50, 106), (75, 87), (92, 68),
    (102, 52), (108, 36), (112, 16),
)  # fmt: skip
_CAGE_FRONT = Profile(
    (-210, -86), (-100, -92), (-50, -91), (0, -84), (40, -66), (70, -43), (90, -22), (104, 2),
    (112, 18),
)  # fmt: skip
_CAGE_BACK = Profile(
    (-210, 82), (-100, 87), (0, 89), (40, 85), (70, 76), (90, 65), (104, 52), (112, 42)
)

_MEDIASTINUM_WIDTH = Profile(
    (-110, 27), (-30, 27), (0, 28), (22, 31), (50, 29), (80, 28), (115, 30)
)


def body(x: Field, y: Field, z: Field) -> Field:
    """The skin's surface, with the sternal and the vertebral groove and the pectoral bulge."""
    front, back = _BODY_FRONT(z), _BODY_BACK(z)
    groove = 5 * np.exp(-((x / 22) ** 2)) * smoothstep((y - 40) / 60)
    chest = smoothstep((-20 - y) / 60) * smoothstep((z + 60) / 70) * smoothstep((110 - z) / 50)
    pectoral = chest * (7 * np.exp(-(((np.abs(x) - 78) / 45) ** 2)) - 4 * np.exp(-((x / 25) ** 2)))
    trunk = superellipse(x, y - (front + back) / 2, _BODY_WIDTH(z), (back - front) / 2, 2.45)
    neck = ellipsoid(x, y, np.maximum(z - 60, 0), (0, 20, 0), (66, 66, 400))
    shaped = trunk + groove - pectoral
    flattened = intersection(shaped, np.asarray(y - 117 - 0 * x, dtype=np.float32), 12)
    return union(flattened, np.where(z > 60, neck, 99).astype(np.float32), 30)


def muscle(x: Field, y: Field, z: Field, skin: Field) -> Field:
    """The deep fascia, under the subcutaneous fat, which is thicker in front and at the flanks."""
    angle = np.arctan2(y, np.abs(x) + 1)
    thickness = 12.5 + 4 * np.cos(2 * angle) + 4 * smoothstep((-40 - z) / 120)
    thickness = thickness + 2 * np.sin(x / 23 + z / 31) * np.cos(y / 27 - z / 47)
    return np.asarray(skin + thickness * (1 - 0.4 * smoothstep((y - 80) / 20)))


def cage(x: Field, y: Field, z: Field) -> Field:
    """The inner surface of ribs and intercostal muscle: what the parietal pleura lines."""
    front, back = _CAGE_FRONT(z), _CAGE_BACK(z)
    level = superellipse(x, y - (front + back) / 2, _CAGE_WIDTH(z), (back - front) / 2, 2.3)
    return intersection(level, np.asarray(z - 109.5 + 0 * level, dtype=np.float32), 6)


def cage_edge(angle: Field, z: Field) -> tuple[Field, Field]:
    """Point of the cage's surface at an angle from straight back (0) over left (π/2) to front."""
    front, back = _CAGE_FRONT(z), _CAGE_BACK(z)
    power = 2 / 2.3
    sine, cosine = np.sin(angle), np.cos(angle)
    x = _CAGE_WIDTH(z) * np.sign(sine) * np.abs(sine) ** power
    y = (front + back) / 2 + (back - front) / 2 * np.sign(cosine) * np.abs(cosine) ** power
    return np.asarray(x), np.asarray(y)


def cage_front(z: Field) -> Field:
    """How far in front the cage's inner surface lies in the midline."""
    return _CAGE_FRONT(z)


def heart(x: Field, y: Field, z: Field) -> Field:
    """The pericardium."""
    return union(
        ellipsoid(x, y, z, (18, -24, -62), (66, 45, 52), -30),
        ellipsoid(x, y, z, (-4, -22, -32), (40, 34, 38)),
        18,
    )


def mediastinum(x: Field, y: Field, z: Field) -> Field:
    """Everything between the lungs: vessels' sheath, spine, heart, hila."""
    middle = _MEDIASTINUM_WIDTH(z)
    front = smoothstep((y + 66) / 30)
    back = smoothstep((y - 42) / 14)
    thin = 5.0 + 15 * smoothstep((-58 - z) / 30)
    width = thin + (middle - thin) * front * (1 - back) + (23 - thin) * front * back
    thymus = 9 * np.exp(-(((y + 48) / 16) ** 2)) * smoothstep((z + 30) / 40)
    recess = 11 * smoothstep((-8 - z) / 25) * smoothstep((8 - x) / 10)
    recess = recess * np.exp(-(((y - 32) / 15) ** 2))
    uneven = 1.8 * front * np.sin(y / 8.5 + z / 13) + 1.2 * np.sin(z / 9 - y / 17)
    band = np.abs(x - 3 * (1 - back)) - width - thymus + recess + uneven
    aorta = np.hypot(x - 22, y - 42) - 15.5 + 40 * smoothstep((z - 14) / 40)
    arch = ellipsoid(x, y, z, (10, -2, 20), (25, 36, 17), 55)
    hilum = union(
        ellipsoid(x, y, z, (-36, 6, -20), (16, 15, 22)),
        ellipsoid(x, y, z, (38, 12, -12), (15, 15, 20)),
        2,
    )
    level = union(np.asarray(band, dtype=np.float32), np.asarray(aorta, dtype=np.float32), 8)
    level = union(union(level, arch, 8), hilum, 8)
    return union(level, heart(x, y, z) - 1.5, 14)


def diaphragm(x: Field, y: Field, z: Field) -> Field:
    """The diaphragm's upper surface: negative above it. Two domes and the central tendon."""
    side = np.where(y > -8, np.float32(88), np.float32(116))
    right = -96 - 66 * (((x + 64) / 80) ** 2 + ((y + 8) / side) ** 2)
    left = -111 - 66 * (((x - 62) / 80) ** 2 + ((y + 4) / side) ** 2)
    tendon = -116 - 40 * (((x - 8) / 60) ** 2 + ((y + 16) / 80) ** 2)
    dome = -union(union(-right, -left, 26), -tendon, 16)
    return np.asarray((dome - z) * 0.7, dtype=np.float32)


def lungs(cage_: Field, mediastinum_: Field, diaphragm_: Field) -> Field:
    """Both lungs, from the three surfaces that bound them."""
    walls = intersection(cage_ + 0.8, -mediastinum_, 5)
    return intersection(walls, diaphragm_, 3)


def oblique_fissure(x: Field, y: Field, z: Field) -> Field:
    """Signed distance to the oblique fissure of the side of ``x``: negative in the lower lobe."""
    left = x > 0
    slope = np.where(left, np.float32(1.22), np.float32(1.08))
    height = (
        np.where(left, np.float32(46), np.float32(40))
        + (y - 72) * slope
        - 0.0016 * (np.abs(x) - 75) ** 2
    )
    bulge = 5 * np.sin(y / 38 + 0.6) + 3 * np.sin(x / 31)
    return np.asarray((z - height - bulge) / np.hypot(1, slope), dtype=np.float32)


def horizontal_fissure(x: Field, y: Field, z: Field) -> Field:
    """Signed distance to the right lung's horizontal fissure: negative in the middle lobe."""
    height = -24 + 0.10 * (y + 40) - 0.0012 * (x + 80) ** 2 + 3 * np.sin(y / 24)
    return np.asarray(z - height, dtype=np.float32)
