"""The images that a result was made of, as other DICOM objects refer to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from viewer.dicom.series import Series
from viewer.dicom.source import Source
from viewer.errors import UnsupportedError

#: Attributes that every image has, if only empty (PS3.3 C.7.1.1 and C.7.2.1, type 2).
_TYPE_2 = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate",
    "StudyTime", "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip
_SEXES = ("M", "F", "O", "")


@dataclass(frozen=True)
class SourceImage:
    """An image that a slice was read from; ``frame`` counts from 1, None if it has only one."""

    dataset: Dataset
    frame: int | None = None

    @property
    def reference(self) -> tuple[str, str, list[int] | None]:
        """SOP class, SOP instance and frames, as structured reports name an image."""
        frames = None if self.frame is None else [self.frame]
        return str(self.dataset.SOPClassUID), str(self.dataset.SOPInstanceUID), frames


class Sources:
    """The headers of a series' files, complete but for the pixels.

    Parameters
    ----------
    series : Series

    Raises
    ------
    UnsupportedError
        The files are no DICOM, or say too little of themselves to be referred to.
    OSError
        They cannot be read (any more).
    """

    def __init__(self, series: Series) -> None:
        if not series.slices:
            raise UnsupportedError(
                "The image is not DICOM: there is nothing that DICOM objects could refer to."
            )
        self.series = series
        headers: dict[Source, Dataset] = {}
        for one in series.slices:
            if one.source not in headers:
                headers[one.source] = _read(one.source)
        self._headers = headers
        #: One dataset a file, in the order of the slices.
        self.datasets = tuple(headers.values())

    def image(self, index: int) -> SourceImage | None:
        """The image that a slice of the volume was measured in; None where none was."""
        placement = self.series.placements[index]
        if placement.below is None or placement.is_interpolated:
            return None
        one = self.series.slices[placement.below]
        dataset = self._headers[one.source]
        many = int(dataset.get("NumberOfFrames") or 1) > 1
        return SourceImage(dataset, one.frame + 1 if many else None)

    def nearest(self, index: int) -> SourceImage:
        """The image of the measured slice nearest to a slice of the volume."""
        order = sorted(range(len(self.series.placements)), key=lambda other: abs(other - index))
        return next(image for i in order if (image := self.image(i)) is not None)

    def require_place(self) -> None:
        """Refuse images of which nobody knows where they lie.

        Raises
        ------
        UnsupportedError
        """
        if self.series.geometry is None:
            raise UnsupportedError("The images do not say where they lie in the patient.")
        if not self.datasets[0].get("FrameOfReferenceUID"):
            raise UnsupportedError("The images name no frame of reference.")


def _read(source: Source) -> Dataset:
    try:
        with source.open() as file:
            # The scan has looked: what lacks the preamble is still DICOM.
            dataset = pydicom.dcmread(cast(Any, file), stop_before_pixels=True, force=True)
            dataset.decode()
    except (InvalidDicomError, LookupError, ValueError, NotImplementedError) as error:
        raise UnsupportedError("The source cannot be read as DICOM.", source.path) from error
    needed = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
    if not all(dataset.get(keyword) for keyword in needed):
        raise UnsupportedError("The source is no DICOM image that can be referred to.", source.path)
    for keyword in _TYPE_2:
        if keyword not in dataset:
            setattr(dataset, keyword, "")
    if dataset.PatientSex not in _SEXES:
        dataset.PatientSex = ""
    return dataset
