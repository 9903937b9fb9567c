"""Programs that torch wrote whole: TorchScript and ``.pt2``.

Opening one can run any code: TorchScript holds code, and ``torch.export.load`` falls back to an
unrestricted unpickle. The package checks the user's trust first; here is made sure that it happens
in a process apart from the window.
"""

from __future__ import annotations

import io
import multiprocessing
from pathlib import Path

import torch
from torch import nn

from ai.errors import PackageError


def read(path: Path, content: bytes) -> nn.Module:
    """Load a program.

    Parameters
    ----------
    path : Path
        Of the file: ``.ts`` or ``.pt2``.
    content : bytes
        Of that file.

    Raises
    ------
    PackageError
        It is no such program, or this is not the process that may run it.
    """
    if multiprocessing.parent_process() is None:
        raise PackageError(
            f"{path} can run any code, and is opened in the inference process only.",
            "Run it with analyze, or in the window.",
        )
    try:
        # Any torch may have written it: what it raises then is of any kind.
        if path.suffix == ".pt2":
            return _Whole(torch.export.load(io.BytesIO(content)).module())
        script = torch.jit.load(io.BytesIO(content), map_location="cpu")  # type: ignore[no-untyped-call]
        return _Whole(script.eval())
    except Exception as error:
        raise PackageError(
            f"{path} cannot be opened: {error}.", "It may need another version of torch."
        ) from error


class _Whole(nn.Module):
    """A program that knows no training mode."""

    def __init__(self, program: nn.Module) -> None:
        super().__init__()
        self.program = program

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """What the program makes of an image."""
        result: torch.Tensor = self.program(image)
        return result

    def train(self, mode: bool = True) -> _Whole:
        """Stay as written: an exported program refuses to change."""
        return self
