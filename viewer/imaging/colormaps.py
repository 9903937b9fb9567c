"""Colour maps for scores and heatmaps: perceptually ordered and safe for colour-blind readers."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import numpy.typing as npt

import resources

Table = npt.NDArray[np.uint8]


@cache
def _tables() -> dict[str, Table]:
    document = json.loads((resources.ROOT / "colormaps.json").read_text("utf-8"))
    tables = {}
    for name, rgb in document["maps"].items():
        table = np.frombuffer(bytes.fromhex(rgb), np.uint8).reshape(256, 3)
        tables[name] = table
    return tables


def colormap_names() -> tuple[str, ...]:
    """The maps there are, the default one first."""
    return tuple(_tables())


def colormap(name: str) -> Table:
    """A colour map.

    Parameters
    ----------
    name : str
        One of ``colormap_names()``.

    Returns
    -------
    ndarray of uint8, shape (256, 3), read-only
        RGB from the lowest to the highest value.
    """
    return _tables()[name]
