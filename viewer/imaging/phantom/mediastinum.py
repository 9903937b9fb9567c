"""Heart chambers, great vessels, airways, oesophagus and lymph nodes."""

from __future__ import annotations

import numpy as np

from viewer.imaging.phantom.shapes import Field, Points, Tubes, curve, ellipsoid, union

#: Where the lobar vessels and bronchi enter the lungs: the roots of their trees, by side.
ARTERY_ROOT = {"right": (-40.0, 6.0, -16.0), "left": (42.0, 12.0, 0.0)}
UPPER_VEIN_ROOT = {"right": (-36.0, 2.0, -32.0), "left": (40.0, 6.0, -24.0)}
LOWER_VEIN_ROOT = {"right": (-40.0, 24.0, -52.0), "left": (44.0, 26.0, -52.0)}


def blood(x: Field, y: Field, z: Field) -> Field:
    """The cavities of the four chambers."""
    left = union(
        ellipsoid(x, y, z, (40, -24, -72), (40, 20, 26), -38),
        ellipsoid(x, y, z, (4, 10, -40), (30, 17, 20), 6),
        3,
    )
    appendages = np.minimum(
        ellipsoid(x, y, z, (40, -14, -30), (13, 17, 10), 35),
        ellipsoid(x, y, z, (-24, -38, -30), (13, 12, 12), 30),
    )
    right = union(
        ellipsoid(x, y, z, (16, -50, -70), (38, 15, 30), -22),
        ellipsoid(x, y, z, (-30, -20, -56), (18, 25, 32), 10),
        3,
    )
    outflow = ellipsoid(x, y, z, (18, -46, -34), (16, 14, 24))
    return np.minimum(np.minimum(left, appendages), union(right, outflow, 8))


def myocardium(x: Field, y: Field, z: Field) -> Field:
    """The chambers with their walls: thick around the left ventricle, thin elsewhere."""
    ventricle = ellipsoid(x, y, z, (40, -24, -72), (50, 30, 36), -38)
    return union(ventricle, blood(x, y, z) - 2.5, 6)


def great_vessels() -> Tubes:
    """Blood vessels of the mediastinum, the neck and the upper abdomen."""
    aorta = [
        (10, -22, -44, 13), (-4, -30, -22, 15), (-14, -34, 0, 15), (-12, -28, 14, 14.5),
        (0, -12, 24, 13.5), (12, 8, 25, 13), (21, 28, 18, 12.5), (23, 39, 2, 12.5),
        (23, 42, -40, 12), (20, 40, -90, 11.5), (10, 36, -130, 11), (5, 32, -200, 10),
    ]  # fmt: skip
    return np.concatenate(
        [
            curve(aorta),
            # Superior and inferior caval, brachiocephalic and jugular veins.
            curve([(-26, -22, -42, 9), (-26, -24, 0, 8.5), (-25, -26, 40, 8), (-27, -24, 56, 7)]),
            curve([(-22, -2, -84, 11), (-20, 8, -110, 11.5), (-19, 20, -200, 11)]),
            curve([(-25, -26, 42, 6.5), (-4, -38, 46, 6), (22, -38, 58, 6.5), (36, -22, 74, 6)]),
            curve([(-27, -24, 54, 7), (-33, -16, 74, 6.5), (-32, -12, 140, 6)]),
            curve([(36, -22, 74, 6), (33, -12, 100, 5.5), (31, -10, 140, 5.5)]),
            # Subclavian veins and arteries towards the axillae.
            curve([(-31, -18, 72, 5), (-70, -22, 78, 5), (-110, -12, 74, 4.5), (-150, 4, 82, 3.5)]),
            curve([(35, -20, 74, 5), (72, -22, 78, 5), (110, -12, 74, 4.5), (150, 4, 82, 3.5)]),
            curve([(-24, 4, 70, 4.5), (-52, -2, 90, 4.5), (-110, 2, 80, 4), (-150, 16, 88, 3)]),
            curve([(22, 18, 30, 5), (27, 10, 70, 4.5), (54, 0, 92, 4.5), (112, 2, 80, 4)]),
            # Brachiocephalic trunk and carotid arteries.
            curve([(-5, -18, 26, 6.5), (-14, -12, 48, 6.5), (-22, -2, 68, 6), (-25, -2, 140, 4)]),
            curve([(8, -4, 28, 4.2), (16, -4, 55, 4.2), (24, -2, 85, 4), (25, -2, 140, 4)]),
            # Pulmonary trunk and arteries.
            curve([(18, -47, -38, 12), (25, -42, -22, 13.5), (25, -30, -8, 13), (25, -20, -5, 11)]),
            curve([(22, -26, -8, 11), (0, -8, -12, 11), (-22, 0, -14, 10.5),
                   (*ARTERY_ROOT["right"], 8.5)]),
            curve([(24, -22, -6, 11), (32, -4, 2, 10.5), (*ARTERY_ROOT["left"], 8.5)]),
            # Pulmonary veins.
            curve([(-12, 6, -40, 7), (-24, 2, -37, 6.5), (*UPPER_VEIN_ROOT["right"], 5)]),
            curve([(-10, 16, -46, 6), (-30, 20, -48, 5.5), (*LOWER_VEIN_ROOT["right"], 4.5)]),
            curve([(20, 6, -34, 6.5), (30, 2, -29, 6), (*UPPER_VEIN_ROOT["left"], 5)]),
            curve([(18, 16, -44, 6), (36, 22, -47, 5.5), (*LOWER_VEIN_ROOT["left"], 4.5)]),
            # Azygos vein and its arch.
            curve([(-6, 44, -190, 3), (-7, 46, -40, 3.6), (-9, 43, 2, 4), (-18, 30, 11, 4.2),
                   (-24, 8, 12, 4.5), (-26, -14, 6, 5)]),
            # Internal thoracic vessels beside the sternum.
            curve([(-18, -50, 55, 1.5), (-19, -78, 0, 1.4), (-20, -86, -90, 1.2)]),
            curve([(18, -50, 55, 1.5), (19, -78, 0, 1.4), (20, -86, -90, 1.2)]),
        ]
    )  # fmt: skip


