"""The configuration of a training on a table. No torch."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ai.training.classification.config import Optimisation, Split


class TableConfig(BaseModel):
    """The configuration of a training on a table.

    Parameters
    ----------
    label, patient : str
        Columns; the last one, and none, if empty.
    positive : str
        The class that is looked for; the last in alphabetical order if empty.
    seed : int
    widths : tuple of int
        Of the dense layers.
    dropout : float
    sensitivity : float
        Of the operating point, on validation rows.
    split : Split
    optimisation : Optimisation
    kind : {"table"}
        Tells the file from a classifier's of pictures.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["table"] = "table"
    label: str = ""
    patient: str = ""
    positive: str = ""
    seed: int = 0
    widths: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] = (64, 32)
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    sensitivity: Annotated[float, Field(ge=0, le=1)] = 0.9
    split: Split = Split()
    optimisation: Optimisation = Optimisation(epochs=100, batch=16, rate=2e-3, patience=20)
