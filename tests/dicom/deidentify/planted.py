"""A file that tells a secret wherever the standard knows of one, and some places more."""

from __future__ import annotations

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from viewer.dicom.deidentify.actions import Action, table

NAME, DATE, TIME, UID_ROOT = "Secret^Sally", "19370919", "031337", "1.2.3.4.666."
#: None of these may be anywhere in the bytes of a de-identified file.
TELLING = (b"SECRET", b"Secret", b"Sally", b"secret", DATE.encode(), TIME.encode(), b"1.2.3.4.666")

_NUMBERS = frozenset(("DS", "IS", "FL", "FD", "SL", "SS", "SV", "UL", "US", "UV", "AT"))
_BINARY = frozenset(("OB", "OW", "OD", "OF", "OL", "OV", "UN"))


def secret_of(tag: int, vr: str) -> object:
    """A telling value of a representation; None for plain numbers."""
    if vr in _NUMBERS:
        return None
    if vr in _BINARY:
        return b"SECRET" * 4
    values = {
        "PN": NAME, "DA": DATE, "TM": TIME, "DT": DATE + TIME, "UI": f"{UID_ROOT}{tag}",
        "AS": "087Y", "UR": "http://secret.example", "CS": "SECRET", "AE": "SECRET",
    }  # fmt: skip
    return values.get(vr, f"SECRET {tag:08X}"[:16])


def plant(dataset: Dataset) -> Dataset:
    """Put secrets into every attribute of the profile's table, at the top and in sequences."""
    _fill(dataset, depth=2)
    for number, creator in enumerate(("SECRET VENDOR", "OTHER"), 0x10):
        block = dataset.private_block(0x0029 + 2 * (number - 0x10), creator, create=True)
        block.add_new(0x01, "LO", "SECRET private")
        nested = Dataset()
        nested.PatientName = NAME
        block.add_new(0x02, "SQ", Sequence([nested]))
    dataset.add_new(0x60000010, "US", 8)
    dataset.add_new(0x60000011, "US", 8)
    dataset.add_new(0x60003000, "OW", b"SECRET" * 4)
    dataset.add_new(0x60004000, "LT", "SECRET overlay")
    dataset.add_new(0x50003000, "OW", b"SECRET" * 4)
    dataset.add_new(0x00091FFF, "UN", b"SECRET" * 4)  # private, and nobody reserved it
    dataset.add_new(0x0018FFF1, "UN", b"SECRET" * 4)  # not in the data dictionary
    dataset.add_new(0x00140104, "PN", NAME)  # in the dictionary, not in the table
    dataset.add_new(0x00140102, "DA", DATE)
    return dataset


def _fill(dataset: Dataset, depth: int) -> None:
    for tag, action in table().items():
        if tag >> 16 <= 6 or not dictionary_has_tag(tag) or Tag(tag) in dataset:
            continue
        vr = dictionary_VR(tag)
        if vr == "SQ":
            if depth:
                item = Dataset()
                _fill(item, 0)
                if action is not Action.KEEP:  # codes are no secret where they stay
                    item.add_new(0x00080104, "LO", "SECRET meaning")
                # What an item keeps is its structure: a sequence of one more item.
                inner = Dataset()
                inner.PatientName = NAME
                item.add_new(0x00081140, "SQ", Sequence([inner]))
                dataset.add_new(tag, vr, Sequence([item]))
        elif (value := secret_of(tag, vr.split(" or ")[0])) is not None:
            dataset.add_new(tag, vr.split(" or ")[0], value)
