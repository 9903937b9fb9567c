"""``Pace``: how many pixels a picture gets, so that dragging is smooth and a still is sharp."""

from __future__ import annotations

import numpy as np

_FAST_SECONDS = 0.05
_COARSEST, _FIRST = 0.25, 0.5
_MOST_STILL_PIXELS = 1_200_000
_LEAST_SIDE = 16


class Pace:
    """Learns from each picture how coarse the next one drawn while dragging must be."""

    def __init__(self) -> None:
        self._scale = _FIRST

    def size(self, width: int, height: int, ratio: float, *, fine: bool) -> tuple[int, int]:
        """Pixels of a picture.

        Parameters
        ----------
        width, height : of the pane, in logical pixels.
        ratio : physical pixels per logical one.
        fine : whether it is a still.
        """
        pixels = max(width * height * ratio**2, 1)
        most = ratio * min(1.0, (_MOST_STILL_PIXELS / pixels) ** 0.5)
        scale = most if fine else min(self._scale * ratio, most)
        return max(_LEAST_SIDE, round(width * scale)), max(_LEAST_SIDE, round(height * scale))

    def learn(self, seconds: float) -> None:
        """Take in how long a coarse picture took."""
        factor = np.clip((_FAST_SECONDS / max(seconds, 1e-3)) ** 0.5, 0.7, 1.3)
        self._scale = float(np.clip(self._scale * factor, _COARSEST, 1.0))
