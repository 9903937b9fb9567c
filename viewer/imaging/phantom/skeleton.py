"""Ribs and their cartilage, sternum, clavicles, scapulae and the spine."""

from __future__ import annotations

import numpy as np

from viewer.imaging.phantom.shapes import Field, Points, Profile, Tubes, chain, curve, mirrored
from viewer.imaging.phantom.trunk import cage_edge, cage_front

#: Ribs are flat: twice as tall as thick. They are drawn as round tubes in a space of squeezed z.
RIB_SQUEEZE = 0.52

_SPINE_Y = Profile(
    (-210, 50), (-160, 56), (-90, 62), (0, 63), (60, 55), (100, 41), (125, 30), (150, 22)
)
_BODY_WIDTH = Profile((-210, 22.5), (-100, 19), (0, 16.5), (90, 15), (150, 13))
_BODY_DEPTH = Profile((-210, 17), (-100, 15.5), (0, 14), (90, 11), (150, 9))

#: Angle from straight back (0) to straight front (180) at which a rib's bone ends, and its drop
#: from back to front in mm, for ribs 1 to 12.
_RIBS = [
    (152, 30), (150, 46), (148, 60), (146, 72), (144, 82), (142, 90),
    (138, 96), (130, 96), (122, 92), (112, 84), (82, 56), (58, 34),
]  # fmt: skip


def vertebra_heights() -> Points:
    """Height of the centre of each vertebral body, from C6 down to L3."""
    heights, z, pitch = [], 150.0, 17.0
    while z > -230:
        heights.append(z)
        z -= pitch
        pitch += 0.55
    return np.array(heights)


def thoracic_heights() -> Points:
    """Heights of the vertebrae T1 to T12."""
    heights = vertebra_heights()
    first = int(np.argmin(np.abs(heights - 95)))
    return heights[first : first + 12]


def spine_y(z: Field) -> Field:
    """Where the centres of the vertebral bodies lie, front to back."""
    return _SPINE_Y(z)


def ribs() -> tuple[Tubes, Tubes]:
    """Bone and cartilage of all ribs."""
    bone, cartilage = [], []
    for number, ((end, drop), z) in enumerate(zip(_RIBS, thoracic_heights(), strict=True), 1):
        along = np.linspace(0, 1, 40)
        angle = np.radians(14 + (end - 14) * along)
        height = z + 2 - drop * (0.5 * along + 0.5 * along**1.8) + 3 * np.sin(np.pi * along)
        x, y = _outside_cage(angle, height, 5.2)
        radius = 3.3 + 0.5 * np.sin(np.pi * along) + 0.5 * along**3
        shaft = np.column_stack([x, y, height])
        neck = np.array([[17.0, _SPINE_Y(z) + 10, z + 2], [24.0, _SPINE_Y(z) + 20, z + 1]])
        points = np.concatenate([neck, shaft])
        bone.append(chain(points, np.concatenate([[3.4, 3.0], radius])))
        if number <= 10:
            cartilage.append(_cartilage(number, angle[-1], height[-1]))
    one, other = np.concatenate(bone), np.concatenate(cartilage)
    return np.concatenate([one, mirrored(one)]), np.concatenate([other, mirrored(other)])


def _outside_cage(angle: Points, z: Points, offset_mm: float) -> tuple[Points, Points]:
    """Points that far outside the cage's inner surface, along the horizontal normal."""
    x, y = (np.asarray(v, dtype=np.float64) for v in cage_edge(angle, z))
    before, after = cage_edge(angle - 0.02, z), cage_edge(angle + 0.02, z)
    tx, ty = after[0] - before[0], after[1] - before[1]
    length = np.hypot(tx, ty) + 1e-9
    return x - offset_mm * ty / length, y + offset_mm * tx / length


def _cartilage(number: int, angle: float, z: float) -> Tubes:
    """From a rib's end to the sternum, or to the cartilage above it."""
    target = 52 - 19.5 * (number - 1) if number <= 7 else -68 - 8 * (number - 7)
    last = np.pi - 0.13 if number <= 7 else np.pi - 0.13 - 0.16 * (number - 7)
    along = np.linspace(0, 1, 12)
    angles = angle + (last - angle) * along
    heights = z + (target - z) * along**2 - 6 * np.sin(np.pi * along)
    x, y = _outside_cage(angles, heights, 5.6)
    return chain(np.column_stack([x, y, heights]), 3.9)


def sternum() -> Tubes:
    """Manubrium, body and xiphoid process, as a stack of horizontal bars."""
    half_width = Profile(
        (-88, 3), (-74, 9), (-55, 15), (-10, 12), (24, 11), (32, 17), (56, 24), (63, 19)
    )
    thickness = Profile((-88, 2), (-70, 4.2), (0, 5), (28, 4.5), (50, 6.5), (63, 5))
    bars = []
    for z in np.arange(-88.0, 64.0, 2.0):
        r, w = float(thickness(z)), float(half_width(z))
        y = float(cage_front(np.asarray(z))) - r - 2.0
        w = max(w - r, 1.0)
        bars.append(chain([(-w, y + 1.5, z), (0, y, z), (w, y + 1.5, z)], r))
    return np.concatenate(bars)


