"""Whom the user trusts: files that run code of their own, each by its sha256."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ai.errors import PackageError
from ai.packages.documents import read_document
from ai.packages.write import replace_file

_SHA256 = re.compile(r"[0-9a-f]{64}")


def trusted(path: Path) -> frozenset[str]:
    """The sha256 that the user trusts, as the file has them; none where there is no file.

    Raises
    ------
    PackageError
        The file is damaged.
    """
    if not path.exists():
        return frozenset()
    stored = read_document(path).get("sha256")
    if not isinstance(stored, list) or not all(_is_sha256(entry) for entry in stored):
        raise PackageError(f"{path} is not valid.", "Delete it and trust your models again.")
    return frozenset(stored)


def trust(path: Path, sha256: str) -> None:
    """Remember that the user trusts a file.

    Parameters
    ----------
    path : Path
        Of what is remembered.
    sha256 : str
        Of the file that is trusted, in hexadecimal.

    Raises
    ------
    PackageError
        That is no sha256, or cannot be written.
    """
    sha256 = sha256.strip().lower()
    if not _is_sha256(sha256):
        raise PackageError(
            f"{sha256[:80]!r} is no sha256.", "It has 64 digits from 0 to 9 and a to f."
        )
    known = sorted(trusted(path) | {sha256})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, (json.dumps({"sha256": known}, indent=2) + "\n").encode())
    except OSError as error:
        raise PackageError(f"{path} cannot be written: {error.strerror}.") from error


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None
