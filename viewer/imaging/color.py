"""Colour pictures: RGB beside the brightness that stands for it where one number is needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

#: Weights of R, G and B in luma (ITU-R BT.601-7, 2.5.1).
_LUMA = np.array((0.299, 0.587, 0.114), dtype=np.float32)


def luma(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.int16]:
    """Brightness of colours, 0 … 255.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (…, 3)

    Returns
    -------
    ndarray of int16, shape (…)
    """
    return np.asarray(np.rint(rgb.astype(np.float32) @ _LUMA), dtype=np.int16)


def to_eight_bits(samples: npt.NDArray[Any], bits: int) -> npt.NDArray[np.uint8]:
    """Colour samples as bytes: the highest eight bits of those in use.

    Parameters
    ----------
    samples : ndarray of integers
        0 … 2^bits − 1.
    bits : int
    """
    if bits > 8:
        samples = samples >> (bits - 8)
    elif bits < 8:
        samples = samples.astype(np.uint16) * 255 // ((1 << bits) - 1)
    return np.asarray(samples, dtype=np.uint8)
