"""Recover the HU of crops whose grey is relative, from HU sections of the same nodules.

A crop shows the same pixels as the HU section of its nodule, on a straight line of unknown slope.
The middle of each section is found in the same patient's crops by normalised cross-correlation;
the line through the matched pixels then gives HU for the whole crop stack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import signal
from torch.nn import functional

from ai.training.nodules.lidc import LUNA16_WINDOW, Candidates, Crops, Sections

_TEMPLATE = 41
_SURE = 0.985
_PATCH = 24
_PATCH_SHIFT = 6
_SURE_PATCH = 0.95

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """``HU = slope · grey + intercept``, and how well it fits.

    ``section`` is the row of the HU section it was fitted to, ``row`` the crop it was found in.
    """

    slope: float
    intercept: float
    residual_hu: float
    correlation: float
    section: int
    row: int


def correlate(image: Floats, template: Floats) -> Floats:
    """Normalised cross-correlation of a template at every place where it fits into an image.

    Parameters
    ----------
    image : ndarray of float64, shape (rows, columns)
    template : ndarray of float64, shape (rows, columns), no larger

    Returns
    -------
    ndarray of float64
        Pearson's r for each offset of the template's upper left corner.
    """
    zero_mean = template - template.mean()
    norm = np.sqrt((zero_mean**2).sum())
    n = template.size
    raw = signal.fftconvolve(image, zero_mean[::-1, ::-1], mode="valid")
    ones = np.ones(template.shape)
    mean = signal.fftconvolve(image, ones, mode="valid") / n
    square = signal.fftconvolve(image**2, ones, mode="valid")
    deviation = np.sqrt(np.maximum(square - n * mean**2, 1e-6))
    return np.asarray(raw / (deviation * max(norm, 1e-6)))


def fit_line(grey: Floats, hu: Floats) -> tuple[float, float, float]:
    """Slope, intercept and mean absolute residual of HU on grey, over unsaturated pixels."""
    used = (grey > grey.min()) & (grey < 255)
    if used.sum() < 50 or np.ptp(grey[used]) == 0:
        used = np.ones(grey.shape, dtype=bool)
    slope, intercept = np.polyfit(grey[used], hu[used], 1)
    residual = np.abs(slope * grey[used] + intercept - hu[used]).mean()
    return float(slope), float(intercept), float(residual)


def match(crops: Crops, sections: Sections) -> dict[int, Line]:
    """Find each stack's line to HU.

    Returns
    -------
    dict
        For each matched stack (its index in ``crops.stacks()``) the best line. Stacks whose best
        correlation is below 0.985 are left out.
    """
    by_patient: dict[str, list[int]] = {}
    for row, patient in enumerate(sections.patients):
        by_patient.setdefault(str(patient), []).append(row)
    lines: dict[int, Line] = {}
    for index, rows in enumerate(crops.stacks()):
        candidates = by_patient.get(str(crops.patients[rows[0]]), [])
        line = _match_stack(crops, sections, rows, candidates)
        if line is not None:
            lines[index] = line
    return lines


def _match_stack(
    crops: Crops, sections: Sections, rows: npt.NDArray[np.int64], candidates: list[int]
) -> Line | None:
    best: tuple[float, int, int, tuple[int, int]] | None = None
    for section in candidates:
        template = _middle(sections.images[section])
        for row in rows:
            image = crops.images[row].astype(np.float64)
            places = correlate(image, template)
            peak = int(places.argmax())
            value = float(places.flat[peak])
            if best is None or value > best[0]:
                y, x = divmod(peak, places.shape[1])
                best = (value, section, int(row), (y, x))
    if best is None or best[0] < _SURE:
        return None
    r, section, found, (top, left) = best
    window = crops.images[found, top : top + _TEMPLATE, left : left + _TEMPLATE]
    template = _middle(sections.images[section])
    slope, intercept, residual = fit_line(window.astype(np.float64), template)
    return Line(slope, intercept, residual, r, section, found)


def _middle(section: npt.NDArray[np.int16]) -> Floats:
    edge = (section.shape[0] - _TEMPLATE) // 2
    return section[edge : edge + _TEMPLATE, edge : edge + _TEMPLATE].astype(np.float64)


def match_candidates(candidates: Candidates, sections: Sections) -> npt.NDArray[np.str_]:
    """The LIDC patient of each LUNA16 nodule, where a section shows the same pixels.

    LUNA16 patches don't name their patient; this keeps a patient's nodules on one side of the
    split as far as they can be told.

    Returns
    -------
    ndarray of str, shape (n,)
        Empty for non-nodules and where no section correlates by at least 0.95.
    """
    patients = np.full(len(candidates.labels), "", dtype=sections.patients.dtype)
    nodules = np.flatnonzero(candidates.labels == 1)
    if not len(nodules):
        return patients
    templates = torch.from_numpy(_unit(_center(candidates.images[nodules], _PATCH)))[:, None]
    low, high = LUNA16_WINDOW
    hu = _center(np.clip(sections.images, low, high), _PATCH + 2 * _PATCH_SHIFT)
    best = np.full(len(nodules), _SURE_PATCH)
    for first in range(0, len(hu), 64):
        r = _correlate_all(torch.from_numpy(hu[first : first + 64])[:, None], templates)
        value, section = (t.numpy() for t in r.max(dim=0))
        better = value > best
        best[better] = value[better]
        patients[nodules[better]] = sections.patients[first + section[better]]
    return patients


def _correlate_all(images: torch.Tensor, templates: torch.Tensor) -> torch.Tensor:
    """Largest r over all offsets of each unit template in each image: (images, templates)."""
    size = templates.shape[-1]
    images = images - images.mean((2, 3), keepdim=True)
    mean = functional.avg_pool2d(images, size, stride=1)
    variance = functional.avg_pool2d(images**2, size, stride=1) - mean**2
    norm = variance.clamp_min(1.0).sqrt() * size
    return (functional.conv2d(images, templates) / norm).amax((2, 3))


def _center(images: npt.NDArray[Any], size: int) -> npt.NDArray[np.float32]:
    edge = (images.shape[-1] - size) // 2
    return np.asarray(images[:, edge : edge + size, edge : edge + size], dtype=np.float32)


def _unit(patches: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    patches = patches - patches.mean((1, 2), keepdims=True)
    return np.asarray(patches / (np.linalg.norm(patches, axis=(1, 2), keepdims=True) + 1e-6))
