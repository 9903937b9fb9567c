"""What a series consists of: the part of its report that every series has."""

from __future__ import annotations

import numpy as np
from pydicom.uid import UID

from viewer.dicom.codecs import decoder_name
from viewer.dicom.report import Note, count, info
from viewer.dicom.series import Series
from viewer.imaging.voi import Window


def facts(series: Series) -> tuple[Note, ...]:
    """Slices, spacing, windows and encoding of a series, as notes of severity INFO.

    Parameters
    ----------
    series : Series
    """
    notes = [_slices(series), *_spacing(series), _windows(series), *_encodings(series)]
    return tuple(notes)


def _slices(series: Series) -> Note:
    files = count(len({item.path for item in series.slices}), "file")
    used = {p.below for p in series.placements} | {p.above for p in series.placements}
    unused = len(series.slices) - len(used - {None})
    left_out = f", {unused} of them only between those of the volume" if unused else ""
    return info("slices", f"{count(len(series.slices), 'image')} of {files} are used{left_out}.")


def _spacing(series: Series) -> list[Note]:
    if series.geometry is None or len(series.slices) < 2:
        return []
    steps = np.diff([item.position_mm for item in series.slices])
    median = float(np.median(steps))
    deviation = float(np.abs(steps - median).max())
    message = (
        f"The slices lie {median:.3f} mm apart (median); the largest deviation is "
        f"{deviation:.3f} mm."
    )
    return [info("spacing", message)]


def _windows(series: Series) -> Note:
    named = [_window(window) for window in series.windows]
    if series.voi_luts:
        named.append(count(len(series.voi_luts), "VOI LUT"))
    if not named:
        return info("windows", "There is no window; one is made from the values.")
    return info("windows", f"Windows: {'; '.join(named)}.")


def _window(window: Window) -> str:
    values = f"W {window.width:g} L {window.center:g} ({window.function})"
    return f"{window.name} {values}".strip()


def _encodings(series: Series) -> list[Note]:
    alike = {item.encoding.transfer_syntax: item.encoding for item in series.slices}
    return [
        info("encoding", f"{UID(syntax).name}, decoded by {decoder_name(encoding)}.")
        for syntax, encoding in alike.items()
    ]
