"""Standardised uptake values of PET by body weight, where the files hold all that they need.

``SUVbw = concentration [Bq/ml] × weight [g] / dose [Bq]``, the dose decayed to the moment that the
images are corrected to (PS3.3 C.8.9.1; QIBA's vendor-neutral way of computing it). Whatever is
missing or contradictory leaves the values as they are: a wrong SUV looks like a right one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from pydicom.datadict import dictionary_description, tag_for_keyword
from pydicom.tag import Tag
from pydicom.uid import (
    EnhancedPETImageStorage,
    LegacyConvertedEnhancedPETImageStorage,
    PositronEmissionTomographyImageStorage,
)
from pydicom.valuerep import DT

from viewer.dicom.header import Frame
from viewer.dicom.images import Image
from viewer.dicom.report import info, warning
from viewer.dicom.scale import Scale
from viewer.dicom.series import SUV
from viewer.imaging.voi import VoiFunction, Window

#: How uptake is usually looked at; the values are no integers, so that the window is exact.
WINDOWS = (
    Window(3.5, 7, "SUV 0 to 7", VoiFunction.LINEAR_EXACT),
    Window(5, 10, "SUV 0 to 10", VoiFunction.LINEAR_EXACT),
    Window(2.5, 5, "SUV 0 to 5", VoiFunction.LINEAR_EXACT),
)

#: Units (0054,1001) as they are written beside a value.
_UNITS = {
    "BQML": "Bq/ml",
    "CNTS": "counts",
    "GML": "g/ml",
    "CM2ML": "cm²/ml",
    "PCNT": "%",
    "CPS": "counts/s",
    "MGMINML": "mg/min/ml",
    "UMOLMINML": "µmol/min/ml",
    "MLMING": "ml/min/g",
    "MLG": "ml/g",
}
_PET = (
    PositronEmissionTomographyImageStorage,
    LegacyConvertedEnhancedPETImageStorage,
    EnhancedPETImageStorage,
)
#: A smaller dose shows nothing and is one in MBq; nobody weighs more.
_LEAST_DOSE_BQ, _MOST_WEIGHT_KG = 1e4, 700.0
#: After so many half-lives nothing is left to be seen: such times do not belong together.
_MOST_HALF_LIVES = 10
#: A time of day so much later than the scan is that of the day before.
_MIDNIGHT = timedelta(hours=12)
_ROUNDING = timedelta(seconds=1)


class _UnknownError(Exception):
    """What is missing or contradictory, as the end of a sentence."""


def is_pet(frame: Frame) -> bool:
    """Whether an image holds activity; a report's page in a PET study does not."""
    return frame.text("SOPClassUID") in _PET


def scale(images: Sequence[Image]) -> Scale:
    """Find what the values of a PET series are, and how they become SUV.

    Parameters
    ----------
    images : sequence of Image
        Of one volume.
    """
    units = images[0].frame.text("Units")
    try:
        if units == "GML":
            return _already_suv(images)
        if units == "CNTS":
            return _from_counts(images)
        if units == "BQML":
            return _from_concentration(images, 1.0)
        raise _UnknownError(f"{_name('Units')} is {units or 'missing'}")
    except _UnknownError as reason:
        unit = _UNITS.get(units, "")
        stay = f"in {unit}" if unit else "as they are"
        note = warning("no_suv", f"The values stay {stay}, not in SUV: {reason}.")
        return Scale(unit, notes=(note,))


def windows(found: Sequence[Window], factor: float) -> tuple[Window, ...]:
    """The windows to look at SUV with: the usual ones, then the files' own in SUV."""
    own = (
        Window(w.center * factor, w.width * factor, w.name, VoiFunction.LINEAR_EXACT)
        for w in found
        if isinstance(w, Window)
    )
    return (*WINDOWS, *own)


def _already_suv(images: Sequence[Image]) -> Scale:
    kind = images[0].frame.text("SUVType")
    if kind not in ("", "BW"):
        raise _UnknownError(f"{_name('SUVType')} is {kind}, not BW")
    return Scale(SUV, notes=(info("suv", "The files hold SUV by body weight."),))


