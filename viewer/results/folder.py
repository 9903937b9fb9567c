"""The folder of a result: ``findings.json``, ``run.json``, ``heatmap.nii.gz`` and pictures."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from pathlib import Path
from typing import Any

import nibabel

from ai.findings import SCHEMA, Findings
from viewer import DISCLAIMER
from viewer.errors import ViewerError
from viewer.imaging.voi import Window
from viewer.imaging.volume import Volume
from viewer.results.nifti import heatmap_nifti
from viewer.results.picture import LUNG_WINDOW, draw_finding

RUN_SCHEMA = "hounsfield.run/1"

#: More findings than these get no picture of their own.
MOST_PICTURES = 30

_FINDINGS = "findings.json"
_OURS = re.compile(r"findings\.json|run\.json|heatmap\.nii\.gz|finding-\d+\.png")


def write_result(
    findings: Findings,
    volume: Volume,
    out: Path,
    *,
    name: str = "",
    threshold: float | None = None,
    window: Window = LUNG_WINDOW,
) -> Path:
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
    name : str
        Of the folder, in place of the series UID: for the second volume of a series.
    threshold : float, optional
        Findings less probable are left out; the operating point's by default.
    window : Window
        Of the pictures.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ViewerError
        The folder exists and holds no result of ours, or cannot be written.
    """
    target = out / _folder_name(name or findings.series_uid)
    _refuse_foreign(target)
    part = out / f".part-{secrets.token_hex(8)}"
    try:
        part.mkdir(parents=True)
    except OSError as error:
        raise ViewerError(f"The results cannot be written: {error.strerror}.", out) from error
    try:
        _write(part, findings, volume, threshold, window)
        _move(part, target)
    except OSError as error:
        raise ViewerError(f"The results cannot be written: {error.strerror}.", target) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


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
    folder: Path, findings: Findings, volume: Volume, threshold: float | None, window: Window
) -> None:
    limit = findings.run.threshold if threshold is None else threshold
    shown = findings.above(limit)
    if findings.heatmap is not None:
        nibabel.save(heatmap_nifti(findings.heatmap), folder / "heatmap.nii.gz")
    for finding in shown[:MOST_PICTURES]:
        picture = draw_finding(finding, findings, volume, window)
        picture.save(folder / f"finding-{finding.id:02}.png")
    _write_json(folder / "run.json", run_document(findings))
    _write_json(folder / _FINDINGS, findings.document(limit))


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


def _folder_name(name: str) -> str:
    """A name that is safe on any system; a UID (PS3.5 section 9) stays as it is."""
    return re.sub(r"[^0-9A-Za-z._-]+", "_", name).strip(".")[:120] or "unnamed"
