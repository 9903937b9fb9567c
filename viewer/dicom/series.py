"""A series as its headers describe it: values only, nothing here opens a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from viewer.dicom.report import Note, Severity, Skipped
from viewer.dicom.source import Source
from viewer.imaging.geometry import Geometry
from viewer.imaging.shutter import Shutter
from viewer.imaging.voi import Voi, VoiLut, Window

#: Modalities of projections: each image of a series is a picture of its own, not a slice.
PROJECTIONS = frozenset(("CR", "DX", "MG", "RG", "IO", "PX", "XA", "RF", "XC", "ES", "GM", "OP"))

#: Unit of standardised uptake values by body weight (g/ml).
SUV = "SUVbw"


@dataclass(frozen=True, slots=True)
class PixelEncoding:
    """How stored values are written: the Image Pixel module (PS3.3 C.7.6.3)."""

    transfer_syntax: str  # UID
    rows: int
    columns: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    frames: int
    is_planar: bool = False  # colours one after the other, uncompressed

    @property
    def is_color(self) -> bool:
        """Whether a pixel is a colour and no value."""
        return self.samples > 1 or self.photometric == "PALETTE COLOR"


@dataclass(frozen=True, slots=True)
class Rescale:
    """Stored values to real ones: ``value = stored * slope + intercept`` (PS3.3 C.11.1)."""

    slope: float = 1.0
    intercept: float = 0.0

    @property
    def is_integral(self) -> bool:
        """Whether integers stay integers."""
        return self.slope.is_integer() and self.intercept.is_integer()

    def times(self, factor: float) -> Rescale:
        """The same values in a unit that is smaller by ``factor``."""
        return Rescale(self.slope * factor, self.intercept * factor)


@dataclass(frozen=True, slots=True)
class SliceFile:
    """One slice: a frame of a file, and all that is needed to read it.

    Parameters
    ----------
    source : Source
        The file, or the member of an archive.
    frame : int
        Counted from 0.
    sop_instance_uid : str
    instance_number : int, optional
    position_mm : float
        Along the normal of the series' slices; the slice's number where positions are unknown.
    encoding : PixelEncoding
    rescale : Rescale
    padding : tuple of int, optional
        Lowest and highest stored value that mean padding (PS3.3 C.7.5.1.1.2).
    offset : int, optional
        Where the value of Pixel Data starts in the file; None where it cannot be read in place.
    has_lut : bool
        Whether a Modality LUT Sequence takes the place of the rescale.
    has_overlays : bool
        Whether there are overlay planes (PS3.3 C.9.2).
    """

    source: Source
    frame: int
    sop_instance_uid: str
    instance_number: int | None
    position_mm: float
    encoding: PixelEncoding
    rescale: Rescale
    padding: tuple[int, int] | None = None
    offset: int | None = None
    has_lut: bool = False
    has_overlays: bool = False

    @property
    def path(self) -> Path:
        """The file's path; inside an archive, the archive's path and the member's name."""
        return self.source.path

    @property
    def value_range(self) -> tuple[float, float]:
        """Lowest and highest value that the format can hold, rescaled.

        The values of a Modality LUT have no sign (PS3.3 C.11.1.1.1) and at most 16 bits.
        """
        if self.has_lut:
            return 0.0, 65535.0
        bits = self.encoding.bits_stored
        least, most = (0, (1 << bits) - 1)
        if self.encoding.signed:
            least, most = -(1 << bits - 1), (1 << bits - 1) - 1
        ends = [v * self.rescale.slope + self.rescale.intercept for v in (least, most)]
        return min(ends), max(ends)


@dataclass(frozen=True, slots=True)
class Placement:
    """What a slice of the volume is made of.

    ``weight`` 0 is the slice ``below`` as measured; otherwise the slice is interpolated,
    ``(1 - weight) * below + weight * above``. Both are indices into ``Series.slices``, or None
    where the volume has nothing to show.
    """

    below: int | None
    above: int | None
    weight: float = 0.0

    @property
    def is_interpolated(self) -> bool:
        """Whether the slice was never measured, but has measured neighbours."""
        return self.weight > 0.0

    @property
    def is_empty(self) -> bool:
        """Whether the slice lies in a gap too wide to interpolate across."""
        return self.below is None


