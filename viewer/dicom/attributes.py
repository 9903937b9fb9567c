"""All attributes of files as text for people: what each is, and its value in every file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pydicom
from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.uid import UID

from viewer.dicom.source import Source
from viewer.errors import DamagedFileError

#: From the top of a file: tags, and between them the numbers of items of sequences.
Place = tuple[int, ...]

_MOST_VALUES = 64
_LONGEST = 2000
_BYTES_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Attribute:
    """What stands at a place.

    Parameters
    ----------
    tag : str
        ``(0010,0010)``; empty for an item.
    name : str
        The keyword of PS3.6, or in brackets what is known of a private attribute.
    vr : str
        Value representation.
    """

    tag: str
    name: str
    vr: str

    @property
    def is_private(self) -> bool:
        """Whether a manufacturer has defined it (PS3.5 7.8)."""
        return bool(self.tag) and int(self.tag[4], 16) % 2 == 1


Reading = Mapping[Place, tuple[Attribute, str]]


def read_attributes(source: Source) -> Reading:
    """Read every attribute of a file but its pixels, file meta information first.

    Returns
    -------
    mapping of Place to (Attribute, str)
        With the value as text. What cannot be understood says so in its place.

    Raises
    ------
    DamagedFileError
        The file cannot be read at all.
    """
    try:
        # pydicom warns of odd values by quoting them.
        with source.open() as file, warnings.catch_warnings(action="ignore"):
            content = file if source.is_plain else BytesIO(file.read())
            dataset = pydicom.dcmread(content, stop_before_pixels=True, force=True)
            meta = getattr(dataset, "file_meta", None) or Dataset()
            return dict((*_entries(meta, ()), *_entries(dataset, ())))
    except Exception as error:  # a damaged header breaks the parser in ways of its own
        raise DamagedFileError(f"The header cannot be read ({error}).", source.path) from error


class AttributeTable:
    """The attributes of several files side by side.

    Parameters
    ----------
    files : sequence of Source
    """

    def __init__(self, files: Sequence[Source]) -> None:
        self.files = tuple(files)
        self._attributes: dict[Place, Attribute] = {}
        self._values: dict[Place, list[str | None]] = {}
        self._texts: dict[str, str] = {}

    def add(self, number: int, reading: Reading) -> None:
        """Add what a file says, by its number among the files."""
        for place, (attribute, text) in reading.items():
            self._attributes.setdefault(place, attribute)
            column = self._values.setdefault(place, [None] * len(self.files))
            # Most files say the same: one string serves them all.
            column[number] = self._texts.setdefault(text, text)

    @property
    def places(self) -> tuple[Place, ...]:
        """All places there are in any file, in the order of their tags; parents come first."""
        return tuple(sorted(self._attributes))

    def attribute(self, place: Place) -> Attribute:
        """What stands at a place."""
        return self._attributes[place]

    def values(self, place: Place) -> tuple[str | None, ...]:
        """The value in each file; None where the file has no such attribute."""
        return tuple(self._values[place])

    def value(self, place: Place, number: int) -> str | None:
        """The value in one file."""
        return self._values[place][number]

    def distinct(self, place: Place) -> int:
        """How many different values there are; being absent counts as one."""
        return len(set(self._values[place]))


def _entries(dataset: Dataset, above: Place) -> Iterator[tuple[Place, tuple[Attribute, str]]]:
    for tag in sorted(dataset.keys()):
        place = (*above, int(tag))
        try:
            element = dataset[tag]
            text = _text(element)
        except Exception as error:  # a value may be anything
            yield place, (Attribute(_tag(tag), _name(tag), "??"), f"cannot be read ({error})")
            continue
        name = _name(tag, element)
        yield place, (Attribute(_tag(tag), name, element.VR), text)
        if element.VR == "SQ":
            for number, item in enumerate(element.value or (), 1):
                inner = (*place, number)
                yield inner, (Attribute("", f"Item {number}", ""), "")
                yield from _entries(item, inner)


def _tag(tag: BaseTag) -> str:
    return f"({tag.group:04X},{tag.element:04X})"


def _name(tag: BaseTag, element: DataElement | None = None) -> str:
    keyword = keyword_for_tag(tag)
    if keyword:
        return keyword
    if tag.is_private_creator:
        return "[Private Creator]"
    known = element.name if element is not None else ""
    if tag.is_private:
        return known if known.startswith("[") else "[Private]"
    return known or "[Unknown]"


def _text(element: DataElement) -> str:
    value = element.value
    if element.VR == "SQ":
        number = len(value or ())
        return "1 item" if number == 1 else f"{number} items"
    if isinstance(value, bytes):
        return _bytes(value)
    if element.is_empty:
        return ""
    values: list[Any] = list(value) if element.VM > 1 else [value]
    text = "\\".join(_shown(element.VR, v) for v in values[:_MOST_VALUES])
    if len(values) > _MOST_VALUES:
        text += f"… ({len(values)} values)"
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _shown(vr: str, value: Any) -> str:
    if vr == "AT":
        return _tag(BaseTag(int(value)))
    if vr != "UI":
        return str(value)
    name = UID(str(value)).name
    return f"{value} = {name}" if name != value else str(value)


def _bytes(value: bytes) -> str:
    """Text where it is one; else the first bytes in hexadecimal, and how many there are."""
    stripped = value.rstrip(b" \0")
    if stripped and all(0x20 <= byte < 0x7F for byte in stripped[:_LONGEST]):
        return stripped[:_LONGEST].decode("ascii")
    if not value:
        return ""
    more = "…" if len(value) > _BYTES_SHOWN else ""
    return f"{value[:_BYTES_SHOWN].hex(' ')}{more} ({len(value)} bytes)"