def airways() -> Tubes:
    """Trachea and main bronchi down to the hila, by outer radius."""
    return np.concatenate(
        [
            curve([(0, -4, 145, 9.5), (0, 4, 100, 10), (-1, 13, 50, 10.2), (-2, 22, 6, 10.5)], 4),
            curve([(-2, 22, 6, 9), (-14, 22, -7, 8.6), (-26, 18, -16, 8), (-38, 14, -24, 7)], 4),
            curve([(-2, 22, 6, 8.5), (12, 24, -6, 8), (28, 22, -18, 7.2), (42, 18, -25, 6.5)], 4),
        ]
    )


#: Ends of the main bronchi, by side.
BRONCHUS_ROOT = {"right": (-38.0, 14.0, -24.0), "left": (42.0, 18.0, -25.0)}


def soft_organs() -> Tubes:
    """Oesophagus, thyroid lobes, thymic strands, crura and lymph nodes."""
    nodes: list[Points] = [
        np.array([[x, y, z, x + dx, y + 1, z + dz, r, r]])
        for x, y, z, dx, dz, r in [
            (-14, 2, 12, 3, 3, 3.2), (-16, 8, 22, 2, 4, 2.8), (-12, -6, 34, 3, 2, 2.4),
            (20, -8, 10, 3, 3, 3.0), (14, -14, 8, 4, 1, 2.6), (2, 26, -16, 8, 2, 4.2),
            (-6, 28, -22, 4, 5, 3.2), (-34, 10, -4, 2, 4, 3.4), (38, 2, -10, 3, 3, 3.0),
            (4, -46, 20, 5, 2, 2.2), (-8, -42, 30, 4, 3, 2.4), (112, 2, 50, 5, 4, 4.0),
            (-116, 4, 44, 4, 5, 4.2), (104, -22, 56, 4, 4, 3.2), (-108, -16, 60, 5, 3, 3.0),
        ]
    ]  # fmt: skip
    return np.concatenate(
        [
            curve([(3, 10, 145, 6), (4, 18, 100, 6.5), (4, 28, 50, 6.5), (5, 37, 0, 6.5),
                   (6, 32, -60, 7), (14, 24, -110, 7.5), (30, 10, -135, 8)]),
            curve([(-9, 46, -100, 3), (-11, 40, -150, 5), (-12, 40, -200, 6)]),
            curve([(16, 52, -110, 3), (17, 44, -150, 4.5), (17, 44, -200, 5.5)]),
            *nodes,
        ]
    )  # fmt: skip


def oesophageal_gas() -> Tubes:
    """The little air that an oesophagus holds."""
    return np.concatenate(
        [
            curve([(3, 16, 112, 1.2), (4, 19, 96, 2.4), (4, 24, 76, 1.2)]),
            curve([(4, 34, 18, 1.0), (5, 36, 4, 2.2), (5, 35, -14, 1.0)]),
        ]
    )


def thyroid() -> Tubes:
    """The lobes of the thyroid, bright with iodine."""
    right = curve([(-16, -2, 102, 5), (-17, -4, 114, 8), (-16, -6, 128, 7), (-15, -6, 140, 5)])
    left = curve([(16, -2, 104, 5), (17, -4, 114, 7.5), (16, -6, 126, 7), (15, -6, 140, 5)])
    return np.concatenate([right, left])
