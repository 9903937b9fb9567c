"""Checkpoints: written whole or not at all, read as tensors and plain values only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch


def save(path: Path, content: dict[str, Any]) -> None:
    """Write a checkpoint to a temporary file, then rename it."""
    part = path.with_name(path.name + ".part")
    torch.save(content, part)
    part.replace(path)


def load(path: Path) -> dict[str, Any] | None:
    """The content of a checkpoint, on the CPU; None where there is none."""
    if not path.exists():
        return None
    content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return content
