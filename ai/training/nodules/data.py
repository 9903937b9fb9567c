"""The nodule data of a folder, prepared: which file is which, HU, and who trains and who tests."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ai.training.nodules.lidc import (
    Candidates,
    Crops,
    DataError,
    Sections,
    read_candidates,
    read_crops,
    read_sections,
)
from ai.training.nodules.matching import match, match_candidates
from ai.training.nodules.slices import Slices, slices_in_hu
from ai.training.split import parts_of


@dataclass(frozen=True)
class Archives:
    """What a folder or a file holds; None where there is nothing of the kind."""

    crops: Crops | None = None
    sections: Sections | None = None
    candidates: Candidates | None = None

    def slices(self) -> Slices | None:
        """The crops in HU; None without crops, or without sections to recover HU from."""
        if self.crops is None or self.sections is None:
            return None
        return slices_in_hu(self.crops, self.sections, match(self.crops, self.sections))


def read_archives(data: Path) -> Archives:
    """Read a folder of NumPy archives, or a single one, telling them apart by their arrays.

    Crops need HU sections of the same nodules beside them: where ``data`` is a single file of
    crops, they are looked for in its folder.

    Raises
    ------
    DataError
        There is no archive of a documented format.
    """
    files = sorted(data.glob("*.npz")) if data.is_dir() else [data]
    by_kind = {kind: path for path in files if (kind := _kind(path))}
    if not by_kind:
        raise DataError(
            f"{data} holds no nodule data.",
            "Documented formats are LIDC crops, LIDC HU sections"
            " and LUNA16 candidates as .npz files.",
        )
    if "crops" in by_kind and "sections" not in by_kind:
        beside = [path for path in sorted(data.parent.glob("*.npz")) if _kind(path) == "sections"]
        if beside and not data.is_dir():
            by_kind["sections"] = beside[0]
    return Archives(
        read_crops(by_kind["crops"]) if "crops" in by_kind else None,
        read_sections(by_kind["sections"]) if "sections" in by_kind else None,
        read_candidates(by_kind["candidates"]) if "candidates" in by_kind else None,
    )


def _kind(path: Path) -> str | None:
    try:
        with np.load(path, allow_pickle=False) as archive:
            names = set(archive.files)
    except (OSError, ValueError, zlib.error) as error:
        raise DataError(f"{path} could not be read: {error}") from error
    signatures = {
        "crops": {"images", "readers", "patient", "nodule", "slice"},
        "sections": {"images_hu", "PixelSpacing", "EquivDiameter", "patient"},
        "candidates": {"images", "label", "split"},
    }
    return next((kind for kind, wanted in signatures.items() if wanted <= names), None)


@dataclass(frozen=True)
class TrainingData:
    """All three archives, split by patient.

    ``candidate_parts`` gives the part of each LUNA16 candidate: that of its patient where the
    patient is known, else ``"test"`` for the archive's own validation part; of the rest, one in
    eight validates.
    """

    slices: Slices
    slice_parts: npt.NDArray[np.str_]
    sections: Sections
    section_parts: npt.NDArray[np.str_]
    candidates: Candidates
    candidate_parts: npt.NDArray[np.str_]

    def of(self, part: str) -> Slices:
        """The slices of a part."""
        return self.slices.select(self.slice_parts == part)

    def rated(self, part: str) -> Sections:
        """The sections of a part whose nodule was rated."""
        return self.sections.select((self.section_parts == part) & ~np.isnan(self.sections.ratings))


def read_training_data(data: Path, seed: int) -> TrainingData:
    """Read and split everything that training needs.

    Raises
    ------
    DataError
        One of the three archives is missing.
    """
    archives = read_archives(data)
    slices = archives.slices()
    if slices is None or archives.sections is None or archives.candidates is None:
        raise DataError(f"Training needs crops, HU sections and candidates in {data}.")
    patients = match_candidates(archives.candidates, archives.sections)
    validates = [int(f, 16) % 8 == 0 for f in fingerprints(archives.candidates)]
    parts = np.where(validates, "validation", "train").astype("<U10")
    parts[archives.candidates.held_back] = "test"
    known = patients != ""
    parts[known] = parts_of(patients[known], seed)
    sections = archives.sections
    return TrainingData(
        slices,
        parts_of(slices.patients, seed),
        sections,
        parts_of(sections.patients, seed),
        archives.candidates,
        parts,
    )


def fingerprints(candidates: Candidates) -> list[str]:
    """A short checksum of each patch, by which it can be recognised in another file."""
    return [f"{zlib.crc32(image.tobytes()):08x}" for image in candidates.images]


def unseen(candidates: Candidates, seen: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which candidates are not among those with these fingerprints."""
    known = set(seen)
    return np.array([f not in known for f in fingerprints(candidates)], dtype=bool)
