"""Images that may form a volume, and groups of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from viewer.dicom.header import Frame, Header
from viewer.dicom.report import Note
from viewer.imaging.geometry import Points


@dataclass(frozen=True, eq=False)
class Image:
    """One frame of one file."""

    header: Header
    frame: Frame

    @cached_property
    def position(self) -> tuple[float, ...] | None:
        """Image Position (Patient), LPS mm."""
        return self.frame.numbers("ImagePositionPatient", 3)

    @cached_property
    def orientation(self) -> tuple[float, ...] | None:
        """Image Orientation (Patient): the row's direction, then the column's."""
        cosines = self.frame.numbers("ImageOrientationPatient", 6)
        return cosines if cosines is not None and _makes_sense(cosines) else None

    @property
    def is_placed(self) -> bool:
        """Whether the file says where in the patient the image lies."""
        return self.position is not None and self.orientation is not None

    @property
    def path(self) -> Path:
        """Of the file."""
        return self.header.source.path

    @property
    def order(self) -> tuple[int, str, int, str]:
        """Sorts images as they were numbered."""
        number = self.frame.integer("InstanceNumber")
        uid = self.frame.text("SOPInstanceUID")
        return (number if number is not None else 1 << 62, uid, self.frame.index, str(self.path))


@lru_cache(maxsize=1024)
def _makes_sense(cosines: tuple[float, ...]) -> bool:
    """Whether two directions have a length and are not nearly the same."""
    row, column = np.array(cosines).reshape(2, 3)
    area = np.linalg.norm(np.cross(row, column))
    return bool(area > 0.5 * np.linalg.norm(row) * np.linalg.norm(column) > 0)


@dataclass(frozen=True, eq=False)
class Group:
    """Images of one volume, not yet in order, and what was noticed in putting them together."""

    images: tuple[Image, ...]
    notes: tuple[Note, ...] = ()

    def with_notes(self, *notes: Note) -> Group:
        """Return the same images with more notes."""
        return Group(self.images, (*self.notes, *notes))


def positions(images: Sequence[Image]) -> Points:
    """Image Position (Patient) of placed images, shape (n, 3)."""
    return np.array([image.position for image in images], dtype=np.float64)


def orientations(images: Sequence[Image]) -> Points:
    """Image Orientation (Patient) of placed images, shape (n, 6)."""
    return np.array([image.orientation for image in images], dtype=np.float64)
