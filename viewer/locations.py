"""Where Hounsfield keeps what belongs to the user, by the system's own conventions."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path, user_data_path

_NAME = "hounsfield"


def cache() -> Path:
    """For what can be made again: the demo series, indexes."""
    return user_cache_path(_NAME, appauthor=False)


def trainings() -> Path:
    """Where trainings leave their results by default; need not exist."""
    return user_data_path(_NAME, appauthor=False) / "trainings"


def header_index() -> Path:
    """Database of the headers of folders opened before; holds what they say of patients."""
    return cache() / "headers.sqlite"


def sessions() -> Path:
    """Where sessions are saved while one works, and the last one; need not exist."""
    return user_data_path(_NAME, appauthor=False) / "sessions"


def added_models() -> Path:
    """Model packages that the user added; need not exist."""
    return user_data_path(_NAME, appauthor=False) / "models"


def trusted_models() -> Path:
    """What remembers which weights may run code of their own; need not exist."""
    return user_data_path(_NAME, appauthor=False) / "trusted.json"
