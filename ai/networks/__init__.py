"""Network architectures, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from ai.errors import PackageError
from ai.networks.classifiers import CLASSIFIERS
from ai.networks.patch_classifier import PatchClassifier
from ai.networks.unet import UNet

_ARCHITECTURES: dict[str, Callable[..., nn.Module]] = {
    "PatchClassifier": PatchClassifier,
    "UNet": UNet,
    **CLASSIFIERS,
}


def build(name: str, **arguments: Any) -> nn.Module:
    """Build an architecture, with random weights.

    Parameters
    ----------
    name : str
        A name of the registry, as in a package's ``model.json``.
    **arguments
        The architecture's own arguments.

    Raises
    ------
    PackageError
        The name is unknown, or the arguments don't fit it.
    """
    if name not in _ARCHITECTURES:
        known = ", ".join(sorted(_ARCHITECTURES))
        raise PackageError(f"There is no network architecture {name!r}.", f"Known are {known}.")
    try:
        return _ARCHITECTURES[name](**arguments)
    except TypeError as error:
        raise PackageError(
            f"Architecture {name!r} does not take these arguments: {error}."
        ) from error
