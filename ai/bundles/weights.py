"""The weights of a bundle, out of a file that could hold anything."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from ai.errors import PackageError

_DO_NOT_USE = "Do not use this package."

#: Under which trainers keep the weights beside other things.
_KEYS = ("model", "state_dict", "network")


def read_weights(path: Path, content: bytes) -> dict[str, torch.Tensor]:
    """Tensors by their names, without running anything that the file holds.

    Parameters
    ----------
    path : Path
        For messages.
    content : bytes
        Of that file.

    Raises
    ------
    PackageError
        The file is none of torch's, holds more than tensors, or declares more than it holds.
    """
    _check_archive(path, content)
    try:
        loaded = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise PackageError(
            f"{path} holds more than weights, which could run any code: it is not opened.",
            _DO_NOT_USE,
        ) from error
    # The reader of torch raises whatever a damaged file makes it stumble over.
    except Exception as error:
        raise PackageError(f"{path} is no file of weights: {error}.") from error
    state = _state(loaded)
    if state is None:
        raise PackageError(f"{path} holds no weights by name.")
    for name, tensor in state.items():
        held = tensor.untyped_storage().nbytes() if tensor.layout is torch.strided else 0
        if tensor.numel() * tensor.element_size() > held:
            raise PackageError(f"{path}: {name!r} declares more than the file holds.", _DO_NOT_USE)
    return state


def _check_archive(path: Path, content: bytes) -> None:
    """Torch keeps tensors as they are: what would grow on unpacking is no file of torch's."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise PackageError(
            f"{path} is no archive as torch writes them since version 1.6.",
            "Have its author save it again.",
        ) from error
    if any(m.compress_type != zipfile.ZIP_STORED for m in members) or sum(
        m.file_size for m in members
    ) > len(content):
        raise PackageError(f"{path} would unpack to more than it holds.", _DO_NOT_USE)


def _state(loaded: Any) -> dict[str, torch.Tensor] | None:
    if not isinstance(loaded, Mapping):
        return None
    if loaded and all(isinstance(value, torch.Tensor) for value in loaded.values()):
        return {str(name): value for name, value in loaded.items()}
    return next((found for key in _KEYS if (found := _state(loaded.get(key))) is not None), None)