def _from_counts(images: Sequence[Image]) -> Scale:
    """Counts of Philips scanners, which bring factors of their own."""
    if any(i.frame.text("PhilipsPETCreator") != "Philips PET Private Group" for i in images):
        raise _UnknownError("nothing says what a count stands for")
    factor = _shared(images, "PhilipsSUVScaleFactor")
    if factor:
        _require_corrections(images)
        note = info(
            "suv",
            "The values are SUV by body weight, from counts by the maker's own factor "
            f"(7053,1000) of {factor:.6g}.",
        )
        return Scale(SUV, factor, (note,))
    concentration = _shared(images, "PhilipsConcentrationScaleFactor")
    if not concentration:
        raise _UnknownError("the maker's factors (7053,1000) and (7053,1009) are missing")
    return _from_concentration(images, concentration)


def _from_concentration(images: Sequence[Image], to_bq_per_ml: float) -> Scale:
    _require_corrections(images)
    weight_kg = _positive(images, "PatientWeight")
    if weight_kg > _MOST_WEIGHT_KG:
        raise _UnknownError(f"{_name('PatientWeight')} is {weight_kg:g}, which is not in kg")
    dose_bq = _positive(images, "RadionuclideTotalDose")
    if dose_bq < _LEAST_DOSE_BQ:
        raise _UnknownError(f"{_name('RadionuclideTotalDose')} is {dose_bq:g}, which is not in Bq")
    elapsed_s = _elapsed_seconds(images)
    decayed_bq = dose_bq
    if elapsed_s is not None:
        half_life_s = _positive(images, "RadionuclideHalfLife")
        if elapsed_s > _MOST_HALF_LIVES * half_life_s:
            raise _UnknownError(
                f"{elapsed_s / 3600:.1f} hours lie between injection and scan, more than "
                f"{_MOST_HALF_LIVES} half-lives: the times contradict each other"
            )
        decayed_bq *= 2 ** (-elapsed_s / half_life_s)
    when = "" if elapsed_s is None else f", {elapsed_s / 60:.1f} minutes before the scan"
    note = info(
        "suv",
        f"The values are SUV by body weight: {dose_bq / 1e6:.4g} MBq injected{when}, in a patient "
        f"of {weight_kg:g} kg.",
    )
    return Scale(SUV, to_bq_per_ml * 1000 * weight_kg / decayed_bq, (note,))


def _require_corrections(images: Sequence[Image]) -> None:
    for image in images:
        corrections = image.frame.parts("CorrectedImage")
        for kind, what in (("ATTN", "attenuation"), ("DECY", "decay")):
            if kind not in corrections:
                raise _UnknownError(
                    f"{_name('CorrectedImage')} does not name the correction for {what}"
                )


def _elapsed_seconds(images: Sequence[Image]) -> float | None:
    """From the injection to what the images are corrected to; None where that is the injection."""
    corrections = {image.frame.text("DecayCorrection") for image in images}
    if len(corrections) > 1:
        raise _UnknownError(f"{_name('DecayCorrection')} differs from slice to slice")
    (correction,) = corrections
    if correction == "ADMIN":
        return None
    if correction != "START":
        raise _UnknownError(f"{_name('DecayCorrection')} is {correction or 'missing'}")
    scan = _scan_start(images)
    elapsed = scan - _injection(images, scan)
    if elapsed < timedelta(0):
        raise _UnknownError("the injection is later than the scan")
    return elapsed.total_seconds()


