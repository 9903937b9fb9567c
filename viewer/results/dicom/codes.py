"""Coded concepts: what findings are called by other software."""

from __future__ import annotations

import re
from dataclasses import dataclass

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

#: Coding scheme of what has no public code (PS3.16 8.2: private schemes begin with 99).
PRIVATE_SCHEME = "99HOUNSFIELD"

PRIVATE_SCHEMES = (
    CodingSchemeIdentificationItem(PRIVATE_SCHEME, name="Concepts of Hounsfield's models"),
)

_LONGEST_MEANING = 64


@dataclass(frozen=True)
class Concept:
    """What a model's label means.

    Parameters
    ----------
    kind : Code
        Segmented property type, and finding in a report.
    category : Code
        Segmented property category (PS3.16 CID 7150).
    site : Code, optional
        Where in the body it lies.
    """

    kind: Code
    category: Code
    site: Code | None = None


_KNOWN = {
    "nodule": Concept(codes.SCT.Nodule, codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Lung),
}


def concept(label: str) -> Concept:
    """The codes of a model's label; a private one where there is no public one."""
    known = _KNOWN.get(label.lower())
    return known or Concept(private(label), codes.SCT.MorphologicallyAbnormalStructure)


def private(meaning: str) -> Code:
    """A concept of our own scheme, its value made from its meaning."""
    text = plain(meaning, _LONGEST_MEANING) or "unnamed"
    value = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:16].strip("-")
    return Code(value or "unnamed", PRIVATE_SCHEME, text)


def plain(text: str, longest: int) -> str:
    """Text that any character set holds, without the backslash that separates values."""
    ascii_text = text.encode("ascii", "replace").decode("ascii").replace("\\", "/")
    return " ".join(ascii_text.split())[:longest].rstrip()
