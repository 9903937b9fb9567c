"""How large each segment is, and what values it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from viewer.imaging.roi.statistics import Statistics
from viewer.imaging.segment.rules import volume_ml
from viewer.imaging.volume import Volume, is_padding


@dataclass(frozen=True, eq=False)
class Summary:
    """Of one segment.

    Parameters
    ----------
    count : int
        Voxels, without a measured value too.
    volume_ml : float
    statistics : Statistics, optional
        Of the measured values; None where there is none, or the volume is in colour.
    """

    count: int
    volume_ml: float
    statistics: Statistics | None


def summarize(volume: Volume, labels: npt.NDArray[np.integer[Any]]) -> dict[int, Summary]:
    """Summaries of all segments that have voxels, by their numbers.

    Parameters
    ----------
    volume : Volume
    labels : ndarray of int, of the volume's shape
    """
    found = {}
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        if box is None:
            continue
        mask = labels[box] == number
        values = volume.voxels[box][mask]
        values = values[~is_padding(values)]
        statistics = Statistics(values) if values.size and volume.color is None else None
        count = int(np.count_nonzero(mask))
        found[number] = Summary(count, volume_ml(count, volume.geometry), statistics)
    return found
