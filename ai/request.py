"""``Request``: what to run, and how. Without torch, so that anyone may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

DeviceChoice = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True)
class Request:
    """One run of a model package.

    Parameters
    ----------
    package : Path
        Folder of the model package.
    device : {"auto", "cpu", "cuda"}
        ``"auto"`` is a GPU where there is one.
    operating_point : str, optional
        The package's default one if None.
    force : bool
        Run on an image that does not meet the contract; the findings then say so.
    reasons : tuple of str
        Against the run, that only the caller can know: that slices are missing, for instance. They
        count like those that the contract gives.
    versions : mapping of str to str
        Of the software that asks, for the run report.
    trusted : frozenset of str
        The sha256 of weights that may run code of their own. Ask a ``Worker`` then, so that they
        run in its process.
    """

    package: Path
    device: DeviceChoice = "auto"
    operating_point: str | None = None
    force: bool = False
    reasons: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    trusted: frozenset[str] = frozenset()
