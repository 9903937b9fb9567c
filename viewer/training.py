"""The bridge to ``ai.training``: data looked at, models trained and installed. No Qt, no torch."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

import resources
from ai.errors import AIError
from ai.packages.install import add
from ai.packages.registry import Registry
from ai.packages.write import replace_file
from ai.training import tasks
from ai.training.classification.config import Config
from ai.training.classification.example import write_cells
from ai.training.classification.imagenet import PretrainedError, weights_file
from ai.training.configuration import AnyConfig, kind_of
from ai.training.events import Event
from ai.training.gallery_row import GalleryRow
from ai.training.metrics import Measured
from ai.training.process import Order, TaskProcess
from ai.training.settings_file import ConfigError, faults, read_document, to_toml
from ai.training.survey import Survey, kind_of_data
from ai.training.tabular.config import TableConfig
from ai.training.tasks import Outcome
from viewer.errors import ViewerError

__all__ = [
    "AnyConfig",
    "Config",
    "Document",
    "Event",
    "GalleryRow",
    "Measured",
    "Order",
    "Outcome",
    "Preset",
    "Run",
    "Survey",
    "TableConfig",
    "Workbench",
    "checked",
    "example_cells",
    "kind_of_data",
    "kind_of_document",
    "presets",
    "read_document",
    "save_text",
    "to_toml",
]

#: A configuration as its file has it; not necessarily valid.
Document = dict[str, Any]
Kind = Literal["pictures", "table"]

CONFIG = "config.toml"
_RUN, _HISTORY = "run.json", "history.json"
_EXAMPLE_PATIENTS = 60


@dataclass(frozen=True)
class Preset:
    """A configuration to begin with: its file's stem, what it is, and its content."""

    id: str
    title: str
    document: Document

    @property
    def kind(self) -> Kind:
        """What it is trained on."""
        return kind_of_document(self.document)


@dataclass(frozen=True)
class Run:
    """A training, as it lies in its folder.

    Parameters
    ----------
    document : dict
        Its configuration.
    data, out : Path
    """

    document: Document
    data: Path
    out: Path

    @classmethod
    def read(cls, out: Path) -> Run:
        """A training that was begun in a folder.

        Raises
        ------
        ViewerError
            There is none.
        """
        try:
            stored = json.loads((out / _RUN).read_text(encoding="utf-8"))
            return cls(read_document(out / CONFIG), Path(stored["data"]), out)
        except (OSError, ValueError, KeyError, ConfigError) as error:
            raise ViewerError(
                "No training was begun in this folder.",
                out,
                "Choose the folder that a training was given for its results.",
            ) from error

    @property
    def was_begun(self) -> bool:
        """Whether the folder holds a training already."""
        return (self.out / _HISTORY).exists() or (self.out / _RUN).exists()

    @property
    def can_resume(self) -> bool:
        """Whether the training leaves checkpoints; that of a table starts over in seconds."""
        return kind_of_document(self.document) == "pictures"

    def write(self) -> None:
        """Lay down what ``read`` reads.

        Raises
        ------
        ViewerError
            The folder cannot be written to.
        """
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            replace_file(self.out / CONFIG, to_toml(self.document).encode())
            replace_file(self.out / _RUN, json.dumps({"data": str(self.data)}).encode())
        except OSError as error:
            raise ViewerError(
                f"The folder cannot be written to: {error.strerror}.",
                self.out,
                "Choose another folder for the results.",
            ) from error


