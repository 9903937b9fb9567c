"""Writing a model package: for the trainers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ai.errors import PackageError
from ai.packages.package import SPEC, Package, hash_file, load
from ai.packages.schema import SCHEMA_VERSION, WEIGHTS, ModelSpec

if TYPE_CHECKING:
    from torch import nn


def write_weights(folder: Path, networks: Mapping[str, nn.Module]) -> Path:
    """Write the weights of networks into one safetensors file, keys prefixed by role + ``"."``.

    Parameters
    ----------
    folder : Path
    networks : mapping of str to nn.Module
        By role, as in ``model.json``.

    Returns
    -------
    Path
        The file written.
    """
    from safetensors.torch import save

    tensors = {
        f"{role}.{name}": tensor.detach().cpu().contiguous()
        for role, network in networks.items()
        for name, tensor in network.state_dict().items()
    }
    path = folder / WEIGHTS
    replace_file(path, save(tensors))
    return path


def write_package(folder: Path, document: Mapping[str, Any]) -> Package:
    """Write ``model.json``, with the sha256 of every file that lies in the folder by now.

    Call it last: a file changed afterwards makes the package invalid.

    Parameters
    ----------
    folder : Path
        Holds the weights, the card, and whatever else belongs to the package.
    document : mapping
        ``model.json`` but for ``schema_version`` and ``files``.

    Returns
    -------
    Package
        As ``load`` reads it back.

    Raises
    ------
    PackageError
        The document is not valid, or the weights or the card are missing.
    """
    files = {path.relative_to(folder).as_posix(): hash_file(path) for path in _content(folder)}
    try:
        spec = ModelSpec.model_validate(
            {**document, "schema_version": SCHEMA_VERSION, "files": files}
        )
    except ValidationError as error:
        raise PackageError(f"{folder / SPEC} would not be valid: {error}") from error
    text = json.dumps(spec.model_dump(mode="json"), indent=2, ensure_ascii=False)
    replace_file(folder / SPEC, f"{text}\n".encode())
    return load(folder)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _content(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path != folder / SPEC:
            yield path
