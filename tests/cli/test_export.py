"""``export`` from the command line."""

from __future__ import annotations

import nibabel
import pytest
from typer.testing import CliRunner

from tests.dicom.phantoms import marker_series
from viewer.cli import app


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(a) for a in arguments])


@pytest.mark.parametrize(
    ("form", "end"), [("nifti", ".nii.gz"), ("nrrd", ".nrrd"), ("png", ""), ("mp4", ".mp4")]
)
def test_each_form_is_written_below_out_and_named_on_standard_output(tmp_path, run, form, end):
    truth = marker_series(tmp_path / "ct")
    result = run("export", tmp_path / "ct", "--out", tmp_path / "out", "--as", form)
    assert result.exit_code == 0, result.stderr
    (path,) = (tmp_path / "out").iterdir()
    assert result.stdout.strip() == str(path)
    assert path.name.endswith(end)
    if form == "png":
        assert len(list(path.iterdir())) == len(truth.paths)
    if form == "nifti":
        assert nibabel.load(path).shape == truth.volume.geometry.shape[::-1]


def test_what_is_there_is_not_replaced(tmp_path, run):
    marker_series(tmp_path / "ct")
    arguments = ("export", tmp_path / "ct", "--out", tmp_path / "out", "--as", "nrrd")
    assert run(*arguments).exit_code == 0
    (path,) = (tmp_path / "out").iterdir()
    before = path.stat().st_mtime_ns
    again = run(*arguments)
    assert again.exit_code == 1
    assert "exists" in again.stderr
    assert path.stat().st_mtime_ns == before


def test_an_unknown_preset_is_named(tmp_path, run):
    marker_series(tmp_path / "ct")
    result = run(
        "export", tmp_path / "ct", "--out", tmp_path / "o", "--as", "png", "--preset", "mars"
    )
    assert result.exit_code == 1
    assert "mars" in result.stderr


def test_a_folder_without_images_ends_with_code_3(tmp_path, run):
    result = run("export", tmp_path, "--out", tmp_path / "out", "--as", "png")
    assert result.exit_code == 3


def test_a_tilted_nifti_is_warned_of(tmp_path, run):
    marker_series(tmp_path / "ct", "tilted")
    result = run("export", tmp_path / "ct", "--out", tmp_path / "out", "--as", "nifti")
    assert result.exit_code == 0
    assert "tilted" in result.stderr


def test_anonymized_files_are_named_after_nobody_and_agree_by_their_key(tmp_path, run):
    marker_series(tmp_path / "Sally", patient_name="Secret^Sally", patient_id="SECRET7")
    (tmp_path / "Sally" / "letter.txt").write_text("no image")
    key = tmp_path / "my.key"
    exports = []
    for name in ("one", "two"):
        out = tmp_path / name
        result = run(
            "export", tmp_path / "Sally", "--out", out, "--as", "anonymized", "--key", key,
            "--shift-dates",
        )  # fmt: skip
        assert result.exit_code == 0, result.stderr
        assert result.stdout.strip() == str(out)
        assert "1 file is left out" in result.stderr
        exports.append({p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()})
    assert exports[0] == exports[1]
    assert len(exports[0]) > 20
    for path, content in exports[0].items():
        assert b"ecret" not in content
        assert b"SECRET7" not in content
        assert "ecret" not in str(path)


def test_anonymizing_into_a_folder_that_holds_something_is_refused(tmp_path, run):
    marker_series(tmp_path / "ct")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    result = run("export", tmp_path / "ct", "--out", tmp_path / "out", "--as", "anonymized")
    assert result.exit_code == 1
    assert "not empty" in result.stderr
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine"]
