"""Architectures of ours with their weights in a safetensors file."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from ai.errors import PackageError
from ai.networks import build
from ai.packages.schema import Network

_REINSTALL = "Install the model again from its source."


def read(path: Path, content: bytes, networks: dict[str, Network]) -> dict[str, nn.Module]:
    """Build the networks and load their weights.

    Parameters
    ----------
    path : Path
        Of the weights, for messages.
    content : bytes
        Of that file.
    networks : dict of str to Network
        By role; a weight's name is the role, a dot, and its name in the network.

    Raises
    ------
    PackageError
        The file is no safetensors file, an architecture is unknown, or the weights do not fit.
    """
    try:
        tensors = load(content)
    except (SafetensorError, KeyError, ValueError) as error:
        raise PackageError(f"{path} is not a safetensors file: {error}.", _REINSTALL) from error
    by_role = _split(path, tensors, networks)
    return {role: _build(path, role, n, by_role[role]) for role, n in networks.items()}


def _build(path: Path, role: str, network: Network, state: dict[str, torch.Tensor]) -> nn.Module:
    spec = path.with_name("model.json")
    # Arguments and weights are the package's: whatever they make the architecture raise is a
    # fault of the package.
    try:
        # Without memory at first, so that arguments that ask for more than the file holds are
        # found out before they are given it.
        with torch.device("meta"):
            outline = build(network.architecture, **network.arguments)
        _check_fit(path, role, network, outline, state)
        module = build(network.architecture, **network.arguments)
        module.load_state_dict(state)
    except PackageError as error:
        if str(path) in error.message:
            raise
        raise _no_network(spec, role, network, error) from error
    except Exception as error:
        raise _no_network(spec, role, network, error) from error
    return module


def _check_fit(
    path: Path, role: str, network: Network, outline: nn.Module, state: dict[str, torch.Tensor]
) -> None:
    wanted = {name: tuple(tensor.shape) for name, tensor in outline.state_dict().items()}
    there = {name: tuple(tensor.shape) for name, tensor in state.items()}
    if wanted != there:
        name = next(
            n for n in (*wanted, *there) if n not in wanted or wanted.get(n) != there.get(n)
        )
        raise PackageError(
            f"{path} does not fit the network {role!r} ({network.architecture}): {name!r} has the"
            f" shape {there.get(name, 'of nothing')} in the file and"
            f" {wanted.get(name, 'of nothing')} in the network.",
            _REINSTALL,
        )


def _no_network(spec: Path, role: str, network: Network, error: Exception) -> PackageError:
    return PackageError(
        f"{spec}: the network {role!r} of architecture {network.architecture!r} cannot be built:"
        f" {error}",
        "The model may need a newer version of Hounsfield.",
    )


def _split(
    path: Path, tensors: dict[str, torch.Tensor], networks: dict[str, Network]
) -> dict[str, dict[str, torch.Tensor]]:
    """The weights by role: the part of their name before the first dot."""
    by_role: dict[str, dict[str, torch.Tensor]] = {role: {} for role in networks}
    for key, tensor in tensors.items():
        role, _, name = key.partition(".")
        if role not in by_role:
            raise PackageError(
                f"{path} holds {key!r}, which belongs to no network of model.json.", _REINSTALL
            )
        by_role[role][name] = tensor
    return by_role
