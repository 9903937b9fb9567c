"""How much memory there is, asked before a header's claim is believed."""

from __future__ import annotations

import os
from pathlib import Path

from viewer.errors import UnsupportedError

_MEMINFO = Path("/proc/meminfo")


def available_bytes() -> int | None:
    """Memory that can be had without swapping; the machine's whole where that is not known."""
    if _MEMINFO.exists():
        for line in _MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError):  # not on Windows
        return None


def require_memory(needed: int, path: Path) -> None:
    """Refuse what does not fit into memory.

    Raises
    ------
    UnsupportedError
    """
    available = available_bytes()
    if available is not None and needed > available:
        raise UnsupportedError(
            f"This needs {needed / 1e9:.1f} GB of memory, of which {available / 1e9:.1f} GB are "
            "free.",
            path,
            "Close other volumes, or open fewer files.",
        )
