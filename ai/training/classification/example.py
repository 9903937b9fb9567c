"""Drawn blood cells, with or without a parasite: a small set to try a training on. No torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from ai.classification.preparation import Grey

CLASSES = ("healthy", "infected")
PICTURES_A_PATIENT = 2

_SIDE = 64
_PLASMA = (236, 226, 222)
_CELL = ((196, 132, 138), (226, 172, 176))
_PARASITE = ((92, 40, 110), (132, 72, 150))

Rng = np.random.Generator
Floats = npt.NDArray[np.float64]


def draw_cell(rng: Rng, *, infected: bool) -> Grey:
    """A red cell in a stained smear; an infected one holds a dark ring with a dot.

    Returns
    -------
    ndarray of uint8, shape (64, 64, 3)
    """
    y, x = np.mgrid[:_SIDE, :_SIDE] - _SIDE / 2
    picture = np.empty((_SIDE, _SIDE, 3))
    picture[:] = _PLASMA
    y, x = y - rng.uniform(-3, 3), x - rng.uniform(-3, 3)
    radius = rng.uniform(21, 27)
    distance = np.hypot(x * rng.uniform(0.92, 1.08), y)
    # A red cell is a disc with a paler middle.
    body = rng.uniform(*_CELL) + 14 * np.exp(-((distance / (0.45 * radius)) ** 2))[..., None]
    picture = _painted(picture, body, radius - distance)
    # Smeared stain lies on cells of both classes: colour alone gives nothing away.
    away_y, away_x = rng.uniform(-0.5, 0.5, 2) * radius
    smear = np.exp(-(np.hypot(y - away_y, x - away_x) ** 2) / (2 * rng.uniform(4, 8) ** 2))
    share = rng.uniform(0.1, 0.7) * smear[..., None]
    picture = picture * (1 - share) + rng.uniform(*_PARASITE) * share
    if infected:
        angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.55) * radius
        centre = np.array([np.sin(angle), np.cos(angle)]) * away
        ring = np.hypot(y - centre[0], x - centre[1])
        size, colour = rng.uniform(4, 6.5), rng.uniform(*_PARASITE)
        picture = _painted(picture, colour, rng.uniform(1.2, 1.8) - abs(ring - size))
        dot = np.hypot(y - centre[0] - size * np.sin(angle), x - centre[1] - size * np.cos(angle))
        picture = _painted(picture, colour, rng.uniform(2, 3) - dot)
    noisy = picture * rng.uniform(0.9, 1.06) + rng.normal(0, 4, picture.shape)
    return np.asarray(np.clip(noisy, 0, 255), dtype=np.uint8)


def write_cells(folder: Path, patients: int, seed: int = 0) -> Path:
    """Two folders of colour PNGs named ``p12_0.png``: patient, picture.

    Parameters
    ----------
    folder : Path
    patients : int
        Each gives two pictures of either class.
    seed : int

    Returns
    -------
    Path
        ``folder``.
    """
    rng = np.random.default_rng(seed)
    for name in CLASSES:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for patient in range(patients):
            for k in range(PICTURES_A_PATIENT):
                cell = draw_cell(rng, infected=name == CLASSES[1])
                Image.fromarray(cell).save(folder / name / f"p{patient}_{k}.png")
    return folder


def _painted(picture: Floats, colour: Floats, inside: Floats) -> Floats:
    """``colour`` where ``inside`` is positive, with an edge one pixel soft."""
    share = np.clip(inside + 0.5, 0, 1)[..., None]
    return np.asarray(picture * (1 - share) + colour * share)
