"""Values of interest: from HU to grey, by a window or a look-up table (PS3.3 C.11.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.imaging.volume import is_padding

Gray = npt.NDArray[np.uint8]


class VoiFunction(StrEnum):
    """VOI LUT Function (0028,1056), PS3.3 C.11.2.1.3."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True)
class Window:
    """A window: its centre and width in the volume's unit, and what it is called.

    ``width`` is at least 1 for LINEAR and above 0 for the other functions (PS3.3 C.11.2.1.2).
    """

    center: float
    width: float
    name: str = ""
    function: VoiFunction = VoiFunction.LINEAR

    def __post_init__(self) -> None:
        least = 1.0 if self.function is VoiFunction.LINEAR else 1e-6
        object.__setattr__(self, "width", max(float(self.width), least))
        object.__setattr__(self, "center", float(self.center))

    @property
    def limits(self) -> tuple[float, float]:
        """The values at which black and white are reached (for SIGMOID, nominally)."""
        return self.center - self.width / 2, self.center + self.width / 2


@dataclass(frozen=True, eq=False)
class VoiLut:
    """A look-up table (PS3.3 C.11.2.1.1), which takes the place of a window.

    Parameters
    ----------
    first : int
        The value in the volume's unit that the first entry is for; lower ones are shown as it is.
    entries : ndarray of uint16, shape (n,)
        One for each integer from ``first`` on; values above are shown as the last. Made read-only.
    bits : int
        Of an entry: ``2^bits − 1`` is white.
    name : str
        The table's explanation.
    """

    first: int
    entries: npt.NDArray[np.uint16]
    bits: int
    name: str = ""

    def __post_init__(self) -> None:
        if self.entries.size == 0:
            raise ValueError("a look-up table must have entries")
        entries = np.array(self.entries, dtype=np.uint16)
        entries.flags.writeable = False
        object.__setattr__(self, "entries", entries)

    def as_window(self) -> Window:
        """The linear window most like the table: through a tenth and nine tenths of its rise."""
        rise = np.abs(self.entries.astype(np.float64) - self.entries[0])
        if rise.max() == 0:
            return Window(self.first, len(self.entries), self.name)
        low, high = (int(np.argmax(rise >= share * rise.max())) for share in (0.1, 0.9))
        center, width = self.first + (low + high) / 2, (high - low) / 0.8
        return Window(round(center), max(1, round(width)), self.name)


#: What turns values into grey.
Voi = Window | VoiLut


def to_unit(values: npt.ArrayLike, voi: Voi) -> npt.NDArray[np.float64]:
    """Map values to 0 (black) … 1 (white) by a look-up table or a window's function.

    LINEAR is PS3.3 C.11.2.1.2.1 (centre − 0.5, width − 1), LINEAR_EXACT C.11.2.1.3.2 and SIGMOID
    C.11.2.1.3.1.
    """
    x = np.asarray(values, dtype=np.float64)
    if isinstance(voi, VoiLut):
        index = np.clip(np.rint(x) - voi.first, 0, len(voi.entries) - 1).astype(np.intp)
        return np.asarray(voi.entries[index] / ((1 << voi.bits) - 1))
    return _windowed(x, voi)


def _windowed(x: npt.NDArray[np.float64], window: Window) -> npt.NDArray[np.float64]:
    center, width = window.center, window.width
    if window.function is VoiFunction.SIGMOID:
        return np.asarray(1.0 / (1.0 + np.exp(np.clip(-4.0 * (x - center) / width, -60, 60))))
    if window.function is VoiFunction.LINEAR:
        if width <= 1.0:
            return np.where(x <= center - 0.5, 0.0, 1.0)
        return np.clip((x - (center - 0.5)) / (width - 1.0) + 0.5, 0.0, 1.0)
    return np.clip((x - center) / width + 0.5, 0.0, 1.0)


