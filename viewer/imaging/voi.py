"""Values of interest: from HU to grey (PS3.3 C.11.2)."""

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


def to_unit(values: npt.ArrayLike, window: Window) -> npt.NDArray[np.float64]:
    """Map values to 0 (black) … 1 (white) by the window's function.

    LINEAR is PS3.3 C.11.2.1.2.1 (centre − 0.5, width − 1), LINEAR_EXACT C.11.2.1.3.2 and SIGMOID
    C.11.2.1.3.1.
    """
    x = np.asarray(values, dtype=np.float64)
    center, width = window.center, window.width
    if window.function is VoiFunction.SIGMOID:
        return np.asarray(1.0 / (1.0 + np.exp(np.clip(-4.0 * (x - center) / width, -60, 60))))
    if window.function is VoiFunction.LINEAR:
        if width <= 1.0:
            return np.where(x <= center - 0.5, 0.0, 1.0)
        return np.clip((x - (center - 0.5)) / (width - 1.0) + 0.5, 0.0, 1.0)
    return np.clip((x - center) / width + 0.5, 0.0, 1.0)


@lru_cache(maxsize=64)
def _table(window: Window, inverted: bool) -> Gray:
    """Grey of every int16 value, indexed by its bit pattern as uint16."""
    grays = _to_gray(np.arange(65536, dtype=np.uint16).view(np.int16), window, inverted)
    grays.flags.writeable = False
    return grays


def _to_gray(values: npt.NDArray[Any], window: Window, inverted: bool) -> Gray:
    unit = to_unit(values, window)
    if inverted:
        unit = 1.0 - unit
    return np.rint(unit * 255.0).astype(np.uint8)


def apply_window(values: npt.NDArray[Any], window: Window, *, inverted: bool = False) -> Gray:
    """Grey picture of values under a window.

    Parameters
    ----------
    values : ndarray of int16 or float32
        Padding becomes black (white when inverted), like air.
    window : Window
    inverted : bool
        Swap black and white; the one place where an inversion happens.

    Returns
    -------
    ndarray of uint8, the same shape
    """
    if values.dtype == np.int16:
        return _table(window, inverted).take(values.view(np.uint16))
    grays = _to_gray(np.nan_to_num(values, nan=-np.inf), window, inverted)
    return grays


def auto_window(values: npt.NDArray[Any], low: float = 1.0, high: float = 99.0) -> Window:
    """A window from percentiles of the values that are not padding.

    Large arrays are sampled at a stride, so that this takes milliseconds.
    """
    flat = values.reshape(-1)
    sample = flat[:: max(1, flat.size // 200_000)]
    sample = sample[~is_padding(sample)]
    if sample.size == 0:
        return Window(0, 1, "Auto")
    bottom, top = np.percentile(sample, (low, high))
    return Window((bottom + top) / 2, max(top - bottom, 1.0), "Auto")
