"""Blood cells with a dark spot or without: so plain that even a tiny network looks at the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 40


def draw_cell(rng: np.random.Generator, infected: bool) -> np.ndarray:
    y, x = np.mgrid[0:SIDE, 0:SIDE] - SIDE / 2
    radius = rng.uniform(13, 17)
    inside = np.hypot(x - rng.uniform(-2, 2), y - rng.uniform(-2, 2)) < radius
    cell = np.zeros((SIDE, SIDE, 3))
    cell[inside] = rng.uniform([190, 140, 140], [230, 180, 180])
    if infected:
        spot = np.hypot(x - rng.uniform(-6, 6), y - rng.uniform(-6, 6)) < rng.uniform(2.5, 4)
        cell[spot] = rng.uniform([100, 30, 110], [140, 70, 160])
    return np.clip(cell + rng.normal(0, 6, cell.shape), 0, 255).astype(np.uint8)


def write_cells(folder: Path, patients: int, seed: int = 0) -> Path:
    """Two folders of colour PNGs, two pictures of each class a patient."""
    rng = np.random.default_rng(seed)
    for name in ("infected", "healthy"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for patient in range(patients):
            for k in range(2):
                cell = draw_cell(rng, name == "infected")
                Image.fromarray(cell).save(folder / name / f"p{patient}_{k}.png")
    return folder


CONFIG = """
id = "cells"
seed = 3

[data]
path = "cells"
labels = ["healthy", "infected"]
patient_pattern = '(p\\d+)_'

[split]
validation = 0.2
test = 0.2

[preparation]
side = 32
colour = true

[augmentation]
rotation = 180
flip = true
shift = 0.05
brightness = 0.05

[network]
architecture = "SmallResNet"
arguments = { blocks = [1, 1], widths = [8, 16] }

[optimisation]
epochs = 12
batch = 16
rate = 5e-3
averaging = 0.9

[input]
modality = ["OT"]

[card]
title = "Parasites in drawn cells"
intended_use = "A test."

[card.sections]
"Where it looks" = "At *spots*."
"""
