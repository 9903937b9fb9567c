"""A CSV of numeric features with a column of labels."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ai.errors import AIError
from ai.training.classification.samples import Prints

Floats = npt.NDArray[np.float64]


class TableError(AIError):
    """A table cannot be learnt from."""


@dataclass(frozen=True)
class Table:
    """Rows of features with their labels.

    Parameters
    ----------
    features : ndarray of float64, shape (n, columns)
    labels, patients : ndarray of str, shape (n,)
        Without a column of patients, every row is one.
    columns : tuple of str
        The features' names.
    """

    features: Floats
    labels: npt.NDArray[np.str_]
    patients: npt.NDArray[np.str_]
    columns: tuple[str, ...]


def read_table(path: Path, label: str = "", patient: str = "") -> Table:
    """Read a CSV.

    Parameters
    ----------
    path : Path
        With a header, or (like the sonar set) without one.
    label : str
        The column of labels; the last one if empty.
    patient : str
        The column of patients, if there is one.

    Raises
    ------
    TableError
        A column is missing, or a feature is not a number: the message names row and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path} is not a CSV in UTF-8: {error}.") from error
    if len(rows) < 2:
        raise TableError(f"{path} has no rows.")
    if any(not _is_number(cell) for cell in rows[0][:-1]):
        header, rows = rows[0], rows[1:]
    else:
        header = [f"feature {i + 1}" for i in range(len(rows[0]) - 1)] + ["label"]
    label = label or header[-1]
    for name in filter(None, (label, patient)):
        if name not in header:
            raise TableError(f"{path} has no column {name!r}.", f"It has {', '.join(header)}.")
    for i, row in enumerate(rows):
        if len(row) != len(header):
            raise TableError(f"{path}: row {i + 1} has {len(row)} cells, not {len(header)}.")
    columns = tuple(name for name in header if name not in (label, patient))
    if not columns:
        raise TableError(f"{path} has no column of features beside {label!r}.")
    kept = [header.index(name) for name in columns]
    return Table(
        np.array([[_number(path, i, header, row, c) for c in kept] for i, row in enumerate(rows)]),
        np.array([row[header.index(label)].strip() for row in rows]),
        np.array([row[header.index(patient)] if patient else str(i) for i, row in enumerate(rows)]),
        columns,
    )


def labels_of(table: Table) -> tuple[str, ...]:
    """The classes, in alphabetical order: that of the network's outputs."""
    return tuple(sorted(set(table.labels.tolist())))


def as_prints(table: Table, labels: tuple[str, ...]) -> Prints:
    """Rows in the form that is divided into parts: same features, same patient."""
    rows = len(table.labels)
    return Prints(
        np.zeros((rows, 0, 0, 0), dtype=np.uint8),
        np.array([labels.index(str(label)) for label in table.labels], dtype=np.int64),
        table.patients,
        np.arange(1, rows + 1).astype(str),
        np.array([row.tobytes().hex() for row in table.features]),
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _number(path: Path, index: int, header: list[str], row: list[str], column: int) -> float:
    cell = row[column]
    if not _is_number(cell) or not np.isfinite(float(cell)):
        raise TableError(
            f"{path}: {cell!r} in row {index + 1}, column {header[column]!r} is not a number."
        )
    return float(cell)