def _injection(images: Sequence[Image], scan: datetime) -> datetime:
    keyword, time_keyword = "RadiopharmaceuticalStartDateTime", "RadiopharmaceuticalStartTime"
    texts = {(i.frame.text(keyword), i.frame.text(time_keyword)) for i in images}
    if len(texts) > 1:
        raise _UnknownError(f"{_name(time_keyword)} differs from slice to slice")
    ((text, clock),) = texts
    on_that_day = _moment(scan.strftime("%Y%m%d") + clock) if clock else None
    moment = _moment(text) if len(text) > 8 else None
    if moment is None:
        if on_that_day is None:
            raise _UnknownError(f"{_name(time_keyword)} is missing")
        return on_that_day - timedelta(days=on_that_day - scan > _MIDNIGHT)
    if on_that_day is not None and abs(_of_day(moment) - _of_day(on_that_day)) > _ROUNDING:
        raise _UnknownError(f"{_name(keyword)} and {_name(time_keyword)} contradict each other")
    return moment


def _of_day(moment: datetime) -> timedelta:
    return moment - datetime.combine(moment, time.min)


def _scan_start(images: Sequence[Image]) -> datetime:
    """The moment to which all slices are corrected where Decay Correction is START.

    Series Time is it, unless the series was made from another one, later: then it comes after the
    acquisition.
    """
    series = [_moment(i.frame.text("SeriesDate") + i.frame.text("SeriesTime")) for i in images]
    acquired = [_moment(_acquired(i)) for i in images]
    known = [moment for moment in acquired if moment is not None]
    if len(known) < len(images):
        raise _UnknownError(f"{_name('AcquisitionTime')} is missing")
    if series[0] is not None and series[0] <= min(known) + _ROUNDING:
        return series[0]
    first = images[0].frame
    if first.text("GEPETCreator") == "GEMS_PETD_01":
        scanned = _moment(first.text("GEScanDateTime"))
        if scanned is not None and scanned <= min(known) + _ROUNDING:
            return scanned
    return _back_from_frames(images, known)


def _acquired(image: Image) -> str:
    frame = image.frame
    clock = frame.text("AcquisitionTime")
    return (frame.text("AcquisitionDate") or frame.text("SeriesDate")) + clock if clock else ""


def _back_from_frames(images: Sequence[Image], acquired: Sequence[datetime]) -> datetime:
    """The same moment from each frame's own: its mean count lies Frame Reference Time after it."""
    half_life_s = _positive(images, "RadionuclideHalfLife")
    starts = []
    for image, moment in zip(images, acquired, strict=True):
        reference_ms = image.frame.number("FrameReferenceTime")
        duration_ms = image.frame.number("ActualFrameDuration")
        if reference_ms is None or not duration_ms:
            raise _UnknownError(
                f"{_name('SeriesTime')} is missing or later than {_name('AcquisitionTime')}"
            )
        decay = math.log(2) / half_life_s * duration_ms / 1000
        mean_count_s = half_life_s / math.log(2) * math.log(decay / -math.expm1(-decay))
        starts.append(moment + timedelta(seconds=mean_count_s - reference_ms / 1000))
    if (max(starts) - min(starts)).total_seconds() > 0.01 * half_life_s:
        raise _UnknownError(
            f"{_name('FrameReferenceTime')} and {_name('AcquisitionTime')} contradict each other"
        )
    return sorted(starts)[len(starts) // 2]


def _moment(text: str) -> datetime | None:
    """A date and time (PS3.5 6.2, DT) in the scanner's own time; None where it makes no sense."""
    try:
        moment = DT(text.replace(":", "")) if len(text) > 8 else None
    except (ValueError, TypeError, OverflowError):
        return None
    return moment.replace(tzinfo=None) if moment is not None else None


def _positive(images: Sequence[Image], keyword: str) -> float:
    number = _shared(images, keyword)
    if not number or number < 0:
        raise _UnknownError(f"{_name(keyword)} is missing")
    return number


def _shared(images: Sequence[Image], keyword: str) -> float | None:
    """The one number that all images give."""
    numbers = {image.frame.number(keyword) for image in images}
    if len(numbers) > 1:
        raise _UnknownError(f"{_name(keyword)} differs from slice to slice")
    return numbers.pop()


def _name(keyword: str) -> str:
    """An attribute's name and tag; a private one has only its keyword."""
    number = tag_for_keyword(keyword)
    return f"{dictionary_description(number)} {Tag(number)}" if number is not None else keyword
