"""A row of the augmentation gallery. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from ai.classification.preparation import Grey


@dataclass(frozen=True)
class GalleryRow:
    """A prepared picture and augmented copies of it.

    Parameters
    ----------
    label : str
    pictures : tuple of ndarray of uint8, shape (channels, side, side)
        The original first.
    """

    label: str
    pictures: tuple[Grey, ...]
