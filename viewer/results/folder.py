"""The folder of a result: JSON, CSV, NIfTI, pictures and, where the source is DICOM, DICOM."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel

from ai.findings import SCHEMA, Findings
from viewer import DISCLAIMER
from viewer.dicom.series import Series
from viewer.errors import ViewerError
from viewer.imaging.voi import Voi, Window, auto_window
from viewer.imaging.volume import Volume
from viewer.names import safe_name
from viewer.results.class_picture import draw_classification
from viewer.results.nifti import heatmap_nifti, regions_nifti
from viewer.results.page import write_page
from viewer.results.picture import LUNG_WINDOW, draw_finding
from viewer.results.table import write_table

RUN_SCHEMA = "hounsfield.run/1"

#: More findings than these get no picture of their own.
MOST_PICTURES = 30

_FINDINGS = "findings.json"
_OURS = re.compile(
    r"findings\.(json|csv)|run\.json|report\.html|(heatmap|regions)\.nii\.gz|classes\.png|finding-\d+\.(png|dcm)"
    r"|(segmentation|report|heatmap|key-images)\.dcm"
)


@dataclass(frozen=True)
class Written:
    """What became of a result.

    Parameters
    ----------
    folder : Path
        That of the result.
    left_out : mapping of str to str
        DICOM objects that could not be made, with the reason; everything else is there.
    """

    folder: Path
    left_out: Mapping[str, str]


def write_result(
    findings: Findings,
    volume: Volume,
    out: Path,
    *,
    series: Series | None = None,
    name: str = "",
    threshold: float | None = None,
    window: Window = LUNG_WINDOW,
) -> Written:
    """Write the folder ``out/<series_uid>`` of a result.

    It appears whole: files are written elsewhere and moved there. An earlier result in its place is
    replaced, file by file, and what the user has put beside it stays; a folder that holds something
    else is left alone.

    Parameters
    ----------
    findings : Findings
    volume : Volume
        What the findings were made of, for the pictures.
    out : Path
        Made if need be.
    series : Series, optional
        Of which the volume is; without it no DICOM objects are written.
    name : str
        Of the folder, in place of the series UID: for the second volume of a series.
    threshold : float, optional
        Findings less probable are left out; the operating point's by default.
    window : Window
        Of the pictures.

    Returns
    -------
    Written

    Raises
    ------
    ViewerError
        The folder exists and holds no result of ours, or cannot be written.
    """
    target = out / safe_name(name or findings.series_uid)
    _refuse_foreign(target)
    part = out / f".part-{secrets.token_hex(8)}"
    try:
        part.mkdir(parents=True)
    except OSError as error:
        raise ViewerError(f"The results cannot be written: {error.strerror}.", out) from error
    try:
        left_out = _write(part, findings, volume, series, threshold, window)
        _move(part, target)
    except OSError as error:
        raise ViewerError(f"The results cannot be written: {error.strerror}.", target) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Written(target, left_out)


def run_document(findings: Findings) -> dict[str, Any]:
    """The JSON document of ``run.json``: how the result came about."""
    return {
        "schema": RUN_SCHEMA,
        "disclaimer": DISCLAIMER,
        "series_uid": findings.series_uid,
        "model": findings.model.model_dump(mode="json"),
        "contract": findings.contract.model_dump(mode="json"),
        **findings.run.model_dump(mode="json"),
        "total_seconds": round(findings.run.total_seconds, 3),
        "candidates": len(findings.findings),
    }


def _write(
    folder: Path,
    findings: Findings,
    volume: Volume,
    series: Series | None,
    threshold: float | None,
    window: Window,
) -> dict[str, str]:
    limit = findings.run.threshold if threshold is None else threshold
    shown = findings.above(limit)
    if findings.heatmap is not None:
        nibabel.save(heatmap_nifti(findings.heatmap), folder / "heatmap.nii.gz")
    if any(f.id in findings.regions for f in shown):
        regions = regions_nifti(shown, findings.regions, volume.geometry)
        nibabel.save(regions, folder / "regions.nii.gz")
    pictures = {f.id: draw_finding(f, findings, volume, window) for f in shown[:MOST_PICTURES]}
    for number, picture in pictures.items():
        picture.save(folder / f"finding-{number:02}.png")
    on_page = {f"Finding {number}": picture for number, picture in pictures.items()}
    if findings.classes:
        voi, inverted = _own_look(series, volume)
        whole = draw_classification(findings, volume, voi, inverted=inverted)
        whole.save(folder / "classes.png")
        on_page = {"The picture, and its heatmap": whole, **on_page}
    title = series.description if series is not None else ""
    write_page(folder / "report.html", findings, shown, on_page, title)
    left_out = {}
    if series is not None:
        # highdicom takes a second to import, and only this needs it.
        from viewer.results.dicom import write_objects

        left_out = write_objects(folder, shown, findings, series, volume.geometry, pictures)
    write_table(folder / "findings.csv", shown, findings)
    _write_json(folder / "run.json", run_document(findings))
    _write_json(folder / _FINDINGS, findings.document(limit))
    return left_out


def _own_look(series: Series | None, volume: Volume) -> tuple[Voi, bool]:
    """The window or table and the inversion that a radiograph opens with."""
    own = series.first_voi if series is not None else None
    inverted = series is not None and series.is_shown_inverted
    return own or auto_window(volume.voxels), inverted


def _write_json(path: Path, document: dict[str, Any]) -> None:
    text = json.dumps(document, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def _refuse_foreign(target: Path) -> None:
    """An existing folder must be empty or hold findings of ours."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    try:
        schema = json.loads((target / _FINDINGS).read_text(encoding="utf-8"))["schema"]
    except (OSError, ValueError, KeyError, TypeError):
        schema = None
    if not str(schema).startswith(SCHEMA.rpartition("/")[0]):
        raise ViewerError(
            "The folder exists and holds no result of Hounsfield.",
            target,
            "Choose another folder.",
        )


def _move(part: Path, target: Path) -> None:
    if not target.exists():
        part.replace(target)
        return
    new = {path.name for path in part.iterdir()}
    for old in target.iterdir():
        if _OURS.fullmatch(old.name) and old.name not in new:
            old.unlink()
    # The findings come last: while they are the old ones, so is the result.
    for name in sorted(new, key=lambda name: name == _FINDINGS):
        (part / name).replace(target / name)