def clavicles() -> Tubes:
    """Both collar bones, rising outwards."""
    left = curve(
        [(22, -50, 66, 9), (30, -50, 70, 7), (60, -47, 80, 6), (95, -26, 92, 5.5),
         (128, 2, 100, 6), (146, 14, 102, 6.5)]
    )  # fmt: skip
    return np.concatenate([left, mirrored(left)])


def scapulae() -> Tubes:
    """Blades, spines and sockets of both shoulder blades, and the heads of the humeri."""
    inner = Profile((-58, 108), (-40, 98), (0, 84), (40, 71), (70, 64), (90, 66))
    inner_y = Profile((-58, 84), (-40, 90), (0, 97), (40, 96), (70, 89), (90, 78))
    outer = Profile((-58, 112), (-40, 117), (0, 127), (40, 131), (66, 132), (90, 112))
    outer_y = Profile((-58, 78), (-40, 70), (0, 58), (40, 47), (66, 36), (90, 40))
    bars = []
    for z in np.arange(-57.0, 90.0, 1.5):
        a = np.array([inner(z), inner_y(z), z], dtype=np.float64)
        b = np.array([outer(z), outer_y(z), z], dtype=np.float64)
        bow = 5 * min(1.0, float(np.linalg.norm(b - a)) / 60)
        middle = (a + b) / 2 + (-0.6 * bow, -0.8 * bow, 0)
        quarter, three = (a + middle) / 2 + (-1, -1, 0), (b + middle) / 2 + (-0.6, -1, 0)
        edge = 3.0 if z > -50 else 2.4
        bars.append(chain(np.stack([a, quarter, middle, three, b]), [2.2, 1.5, 1.3, 2.0, edge]))
    parts = [
        *bars,
        curve([(126, 52, 46, 4), (131, 36, 62, 7), (131, 31, 72, 9), (130, 32, 82, 7)]),
        curve([(70, 92, 62, 3), (90, 92, 70, 4.5), (118, 78, 82, 5), (142, 48, 98, 6),
               (150, 24, 103, 6)]),
        *(
            chain([(80 + k, 88 - 0.8 * k, 60 + k / 4), (82 + k, 95 - 0.7 * k, 66 + 0.4 * k)], 1.8)
            for k in range(0, 41, 4)
        ),
        curve([(152, 30, 78, 18), (153, 28, 90, 19)]),
        curve([(130, 8, 80, 4.5), (124, 14, 84, 5), (122, 26, 84, 5)]),
    ]  # fmt: skip
    left = np.concatenate(parts)
    return np.concatenate([left, mirrored(left)])


def arches() -> Tubes:
    """Pedicles, laminae, transverse and spinous processes of every vertebra."""
    parts = []
    for z in vertebra_heights():
        y = float(_SPINE_Y(z))
        back = y + float(_BODY_DEPTH(z))
        wide = float(_BODY_WIDTH(z)) / 17
        side = np.concatenate(
            [
                chain([(9 * wide, back - 4, z + 4), (12 * wide, back + 6, z + 4),
                       (14 * wide, back + 13, z + 1)], [4, 3.6, 5]),
                chain([(14 * wide, back + 13, z), (25 * wide, back + 17, z + 2),
                       (35 * wide, back + 22, z + 4)], [4.5, 3.6, 4]),
                chain([(14 * wide, back + 13, z - 1), (7 * wide, back + 20, z - 5),
                       (0, back + 23, z - 8)], [4.2, 3.2, 3.4]),
                chain([(13 * wide, back + 12, z + 8), (13 * wide, back + 15, z - 14)], [3.6, 3.6]),
            ]
        )  # fmt: skip
        slope = 26 if -120 < z < 70 else 10
        spinous = chain(
            [
                (0, back + 21, z - 8),
                (0, back + 26, z - 8 - slope / 2),
                (0, back + 31, z - 8 - slope),
            ],
            [3.2, 2.6, 3.4],
        )
        parts += [side, mirrored(side), spinous]
    return np.concatenate(parts)


def vertebral_column(x: Field, y: Field, z: Field) -> tuple[Field, Field, Field]:
    """Levels of the vertebral bodies, of the column with its discs, and of the canal.

    A body is waisted, and its endplates follow the curve of the spine.
    """
    centre, width, depth = _SPINE_Y(z), _BODY_WIDTH(z), _BODY_DEPTH(z)
    heights = vertebra_heights()
    lean = np.gradient(np.asarray(_SPINE_Y(heights), dtype=np.float64), heights)
    nearest = np.argmin(np.abs(heights[:, None] - np.ravel(z)[None]), axis=0).reshape(np.shape(z))
    half_height = (np.abs(np.gradient(heights)) / 2 - 2.3)[nearest]
    along = z - heights[nearest] + lean[nearest] * (y - centre)
    waist = 1 - 0.09 * np.cos(np.clip(along / half_height, -1, 1) * np.pi / 2)
    flat_back = np.maximum(y - centre - 0.82 * depth, 0)
    rho = np.hypot(x / (width * waist), (y - centre) / (depth * waist))
    column = (rho - 1) * np.minimum(width, depth) + 0.5 * flat_back
    bodies = np.maximum(column, np.abs(along) - half_height)
    canal = (np.hypot(x / 10.5, (y - centre - depth - 8.5) / 8.5) - 1) * 8.5
    return (
        np.asarray(bodies, dtype=np.float32),
        np.asarray(column, dtype=np.float32),
        np.asarray(canal, dtype=np.float32),
    )
