"""Axial slices in HU with the readers' votes: what the segmenting network learns from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ai.training.nodules.lidc import Crops, Sections
from ai.training.nodules.matching import Line

_AIR_HU = -1024.0
_HIGHEST_HU = 3071.0


@dataclass(frozen=True)
class Slices:
    """Slices with their neighbours.

    Parameters
    ----------
    images : ndarray of int16, shape (n, 3, rows, columns), HU
        Each slice between the one below and the one above; where there is none, itself again.
    votes : ndarray of uint8, shape (n, rows, columns)
        How many readers drew each pixel of the middle slice as nodule.
    pixel_mm : ndarray of float64, shape (n,)
    patients : ndarray of str, shape (n,)
    stacks : ndarray of int64, shape (n,)
        Which nodule the slice belongs to.
    """

    images: npt.NDArray[np.int16]
    votes: npt.NDArray[np.uint8]
    pixel_mm: npt.NDArray[np.float64]
    patients: npt.NDArray[np.str_]
    stacks: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def agreed(self) -> npt.NDArray[np.int64]:
        """The slices in which two readers or more agree on some pixel."""
        return np.flatnonzero((self.votes >= 2).any((1, 2)))

    def select(self, rows: npt.NDArray[np.bool_]) -> Slices:
        """The slices for which ``rows`` is true."""
        return Slices(
            self.images[rows],
            self.votes[rows],
            self.pixel_mm[rows],
            self.patients[rows],
            self.stacks[rows],
        )


def slices_in_hu(crops: Crops, sections: Sections, lines: dict[int, Line]) -> Slices:
    """All slices of the stacks whose line to HU is known."""
    images, votes, pixel_mm, patients, stacks = [], [], [], [], []
    all_stacks = crops.stacks()
    for stack, line in lines.items():
        rows = all_stacks[stack]
        hu = np.clip(crops.images[rows] * line.slope + line.intercept, _AIR_HU, _HIGHEST_HU).round()
        numbers = crops.slices[rows]
        for i, row in enumerate(rows):
            below = i - 1 if i > 0 and numbers[i] - numbers[i - 1] == 1 else i
            above = i + 1 if i + 1 < len(rows) and numbers[i + 1] - numbers[i] == 1 else i
            images.append(hu[[below, i, above]].astype(np.int16))
            votes.append(crops.votes[row])
            pixel_mm.append(sections.pixel_mm[line.section])
            patients.append(str(crops.patients[row]))
            stacks.append(stack)
    return Slices(
        np.stack(images),
        np.stack(votes),
        np.array(pixel_mm),
        np.array(patients),
        np.array(stacks, dtype=np.int64),
    )
