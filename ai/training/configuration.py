"""A training's configuration, of whichever kind the file holds. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ai.training.classification.config import Config
from ai.training.settings_file import read_document, validated
from ai.training.tabular.config import TableConfig

AnyConfig = Config | TableConfig


def kind_of(document: Mapping[str, Any]) -> type[Config] | type[TableConfig]:
    """What a configuration's content is to be read as."""
    return TableConfig if document.get("kind") == "table" else Config


def read(path: Path) -> AnyConfig:
    """Read a configuration of a classifier of pictures, or of a training on a table.

    Raises
    ------
    ConfigError
        The file cannot be read, or something in it is not valid: the message names the place.
    """
    document = read_document(path)
    return validated(kind_of(document), document, path)
