"""Measurements to a file that the user has chosen: CSV, JSON or DICOM."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from viewer.errors import ViewerError
from viewer.export.output import new_file
from viewer.results.measured import Measured
from viewer.results.measurement_files import write_csv, write_json


class MeasurementFormat(StrEnum):
    """The ends of the files' names."""

    CSV = ".csv"
    JSON = ".json"
    REPORT = ".dcm"


def export_measurements(
    measured: Sequence[Measured], path: Path, kind: MeasurementFormat
) -> tuple[Path, ...]:
    """Write measurements; files in their place are replaced.

    Parameters
    ----------
    measured : sequence of Measured
    path : Path
    kind : MeasurementFormat

    Returns
    -------
    tuple of Path
        What was written: reports of several studies are several files, numbered.

    Raises
    ------
    ViewerError
        A series is no DICOM that a report could refer to, or the file cannot be written.
    """
    if not measured:
        raise ViewerError("There is nothing to export.", path, "Measure something first.")
    if kind is not MeasurementFormat.REPORT:
        write = write_csv if kind is MeasurementFormat.CSV else write_json
        with new_file(path, replace=True) as part:
            write(measured, part)
        return (path,)
    # highdicom takes a second to import, and only this needs it.
    from viewer.results.dicom.measurement_report import measurement_reports, require_dicom

    require_dicom(measured)
    try:
        reports = measurement_reports(measured)
    except OSError as error:
        raise ViewerError(f"The source cannot be read: {error.strerror}.", path) from error
    names = [path]
    if len(reports) > 1:
        numbers = range(1, len(reports) + 1)
        names = [path.with_name(f"{path.stem}-{n}{path.suffix}") for n in numbers]
    for name, report in zip(names, reports, strict=True):
        with new_file(name, replace=True) as part:
            report.save_as(part)
    return tuple(names)
