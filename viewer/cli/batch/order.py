"""What is asked for, cut into tasks that can be done anywhere, and what becomes of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ai.request import DeviceChoice, Request
from viewer.dicom.series import Series


@dataclass(frozen=True)
class Order:
    """What the user asked for.

    Parameters
    ----------
    model : str, optional
        Its id; by default the one that fits each series.
    series_uid : str, optional
        Only this series.
    device : {"auto", "cpu", "cuda"}
    operating_point : str, optional
    force : bool
        Run on what does not meet a model's contract.
    again : bool
        Also where a result of the same model lies already.
    workers : int
        Processes that work side by side.
    scheduler : str
        Address of a Dask scheduler that has workers, such as ``tcp://host:8786``.
    """

    model: str | None = None
    series_uid: str | None = None
    device: DeviceChoice = "auto"
    operating_point: str | None = None
    force: bool = False
    again: bool = False
    workers: int = 1
    scheduler: str = ""


@dataclass(frozen=True)
class Task:
    """One series and the model that is run on it.

    Parameters
    ----------
    series : Series
    model : str
        Its id.
    sha256 : str
        Of its weights.
    threshold : float
        Findings from this probability upwards are written.
    request : Request
    out : Path
        The folder of all results.
    name : str
        Of the result's folder in it.
    """

    series: Series
    model: str
    sha256: str
    threshold: float
    request: Request
    out: Path
    name: str

    @property
    def title(self) -> str:
        """The series for people."""
        return self.series.description or self.series.series_uid

    @property
    def folder(self) -> Path:
        """Where the result is written."""
        return self.out / self.name


State = Literal["done", "done before", "failed", "left out"]


@dataclass(frozen=True)
class Outcome:
    """What became of a series.

    Parameters
    ----------
    series_uid, title : str
    model : str
        Empty where no model fits.
    state : {"done", "done before", "failed", "left out"}
    text : str
        What was found, or why nothing was.
    folder : Path, optional
        Of the result.
    left_out : tuple of str
        Files of the result that could not be made, with the reason.
    """

    series_uid: str
    title: str
    model: str
    state: State
    text: str
    folder: Path | None = None
    left_out: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        task: Task,
        state: State,
        text: str,
        folder: Path | None = None,
        left_out: tuple[str, ...] = (),
    ) -> Outcome:
        """Of a task."""
        return cls(task.series.series_uid, task.title, task.model, state, text, folder, left_out)
