"""A second volume in colour over the first, as PET lies over CT."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.imaging.colormaps import colormap
from viewer.imaging.voi import Voi, to_unit
from viewer.imaging.volume import is_padding

Rgba = npt.NDArray[np.uint8]

#: The part of the window over which the opacity rises, so that the layer has no hard edge.
_FADING = 0.1


@lru_cache(maxsize=32)
def _table(name: str, opacity: float) -> Rgba:
    """Premultiplied RGBA of the steps from black to white."""
    alpha = opacity * np.clip(np.arange(256) / (255 * _FADING), 0.0, 1.0)
    rgba = np.empty((256, 4))
    rgba[:, :3] = colormap(name) * alpha[:, None]
    rgba[:, 3] = 255.0 * alpha
    table = np.rint(rgba).astype(np.uint8)
    table.flags.writeable = False
    return table


def color_over(values: npt.NDArray[Any], voi: Voi, name: str, opacity: float) -> Rgba:
    """Colour values so that they can be laid over another picture.

    Parameters
    ----------
    values : ndarray of int16 or float32, shape (rows, columns)
    voi : Window or VoiLut
        What it makes black is transparent, so that the picture below is not darkened where there
        is nothing to be seen; so is padding.
    name : str
        Colour map.
    opacity : float
        0 to 1; reached a tenth of the way from black to white.

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 4)
        RGBA, colours premultiplied by alpha.
    """
    padding = is_padding(values)
    steps = np.rint(to_unit(np.where(padding, 0, values), voi) * 255).astype(np.uint8)
    steps[padding] = 0
    table = _table(name, round(opacity, 4)).view(np.uint32)[:, 0]
    return np.asarray(table.take(steps).view(np.uint8).reshape(*values.shape, 4))
