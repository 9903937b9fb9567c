"""What a de-identification has changed, for the record; none of the values."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from viewer import DISCLAIMER, __version__
from viewer.dicom.deidentify.profile import Changes, Options

SCHEMA = "hounsfield.deidentification/1"


@dataclass
class Report:
    """Parameters are filled while the files are written.

    Parameters
    ----------
    options : Options
    changes : Changes
    files : int
        How many were written.
    warnings : Counter of str
        What a person should look at, and in how many files.
    left_out : list of str
        Files that could not be read and are not there, with the reason. Never written to the
        report's files, as their names may tell who the patient is.
    """

    options: Options
    changes: Changes
    files: int = 0
    warnings: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write ``deidentification.json`` and ``deidentification.csv``."""
        rows = [
            {"attribute": path, "tag": tag, "done": done, "times": times}
            for (path, tag, done), times in sorted(self.changes.counts.items())
        ]
        document = {
            "schema": SCHEMA,
            "disclaimer": DISCLAIMER,
            "software": f"Hounsfield {__version__}",
            "profile": "DICOM PS3.15 Basic Application Level Confidentiality Profile",
            "dates": "shifted" if self.options.shift_dates else "removed",
            "files": self.files,
            "left_out": len(self.left_out),
            "warnings": [{"message": m, "files": n} for m, n in sorted(self.warnings.items())],
            "changes": rows,
        }
        text = json.dumps(document, indent=2, ensure_ascii=False)
        (folder / "deidentification.json").write_text(f"{text}\n", encoding="utf-8")
        with (folder / "deidentification.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, ["attribute", "tag", "done", "times"])
            table.writeheader()
            table.writerows(rows)
