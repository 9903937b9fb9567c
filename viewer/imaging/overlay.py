"""Colour over grey: how a heatmap lies on the anatomy."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from viewer.imaging.colormaps import colormap

Rgba = npt.NDArray[np.uint8]

#: Lets a bright nodule be seen under a score of 1.
DEFAULT_OPACITY = 0.5

#: The part of the opacity that the value just above the threshold gets; the highest gets all.
FAINTEST = 0.35


@lru_cache(maxsize=64)
def _table(name: str, threshold: float, opacity: float) -> Rgba:
    """Premultiplied RGBA of scores in steps of 1/255."""
    score = np.arange(256) / 255.0
    above = np.clip((score - threshold) / max(1.0 - threshold, 1e-6), 0.0, 1.0)
    alpha = np.where(score >= threshold, opacity * (FAINTEST + (1 - FAINTEST) * above), 0.0)
    alpha[0] = 0.0  # no evidence is never coloured, not even at threshold 0
    rgba = np.empty((256, 4))
    rgba[:, :3] = colormap(name) * alpha[:, None]
    rgba[:, 3] = 255.0 * alpha
    table = np.rint(rgba).astype(np.uint8)
    table.flags.writeable = False
    return table


def colorize(
    scores: npt.NDArray[Any],
    name: str = "inferno",
    threshold: float = 0.1,
    opacity: float = DEFAULT_OPACITY,
    full: float = 1.0,
) -> Rgba:
    """Colour scores so that the anatomy stays readable underneath.

    Opacity follows the value. Scores are taken as they are, never stretched to the picture's
    range: where there is no evidence there is no colour.

    Parameters
    ----------
    scores : ndarray of float, shape (rows, columns)
        0 to ``full``; NaN (outside the heatmap) is transparent.
    name : str
        Colour map.
    threshold : float
        Scores below this share of ``full`` are transparent.
    opacity : float
        Opacity of a score of ``full``.
    full : float
        The score that gets the last colour; those above it get it too.

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 4)
        RGBA, colours premultiplied by alpha.
    """
    # fmax prefers a number to NaN; one take of four bytes is faster than four of one.
    steps = np.fmin(np.fmax(scores * (255.0 / full) + 0.5, 0.0), 255.0).astype(np.uint8)
    table = _table(name, round(threshold, 4), round(opacity, 4)).view(np.uint32)[:, 0]
    return np.asarray(table.take(steps).view(np.uint8).reshape(*scores.shape, 4))


def blend(picture: npt.NDArray[np.uint8], rgba: Rgba) -> npt.NDArray[np.uint8]:
    """Lay a premultiplied picture over a grey or a coloured one.

    Parameters
    ----------
    picture : ndarray of uint8, shape (rows, columns) or (rows, columns, 3)
    rgba : ndarray of uint8, shape (rows, columns, 4)

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 3)
    """
    keep = 255 - rgba[..., 3:].astype(np.uint16)
    colors = picture if picture.ndim == 3 else picture[..., None]
    under = (colors.astype(np.uint16) * keep + 127) // 255
    return np.asarray(np.minimum(under + rgba[..., :3], 255), dtype=np.uint8)
