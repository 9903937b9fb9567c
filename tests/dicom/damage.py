"""Damaged copies of files, and what becomes of opening them."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.dicom.thumbnail import thumbnail
from viewer.errors import ViewerError

#: No file may need more of the processor to be opened or refused.
SECONDS = 2.0


def damaged(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """Yield the file cut off in two places, and with bytes of the header or anywhere changed."""
    for _ in range(2):
        yield data[: chance.randrange(1, len(data))]
    for end in (min(len(data), 3000), len(data)):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 3, 10, 30))):
            changed[chance.randrange(end)] = chance.randrange(256)
        yield bytes(changed)


def open_file(path: Path) -> str:
    """How opening a file ends."""
    result = scan([path])
    if not result.series:
        assert result.skipped
        return "refused"
    ends = set()
    for series in result.series:
        try:
            load(series)
            thumbnail(series)
        except ViewerError:
            ends.add("error")
        else:
            ends.add("displayed")
    return "displayed" if "displayed" in ends else "error"


def open_damaged(files: Iterable[Path], folder: Path, seed: int) -> Counter[str]:
    """Open damaged copies of files; count how it ends, and name those that take too long."""
    chance = random.Random(seed)
    outcome: Counter[str] = Counter()
    for path in files:
        for number, data in enumerate(damaged(path.read_bytes(), chance)):
            copy = folder / "damaged.dcm"
            copy.write_bytes(data)
            start = time.process_time()
            outcome[open_file(copy)] += 1
            if time.process_time() - start > SECONDS:
                outcome[f"slow: {path.name}, damage {number}"] += 1
    return outcome


def small_files(folder: Path, largest: int = 150_000) -> list[Path]:
    """The DICOM files of a folder that are quickly damaged."""
    return sorted(p for p in folder.rglob("*.dcm") if 0 < p.stat().st_size < largest)
