"""The bridge: series in, findings and files out, in the right place of the patient."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

import resources
from ai.errors import ContractError, PackageError
from ai.worker import Worker
from tests.ai.samples import document, make_package, values_engine_runner
from tests.dicom.phantoms import marker_series
from tests.dicom.synthetic import along_z, only_series
from viewer import __version__
from viewer.analysis import Analysis, heatmap_volume, image_of
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.dicom.series import LengthUnit
from viewer.formats.load import load as load_any
from viewer.formats.scan import scan as scan_all_formats
from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import AIR_HU, PADDING, Volume
from viewer.results import write_result

#: Any image will do.
LENIENT = {
    **document()["input"],
    "body_part": [],
    "pixel_spacing_mm": {"low": 0.1, "high": 10},
    "slice_spacing_mm": {"low": 0.1, "high": 10},
    "max_slice_thickness_mm": None,
    "min_slices": 1,
    "intensity": {"unit": "relative", "value_range": {"low": 0, "high": 1}},
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    make_package(root, id="lenient", input=LENIENT)
    make_package(root, id="strict")
    broken = make_package(root, id="broken")
    (broken.folder / "weights.safetensors").unlink()
    return root


@pytest.fixture(scope="module")
def analysis(models: Path) -> Iterator[Analysis]:
    with Analysis(models, worker=Worker(values_engine_runner)) as analysis:
        yield analysis


@pytest.mark.parametrize(
    "orientation",
    ["axial", "reversed", "coronal", "sagittal", "oblique", "tilted", "feet_first_prone"],
)
def test_markers_in_dicom_come_out_at_their_place_in_json_nifti_and_overlay(
    tmp_path: Path, analysis: Analysis, orientation: str
) -> None:
    truth = marker_series(tmp_path / "dicom", orientation)
    (series,) = scan([truth.folder]).series
    volume = load(series).volume
    findings = analysis.start(series, volume, "lenient").result()
    folder = write_result(findings, volume, tmp_path / "out").folder

    assert folder == tmp_path / "out" / series.series_uid
    written = json.loads((folder / "findings.json").read_text())["findings"]
    by_hu = {int(f["label"]): f["center_lps_mm"] for f in written}
    nifti = nibabel.load(folder / "heatmap.nii.gz")
    to_lps = np.diag([-1, -1, 1, 1]) @ nifti.affine
    scores = np.asarray(nifti.dataobj)
    overlay = heatmap_volume(findings)
    assert overlay is not None
    for letter, center in truth.centers.items():
        hu = truth.hu[letter]
        np.testing.assert_allclose(by_hu[hu], center, atol=1.0, err_msg=f"JSON {letter}")
        lit = np.argwhere(np.isclose(scores, hu / 2000, atol=1e-4))
        place = (lit @ to_lps[:3, :3].T + to_lps[:3, 3]).mean(axis=0)
        np.testing.assert_allclose(place, center, atol=1.5, err_msg=f"NIfTI {letter}")
        assert overlay.value_at(center) == pytest.approx(hu / 2000), f"overlay {letter}"


def test_models_are_listed_and_broken_ones_are_named(analysis: Analysis) -> None:
    summaries = {m.id: m for m in analysis.models()}
    assert summaries.keys() == {"lenient", "strict"}
    strict = summaries["strict"]
    assert strict.operating_points == {"sensitive": 0.2, "balanced": 0.5}
    assert strict.card.startswith("# Markers")
    assert strict.labels == ("marker",)
    assert "weights.safetensors" in str(analysis.broken()["broken"])


def test_a_model_that_is_not_there_or_broken_is_an_error(analysis: Analysis, tmp_path) -> None:
    series = only_series(along_z(range(12)), tmp_path)
    with pytest.raises(PackageError, match="no model 'other'"):
        analysis.check(series, "other")
    with pytest.raises(PackageError, match=r"weights\.safetensors"):
        analysis.check(series, "broken")


def test_a_detector_is_not_run_on_colours(analysis: Analysis, tmp_path: Path) -> None:
    slices = along_z(range(12), SamplesPerPixel=3, PhotometricInterpretation="RGB")
    for item in slices:
        item.BitsAllocated, item.BitsStored, item.HighBit = 8, 8, 7
        item.PixelRepresentation, item.PixelData = 0, bytes(8 * 10 * 3)
    reasons = analysis.check(only_series(slices, tmp_path), "lenient").reasons
    assert any("in colour" in reason for reason in reasons)


def test_an_added_model_appears_after_a_refresh(tmp_path: Path) -> None:
    make_package(tmp_path / "built-in", id="one")
    with Analysis(tmp_path / "built-in", tmp_path / "added") as analysis:
        assert [m.id for m in analysis.models()] == ["one"]
        make_package(tmp_path / "added", id="two")
        analysis.refresh()
        assert [(m.id, m.origin) for m in analysis.models()] == [
            ("one", "built-in"),
            ("two", "added"),
        ]


def test_a_series_that_does_not_fit_is_refused_with_reasons_before_and_after_loading(
    analysis: Analysis, tmp_path: Path
) -> None:
    series = only_series(along_z(5.0 * n for n in range(12)), tmp_path)
    contract = analysis.check(series, "strict")
    assert contract.reasons == ("The slices lie 5.00 mm apart; the model accepts 0.3 to 3 mm.",)
    volume = load(series).volume
    with pytest.raises(ContractError, match=r"5\.00 mm apart"):
        analysis.start(series, volume, "strict").result()
    forced = analysis.start(series, volume, "strict", force=True).result()
    assert not forced.contract.ok
    assert forced.run.versions["hounsfield"] == __version__


def test_slices_that_were_never_measured_speak_against_a_run(
    analysis: Analysis, tmp_path: Path
) -> None:
    heights = [float(n) for n in range(12) if n not in (5, 8)]
    series = only_series(along_z(heights), tmp_path)
    assert len(series.placements) == 12
    (reason,) = analysis.check(series, "lenient").reasons
    assert reason == "2 of 12 slices were never measured, but interpolated."


def test_unknown_positions_and_sizes_speak_against_a_run(
    analysis: Analysis, tmp_path: Path
) -> None:
    series = only_series(along_z(range(12)), tmp_path)
    assert analysis.check(series, "lenient").ok
    (reason,) = analysis.check(replace(series, geometry=None), "lenient").reasons
    assert "where the slices lie" in reason
    unknown = replace(series, length_unit=LengthUnit.PIXELS)
    (reason,) = analysis.check(unknown, "lenient").reasons
    assert "how large the pixels are" in reason


def test_a_model_for_whole_pictures_does_not_ask_where_they_lie(
    tmp_path: Path,
) -> None:
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(tmp_path / "a.png")
    (series,) = scan_all_formats([tmp_path]).series
    with Analysis(resources.MODELS, worker=Worker(values_engine_runner)) as analysis:
        assert analysis.check(series, "pneumonia-cxr").ok
        reasons = analysis.check(series, "lung-nodule-ct").reasons
    assert "The files do not say where the slices lie in the patient." in reasons
    assert any(reason.startswith("The modality is OT") for reason in reasons)


def test_padding_reaches_the_model_as_air(tmp_path: Path) -> None:
    series = only_series(along_z(range(3)), tmp_path)
    voxels = np.full((3, 8, 10), 40, np.int16)
    voxels[:, 0] = PADDING
    volume = Volume(voxels, Geometry(np.eye(4), voxels.shape))
    image = image_of(series, volume)
    assert np.all(image.voxels[:, 0] == AIR_HU)
    assert np.all(image.voxels[:, 1:] == 40)
    assert image.identifier == series.series_uid


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_an_inverted_picture_reaches_the_model_with_dense_bright(tmp_path: Path, dtype) -> None:
    series = replace(only_series(along_z([0.0]), tmp_path), is_inverted=True)
    voxels = np.linspace(-20000, 30000, 80).reshape(1, 8, 10).astype(dtype)
    voxels[0, 0, 0] = PADDING if dtype == np.int16 else np.nan
    volume = Volume(voxels, Geometry(np.eye(4), voxels.shape), unit="")
    image = image_of(series, volume)
    assert image.voxels.dtype == dtype
    assert image.voxels[0, 0, 0] == 0  # padding is nothing, not white
    first, last = float(voxels[0, 0, 1]), float(voxels[0, 7, 9])
    assert image.voxels[0, 0, 1] == pytest.approx(last, abs=1)
    assert image.voxels[0, 7, 9] == pytest.approx(first, abs=1)


def test_a_picture_in_colour_is_handed_on_with_its_colour(tmp_path: Path):
    rgb = np.zeros((20, 30, 3), np.uint8)
    rgb[5:10, 5:10] = (200, 30, 40)
    Image.fromarray(rgb).save(tmp_path / "cell.png")
    (series,) = scan_all_formats([tmp_path]).series
    seen = image_of(series, load_any(series).volume)
    assert seen.color is not None
    np.testing.assert_array_equal(seen.color[0], rgb)
