"""The tables of a whole batch: every finding, and what became of every series."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from viewer.cli.batch.order import Outcome
from viewer.errors import ViewerError

FINDINGS, SERIES = "findings.csv", "series.csv"


def write_tables(out: Path, outcomes: Sequence[Outcome]) -> None:
    """Write ``findings.csv`` and ``series.csv`` of all results, those of earlier runs included.

    Parameters
    ----------
    out : Path
        The folder of all results.
    outcomes : sequence of Outcome

    Raises
    ------
    ViewerError
        They cannot be written.
    """
    ordered = sorted(outcomes, key=lambda outcome: (outcome.series_uid, str(outcome.folder)))
    series = (
        (
            *(o.series_uid, o.title, o.model, o.state),
            *((o.folder.name, _answer(o.folder)) if o.folder else ("", "")),
            o.text,
        )
        for o in ordered
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        _write(out / FINDINGS, _findings(ordered))
        _write(
            out / SERIES,
            [("series_uid", "title", "model", "state", "folder", "answer", "remark"), *series],
        )
    except OSError as error:
        raise ViewerError(f"The tables cannot be written: {error.strerror}.", out) from error


def _answer(folder: Path) -> str:
    """The classes with their probabilities, or how many findings there are; of earlier runs too."""
    try:
        document = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        classes, found = document["classes"], document["findings"]
        return ", ".join(f"{name} {p:.3f}" for name, p in classes.items()) or f"{len(found)} found"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def _findings(outcomes: Iterable[Outcome]) -> Iterator[Sequence[str]]:
    """The lines of all results' own tables, under one heading."""
    headed = False
    for outcome in outcomes:
        path = outcome.folder / FINDINGS if outcome.folder else None
        if path is None or not path.is_file():
            continue
        with path.open(newline="", encoding="utf-8") as file:
            heading, *lines = csv.reader(file)
        if not headed:
            yield ["folder", *heading]
            headed = True
        yield from ([path.parent.name, *line] for line in lines)


def _write(path: Path, lines: Iterable[Sequence[str]]) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    part.replace(path)
