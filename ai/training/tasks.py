"""What the training processes do: functions that can be sent there.

Importing this module loads no torch; calling them does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ai.training.classification.config import Config
from ai.training.configuration import AnyConfig, read
from ai.training.events import Event
from ai.training.gallery_row import GalleryRow
from ai.training.metrics import Measured
from ai.training.survey import Survey, survey
from ai.training.tabular.config import TableConfig

#: Receives what a task tells while it runs.
Tell = Callable[[str | Event], None]


@dataclass(frozen=True)
class Outcome:
    """What a training ends with.

    Parameters
    ----------
    out : Path
        Holds ``report/``.
    package : Path, optional
        The model package; None of a table.
    figures : dict of str to Measured
        On the test part.
    card : str
        The model card, Markdown; empty of a table.
    """

    out: Path
    package: Path | None
    figures: dict[str, Measured]
    card: str = ""


def look(data: Path, config: AnyConfig, tell: Tell) -> Survey:
    """See ``ai.training.survey``."""
    return survey(data, config)


def show(
    data: Path, config: Config, draw: int, count: int, copies: int, tell: Tell
) -> tuple[GalleryRow, ...]:
    """See ``ai.training.classification.gallery``."""
    from ai.training.classification.gallery import gallery

    return gallery(data, config, draw=draw, count=count, copies=copies)


def train(config: Path, data: Path, out: Path, resume: bool, tell: Tell) -> Outcome:
    """Train by a configuration's file; what it tells are lines and events."""
    settings = read(config)
    if isinstance(settings, TableConfig):
        from ai.training.tabular.training import train as train_table

        _, evaluation = train_table(data, out, settings, report=tell, listener=tell)
        return Outcome(out, None, evaluation.metrics)
    from ai.training.classification.workbench import train as train_classifier

    package = train_classifier(
        config, data=data, out=out, resume=resume, report=tell, listener=tell
    )
    figures = {
        name: Measured(m.value, m.ci95, m.n or 0)
        for name, m in package.spec.metrics.items()
        if m.ci95 is not None
    }
    return Outcome(out, package.folder, figures, package.card)
