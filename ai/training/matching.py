"""Recover the HU of crops whose grey is relative, from HU sections of the same nodules.

A crop shows the same pixels as the HU section of its nodule, on a straight line of unknown slope.
The middle of each section is found in the same patient's crops by normalised cross-correlation;
the line through the matched pixels then gives HU for the whole crop stack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import signal

from ai.training.lidc import Crops, Sections

_TEMPLATE = 41
_SURE = 0.985

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
            r = correlate(image, template)
            peak = int(r.argmax())
            value = float(r.flat[peak])
            if best is None or value > best[0]:
                y, x = np.unravel_index(peak, r.shape)
                best = (value, section, int(row), (int(y), int(x)))
    if best is None or best[0] < _SURE:
        return None
    value, section, row, (y, x) = best
    grey = crops.images[row, y : y + _TEMPLATE, x : x + _TEMPLATE].astype(np.float64)
    slope, intercept, residual = fit_line(grey, _middle(sections.images[section]))
    return Line(slope, intercept, residual, value, section, row)


def _middle(section: npt.NDArray[np.int16]) -> Floats:
    edge = (section.shape[0] - _TEMPLATE) // 2
    return section[edge : edge + _TEMPLATE, edge : edge + _TEMPLATE].astype(np.float64)