@dataclass(eq=False)
class Workbench:
    """Looks at data, shows augmentations and trains, in processes of their own.

    All callbacks come on other threads. ``close`` it.

    Parameters
    ----------
    built_in, added : Path
        Folders of models: those that ship with the program, those that the user added.
    """

    built_in: Path
    added: Path
    _looking: TaskProcess = field(default_factory=TaskProcess)
    _training: TaskProcess = field(default_factory=TaskProcess)

    def survey(
        self,
        data: Path,
        config: AnyConfig,
        on_done: Callable[[Survey], None],
        on_failed: Callable[[AIError], None],
    ) -> None:
        """Find the classes of data, and how it will be divided."""
        task = partial(tasks.look, data, config)
        self._looking.submit(task, on_done=on_done, on_failed=on_failed)

    def gallery(
        self,
        data: Path,
        config: Config,
        draw: int,
        shape: tuple[int, int],
        on_done: Callable[[tuple[GalleryRow, ...]], None],
        on_failed: Callable[[AIError], None],
    ) -> None:
        """Augment some pictures.

        Parameters
        ----------
        data : Path
        config : Config
        draw : int
            Another number gives other changes.
        shape : tuple of int
            Pictures, and copies of each.
        on_done, on_failed : callable
        """
        task = partial(tasks.show, data, config, draw, *shape)
        self._looking.submit(task, on_done=on_done, on_failed=on_failed)

    def start(
        self,
        run: Run,
        *,
        resume: bool,
        on_told: Callable[[str | Event], None],
        on_done: Callable[[Outcome], None],
        on_failed: Callable[[AIError], None],
    ) -> Order:
        """Train; returns at once.

        Parameters
        ----------
        run : Run
            Has been written.
        resume : bool
            Go on from its checkpoints.
        on_told : callable
            Receives lines and live figures.
        on_done, on_failed : callable
            Exactly one of them is called, once.
        """
        task = partial(tasks.train, run.out / CONFIG, run.data, run.out, resume)
        return self._training.submit(task, on_told=on_told, on_done=on_done, on_failed=on_failed)

    def cancel(self, order: Order) -> None:
        """Stop a training; its last checkpoint stays."""
        self._training.cancel(order)

    def install(self, package: Path, *, replace: bool = False) -> str:
        """Copy a finished package to the models that the user added.

        Parameters
        ----------
        package : Path
        replace : bool
            Instead of the added model with the same id.

        Returns
        -------
        str
            The model's id.

        Raises
        ------
        PackageError
            The package is broken, there is such a model already, or it could not be copied.
        """
        return add(Registry(self.built_in, self.added), package, replace=replace).spec.id

    def is_built_in(self, model_id: str) -> bool:
        """Whether a model with this id ships with the program."""
        return (self.built_in / model_id).is_dir()

    def is_added(self, model_id: str) -> bool:
        """Whether the user has added a model with this id."""
        return (self.added / model_id).is_dir()

    def close(self) -> None:
        """Stop everything."""
        self._looking.close()
        self._training.close()


def presets() -> tuple[Preset, ...]:
    """The configurations that ship with the program, those of pictures first."""
    found = []
    for path in sorted((resources.ROOT / "training").glob("*.toml")):
        document = read_document(path)
        title = document["card"]["title"] if "card" in document else "Network for tables"
        found.append(Preset(path.stem, title, document))
    return tuple(sorted(found, key=lambda p: p.kind))


def kind_of_document(document: Mapping[str, Any]) -> Kind:
    """What a configuration is trained on."""
    return "table" if kind_of(document) is TableConfig else "pictures"


def checked(document: Mapping[str, Any]) -> tuple[AnyConfig | None, dict[str, str]]:
    """The configuration, if it is valid, and what is wrong with it by place."""
    try:
        config = kind_of(document).model_validate(deepcopy(dict(document)))
    except ValidationError as error:
        return None, faults(error)
    if isinstance(config, Config) and config.network.pretrained:
        try:
            weights_file(config.network.architecture)
        except PretrainedError as error:
            return None, {"network.pretrained": str(error)}
    return config, {}


def save_text(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    ViewerError
        It cannot be written.
    """
    try:
        replace_file(path, text.encode())
    except OSError as error:
        raise ViewerError(
            f"The file cannot be written: {error.strerror}.", path, "Choose another folder."
        ) from error


def example_cells(cache: Path) -> Path:
    """Drawn blood cells in two folders, made when first asked for.

    Parameters
    ----------
    cache : Path
        Where they are kept.
    """
    folder = cache / "example-cells"
    if not folder.is_dir():
        part = cache / f".example-cells.{os.getpid()}.part"
        shutil.rmtree(part, ignore_errors=True)
        write_cells(part, _EXAMPLE_PATIENTS)
        part.rename(folder)
    return folder
