"""Archives in the documented formats, of invented patients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import ndimage

SLOPE, INTERCEPT = 7.0, -1024.0
PIXEL_MM = 0.7


def texture(rng: np.random.Generator, size: int) -> np.ndarray:
    """Something like lung, in HU: smooth, never the same twice."""
    smooth = ndimage.gaussian_filter(rng.standard_normal((size, size)), 2, mode="wrap")
    return -800 + 60 * smooth / smooth.std()


def disc(size: int, radius: float, center: tuple[float, float] = (0, 0)) -> np.ndarray:
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    return np.hypot(y - center[0], x - center[1]) <= radius


def write(
    folder: Path, patients: int = 24, candidates: int = 40, seed: int = 0, mimics: bool = False
) -> Path:
    """Crops, sections and candidates of as many patients, one nodule each of three slices.

    With mimics, every crop holds something else of the same density that no reader drew.
    """
    rng = np.random.default_rng(seed)
    names = [f"P-{number:04d}" for number in range(patients)]
    crops, votes, sections = [], [], []
    for _ in names:
        nodule = disc(112, 7)
        dense = nodule | disc(112, 3, (30, 25)) if mimics else nodule
        hu = np.stack([np.where(dense, 20, texture(rng, 112)) for _ in range(3)])
        crops.append(np.clip(np.rint((hu - INTERCEPT) / SLOPE), 0, 255).astype(np.uint8))
        votes.append(np.repeat((nodule * 3).astype(np.uint8)[None], 3, axis=0))
        sections.append(np.rint(hu[1, 20:91, 18:89]).astype(np.int16))
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(
        folder / "crops.npz",
        images=np.concatenate(crops),
        readers=np.concatenate(votes),
        patient=np.repeat(names, 3),
        nodule=np.repeat("nodule-0", 3 * patients),
        slice=np.tile(np.arange(3, dtype=np.int16), patients),
    )
    np.savez(
        folder / "sections.npz",
        images_hu=np.stack(sections),
        PixelSpacing=np.repeat(str(PIXEL_MM), patients),
        EquivDiameter=np.repeat("9.8", patients),
        malignancy=np.where(np.arange(patients) % 2, "4", "2"),
        patient=np.array(names),
    )
    labels = np.arange(candidates) % 2
    patches = [np.where(disc(50, 6) if label else False, 20, texture(rng, 50)) for label in labels]
    grey = np.clip((np.stack(patches) + 1000) * 255 / 1400, 0, 255)
    np.savez(
        folder / "candidates.npz",
        images=np.rint(grey).astype(np.uint8),
        label=labels.astype(np.uint8),
        split=np.where(np.arange(candidates) % 5 == 0, "val", "train"),
    )
    return folder
