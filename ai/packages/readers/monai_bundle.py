"""Bundles of MONAI: the network that the configuration describes, with the bundle's weights."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from ai.bundles.config import Config
from ai.bundles.metadata import SECTIONS
from ai.bundles.network import BundleNetwork
from ai.bundles.weights import read_weights
from ai.errors import PackageError
from ai.packages.schema import ModelSpec

_REINSTALL = "Install the model again from its source."


def read(folder: Path, path: Path, content: bytes, spec: ModelSpec) -> BundleNetwork:
    """Build the network and load its weights.

    Parameters
    ----------
    folder : Path
        Of the bundle.
    path : Path
        Of the weights, for messages.
    content : bytes
        Of that file.
    spec : ModelSpec

    Raises
    ------
    PackageError
        MONAI is not installed; the configuration does what it may not; the weights are no weights,
        or those of another network.
    """
    try:
        import monai  # noqa: F401
    except ImportError as error:
        raise PackageError(
            f"{folder} needs MONAI.", "Install it: pip install 'hounsfield[monai]'."
        ) from error
    config = Config.read(folder)
    config.check(SECTIONS[spec.task])
    state = read_weights(path, content)
    # Without memory at first, so that arguments that ask for more than the file holds are found
    # out before they are given it.
    with _Outline():
        outline = _network(config)
    _check_fit(path, outline, state)
    network = _network(config)
    network.load_state_dict(state)
    return BundleNetwork(network, config, spec)


def _network(config: Config) -> nn.Module:
    network = config.build(torch.device("cpu")).get("network_def")
    if not isinstance(network, nn.Module):
        raise PackageError(f"{config.path}: network_def is no network.")
    return network


def _check_fit(path: Path, outline: nn.Module, state: dict[str, torch.Tensor]) -> None:
    wanted = {name: tuple(tensor.shape) for name, tensor in outline.state_dict().items()}
    there = {name: tuple(tensor.shape) for name, tensor in state.items()}
    for name in (*wanted, *there):
        if wanted.get(name) != there.get(name):
            raise PackageError(
                f"{path} does not fit the bundle's network: {name!r} has the shape"
                f" {there.get(name, 'of nothing')} in the file and"
                f" {wanted.get(name, 'of nothing')} in the network.",
                _REINSTALL,
            )


class _Outline(TorchFunctionMode):
    """Tensors of weights take no memory; what networks compute while they are built still does.

    ``torch.device("meta")`` would hide those numbers too, and some networks of MONAI ask for them.
    """

    _MAKES = frozenset({torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn})

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        kwargs = dict(kwargs or {})
        if func in self._MAKES:
            kwargs["device"] = torch.device("meta")
        return func(*args, **kwargs)