@lru_cache(maxsize=64)
def _table(voi: Voi, inverted: bool) -> Gray:
    """Grey of every int16 value, indexed by its bit pattern as uint16."""
    grays = _to_gray(np.arange(65536, dtype=np.uint16).view(np.int16), voi, inverted)
    grays.flags.writeable = False
    return grays


def _to_gray(values: npt.NDArray[Any], voi: Voi, inverted: bool) -> Gray:
    padding = is_padding(values)
    unit = to_unit(np.where(padding, 0, values), voi)
    unit[padding] = 0.0
    if inverted:
        unit = 1.0 - unit
    return np.rint(unit * 255.0).astype(np.uint8)


def apply_voi(values: npt.NDArray[Any], voi: Voi, *, inverted: bool = False) -> Gray:
    """Grey picture of values under a window or a look-up table.

    Parameters
    ----------
    values : ndarray of int16 or float32
        Padding becomes black (white when inverted), like air.
    voi : Window or VoiLut
    inverted : bool
        Swap black and white; the one place where an inversion happens.

    Returns
    -------
    ndarray of uint8, the same shape
    """
    if values.dtype == np.int16:
        return _table(voi, inverted).take(values.view(np.uint16))
    return _to_gray(values, voi, inverted)


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often values occur.

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
    edges : ndarray of float, shape (n + 1,)
        Of the bins, ascending.
    """

    counts: npt.NDArray[np.intp]
    edges: npt.NDArray[np.float64]


def histogram(
    values: npt.NDArray[Any], bins: int = 256, *, shown: npt.NDArray[np.bool_] | None = None
) -> Histogram | None:
    """How often values occur that are not padding; None where there are none.

    Large arrays are sampled at a stride. Bins reach over all but the rarest of the values, so that
    a bit of metal does not press everything else together.

    Parameters
    ----------
    values : ndarray of int16 or float32, shape (rows, columns) or (slices, rows, columns)
    bins : int
    shown : ndarray of bool, shape (rows, columns), optional
        Which pixels of each slice count.
    """
    sample = _sample(values, shown)
    if sample.size == 0:
        return None
    low, high = (float(v) for v in np.percentile(sample, (0.02, 99.98)))
    margin = 0.04 * (high - low) or 1.0
    counts, edges = np.histogram(sample, bins, (low - margin, high + margin))
    return Histogram(counts, edges)


def _sample(values: npt.NDArray[Any], shown: npt.NDArray[np.bool_] | None) -> npt.NDArray[Any]:
    """Values at a stride that are not padding and not hidden."""
    flat = values.reshape(-1)
    sampled = np.arange(0, flat.size, max(1, flat.size // 200_000))
    if shown is not None:
        sampled = sampled[shown.reshape(-1)[sampled % shown.size]]
    sample = flat[sampled]
    return np.asarray(sample[~is_padding(sample)])


def auto_window(
    values: npt.NDArray[Any],
    low: float = 1.0,
    high: float = 99.0,
    *,
    shown: npt.NDArray[np.bool_] | None = None,
) -> Window:
    """A window from percentiles of the values that are not padding.

    Large arrays are sampled at a stride, so that this takes milliseconds.

    Parameters
    ----------
    values : ndarray of int16 or float32, shape (rows, columns) or (slices, rows, columns)
    low, high : float
        Percentiles that become black and white.
    shown : ndarray of bool, shape (rows, columns), optional
        Which pixels of each slice count; a shutter hides the others.
    """
    sample = _sample(values, shown)
    if sample.size == 0:
        return Window(0, 1, "Auto")
    bottom, top = np.percentile(sample, (low, high))
    if values.dtype.kind == "f":
        # A width of 1 would be wide for uptake or dose.
        exact = VoiFunction.LINEAR_EXACT
        return Window((bottom + top) / 2, max(top - bottom, 1e-6), "Auto", exact)
    return Window((bottom + top) / 2, max(top - bottom, 1.0), "Auto")
