"""What training data holds and how it will be divided, before anything is trained. No torch."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image as Picture

from ai.classification.preparation import Grey
from ai.errors import AIError
from ai.training.classification.config import Config
from ai.training.classification.pictures import decode
from ai.training.classification.samples import (
    Prints,
    Sample,
    Source,
    classes_of,
    indices,
    open_source,
)
from ai.training.classification.split import Parts, divide
from ai.training.configuration import AnyConfig
from ai.training.tabular.config import TableConfig
from ai.training.tabular.table import as_prints, labels_of, read_table

Kind = Literal["pictures", "table"]

_THUMBNAILS, _SIDE = 8, 96


@dataclass(frozen=True)
class ClassFound:
    """A class of the data.

    Parameters
    ----------
    name : str
    cases, patients : int
    thumbnails : tuple of ndarray of uint8, shape (rows, columns, 3)
        A few of its pictures; none of a table.
    """

    name: str
    cases: int
    patients: int
    thumbnails: tuple[Grey, ...] = ()


@dataclass(frozen=True)
class PartFound:
    """A part of the data: how many cases, patients, and cases of each class."""

    name: str
    cases: int
    patients: int
    of_class: tuple[int, ...]


@dataclass(frozen=True)
class Survey:
    """What training data holds.

    Parameters
    ----------
    kind : {"pictures", "table"}
    classes : tuple of ClassFound
        In the order of the network's outputs.
    parts : tuple of PartFound
        Training, validation, test.
    duplicates : int
        Cases with the same content as another one.
    knows_patients : bool
        Whether several cases are known to be of one patient; otherwise each counts as its own.
    features : tuple of str
        The columns that a table is learnt from.
    """

    kind: Kind
    classes: tuple[ClassFound, ...]
    parts: tuple[PartFound, ...]
    duplicates: int
    knows_patients: bool
    features: tuple[str, ...] = ()


def kind_of_data(path: Path) -> Kind:
    """Whether a path holds pictures or a table of numbers, as far as its name and header tell."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return "pictures"
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        header = set(next(csv.reader(file), []))
    return "pictures" if header & {"file", "path"} and header & {"class", "label"} else "table"


def survey(path: Path, config: AnyConfig) -> Survey:
    """Look at training data; nothing is decoded but a few thumbnails.

    Parameters
    ----------
    path : Path
    config : Config or TableConfig
        Its classes, patients, shares and seed decide the split.

    Raises
    ------
    DataError, TableError, ConfigError
        The data cannot be trained on: the very error that training would end with.
    """
    if isinstance(config, TableConfig):
        return _survey_table(path, config)
    return _survey_pictures(path, config)


def _survey_pictures(path: Path, config: Config) -> Survey:
    source = open_source(path, config.data.patient_pattern)
    labels = config.data.labels or classes_of(source)
    patients, digests = _identities(path, source.samples)
    prints = Prints(
        np.zeros((len(source.samples), 0, 0, 0), dtype=np.uint8),
        indices(source.samples, labels),
        np.array(patients),
        np.array([s.file for s in source.samples]),
        np.array(digests),
    )
    parts = divide(prints, labels, config.split, config.seed)
    return _survey(
        "pictures",
        prints,
        labels,
        parts,
        [_thumbnails(source, prints.labels == i, config.seed) for i in range(len(labels))],
    )


def _survey_table(path: Path, config: TableConfig) -> Survey:
    table = read_table(path, config.label, config.patient)
    labels = labels_of(table)
    prints = as_prints(table, labels)
    parts = divide(prints, labels, config.split, config.seed)
    return _survey("table", prints, labels, parts, [()] * len(labels), table.columns)


def _survey(
    kind: Kind,
    prints: Prints,
    labels: tuple[str, ...],
    parts: Parts,
    thumbnails: list[tuple[Grey, ...]],
    features: tuple[str, ...] = (),
) -> Survey:
    def patients(rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> int:
        return len(np.unique(prints.patients[rows]))

    classes = (
        ClassFound(name, int((prints.labels == i).sum()), patients(prints.labels == i), pictures)
        for i, (name, pictures) in enumerate(zip(labels, thumbnails, strict=True))
    )
    found = (
        PartFound(
            name,
            len(rows),
            patients(rows),
            tuple(np.bincount(prints.labels[rows], minlength=len(labels)).tolist()),
        )
        for name, rows in parts.named()
    )
    everyone = len(np.unique(prints.patients))
    return Survey(
        kind, tuple(classes), tuple(found), parts.duplicates, everyone < len(prints), features
    )


@lru_cache(maxsize=2)
def _identities(path: Path, samples: tuple[Sample, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Patient and sha256 of each file, read once for all the splits that a user tries."""
    read = open_source(path).read
    patients, digests = [], []
    for sample in samples:
        try:
            content = read(sample.file)
            patients.append(sample.patient_in(content))
            digests.append(hashlib.sha256(content).hexdigest())
        except (OSError, KeyError):  # training leaves the file out and says so
            patients.append(sample.patient or sample.file)
            digests.append(sample.file)
    return tuple(patients), tuple(digests)


def _thumbnails(source: Source, members: npt.NDArray[np.bool_], seed: int) -> tuple[Grey, ...]:
    rows = np.flatnonzero(members)
    chosen = np.random.default_rng(seed).permutation(rows)[:_THUMBNAILS]
    found = []
    for row in chosen:
        name = source.samples[row].file
        try:
            found.append(_thumbnail(decode(source.read(name), name)))
        except (AIError, OSError, KeyError):
            continue
    return tuple(found)


def _thumbnail(values: npt.NDArray[np.generic]) -> Grey:
    shown = values.astype(np.float32)
    if values.dtype != np.uint8:
        low, high = float(shown.min()), float(shown.max())
        shown = (shown - low) * (255 / max(high - low, 1e-6))
    picture = Picture.fromarray(np.rint(shown).astype(np.uint8)).convert("RGB")
    picture.thumbnail((_SIDE, _SIDE))
    return np.asarray(picture)