class LengthUnit(StrEnum):
    """Which millimetres a picture has (PS3.3 10.7.1.3): those of a projection are magnified."""

    MM = "mm"
    CALIBRATED = "mm (calibrated)"
    DETECTOR = "mm (detector)"
    PIXELS = "px"


@dataclass(frozen=True)
class StudyInfo:
    """Patient and study, as text for people; empty where the files say nothing."""

    patient_name: str = ""
    patient_id: str = ""
    patient_birth_date: str = ""
    patient_sex: str = ""
    study_uid: str = ""
    date: str = ""
    time: str = ""
    description: str = ""
    accession: str = ""


@dataclass(frozen=True, eq=False)
class Series:
    """Slices that form one volume. One DICOM series may hold several of these.

    Parameters
    ----------
    key : str
        Unique among the volumes of a scan and the same in every scan of the same files.
    series_uid, study_uid, modality, description, body_part : str
    number : int, optional
        Series Number.
    frame_of_reference : str
        UID that series share whose positions mean the same points (PS3.3 C.7.4.1); empty where
        the files give none.
    study : StudyInfo
    slices : tuple of SliceFile
        In the order of their position along the normal, which is that of the volume's slices.
    placements : tuple of Placement
        What each slice of the volume is made of.
    geometry : Geometry, optional
        Of the volume in the patient; None where the files do not say where the slices lie.
    grid : Geometry
        What the volume is given: ``geometry``, or else a grid of its own that starts at (0, 0, 0)
        and has the pixels' true size where that is known.
    length_unit : LengthUnit
        What lengths within a slice are measured in.
    slice_thickness_mm : float, optional
        Nominal Slice Thickness (0018,0050), which is not the spacing.
    windows : tuple of Window
        The files' own, with their explanations.
    voi_luts : tuple of VoiLut
        The files' own look-up tables, which may be used in place of a window.
    shutter : Shutter, optional
        What of every slice is to be seen.
    is_color : bool
        Whether the volume has colour.
    is_inverted : bool
        Whether low values are bright (MONOCHROME1).
    transfer_syntax : str
        Name, for people.
    unit : str
        Of the volume: ``"HU"`` for CT, ``"SUVbw"`` (g/ml) or what the files give for PET.
    is_float : bool
        Whether the volume is float32; int16 otherwise.
    report : tuple of Note
    """

    key: str
    series_uid: str
    study_uid: str
    modality: str
    description: str
    study: StudyInfo
    slices: tuple[SliceFile, ...]
    placements: tuple[Placement, ...]
    geometry: Geometry | None
    grid: Geometry
    length_unit: LengthUnit = LengthUnit.MM
    number: int | None = None
    frame_of_reference: str = ""
    slice_thickness_mm: float | None = None
    windows: tuple[Window, ...] = ()
    voi_luts: tuple[VoiLut, ...] = ()
    shutter: Shutter | None = None
    is_color: bool = False
    is_inverted: bool = False
    transfer_syntax: str = ""
    body_part: str = ""
    unit: str = ""
    is_float: bool = False
    report: tuple[Note, ...] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the volume: ``(slices, rows, columns)``."""
        return self.grid.shape

    @property
    def is_shown_inverted(self) -> bool:
        """Whether black and white are swapped at first: uptake is read dark on white."""
        return self.is_inverted or self.unit == SUV

    @property
    def first_voi(self) -> Voi | None:
        """What turns values into grey at first; None where the values must tell.

        The tables of a projection are made for it; those of a slice are an alternative.
        """
        luts: tuple[Voi, ...] = self.voi_luts
        windows: tuple[Voi, ...] = self.windows
        choices = luts + windows if self.modality in PROJECTIONS else windows + luts
        return choices[0] if choices else None

    @property
    def nbytes(self) -> int:
        """Memory that the volume takes."""
        voxel = (4 if self.is_float else 2) + (3 if self.is_color else 0)
        return int(np.prod(self.shape)) * voxel

    @property
    def interpolated(self) -> tuple[int, ...]:
        """The volume's slices that were never measured."""
        return tuple(i for i, p in enumerate(self.placements) if p.is_interpolated)

    @property
    def severity(self) -> Severity | None:
        """The gravest of the report's severities."""
        order = list(Severity)
        return max((n.severity for n in self.report), key=order.index, default=None)


@dataclass(frozen=True, eq=False)
class ScanResult:
    """What was found below some paths, and what was left out."""

    series: tuple[Series, ...] = ()
    skipped: tuple[Skipped, ...] = field(default=())
