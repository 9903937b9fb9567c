"""Result folders: whole, never over the user's files, with the overlay on the finding."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest

from ai.findings import Contract, Findings, Heatmap
from ai.request import Request
from tests.ai.samples import MARKER_HU, STACKS, marker_findings, marker_phantom
from viewer import DISCLAIMER
from viewer.errors import ViewerError
from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import Volume
from viewer.results import draw_finding, heatmap_nifti, write_result
from viewer.results.picture import _MARK, PANEL


def made(stack: str = "axial") -> tuple[Findings, Volume]:
    image = marker_phantom(STACKS[stack])
    findings = marker_findings(Request(Path("x")), image, lambda _: None)
    volume = Volume(image.voxels, Geometry(image.affine, image.voxels.shape))
    return findings, volume


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_result_is_written_whole(tmp_path: Path) -> None:
    findings, volume = made()
    folder = write_result(findings, volume, tmp_path / "new" / "out").folder
    assert folder == tmp_path / "new" / "out" / "1.2.3"
    assert names(folder) == {
        "findings.json",
        "findings.csv",
        "report.html",
        "run.json",
        "heatmap.nii.gz",
        "finding-01.png",
        "finding-02.png",
    }
    assert names(folder.parent) == {"1.2.3"}
    document = json.loads((folder / "findings.json").read_text())
    assert document == findings.document()
    assert [f["id"] for f in document["findings"]] == [1, 2]  # the third is less probable
    run = json.loads((folder / "run.json").read_text())
    assert run["disclaimer"] == document["disclaimer"] == DISCLAIMER
    assert run["candidates"] == 3
    assert run["total_seconds"] == 1.0
    assert stat.S_IMODE(folder.stat().st_mode) & 0o055 == (~_umask() & 0o055)


def _umask() -> int:
    import os

    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_the_threshold_decides_what_is_listed_and_drawn(tmp_path: Path) -> None:
    findings, volume = made()
    folder = write_result(findings, volume, tmp_path, threshold=0.2).folder
    assert len(json.loads((folder / "findings.json").read_text())["findings"]) == 3
    assert (folder / "finding-03.png").is_file()


def test_an_earlier_result_is_replaced_and_the_users_files_beside_it_stay(tmp_path: Path) -> None:
    findings, volume = made()
    folder = write_result(findings, volume, tmp_path, threshold=0.2).folder
    (folder / "my notes.txt").write_text("keep me")
    write_result(replace(findings, heatmap=None), volume, tmp_path)
    assert names(folder) == {
        "findings.json",
        "findings.csv",
        "report.html",
        "run.json",
        "finding-01.png",
        "finding-02.png",
        "my notes.txt",
    }
    assert names(tmp_path) == {"1.2.3"}


@pytest.mark.parametrize("content", ["{}", '{"schema": "something/1"}', "not json", None])
def test_a_folder_that_holds_something_else_is_left_alone(
    tmp_path: Path, content: str | None
) -> None:
    findings, volume = made()
    target = tmp_path / "1.2.3"
    target.mkdir()
    (target / ("other.txt" if content is None else "findings.json")).write_text(content or "mine")
    before = {p.name: p.read_bytes() for p in target.iterdir()}
    with pytest.raises(ViewerError, match="no result of Hounsfield"):
        write_result(findings, volume, tmp_path)
    assert {p.name: p.read_bytes() for p in target.iterdir()} == before
    assert names(tmp_path) == {"1.2.3"}


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    findings, volume = made()
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ViewerError, match="cannot be written"):
        write_result(findings, volume, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "a file"


@pytest.mark.parametrize("uid", ["../../outside", "/etc/passwd", "", "..", "a\\b:c"])
def test_a_series_uid_cannot_lead_out_of_the_folder(tmp_path: Path, uid: str) -> None:
    findings, volume = made()
    folder = write_result(replace(findings, series_uid=uid), volume, tmp_path / "out").folder
    assert folder.parent == tmp_path / "out"
    assert names(tmp_path) == {"out"}


def test_a_write_that_fails_leaves_the_earlier_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings, volume = made()
    folder = write_result(findings, volume, tmp_path).folder
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("viewer.results.folder._write_json", full)
    with pytest.raises(ViewerError, match="No space left"):
        write_result(findings, volume, tmp_path)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert names(tmp_path) == {"1.2.3"}


@pytest.mark.parametrize("stack", STACKS)
def test_the_nifti_of_a_heatmap_is_in_ras_with_the_values_as_they_are(stack: str) -> None:
    findings, _ = made(stack)
    heatmap = findings.heatmap
    assert heatmap is not None
    values = heatmap.values.copy()
    values[3, 5, 7] = 0.123
    image = heatmap_nifti(replace(heatmap, values=values))
    data = np.asarray(image.dataobj)
    assert data.dtype == np.float32
    assert data[7, 5, 3] == np.float32(0.123)
    lps = heatmap.affine @ (7, 5, 3, 1)
    np.testing.assert_allclose(image.affine @ (7, 5, 3, 1), lps * (-1, -1, 1, 1), atol=1e-4)
    assert image.header.get_xyzt_units()[0] == "mm"


def test_the_qform_agrees_with_the_sform_and_is_left_out_where_it_cannot() -> None:
    findings, _ = made("axial")
    assert findings.heatmap is not None
    straight = heatmap_nifti(findings.heatmap)
    np.testing.assert_allclose(straight.get_qform(), straight.affine, atol=1e-4)
    sheared = findings.heatmap.affine.copy()
    sheared[1, 2] = 1.0
    image = heatmap_nifti(Heatmap(findings.heatmap.values, sheared, "x"))
    assert image.get_qform(coded=True)[1] == 0
    expected = np.diag([-1, -1, 1, 1]) @ sheared
    np.testing.assert_allclose(nibabel.Nifti1Image.from_bytes(image.to_bytes()).affine, expected)


def panels(pixels: np.ndarray) -> list[np.ndarray]:
    """Axial, coronal and sagittal, whole and then magnified."""
    corners = [(row, column) for row in range(2) for column in range(3)]
    step = PANEL + 6
    return [
        pixels[r * step : r * step + PANEL, c * step : c * step + PANEL].astype(int)
        for r, c in corners
    ]


def coloured(panel: np.ndarray) -> np.ndarray:
    """Where a panel shows the warm end of the overlay's colours; rows and columns."""
    return np.argwhere(panel[..., 0] - panel[..., 2] > 60)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_overlay_and_mark_sit_on_the_finding_in_all_planes(stack: str, number: int) -> None:
    findings, volume = made(stack)
    finding = findings.findings[number]
    # Only this marker is lit, and the anatomy is left out: what is coloured is the overlay.
    x, y, z = np.rint(volume.geometry.to_index(finding.center_lps_mm)).astype(int)
    scores = np.zeros(volume.geometry.shape, np.float32)
    scores[z - 2 : z + 3, y - 2 : y + 3, x - 2 : x + 3] = 1
    lit = replace(findings, heatmap=Heatmap(scores, volume.geometry.affine, "x"))
    pixels = np.asarray(draw_finding(finding, lit, volume))
    for place, panel in enumerate(panels(pixels)):
        spots = coloured(panel)
        marks = np.argwhere((np.abs(panel - _MARK) < 3).all(axis=-1))
        assert len(spots), place
        assert len(marks), place
        middle = (marks.min(axis=0) + marks.max(axis=0)) / 2
        np.testing.assert_allclose(spots.mean(axis=0), middle, atol=12, err_msg=str(place))
        if place >= 3:  # magnified: the finding is in the middle
            np.testing.assert_allclose(middle, PANEL / 2, atol=3)


