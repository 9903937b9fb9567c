"""Findings as a table for scripts and spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ai.findings import Finding, Findings

_COLUMNS = (
    "series_uid", "model", "version", "sha256", "in_contract", "id", "label", "probability",
    "center_x_mm", "center_y_mm", "center_z_mm", "long_diameter_mm", "short_diameter_mm",
    "volume_ml", "mean_hu",
)  # fmt: skip


def write_table(path: Path, shown: Sequence[Finding], findings: Findings) -> None:
    """Write a CSV file: a line for each finding, millimetres in LPS, probabilities from 0 to 1.

    Parameters
    ----------
    path : Path
    shown : sequence of Finding
        Those to write.
    findings : Findings
        To which they belong.
    """
    model = findings.model
    common = (findings.series_uid, model.id, model.version, model.sha256, findings.contract.ok)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for one in shown:
            writer.writerow(
                (
                    *common,
                    one.id,
                    one.label,
                    one.probability,
                    *one.center_lps_mm,
                    *one.diameters_mm,
                    one.volume_ml,
                    "" if one.mean_hu is None else one.mean_hu,
                )
            )
