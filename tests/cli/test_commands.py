from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.dicom.phantoms import marker_series
from viewer.cli import app

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(a) for a in arguments])


def test_info_prints_json_and_nothing_else(tmp_path, run):
    marker_series(tmp_path / "ct")
    (tmp_path / "ct" / "notes.txt").write_text("not an image")
    result = run("info", tmp_path, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    (series,) = document["series"]
    assert series["modality"] == "CT"
    affine = np.array(series["affine_lps"])
    assert affine.shape == (4, 4)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)[::-1]
    assert np.allclose(spacing, series["spacing_mm"])
    (skipped,) = document["skipped"]
    assert skipped["path"].endswith("notes.txt")
    assert skipped["message"]


def test_info_for_people_names_size_and_spacing(tmp_path, run):
    marker_series(tmp_path)
    result = run("info", tmp_path)
    assert result.exit_code == 0
    assert "voxels of" in result.stdout


def test_a_folder_without_images_ends_with_code_3(tmp_path, run):
    (tmp_path / "notes.txt").write_text("nothing here")
    result = run("info", tmp_path, "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["series"] == []


def test_an_unknown_model_ends_with_code_1_and_names_it(tmp_path, run):
    marker_series(tmp_path / "ct")
    result = run("analyze", tmp_path / "ct", "--out", tmp_path / "out", "--model", "no-such")
    assert result.exit_code == 1
    assert "no-such" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_series_outside_the_contract_ends_with_code_4_and_says_why(tmp_path, run):
    marker_series(tmp_path / "ct")  # markers in nothing: its values are not those of a chest
    result = run("analyze", tmp_path / "ct", "--out", tmp_path / "out")
    assert result.exit_code == 4
    assert "values" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [["analyze"], ["info", "--no-such-option"], ["screenshot", "x"]]
)
def test_wrong_usage_ends_with_code_2(arguments, run):
    assert run(*arguments).exit_code == 2


def test_the_built_in_models_pass_their_self_test(run):
    listed = run("models", "list", "--json")
    models = json.loads(listed.stdout)
    assert models
    for model in models:
        assert model["error"] is None
        assert run("models", "test", model["id"]).exit_code == 0


def test_the_program_starts_without_torch_qt_or_vtk():
    code = (
        "import sys; import viewer.cli;"
        "print([m for m in ('torch', 'PySide6', 'vtkmodules', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
