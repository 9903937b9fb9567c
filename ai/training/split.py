"""Which patients train, validate and test: decided by a hash, so that it never drifts."""

from __future__ import annotations

import hashlib
from typing import Literal

import numpy as np
import numpy.typing as npt

Part = Literal["train", "validation", "test"]

_VALIDATION = 0.15
_TEST = 0.15


def part_of(patient: str, seed: int) -> Part:
    """The part that a patient belongs to, whatever else the data holds.

    15 % of patients validate, 15 % test, the rest train.
    """
    digest = hashlib.sha256(f"{seed}/{patient}".encode()).digest()
    fraction = int.from_bytes(digest[:8], "big") / 2**64
    if fraction < _TEST:
        return "test"
    return "validation" if fraction < _TEST + _VALIDATION else "train"


def parts_of(patients: npt.NDArray[np.str_], seed: int) -> npt.NDArray[np.str_]:
    """The part of each patient of an array."""
    return np.array([part_of(str(p), seed) for p in patients], dtype="<U10")
