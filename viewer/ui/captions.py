"""The words over a picture, as plain text: what, where, how."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from viewer.dicom.report import Severity
from viewer.dicom.series import SUV, LengthUnit, Series, StudyInfo
from viewer.imaging.plane import Orientation
from viewer.imaging.slab import Projection, Slab
from viewer.imaging.voi import Voi, VoiFunction, VoiLut
from viewer.imaging.volume import Volume
from viewer.ui.language import tr

#: The plane's name, and the LPS letter of the axis that its slices follow.
_AXIS = {Orientation.AXIAL: "S", Orientation.CORONAL: "P", Orientation.SAGITTAL: "L"}


def number(value: float, digits: int = 0) -> str:
    """A number with a true minus sign and never "−0"."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def date(value: str) -> str:
    """A DICOM date (``20240131``) as ``2024-01-31``; anything else as it is."""
    return f"{value[:4]}-{value[4:6]}-{value[6:]}" if len(value) == 8 and value.isdigit() else value


def patient(study: StudyInfo, *, show_name: bool) -> str:
    """Who it is; the name only where asked for."""
    if not (study.patient_name or study.patient_id):
        return tr("No name")
    if not show_name:
        return tr("Name hidden")
    name = study.patient_name.replace("^", " ").strip()
    return " · ".join(t for t in (name, study.patient_id) if t)


def study_line(study: StudyInfo) -> str:
    """Date and description of a study."""
    return " · ".join(t for t in (date(study.date), study.description) if t)


def series_title(series: Series) -> str:
    """A series' description, or what stands in for it."""
    return series.description or (
        tr("{modality} series", modality=series.modality) if series.modality else tr("Series")
    )


def slices_line(series: Series) -> str:
    """Modality and number of slices."""
    number_of = count(series.shape[0], "slice") if series.shape[0] > 1 else count(1, "image")
    return " · ".join(t for t in (series.modality, number_of) if t)


def spacing_line(series: Series) -> str:
    """Distance and thickness of the slices and size of the pixels, in mm."""
    if series.length_unit is LengthUnit.PIXELS:
        return tr("pixel size unknown")
    z, y, x = series.grid.spacing_mm
    pixel = f"{y:.2f}" if abs(y - x) < 0.005 else f"{y:.2f} × {x:.2f}"
    pixels = f"{pixel} {series.length_unit} pixels"
    if series.geometry is None or series.shape[0] == 1:
        return pixels
    return f"{round(z, 2):g} mm slices · {pixels}"


def voxel_line(series: Series) -> str:
    """Size of a voxel along columns, rows and slices."""
    if series.geometry is None or series.shape[0] == 1:
        return spacing_line(series)
    z, y, x = series.grid.spacing_mm
    return f"{x:.2f} × {y:.2f} × {z:.2f} {series.length_unit}"


def problems(series: Series) -> str:
    """How many errors and warnings there are on a series; empty for none."""
    severities = [note.severity for note in series.report]
    counts = (
        (severities.count(Severity.ERROR), "error"),
        (severities.count(Severity.WARNING), "warning"),
    )
    return " · ".join(count(n, noun) for n, noun in counts if n)


def size_line(series: Series) -> str:
    """Numbers of slices, rows and columns."""
    z, y, x = series.shape
    return f"{z} × {y} × {x}"


def slice_line(index: int, total: int) -> str:
    """Which slice of how many."""
    return tr("Slice {number} / {total}", number=index + 1, total=total)


def position_line(orientation: Orientation, position_mm: float) -> str:
    """Where the slice lies in the patient."""
    return f"{_AXIS[orientation]} {number(position_mm, 1)} mm"


_PROJECTIONS = {
    Projection.MAXIMUM: "MIP",
    Projection.MINIMUM: "MinIP",
    Projection.MEAN: "Mean",
}


def projection(which: Projection | None) -> str:
    """Which value of a thick slice is shown, in the words of the field."""
    return "Off" if which is None else _PROJECTIONS[which]


def slab_line(slab: Slab | None) -> str:
    """How thick a slice is and what it shows; empty for one plane of voxels."""
    return "" if slab is None else f"{projection(slab.projection)} {slab.thickness_mm:g} mm"


def oblique_line(degrees: float) -> str:
    """How far a slice is turned out of the standard plane."""
    return f"Oblique {number(degrees, 1)}°"


def point(lps: npt.ArrayLike) -> str:
    """A point in LPS mm."""
    x, y, z = (number(v, 1) for v in np.asarray(lps))
    return f"L {x}  P {y}  S {z} mm"


def window_line(window: Voi) -> str:
    """Width and level, with decimals where values are no integers; or that a table is used."""
    if isinstance(window, VoiLut):
        return "VOI LUT"
    exact = window.function is VoiFunction.LINEAR_EXACT
    digits = 0 if not exact or window.width >= 100 else 1 if window.width >= 5 else 2
    return f"W {number(window.width, digits)}  L {number(window.center, digits)}"


def value(amount: float, unit: str) -> str:
    """A voxel's value with its unit; HU, activity and whole numbers without decimals."""
    if unit == SUV:
        return f"{number(amount, 2)} {unit}"
    digits = 0 if unit in ("HU", "Bq/ml") or amount.is_integer() else 3
    return f"{number(amount, digits)} {unit}".strip()


def value_at(volume: Volume, lps: npt.ArrayLike) -> str:
    """What is at a point in LPS mm: R, G and B, or a value with its unit; empty for nothing."""
    color = volume.color_at(lps)
    if color is not None:
        red, green, blue = color
        return f"R {red}  G {green}  B {blue}"
    amount = volume.value_at(lps)
    return "" if amount is None or volume.color is not None else value(amount, volume.unit)


def probability(amount: float) -> str:
    """A probability as a percentage; never a certainty."""
    percent = min(max(100 * amount, 0.1), 99.9)
    return f"{percent:.1f} %" if percent < 1 or percent > 99 else f"{percent:.0f} %"


def seconds(amount: float) -> str:
    """A time that is only estimated: the longer, the coarser."""
    if amount < 10:
        return f"{max(1, round(amount))} s"
    if amount <= 90:
        return f"{5 * round(amount / 5)} s"
    return f"{math.ceil(amount / 60)} min"


def device(name: str) -> str:
    """What computes."""
    return name.upper() if name.lower() in ("cpu", "cuda") else name


def count(amount: int, noun: str) -> str:
    """A number with its noun."""
    return tr(f"{{n}} {noun if amount == 1 else noun + 's'}", n=amount)


def megabytes(nbytes: float) -> str:
    """An amount of memory."""
    return f"{nbytes / 1e6:.0f} MB" if nbytes < 1e9 else f"{nbytes / 1e9:.1f} GB"
