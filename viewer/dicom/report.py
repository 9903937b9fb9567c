"""The series report: what was found in the files and what the viewer did about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from viewer.dicom.source import Source


class Severity(StrEnum):
    """How much a note matters to whoever reads the pictures."""

    INFO = "info"  # worth knowing, nothing was changed that a reader would see
    WARNING = "warning"  # the files are irregular; the note says what was done about it
    ERROR = "error"  # something is missing from what is shown


@dataclass(frozen=True)
class Note:
    """One entry of a series' report.

    Parameters
    ----------
    code : str
        Stable name of the finding, e.g. ``"missing_slices"``.
    severity : Severity
    message : str
        What was found and what the viewer did, in plain words.
    files : tuple of Path
        The files concerned, where that is not the whole series.
    """

    code: str
    severity: Severity
    message: str
    files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """A file that was left out: its error's class name and what happened."""

    source: Source
    error: str
    message: str

    @property
    def path(self) -> Path:
        """The file's path; inside an archive, the archive's path and the member's name."""
        return self.source.path


def info(code: str, message: str, files: tuple[Path, ...] = ()) -> Note:
    """Return a note of severity INFO."""
    return Note(code, Severity.INFO, message, files)


def warning(code: str, message: str, files: tuple[Path, ...] = ()) -> Note:
    """Return a note of severity WARNING."""
    return Note(code, Severity.WARNING, message, files)


def error(code: str, message: str, files: tuple[Path, ...] = ()) -> Note:
    """Return a note of severity ERROR."""
    return Note(code, Severity.ERROR, message, files)


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``"1 slice"``, ``"2 slices"``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
