"""What the profile does with each attribute: PS3.15 table E.1-1, edition 2026c."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag
from pydicom.tag import BaseTag

from resources import ROOT


class Action(StrEnum):
    """The letters of PS3.15 table E.1-1a, but for C (clean), which needs someone who reads."""

    KEEP = "K"
    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"
    UID = "U"


#: UIDs whose keyword holds one of these name kinds of things, and no thing.
_KINDS = (
    "SOPClass", "TransferSyntax", "ImplementationClass", "Coding", "Context", "MappingResource",
    "Creator", "Template",
)  # fmt: skip
#: Of group 6 and below are commands, file meta information and directories: no part of an image.
_LAST_FOREIGN_GROUP = 0x0006

#: Attributes that the basic profile replaces, removes or empties whatever an option says: the
#: option to retain dates does not speak of the day of birth.
_BIRTH = frozenset((0x00100030, 0x00100032))
#: Sequences that are optional (type 3) everywhere, and so must not be empty: they go.
_OPTIONAL = frozenset((0x00081110,))
_TIMES = frozenset(("DA", "DT", "TM"))


def action_of(tag: BaseTag) -> Action:
    """What becomes of an attribute.

    Where the table leaves a choice that depends on the attribute's type in its information object
    (``X/Z``, ``X/Z/D`` …), the last letter is taken: it conforms whatever the type is.

    Parameters
    ----------
    tag : BaseTag

    Returns
    -------
    Action
        Of sequences that are kept the items are still gone through. Private attributes, curves,
        overlays and whatever the data dictionary does not know are removed. So are names, dates
        and times of which the table says nothing; such UIDs are replaced.
    """
    if tag.is_private or _is_graphics(tag) or tag.group <= _LAST_FOREIGN_GROUP:
        return Action.REMOVE
    if int(tag) in _OPTIONAL:
        return Action.REMOVE
    found = table().get(int(tag))
    if found is not None:
        return found
    if not dictionary_has_tag(tag):
        return Action.REMOVE
    vr = dictionary_VR(tag)
    if vr == "PN" or vr in _TIMES:
        return Action.REMOVE
    if vr == "UI" and not any(kind in keyword_for_tag(tag) for kind in _KINDS):
        return Action.UID
    return Action.KEEP


def is_shiftable(tag: BaseTag) -> bool:
    """Whether the option to retain modified dates speaks of an attribute."""
    return (
        int(tag) in table()
        and int(tag) not in _BIRTH
        and dictionary_has_tag(tag)
        and dictionary_VR(tag) in _TIMES
    )


@lru_cache(maxsize=1)
def table() -> Mapping[int, Action]:
    """The actions of the table's attributes, by tag."""
    with (ROOT / "deidentification.csv").open(encoding="ascii", newline="") as file:
        return {int(row["tag"], 16): _conforming(row["action"]) for row in csv.DictReader(file)}


def _conforming(choices: str) -> Action:
    """The last of the choices; a ``U*`` is of the UIDs in a sequence's items, which are reached."""
    last = choices.rpartition("/")[2]
    return Action.KEEP if last == "U*" else Action(last)


def _is_graphics(tag: BaseTag) -> bool:
    """Curve Data (50xx,xxxx); Overlay Data (60xx,3000) and Overlay Comments (60xx,4000)."""
    curve = tag.group & 0xFF00 == 0x5000
    # Without its data the rest of an overlay is of no use, and invalid.
    overlay = tag.group & 0xFF00 == 0x6000
    return curve or overlay
