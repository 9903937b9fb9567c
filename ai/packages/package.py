"""``Package``: a model package on disk, verified."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ai.errors import PackageError
from ai.packages.schema import CARD, WEIGHTS, ModelSpec, Network

if TYPE_CHECKING:
    import torch
    from torch import nn

SPEC = "model.json"

#: A larger ``model.json`` or card is not read: no honest one comes near.
MAX_TEXT_BYTES = 1 << 20

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

    def networks(self, device: torch.device) -> dict[str, nn.Module]:
        """Build the networks and load their weights.

        Parameters
        ----------
        device : torch.device

        Returns
        -------
        dict of str to nn.Module
            By role, in evaluation mode.

        Raises
        ------
        PackageError
            The weights were changed since ``load``, an architecture is unknown, or the weights do
            not fit the architecture.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load as read

        path = self.folder / WEIGHTS
        content = _read(path, limit=None)
        _verify(path, content, self.sha256)
        try:
            tensors = read(content)
        except (SafetensorError, KeyError, ValueError) as error:
            raise PackageError(f"{path} is not a safetensors file: {error}.", _REINSTALL) from error
        by_role = _split(path, tensors, self.spec.networks)
        return {
            role: self._build(role, network, by_role[role]).to(device).eval()
            for role, network in self.spec.networks.items()
        }

    def _build(self, role: str, network: Network, state: dict[str, torch.Tensor]) -> nn.Module:
        from ai.networks import build

        # Arguments and weights are the package's: whatever they make the architecture raise is a
        # fault of the package.
        try:
            module = build(network.architecture, **network.arguments)
        except Exception as error:
            raise PackageError(
                f"{self.folder / SPEC}: the network {role!r} of architecture"
                f" {network.architecture!r} cannot be built: {error}",
                "The model may need a newer version of Hounsfield.",
            ) from error
        try:
            module.load_state_dict(state)
        except RuntimeError as error:
            raise PackageError(
                f"{self.folder / WEIGHTS} does not fit the network {role!r}"
                f" ({network.architecture}): {error}",
                _REINSTALL,
            ) from error
        return module


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
    path = folder / SPEC
    try:
        spec = ModelSpec.model_validate_json(_read(path, limit=MAX_TEXT_BYTES))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "document"
        raise PackageError(f"{path} is not valid: {place}: {first['msg']}.", _REINSTALL) from error
    for name, sha256 in spec.files.items():
        _verify_file(folder, name, sha256)
    card = _read(folder / CARD, limit=MAX_TEXT_BYTES).decode(errors="replace")
    return Package(folder, spec, spec.files[WEIGHTS], card)


def hash_file(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify_file(folder: Path, name: str, sha256: str) -> None:
    path = folder / name
    # The name was checked by the schema; a symbolic link can still lead out of the folder.
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PackageError(f"{path} leads out of the model package.", "Do not use this package.")
    try:
        actual = hash_file(path)
    except OSError as error:
        raise PackageError(f"{path} cannot be read: {error.strerror}.", _REINSTALL) from error
    if actual != sha256:
        raise _tampered(path)


def _verify(path: Path, content: bytes, sha256: str) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _tampered(path)


def _tampered(path: Path) -> PackageError:
    return PackageError(
        f"{path} was changed: its sha256 is not the one that {SPEC} states.", _REINSTALL
    )


def _read(path: Path, limit: int | None) -> bytes:
    try:
        if limit is not None and path.stat().st_size > limit:
            raise PackageError(f"{path} is too large: more than {limit} bytes.")
        return path.read_bytes()
    except OSError as error:
        raise PackageError(f"{path} cannot be read: {error.strerror}.", _REINSTALL) from error


def _split(
    path: Path, tensors: dict[str, torch.Tensor], networks: dict[str, Network]
) -> dict[str, dict[str, torch.Tensor]]:
    """The weights by role: the part of their name before the first dot."""
    by_role: dict[str, dict[str, torch.Tensor]] = {role: {} for role in networks}
    for key, tensor in tensors.items():
        role, _, name = key.partition(".")
        if role not in by_role:
            raise PackageError(
                f"{path} holds {key!r}, which belongs to no network of {SPEC}.", _REINSTALL
            )
        by_role[role][name] = tensor
    return by_role
