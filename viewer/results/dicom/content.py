"""What the structured reports of findings and of measurements have in common."""

from __future__ import annotations

from typing import Any

import highdicom as hd
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code


def quantity(
    name: Code,
    value: float,
    unit: Code,
    derivation: Code | None = None,
    coordinates: list[hd.sr.CoordinatesForMeasurement | hd.sr.CoordinatesForMeasurement3D]
    | None = None,
) -> hd.sr.Measurement:
    """A number with its unit, and what it was measured between."""
    # A decimal string holds 16 characters (PS3.5 6.2); more digits were never measured.
    return hd.sr.Measurement(
        name,
        round(float(value), 4),
        unit,
        derivation=derivation,
        referenced_coordinates=coordinates,
    )


def add_comment(root: Any, text: str) -> None:
    """Put a comment at the top level, where every reader shows it (TID 1500 is extensible)."""
    root.ContentSequence.append(
        hd.sr.TextContentItem(codes.DCM.Comment, text, hd.sr.RelationshipTypeValues.CONTAINS)
    )
