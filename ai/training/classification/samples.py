"""Labelled pictures from folders of classes, zips of them, and tables of paths."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from ai.classification.preparation import Grey, Preparation, prepare
from ai.errors import AIError
from ai.training.classification.pictures import SUFFIXES, decode, patient_of

Reader = Callable[[str], bytes]
Change = Callable[[npt.NDArray[np.generic]], npt.NDArray[np.generic]]


class DataError(AIError):
    """The training or test data cannot be used."""


@dataclass(frozen=True)
class Sample:
    """One labelled picture.

    Parameters
    ----------
    file : str
        Its name within the source.
    label : str
    patient : str
        Empty where neither a table nor the file's name says so.
    """

    file: str
    label: str
    patient: str

    def patient_in(self, content: bytes) -> str:
        """The patient: as the source says, else as a DICOM file does, else the picture itself."""
        return self.patient or patient_of(content, self.file) or self.file


@dataclass(frozen=True)
class Source:
    """Labelled pictures that have not been read yet.

    Parameters
    ----------
    samples : tuple of Sample
        In the order of their names.
    read : callable
        The bytes of a file.
    """

    samples: tuple[Sample, ...]
    read: Reader

    def select(self, files: npt.NDArray[np.str_]) -> Source:
        """The samples of these files."""
        wanted = set(files.tolist())
        return Source(tuple(s for s in self.samples if s.file in wanted), self.read)


@dataclass(frozen=True)
class Prints:
    """Prepared pictures with their labels.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, channels, side, side)
    labels : ndarray of int64, shape (n,)
        Indices into the classes; −1 for a class that a model does not tell apart.
    patients, files, digests : ndarray of str, shape (n,)
        ``digests`` are the sha256 of the files.
    skipped : tuple of str
        What could not be read, and why.
    """

    pixels: Grey
    labels: npt.NDArray[np.int64]
    patients: npt.NDArray[np.str_]
    files: npt.NDArray[np.str_]
    digests: npt.NDArray[np.str_]
    skipped: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Prints:
        """The pictures of some rows."""
        return Prints(
            self.pixels[rows],
            self.labels[rows],
            self.patients[rows],
            self.files[rows],
            self.digests[rows],
        )


def open_source(path: Path, patient_pattern: str = "") -> Source:
    """Find the labelled pictures of a folder, a zip or a CSV.

    Parameters
    ----------
    path : Path
        A folder with one folder a class; a zip of one, perhaps with an ``index.csv``; or a CSV
        whose paths are relative to it. A CSV has the columns ``file`` and ``class`` (or ``path``
        and ``label``) and perhaps ``patient``.
    patient_pattern : str
        See ``config.Data``.

    Raises
    ------
    DataError
        There is nothing that can be used.
    """
    if path.is_dir():
        return _folder(path, patient_pattern)
    if not path.is_file():
        raise DataError(f"{path} is neither a folder nor a file.")
    if path.suffix.lower() == ".csv":
        base = path.parent
        return _table(path.read_text(encoding="utf-8-sig"), _below(base), str(path))
    if zipfile.is_zipfile(path):
        return _zip(path, patient_pattern)
    raise DataError(
        f"{path} is not a folder of classes, a zip or a CSV.",
        "Put the pictures of each class into a folder with the class's name.",
    )


def classes_of(source: Source) -> tuple[str, ...]:
    """The classes found, in alphabetical order."""
    return tuple(sorted({sample.label for sample in source.samples}))


def indices(samples: Sequence[Sample], labels: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Which of ``labels`` each sample bears, without regard to case; −1 for none of them."""
    index = {name.casefold(): i for i, name in enumerate(labels)}
    return np.array([index.get(s.label.casefold(), -1) for s in samples], dtype=np.int64)


def load(
    source: Source,
    labels: tuple[str, ...],
    preparation: Preparation,
    change: Change | None = None,
) -> Prints:
    """Read and prepare all pictures.

    Unreadable files are left out and named in ``skipped``.

    Parameters
    ----------
    source : Source
    labels : tuple of str
        The classes, in the order of the network's outputs; matched without regard to case.
    preparation : Preparation
    change : callable, optional
        Done to each picture before it is prepared: a shift to be measured.
    """
    pixels, kept, patients, digests, skipped = [], [], [], [], []
    for sample in source.samples:
        try:
            content = source.read(sample.file)
            picture = decode(content, sample.file)
            pixels.append(prepare(change(picture) if change else picture, preparation).pixels)
        except (AIError, OSError, KeyError) as error:
            skipped.append(f"{sample.file}: {error}")
            continue
        kept.append(sample)
        patients.append(sample.patient_in(content))
        digests.append(hashlib.sha256(content).hexdigest())
    if not kept:
        raise DataError("None of the pictures could be read.", skipped[0] if skipped else "")
    return Prints(
        np.stack(pixels),
        indices(kept, labels),
        np.array(patients),
        np.array([s.file for s in kept]),
        np.array(digests),
        tuple(skipped),
    )


def _folder(path: Path, pattern: str) -> Source:
    files = (p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file())
    return Source(_by_folder(files, pattern, str(path)), _below(path))


def _zip(path: Path, pattern: str) -> Source:
    # Open as long as the source lives: its directory takes longer to read than a picture.
    archive = zipfile.ZipFile(path)
    names = [n for n in archive.namelist() if not n.endswith("/")]
    tables = [n for n in names if PurePosixPath(n).name == "index.csv"]
    if tables:
        base = PurePosixPath(tables[0]).parent
        text = archive.read(tables[0]).decode("utf-8-sig")
        return _table(text, lambda name: archive.read(str(base / name)), f"{path}/{tables[0]}")
    return Source(_by_folder(names, pattern, str(path)), archive.read)


def _below(base: Path) -> Reader:
    return lambda name: (base / name).read_bytes()


def _by_folder(files: Iterable[str], pattern: str, where: str) -> tuple[Sample, ...]:
    found = re.compile(pattern) if pattern else None

    def samples() -> Iterator[Sample]:
        for file in files:
            path = PurePosixPath(file)
            hidden = any(part.startswith((".", "__")) for part in path.parts)
            if hidden or path.suffix.lower() not in SUFFIXES or len(path.parts) < 2:
                continue
            match = found.search(path.name) if found else None
            yield Sample(file, path.parent.name, match.group(1) if match else "")

    return _sorted(samples(), where)


def _table(text: str, read: Reader, where: str) -> Source:
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = set(rows[0]) if rows else set()
    file = "file" if "file" in columns else "path"
    label = "class" if "class" in columns else "label"
    if not {file, label} <= columns:
        raise DataError(f"{where} lacks the columns “file” and “class”.")
    samples = (Sample(r[file], r[label], r.get("patient") or "") for r in rows)
    return Source(_sorted(samples, where), read)


def _sorted(samples: Iterable[Sample], where: str) -> tuple[Sample, ...]:
    ordered = tuple(sorted(samples, key=lambda s: s.file))
    if not ordered:
        raise DataError(
            f"There are no labelled pictures in {where}.",
            "Put the pictures of each class into a folder with the class's name.",
        )
    return ordered
