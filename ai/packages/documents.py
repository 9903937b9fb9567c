"""Reading JSON from a stranger: small, shallow, without surprises."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn

from ai.errors import PackageError

#: A larger document or card is not read: no honest one comes near.
MAX_TEXT_BYTES = 1 << 20

#: Arrays and objects within one another.
MAX_DEPTH = 32

_LONGEST_NUMBER = 40
_REINSTALL = "Install the model again from its source."


def read_file(path: Path, limit: int | None = MAX_TEXT_BYTES) -> bytes:
    """The content of a file.

    Raises
    ------
    PackageError
        It cannot be read, or holds more than ``limit`` bytes.
    """
    try:
        if limit is not None and path.stat().st_size > limit:
            raise PackageError(f"{path} is too large: more than {limit} bytes.")
        return path.read_bytes()
    except OSError as error:
        raise PackageError(f"{path} cannot be read: {error.strerror}.", _REINSTALL) from error


def read_document(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises
    ------
    PackageError
        The file cannot be read or is no JSON object; it is larger than ``MAX_TEXT_BYTES``, nested
        deeper than ``MAX_DEPTH``, names something twice, or holds a number that no double holds.
    """
    content = read_file(path)
    try:
        document = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_no_constant,
        )
        _check_depth(document, MAX_DEPTH)
    except RecursionError as error:
        raise _invalid(path, "it is nested too deeply") from error
    except ValueError as error:
        raise _invalid(path, str(error)) from error
    if not isinstance(document, dict):
        raise _invalid(path, "it is no object")
    return document


def _invalid(path: Path, why: str) -> PackageError:
    return PackageError(f"{path} is not valid: {why}.", _REINSTALL)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name[:80]!r} is given twice")
        found[name] = value
    return found


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if len(digits) > _LONGEST_NUMBER or not math.isfinite(value):
        raise ValueError(f"{digits[:_LONGEST_NUMBER]} is no number that can be computed with")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _check_depth(value: Any, left: int) -> None:
    if not isinstance(value, dict | list):
        return
    if left == 0:
        raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
    for inner in value.values() if isinstance(value, dict) else value:
        _check_depth(inner, left - 1)
