"""The Basic Application Level Confidentiality Profile, carried out on one data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import BaseTag

from viewer import __version__
from viewer.dicom.deidentify.actions import Action, action_of, is_shiftable
from viewer.dicom.deidentify.dates import shift_date, shift_date_time
from viewer.dicom.deidentify.pseudonyms import Pseudonyms

#: What stands in place of a value, by its representation (PS3.5 6.2).
_DUMMIES: dict[str, Any] = {
    "AE": "ANONYMIZED", "AS": "000Y", "CS": "ANONYMIZED", "DA": "19000101",
    "DT": "19000101000000", "DS": "0", "IS": "0", "LO": "ANONYMIZED", "LT": "ANONYMIZED",
    "PN": "ANONYMIZED", "SH": "ANONYMIZED", "ST": "ANONYMIZED", "TM": "000000",
    "UC": "ANONYMIZED", "UR": "about:blank", "UT": "ANONYMIZED", "FL": 0.0, "FD": 0.0, "SL": 0,
    "SS": 0, "SV": 0, "UL": 0, "US": 0, "UV": 0, "AT": 0, "OB": b"\0\0", "OW": b"\0\0",
    "OD": b"\0" * 8, "OF": b"\0" * 4, "OL": b"\0" * 4, "OV": b"\0" * 8, "UN": b"\0\0",
}  # fmt: skip

#: PS3.16 CID 7050.
_BASIC_PROFILE = ("113100", "Basic Application Confidentiality Profile")
_MODIFIED_DATES = ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")


@dataclass(frozen=True)
class Options:
    """What the user chooses.

    Parameters
    ----------
    patient : str
        Name and ID in place of each patient's; pseudonyms by default.
    shift_dates : bool
        Retain Longitudinal Temporal Information with Modified Dates: each patient's dates go back
        by the same number of days, and times of day stay. Otherwise dates and times go.
    """

    patient: str = ""
    shift_dates: bool = False


@dataclass
class Changes:
    """What was done, without the values.

    ``counts`` holds how often, by the attribute's path, its tag and what was done to it.
    """

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def note(self, path: Sequence[BaseTag], done: str) -> None:
        """Count a change of the last attribute of a path."""
        self.counts[".".join(_name(tag) for tag in path), str(path[-1]), done] += 1


class Profile:
    """De-identifies data sets that belong together.

    Parameters
    ----------
    pseudonyms : Pseudonyms
    options : Options
    """

    def __init__(self, pseudonyms: Pseudonyms, options: Options) -> None:
        self._pseudonyms = pseudonyms
        self._options = options
        self.changes = Changes()

    def apply(self, dataset: Dataset) -> str:
        """De-identify a data set, in place.

        Parameters
        ----------
        dataset : Dataset
            Without its file meta information, which is the writer's business.

        Returns
        -------
        str
            The new Patient ID.
        """
        known = (str(dataset.get("PatientID") or ""), str(dataset.get("PatientName") or ""))
        days = self._pseudonyms.shift_days(*known) if self._options.shift_dates else None
        patient = self._options.patient or self._pseudonyms.patient(*known)
        methods = list(dataset.get("DeidentificationMethodCodeSequence") or [])
        self._clean(dataset, days, ())
        dataset.PatientName, dataset.PatientID = patient, patient
        dataset.PatientIdentityRemoved = "YES"
        dataset.DeidentificationMethod = [
            "Basic Application Level Confidentiality Profile",
            f"Hounsfield {__version__}",
        ]
        codes = [_BASIC_PROFILE] if days is None else [_BASIC_PROFILE, _MODIFIED_DATES]
        there = {str(item.get("CodeValue")) for item in methods}
        methods += [_code(*code) for code in codes if code[0] not in there]
        dataset.DeidentificationMethodCodeSequence = methods
        dataset.LongitudinalTemporalInformationModified = "REMOVED" if days is None else "MODIFIED"
        return patient

    def _clean(self, dataset: Dataset, days: int | None, above: tuple[BaseTag, ...]) -> None:
        for tag in list(dataset.keys()):
            path = (*above, tag)
            action = action_of(tag)
            if action is Action.REMOVE and not (days is not None and is_shiftable(tag)):
                del dataset[tag]
                self.changes.note(path, "removed")
            elif action is Action.KEEP and (vr := _vr(dataset, tag)) != "SQ":
                if vr == "UN":  # nobody knows what is inside
                    del dataset[tag]
                    self.changes.note(path, "removed")
            else:
                self._change(dataset, tag, action, days, path)

    def _change(
        self,
        dataset: Dataset,
        tag: BaseTag,
        action: Action,
        days: int | None,
        path: tuple[BaseTag, ...],
    ) -> None:
        element = dataset[tag]
        if element.is_empty:
            return
        if days is not None and is_shiftable(tag) and self._shift(element, days, path):
            return
        if action is Action.REMOVE:
            del dataset[tag]
            self.changes.note(path, "removed")
        elif action is Action.EMPTY:
            element.value = Items() if element.VR == "SQ" else element.empty_value
            self.changes.note(path, "emptied")
        elif element.VR == "SQ":
            if action is Action.DUMMY:
                element.value = Items([self._blank(element.value[0])])
                self.changes.note(path, "replaced by a dummy")
            else:
                for item in element.value:
                    self._clean(item, days, path)
        elif element.VR == "UI":
            element.value = _each(element, self._pseudonyms.uid)
            self.changes.note(path, "UID replaced")
        elif element.VR in _DUMMIES:
            element.value = _DUMMIES[element.VR]
            self.changes.note(path, "replaced by a dummy")
        else:  # of two representations, and nothing says which
            del dataset[tag]
            self.changes.note(path, "removed")

    def _shift(self, element: DataElement, days: int, path: tuple[BaseTag, ...]) -> bool:
        """Move a date; False where it is none that can be moved."""
        if element.VR == "TM":
            return True
        move = shift_date if element.VR == "DA" else shift_date_time
        moved = [move(str(value), days) for value in _values(element)]
        if any(value is None for value in moved):
            return False
        element.value = moved[0] if len(moved) == 1 else moved
        self.changes.note(path, "date shifted")
        return True

    def _blank(self, item: Dataset) -> Dataset:
        """An item of the same structure, that says nothing."""
        blank = Dataset()
        for element in item:
            if element.tag.is_private or element.VR not in (*_DUMMIES, "SQ", "UI"):
                continue
            if element.VR == "SQ":
                value: Any = Items([self._blank(inner) for inner in element.value[:1]])
            elif element.VR == "UI":
                value = _each(element, self._pseudonyms.uid)
            else:
                value = element.empty_value if element.is_empty else _DUMMIES[element.VR]
            blank.add_new(element.tag, element.VR, value)
        return blank


def _vr(dataset: Dataset, tag: BaseTag) -> str:
    """The value representation, without reading the value."""
    vr = dataset.get_item(tag).VR
    if vr in (None, "UN") and dictionary_has_tag(tag):
        return dictionary_VR(tag)
    return vr or "UN"


def _values(element: DataElement) -> Iterator[Any]:
    yield from element.value if element.VM > 1 else [element.value]


def _each(element: DataElement, replace: Any) -> Any:
    values = [replace(str(value)) for value in _values(element)]
    return values[0] if len(values) == 1 else values


def _name(tag: BaseTag) -> str:
    return keyword_for_tag(tag) or f"{tag.group:04X}{tag.element:04X}"


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code
