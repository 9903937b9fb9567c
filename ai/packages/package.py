"""``Package``: a model package on disk, verified."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ai.bundles import metadata
from ai.bundles.config import METADATA
from ai.errors import PackageError
from ai.packages.documents import read_document, read_file
from ai.packages.schema import CARD, WEIGHTS, ModelSpec

if TYPE_CHECKING:
    import torch
    from torch import nn

SPEC = "model.json"

#: Files that run code of their own when they are opened; see ``ai.packages.trust``.
_RUN_CODE = (".ts", ".pt2")

_REINSTALL = "Install the model again from its source."


@dataclass(frozen=True)
class Package:
    """A model package whose files are all there and have the hashes that ``model.json`` states.

    Parameters
    ----------
    folder : Path
    spec : ModelSpec
    sha256 : str
        That of the weights file; it names the model in every result.
    card : str
        The model card, Markdown.
    """

    folder: Path
    spec: ModelSpec
    sha256: str
    card: str

    @property
    def runs_code(self) -> bool:
        """Whether opening the weights runs code that they hold, so that they need trust."""
        return self.spec.weights.endswith(_RUN_CODE)

    def check_trust(self, trusted: Collection[str]) -> None:
        """Refuse weights that run code and that the user has not said to trust.

        Raises
        ------
        PackageError
            With the sha256 that the user would have to trust.
        """
        if self.runs_code and self.sha256 not in trusted:
            raise PackageError(
                f"{self.folder / self.spec.weights} can run any code on this computer.",
                "If you know where it comes from, trust it: models trust " + self.sha256,
            )

    def networks(self, device: torch.device, trusted: Collection[str] = ()) -> dict[str, nn.Module]:
        """Build the networks and load their weights.

        Parameters
        ----------
        device : torch.device
        trusted : collection of str
            The sha256 of files that may run code of their own; only in a process apart.

        Returns
        -------
        dict of str to nn.Module
            By role, in evaluation mode.

        Raises
        ------
        PackageError
            The weights were changed since ``load`` or need trust, an architecture is unknown, or
            the weights do not fit the architecture.
        """
        self.check_trust(trusted)
        path = self.folder / self.spec.weights
        content = read_file(path, limit=None)
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise _tampered(path)
        networks = self._read(path, content)
        return {role: network.to(device).eval() for role, network in networks.items()}

    def _read(self, path: Path, content: bytes) -> dict[str, nn.Module]:
        if path.name == WEIGHTS:
            from ai.packages.readers import native

            return native.read(path, content, self.spec.networks)
        (role,) = self.spec.networks
        if self.spec.is_bundle:
            from ai.packages.readers import monai_bundle

            return {role: monai_bundle.read(self.folder, path, content, self.spec)}
        if path.suffix == ".onnx":
            from ai.packages.readers import onnx_graph

            return {role: onnx_graph.read(path, content, self.spec.files)}
        from ai.packages.readers import torch_program

        return {role: torch_program.read(path, content)}


def is_package(folder: Path) -> bool:
    """Whether a folder looks like a package of a format that ``load`` knows."""
    return (folder / SPEC).is_file() or is_bundle(folder)


def is_bundle(folder: Path) -> bool:
    """Whether a folder looks like a bundle of MONAI as its authors publish it."""
    return not (folder / SPEC).is_file() and (folder / METADATA).is_file()


def load(folder: Path) -> Package:
    """Open a model package and verify every file that it names; without torch.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Package

    Raises
    ------
    PackageError
        ``model.json`` is missing or invalid; a file is missing, lies outside the folder or does not
        have the sha256 stated. The message names the file.
    """
    if is_bundle(folder):
        return _load_bundle(folder)
    path = folder / SPEC
    try:
        spec = ModelSpec.model_validate(read_document(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "document"
        raise PackageError(f"{path} is not valid: {place}: {first['msg']}.", _REINSTALL) from error
    for name, sha256 in spec.files.items():
        _verify_file(folder, name, sha256)
    if spec.is_bundle:
        raise PackageError(f"{path}: a bundle of MONAI is described by its own configs.")
    card = read_file(folder / CARD).decode(errors="replace")
    return Package(folder, spec, spec.files[spec.weights], card)


def _load_bundle(folder: Path) -> Package:
    """A bundle states no hashes: they are those of its files as they are."""
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            _check_inside(folder, path)
            files[name.as_posix()] = hash_file(path)
    spec = metadata.read_spec(folder, files)
    card = metadata.card_file(folder)
    text = (
        read_file(card).decode(errors="replace")
        if card is not None
        else metadata.card(read_document(folder / METADATA))
    )
    return Package(folder, spec, spec.files[spec.weights], text)


def hash_file(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify_file(folder: Path, name: str, sha256: str) -> None:
    path = folder / name
    # The name was checked by the schema.
    _check_inside(folder, path)
    try:
        actual = hash_file(path)
    except OSError as error:
        raise PackageError(f"{path} cannot be read: {error.strerror}.", _REINSTALL) from error
    if actual != sha256:
        raise _tampered(path)


def _check_inside(folder: Path, path: Path) -> None:
    """A symbolic link can lead out of the folder."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PackageError(f"{path} leads out of the model package.", "Do not use this package.")


def _tampered(path: Path) -> PackageError:
    return PackageError(
        f"{path} was changed: its sha256 is not the one that {SPEC} states.", _REINSTALL
    )
