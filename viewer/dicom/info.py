"""What a scan found, as plain values for JSON."""

from __future__ import annotations

from typing import Any

from viewer.dicom.facts import facts
from viewer.dicom.report import Note, Skipped
from viewer.dicom.series import ScanResult, Series


def describe(result: ScanResult) -> dict[str, Any]:
    """Describe a scan for ``info --json``.

    Returns
    -------
    dict
        ``series`` and ``skipped``. ``affine_lps`` maps ``(x, y, z, 1)`` to LPS
        mm and is None where the files do not say where the images lie.
    """
    return {
        "series": [_series(series) for series in result.series],
        "skipped": [_skipped(item) for item in result.skipped],
    }


def _series(series: Series) -> dict[str, Any]:
    geometry = series.geometry
    return {
        "key": series.key,
        "series_uid": series.series_uid,
        "study_uid": series.study_uid,
        "modality": series.modality,
        "description": series.description,
        "shape": list(series.shape),
        "spacing_mm": list(series.grid.spacing_mm),
        "affine_lps": geometry.affine.tolist() if geometry is not None else None,
        "length_unit": str(series.length_unit),
        "slice_thickness_mm": series.slice_thickness_mm,
        "unit": series.unit,
        "interpolated_slices": list(series.interpolated),
        "transfer_syntax": series.transfer_syntax,
        "report": [_note(note) for note in (*facts(series), *series.report)],
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "code": note.code,
        "severity": str(note.severity),
        "message": note.message,
        "files": [str(path) for path in note.files],
    }


def _skipped(item: Skipped) -> dict[str, Any]:
    return {"path": str(item.path), "error": item.error, "message": item.message}
