from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pydicom
import pytest
from typer.testing import CliRunner

from tests.ai.training.nodules import archives
from viewer.cli import app
from viewer.cli.scans import labelled_scans
from viewer.errors import NothingReadableError


def test_every_patient_of_unseen_archives_is_measured(tmp_path: Path) -> None:
    data = archives.write(tmp_path / "data", patients=3, candidates=12)
    out = tmp_path / "out"
    arguments = ["evaluate", "lung-nodule-ct", str(data), "--out", str(out)]

    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 0, result.stderr
    assert "3 of 3 patients with crops are measured; 0 are left out" in result.stderr
    document = json.loads((out / "figures.json").read_text())
    assert document["n"] == 3
    assert {
        "dice_2_readers",
        "dice_between_readers",
        "sensitivity_at_1_fp_per_crop",
        "candidate_auc",
        "diameter_mae_mm",
        "ece",
    } <= set(document["metrics"])
    assert {"dice.png", "reliability.png", "candidates_roc.png"} <= {p.name for p in out.iterdir()}


def test_crops_alone_are_refused_with_the_reason(tmp_path: Path) -> None:
    data = archives.write(tmp_path / "data", patients=2, candidates=4)
    for name in ("sections.npz", "candidates.npz"):
        (data / name).unlink()

    result = CliRunner().invoke(app, ["evaluate", "lung-nodule-ct", str(data / "crops.npz")])

    assert result.exit_code == 1
    assert "HU sections" in result.stderr


def test_a_folder_without_ct_is_nothing_to_measure_on(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("nothing")

    with pytest.raises(NothingReadableError, match="CT"):
        labelled_scans(tmp_path)


def test_the_boxes_of_a_series_lie_where_its_files_say(unpacked) -> None:
    folder = unpacked("dicom/chest_ct_5mm_tumour.zip")
    (labelled,) = labelled_scans(folder)
    assert labelled.reading is not None

    (tumour,) = labelled.reading(labelled.read()).nodules

    files = {}
    for path in folder.rglob("*.dcm"):
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        files[dataset.SOPInstanceUID] = dataset
    centers = []
    for path in folder.rglob("*.xml"):
        box = {e.tag: float(e.text) for e in ElementTree.parse(path).iter() if e.tag[1:] in
               ("min", "max")}  # fmt: skip
        dataset = files[path.stem]
        x, y, z = (float(v) for v in dataset.ImagePositionPatient)
        mm = float(dataset.PixelSpacing[0])
        centers.append(
            (
                x + mm * (box["xmin"] + box["xmax"]) / 2,
                y + mm * (box["ymin"] + box["ymax"]) / 2,
                z,
            )
        )
    assert len(centers) == 11
    np.testing.assert_allclose(tumour.center_lps_mm, np.mean(centers, axis=0), atol=0.01)
    assert labelled.patient
