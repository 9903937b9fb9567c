"""The training data: LIDC-IDRI crops and sections, LUNA16 candidates, as NumPy archives.

Sources: LIDC-IDRI (Armato 2011, doi 10.1118/1.3528204) and LUNA16 (Setio 2017,
doi 10.1016/j.media.2017.06.015).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ai.errors import AIError

#: The HU at grey 0 and 255 of a LUNA16 candidate patch. Patches of nodules that are also among the
#: HU sections lie on this line (see ``ai.training.nodules.matching``).
LUNA16_WINDOW = (-1000.0, 400.0)


class DataError(AIError):
    """Training or evaluation data is missing or not in the documented format."""


@dataclass(frozen=True)
class Crops:
    """Axial crops around LIDC nodules, up to three neighbouring slices a nodule.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 112, 112)
        Relative grey: each nodule's stack has its own straight line to HU.
    votes : ndarray of uint8, shape (n, 112, 112)
        How many of the four readers drew the pixel as nodule.
    patients, nodules : ndarray of str, shape (n,)
    slices : ndarray of int, shape (n,)
        Consecutive numbers are neighbouring slices.
    """

    images: npt.NDArray[np.uint8]
    votes: npt.NDArray[np.uint8]
    patients: npt.NDArray[np.str_]
    nodules: npt.NDArray[np.str_]
    slices: npt.NDArray[np.int64]

    def stacks(self) -> list[npt.NDArray[np.int64]]:
        """The rows of each nodule, in slice order."""
        keys = np.char.add(np.char.add(self.patients, "/"), self.nodules)
        _, groups = np.unique(keys, return_inverse=True)
        order = np.lexsort((self.slices, groups))
        starts = np.flatnonzero(np.diff(groups[order])) + 1
        return [np.asarray(rows) for rows in np.split(order, starts)]


@dataclass(frozen=True)
class Sections:
    """The largest axial section of LIDC nodules, in HU.

    Parameters
    ----------
    images : ndarray of int16, shape (n, 71, 71), HU
    pixel_mm : ndarray of float64, shape (n,)
    diameter_mm : ndarray of float64, shape (n,)
        Equivalent diameter of the nodule.
    patients : ndarray of str, shape (n,)
    ratings : ndarray of float64, shape (n,)
        How suspicious of malignancy the nodule was rated, 1 to 5; NaN where the file doesn't say.
    """

    images: npt.NDArray[np.int16]
    pixel_mm: npt.NDArray[np.float64]
    diameter_mm: npt.NDArray[np.float64]
    patients: npt.NDArray[np.str_]
    ratings: npt.NDArray[np.float64]

    def select(self, rows: npt.NDArray[np.bool_]) -> Sections:
        """The sections for which ``rows`` is true."""
        return Sections(
            self.images[rows],
            self.pixel_mm[rows],
            self.diameter_mm[rows],
            self.patients[rows],
            self.ratings[rows],
        )


@dataclass(frozen=True)
class Candidates:
    """LUNA16 candidate patches; ``labels`` is 1 for a nodule.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 50, 50)
        Grey within ``LUNA16_WINDOW``.
    labels : ndarray of uint8, shape (n,)
    held_back : ndarray of bool, shape (n,)
        The archive's own ``val`` part, split by candidate.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]
    held_back: npt.NDArray[np.bool_]

    def select(self, rows: npt.NDArray[np.bool_]) -> Candidates:
        """The candidates for which ``rows`` is true."""
        return Candidates(self.images[rows], self.labels[rows], self.held_back[rows])

    def hounsfield(self) -> npt.NDArray[np.float32]:
        """The patches in HU, clipped to the window they were stored in."""
        low, high = LUNA16_WINDOW
        return (self.images.astype(np.float32) * ((high - low) / 255) + low).astype(np.float32)


def read_crops(path: Path) -> Crops:
    """Read ``lidc_crops_112.npz`` or another file of its format."""
    data = _read(path, ("images", "readers", "patient", "nodule", "slice"))
    return Crops(
        data["images"],
        data["readers"],
        data["patient"],
        data["nodule"],
        data["slice"].astype(np.int64),
    )


def read_sections(path: Path) -> Sections:
    """Read ``lidc_nodules_71_hu.npz`` or another file of its format."""
    data = _read(path, ("images_hu", "PixelSpacing", "EquivDiameter", "patient"), ("malignancy",))
    unrated = np.full(len(data["images_hu"]), np.nan)
    return Sections(
        data["images_hu"],
        data["PixelSpacing"].astype(np.float64),
        data["EquivDiameter"].astype(np.float64),
        data["patient"],
        data.get("malignancy", unrated).astype(np.float64),
    )


def read_candidates(path: Path) -> Candidates:
    """Read ``luna16_candidates_50.npz`` or another file of its format."""
    data = _read(path, ("images", "label", "split"))
    return Candidates(data["images"], data["label"], data["split"] == "val")


def _read(
    path: Path, names: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, npt.NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [name for name in names if name not in archive.files]
            if missing:
                raise DataError(f"{path.name} has no {', '.join(missing)}.")
            present = [name for name in optional if name in archive.files]
            return {name: archive[name] for name in (*names, *present)}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} could not be read: {error}") from error