def test_a_whole_panel_shows_the_finding_where_it_lies_in_the_patient() -> None:
    """Patient left is on the right, the head is at the top, the front of a sagittal at the left."""
    findings, volume = made("axial")
    low, high = volume.geometry.corners_lps.min(axis=0), volume.geometry.corners_lps.max(axis=0)
    for finding in findings.findings:
        share = (np.array(finding.center_lps_mm) - low) / (high - low)
        pixels = np.asarray(draw_finding(finding, findings, volume))
        for panel, (across, down, flip) in zip(
            panels(pixels)[:3], [(0, 1, False), (0, 2, True), (1, 2, True)], strict=True
        ):
            marks = np.argwhere((np.abs(panel - _MARK) < 3).all(axis=-1))
            row, column = (marks.min(axis=0) + marks.max(axis=0)) / 2
            mm = (high - low)[[down, across]] + np.array(volume.geometry.spacing_mm)[
                [2 - down, 2 - across]
            ]
            extent = mm.max()
            expected_column = PANEL / 2 + (share[across] - 0.5) * (high - low)[across] / (
                extent / PANEL
            )
            vertical = 0.5 - share[down] if flip else share[down] - 0.5
            expected_row = PANEL / 2 + vertical * (high - low)[down] / (extent / PANEL)
            assert column == pytest.approx(expected_column, abs=4)
            assert row == pytest.approx(expected_row, abs=4)


def test_a_picture_without_evidence_has_no_colour() -> None:
    findings, volume = made()
    assert findings.heatmap is not None
    nothing = replace(findings.heatmap, values=np.zeros_like(findings.heatmap.values))
    finding = findings.findings[0]
    for findings_shown in (replace(findings, heatmap=nothing), replace(findings, heatmap=None)):
        pixels = np.asarray(draw_finding(finding, findings_shown, volume))
        assert all(len(coloured(panel)) == 0 for panel in panels(pixels))


def test_the_caption_warns_always_and_more_when_out_of_contract() -> None:
    findings, volume = made()
    finding = findings.findings[0]

    def warnings(shown: Findings) -> int:
        caption = np.asarray(draw_finding(finding, shown, volume))[2 * PANEL + 6 :].astype(int)
        return int((np.abs(caption - (255, 138, 101)) < 40).all(axis=-1).sum())

    usual = warnings(findings)
    assert usual > 200
    reasons = ("The slices are 8 mm thick. " * 20,)
    forced = replace(findings, contract=Contract(ok=False, reasons=reasons))
    assert warnings(forced) > usual + 200


def test_markers_are_bright_in_the_phantom() -> None:
    """The tests above look at what they think they look at."""
    findings, volume = made()
    for finding in findings.findings:
        assert volume.value_at(finding.center_lps_mm) == MARKER_HU
