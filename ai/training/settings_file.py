"""Configurations as files: read so that an error names its place, written as TOML. No torch."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import tomli_w
from pydantic import BaseModel, ValidationError

from ai.errors import AIError

Model = TypeVar("Model", bound=BaseModel)


class ConfigError(AIError):
    """The configuration of a training is missing or not valid."""


def read_document(path: Path) -> dict[str, Any]:
    """The content of a ``.toml`` or ``.json`` file.

    Raises
    ------
    ConfigError
        The file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not valid {path.suffix[1:].upper()}: {error}.") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds no settings.")
    return content


def validated(model: type[Model], document: Mapping[str, Any], path: Path) -> Model:
    """The configuration that a file's content stands for.

    Raises
    ------
    ConfigError
        Something in it is not valid: the message names the place.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        place, message = next(iter(faults(error).items()))
        raise ConfigError(f"{path} is not valid: {place}: {message}.") from error


def faults(error: ValidationError) -> dict[str, str]:
    """What is wrong, by its place (``"optimisation.epochs"``)."""
    found: dict[str, str] = {}
    for fault in error.errors():
        place = ".".join(str(part) for part in fault["loc"])
        found.setdefault(place, fault["msg"].removeprefix("Value error, "))
    return found


def to_toml(document: Mapping[str, Any]) -> str:
    """A configuration's content as TOML."""
    return tomli_w.dumps(document)
