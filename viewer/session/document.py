"""A session as it is written down: what was open and how it looked, what was measured and found.

The pixels stay in their files, and heatmaps are made again by another analysis.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from viewer import DISCLAIMER, __version__
from viewer.errors import DamagedFileError, UnsupportedError
from viewer.imaging.voi import VoiFunction
from viewer.session.measurement_document import MeasurementDocument, Number, Point

SCHEMA: Literal["hounsfield.session/1"] = "hounsfield.session/1"
_FAMILY = SCHEMA.rpartition("/")[0]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SeriesDocument(_Value):
    """A series that was open; ``sha256`` is that of its files, in the order of the slices."""

    key: str
    series_uid: str
    study_uid: str
    images: int
    sha256: str | None = None


class WindowDocument(_Value):
    """A window."""

    center: Number
    width: Number
    name: str = ""
    function: VoiFunction = VoiFunction.LINEAR


class LookDocument(_Value):
    """How a series was looked at; without a window, through what the files ask for."""

    series_key: str
    cursor_lps_mm: Point | None = None
    window: WindowDocument | None = None
    inverted: bool | None = None


class PaneDocument(_Value):
    """What a view showed: a series or none, and what of it."""

    series_key: str | None
    kind: str


class ViewsDocument(_Value):
    """How the views were laid out; ``alone`` is the number of a view that was shown alone."""

    layout: str
    panes: tuple[PaneDocument, ...]
    active: int = 0
    alone: int | None = None


class OwnedMeasurement(MeasurementDocument):
    """A measurement and the key of its series."""

    series_key: str


class FindingDocument(_Value):
    """One thing that a model found."""

    id: int
    label: str
    probability: Number
    center_lps_mm: Point
    box_lps_mm: tuple[Point, Point]
    diameters_mm: tuple[Number, Number]
    volume_ml: Number
    mean_hu: Number | None = None
    malignancy_rating: Number | None = None


class MarkDocument(_Value):
    """What the reader says of a finding."""

    id: int
    accepted: bool = False
    comment: str = ""
    box_lps_mm: tuple[Point, Point] | None = None


class ReviewDocument(_Value):
    """What a model found in a series, and what the reader made of it."""

    series_key: str
    model: str
    label: str
    findings: tuple[FindingDocument, ...]
    operating_points: Mapping[str, Number]
    model_threshold: Number
    lowest_threshold: Number
    reasons: tuple[str, ...] = ()
    provenance: str = ""
    classes: Mapping[str, Number] = Field(default_factory=dict)
    decides: str = ""
    threshold: Number
    chosen: int | None = None
    dismissed: tuple[int, ...] = ()
    marks: tuple[MarkDocument, ...] = ()


class SegmentDocument(_Value):
    """What a label stands for."""

    number: int = Field(ge=1, le=255)
    name: str
    kind: str = ""
    tracking_uid: str = ""
    color: tuple[int, int, int] | None = None


class SegmentationDocument(_Value):
    """The labels of a series: each slice as bytes, compressed with zlib and written as base64."""

    series_key: str
    affine: tuple[tuple[Number, Number, Number, Number], ...] = Field(min_length=4, max_length=4)
    shape: tuple[int, int, int]
    segments: tuple[SegmentDocument, ...]
    active: int | None = None
    slices: tuple[Base64Bytes, ...]


class SessionDocument(_Value):
    """All of it."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    schema_: Literal["hounsfield.session/1"] = Field(alias="schema")
    disclaimer: str = DISCLAIMER
    program: str = f"Hounsfield {__version__}"
    saved: datetime
    paths: tuple[Path, ...] = ()
    series: tuple[SeriesDocument, ...] = ()
    active: str | None = None
    looks: tuple[LookDocument, ...] = ()
    views: ViewsDocument | None = None
    measurements: tuple[OwnedMeasurement, ...] = ()
    reviews: tuple[ReviewDocument, ...] = ()
    segmentations: tuple[SegmentationDocument, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that anybody would want back."""
        return not (self.paths or self.measurements or self.segmentations)

    def text(self) -> str:
        """As JSON."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def read_session(path: Path) -> SessionDocument:
    """Read a session's file.

    Raises
    ------
    UnsupportedError
        A later version has written it.
    DamagedFileError
        It is no such file.
    OSError
    """
    content = path.read_bytes()
    try:
        return SessionDocument.model_validate_json(content)
    except ValidationError as error:
        if f'"{_FAMILY}/'.encode() in content and f'"{SCHEMA}"'.encode() not in content:
            raise UnsupportedError(
                "A later version of Hounsfield has saved this session.", path, "Use that version."
            ) from error
        raise DamagedFileError(
            "The file holds no session that Hounsfield has saved.", path, "Choose another file."
        ) from error
