"""Pictures of an evaluation of nodule detection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from scipy import ndimage

from ai.image import Image
from ai.training.classification.figures import save
from ai.training.nodules import froc
from ai.training.nodules.froc import Judged

_SIDE, _PIXEL_MM = 72, 0.7
_WINDOW_HU = (-1100.0, 200.0)
_RESAMPLES = 500
_LOWEST_RATE, _HIGHEST_RATE = 0.0625, 16.0

Floats = npt.NDArray[np.float64]
Grey = npt.NDArray[np.uint8]


def draw_froc(path: Path, scans: Sequence[Judged], title: str) -> None:
    """Sensitivity against false positives a scan, with its 95 % band from resampled patients."""
    rates = np.unique([*np.geomspace(_LOWEST_RATE, _HIGHEST_RATE, 60), *froc.RATES])
    figure = Figure(figsize=(6.4, 4.6))
    axes = figure.subplots()
    if len({s.group for s in scans}) > 1:
        low, high = _band(scans, rates)
        axes.fill_between(
            rates, low, high, step="post", alpha=0.2, linewidth=0, label="95 % interval"
        )
    axes.plot(rates, _along(scans, rates), drawstyle="steps-post")
    at = [froc.sensitivity(scans, rate) for rate in froc.RATES]
    axes.plot(froc.RATES, at, "o", markersize=4, label=f"CPM {np.mean(at):.3f}")
    axes.set_xscale("log", base=2)
    axes.set_xticks([*froc.RATES], ["1/8", "1/4", "1/2", "1", "2", "4", "8"])
    axes.minorticks_off()
    nodules = sum(len(s.nodules) for s in scans)
    axes.set(
        title=f"{title} (n = {nodules}; scans: {len(scans)})",
        xlabel="false positives a scan",
        ylabel="sensitivity",
        xlim=(_LOWEST_RATE, _HIGHEST_RATE),
        ylim=(0, 1.02),
    )
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    save(figure, path)


def _band(scans: Sequence[Judged], rates: Floats) -> tuple[Floats, Floats]:
    groups = np.array([s.group for s in scans])
    names = np.unique(groups)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(_RESAMPLES):
        some = [
            scans[int(i)]
            for name in rng.choice(names, len(names))
            for i in np.flatnonzero(groups == name)
        ]
        drawn.append(_along(some, rates))
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return low, high


def _along(scans: Sequence[Judged], rates: Floats) -> Floats:
    wrong, found = froc.curve(scans)
    return np.asarray(found[np.searchsorted(wrong, rates + 1e-9, side="right") - 1])


def draw_histogram(path: Path, values: dict[str, Floats], title: str, x: str) -> None:
    """Distributions of shares on top of each other, with their medians."""
    figure = Figure(figsize=(6.4, 4.0))
    axes = figure.subplots()
    for name, shares in values.items():
        shares = shares[~np.isnan(shares)]
        label = f"{name} (median {np.median(shares):.3f})"
        axes.hist(shares, [*np.linspace(0, 1, 41)], alpha=0.5, density=True, label=label)
    axes.set(title=title, xlabel=x, ylabel="density", xlim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")
    save(figure, path)


def draw_size_errors(path: Path, true_mm: Floats, measured_mm: Floats) -> None:
    """Error of the diameter against the diameter, with bias and limits of agreement."""
    error = measured_mm - true_mm
    bias, spread = float(error.mean()), 1.96 * float(error.std())
    figure = Figure(figsize=(6.4, 4.0))
    axes = figure.subplots()
    axes.plot(true_mm, error, "o", markersize=3, alpha=0.6)
    axes.axhline(0, color="grey", linewidth=0.8)
    axes.axhline(bias, linestyle="--", label=f"bias {bias:+.2f} mm")
    for limit in (bias - spread, bias + spread):
        axes.axhline(limit, linestyle=":")
    axes.set(
        title=f"Diameter: mean error ± 1.96 SD, n = {len(error)}",
        xlabel="true diameter (mm)",
        ylabel="error (mm)",
    )
    axes.grid(alpha=0.3)
    axes.legend()
    save(figure, path)


def cut_out(image: Image, center_lps_mm: npt.ArrayLike) -> Grey:
    """A place in a scan as a small axial picture, 5 cm wide, in a lung window.

    Parameters
    ----------
    image : Image
        In HU; its slices axial, its rows towards the back, its columns towards the left.
    center_lps_mm : array, shape (3,)

    Returns
    -------
    ndarray of uint8, shape (1, 72, 72)
    """
    inverse = np.linalg.inv(image.affine)
    x, y, z = inverse[:3, :3] @ np.asarray(center_lps_mm) + inverse[:3, 3]
    mm = (np.arange(_SIDE) - (_SIDE - 1) / 2) * _PIXEL_MM
    _, row_mm, column_mm = image.spacing_mm
    rows, columns = np.meshgrid(y + mm / row_mm, x + mm / column_mm, indexing="ij")
    plane = image.voxels[int(np.clip(round(z), 0, len(image.voxels) - 1))].astype(np.float64)
    hu = ndimage.map_coordinates(plane, [rows, columns], order=1, cval=_WINDOW_HU[0])
    low, high = _WINDOW_HU
    return np.clip((hu - low) / (high - low) * 255, 0, 255).astype(np.uint8)[None]
