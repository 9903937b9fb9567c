"""Bundles of MONAI, opened as they are published and run from an image to findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("monai", reason="bundles need MONAI, which is optional")
pytestmark = pytest.mark.filterwarnings("ignore")

from ai.bundles.network import BundleNetwork  # noqa: E402
from ai.bundles.pipelines import run_bundle  # noqa: E402
from ai.engine import Engine  # noqa: E402
from ai.errors import CancelledError, ContractError, PackageError  # noqa: E402
from ai.findings import Findings  # noqa: E402
from ai.image import Image  # noqa: E402
from ai.packages.install import add  # noqa: E402
from ai.packages.package import load  # noqa: E402
from ai.packages.registry import Registry  # noqa: E402
from ai.progress import Progress, silent  # noqa: E402
from ai.request import Request  # noqa: E402
from tests.ai.bundles.folders import (  # noqa: E402
    INFERENCE,
    copied,
    own,
    published,
    with_random_weights,
)
from tests.ai.samples import MARKERS, STACKS, marker_phantom, marker_places  # noqa: E402

CPU = torch.device("cpu")

#: Without scripts, and what window each is given here; the networks are the published ones.
ZOO = {
    "brats_mri_segmentation": 32,
    "endoscopic_inbody_classification": None,
    "endoscopic_tool_segmentation": None,
    "pathology_nuclei_classification": None,
    "pathology_nuclei_segmentation_classification": None,
    "prostate_mri_anatomy": 64,
    "spleen_ct_segmentation": 32,
    "swin_unetr_btcv_segmentation": 64,
    "ventricular_short_axis_3label": 64,
    "wholeBody_ct_segmentation": 32,
}
REFUSED = {
    "brats_mri_generative_diffusion": "takes no image",
    "breast_density_classification": "TorchVisionFCModel",
    "mednist_gan": "takes no image",
    "mednist_reg": "has no configs/inference.json",
    "pathology_nuclick_annotation": "AddClickSignalsd",
    "pathology_tumor_detection": "TorchVisionFCModel",
    "renalStructures_CECT_segmentation": "runs a script of the bundle's own",
    "renalStructures_UNEST_segmentation": "runs a script of the bundle's own",
    "spleen_deepedit_annotation": "runs a script of the bundle's own",
    "valve_landmarks": "runs a script of the bundle's own",
    "vista2d": "CellSamWrapper",
    "vista3d": "vista3d132",
    "wholeBrainSeg_Large_UNEST_segmentation": "runs a script of the bundle's own",
}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def run(folder: Path, image: Image, **how: Any) -> Findings:
    return Engine().run(Request(folder, device="cpu", **how), image)


def noise(dimensions: int, modality: str) -> Image:
    rng = np.random.default_rng(0)
    if dimensions == 2:
        picture = rng.integers(0, 255, (1, 40, 32)).astype(np.float32)
        return Image(picture, np.eye(4), modality)
    affine = np.diag([-1.5, 1.5, 2.0, 1.0])
    return Image(rng.integers(-1000, 1000, (12, 20, 24)).astype(np.int16), affine, modality)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_a_bundle_of_the_zoo_opens_and_runs(name: str, tmp_path: Path) -> None:
    folder = copied(name, tmp_path / name, ZOO[name])
    spec = load(folder).spec
    result = run(folder, noise(spec.dimensions, spec.input.modality[0]), force=True)
    if spec.task == "classification":
        assert sum(result.classes.values()) == pytest.approx(1, abs=1e-4)
    else:
        assert {f.label for f in result.findings} <= set(spec.output.labels)
        assert all(result.regions[f.id].mask.any() for f in result.findings)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_bundle_that_does_more_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=REFUSED[name]):
        load(published(name))


def test_the_lung_nodule_detector_runs_from_its_unmodified_folder(tmp_path: Path) -> None:
    folder = copied("lung_nodule_ct_detection", tmp_path / "lung_nodule_ct_detection")
    package = load(folder)
    assert package.spec.id == "lung-nodule-ct-detection"
    assert package.spec.input.organ == "lung"
    state = torch.load(folder / "models/model.pt", weights_only=True)
    assert sum(v.numel() for v in state.values()) == 20_912_877
    assert "feature_extractor.body.layer2.3.conv3.weight" in state
    assert "feature_extractor.fpn.layer_blocks.1.bias" in state
    affine = np.diag([-0.703125, -0.703125, 1.25, 1.0])
    voxels = np.random.default_rng(1).integers(-1000, 300, (16, 32, 48)).astype(np.int16)
    result = run(folder, Image(voxels, affine, "CT", identifier="1.2.3"), force=True)
    assert result.series_uid == "1.2.3"
    assert result.model.id == "lung-nodule-ct-detection"
    assert not result.contract.ok
    assert "lung" in " ".join(result.contract.reasons)
    for finding in result.findings:
        assert finding.label == "nodule"
        low, high = finding.box_lps_mm
        assert (np.subtract(high, low) > 0).all()
        assert (np.array(low) >= [-48 * 0.71, -32 * 0.71, -0.1]).all()
        assert (np.array(high) <= [0.1, 0.1, 16 * 1.26]).all()


class SeesMarkers(torch.nn.Module):
    """Stands for the detector: boxes around what is brightest in the image that it is given."""

    inferer = None
    target_box_key, target_label_key, pred_score_key = "box", "label", "label_scores"

    def __init__(self) -> None:
        super().__init__()
        self.network = torch.nn.Identity()

    def set_target_keys(self, **_: object) -> None:
        pass

    set_box_selector_parameters = set_sliding_window_inferer = set_target_keys

    def forward(self, images: list[torch.Tensor], use_inferer: bool) -> list[dict]:
        from scipy import ndimage

        (image,) = images
        assert image.min() >= 0
        assert image.max() <= 1
        labels, count = ndimage.label(image[0].numpy() > 0.9)
        boxes = []
        for number in range(1, count + 1):
            points = np.argwhere(labels == number)
            center = points.mean(axis=0)
            half = (points.max(axis=0) - points.min(axis=0) + 1) / 2
            boxes.append([*(center - half), *(center + half)])
        volumes = [np.prod(np.subtract(b[3:], b[:3])) for b in boxes]
        scores = np.array(volumes) / max(volumes)
        return [
            {
                "box": torch.tensor(np.array(boxes)),
                "label": torch.zeros(count, dtype=torch.long),
                "label_scores": torch.tensor(scores),
            }
        ]


DETECTION = {
    **{k: INFERENCE[k] for k in ("image_key", "network_def")},
    "channels": [2, 4],
    "raw": False,
    "preprocessing": {
        "_target_": "Compose",
        "transforms": [
            {"_target_": "Orientationd", "keys": "@image_key", "axcodes": "RAS"},
            {
                "_target_": "Spacingd",
                "keys": "@image_key",
                "pixdim": [0.703125, 0.703125, 1.25],
                "_disabled_": "$not @raw",
            },
            {
                "_target_": "ScaleIntensityRanged",
                "keys": "@image_key",
                "a_min": -1024.0,
                "a_max": 300.0,
                "b_min": 0.0,
                "b_max": 1.0,
                "clip": True,
            },
        ],
    },
    "detector": {"_target_": "RetinaNetDetector", "network": "@network_def"},
    "detector_ops": ["$@detector.set_target_keys(box_key='box', label_key='label')"],
}


@pytest.mark.parametrize("stack", sorted(STACKS))
def test_boxes_come_back_to_the_patient_through_flips_and_resampling(
    stack: str, tmp_path: Path
) -> None:
    """In any orientation, and although the bundle says that its images are resampled already."""
    folder = with_random_weights(own(tmp_path / "b", **DETECTION))
    (network,) = load(folder).networks(CPU).values()
    assert isinstance(network, BundleNetwork)

    class Seeing(BundleNetwork):
        def build(self, device: torch.device) -> Any:
            build = super().build(device)
            build.put("detector", SeesMarkers())
            return build

    seeing = Seeing(network.network, network.config, network.spec)
    affine = STACKS[stack]
    answer = run_bundle(
        marker_phantom(affine),
        {"network": seeing},
        {"amp": False, "lowest_threshold": 0.02},
        CPU,
        silent,
        {},
    )
    assert len(answer.findings) == len(MARKERS)
    places = marker_places(affine)
    voxel = np.linalg.norm(affine[:3, :3], axis=0).max()
    largest = answer.findings[0]
    assert np.linalg.norm(np.subtract(largest.center_lps_mm, places[0])) < voxel / 2
    for finding in answer.findings:
        distances = [np.linalg.norm(np.subtract(finding.center_lps_mm, p)) for p in places]
        assert min(distances) < voxel / 2
        low, high = finding.box_lps_mm
        assert (np.array(low) < finding.center_lps_mm).all()
        assert (np.array(finding.center_lps_mm) < high).all()


def test_boxes_are_those_that_monai_itself_gives(tmp_path: Path) -> None:
    """The centres and sizes of ``cccwhd`` in ITK's millimetres, as the published chain writes."""
    from monai.apps.detection.transforms.dictionary import (
        AffineBoxToWorldCoordinated,
        ConvertBoxModed,
    )
    from monai.data import MetaTensor

    from ai.bundles.boxes import Boxes
    from ai.bundles.pipelines import _findings

    folder = with_random_weights(own(tmp_path / "b", **DETECTION))
    (network,) = load(folder).networks(CPU).values()
    image = marker_phantom(STACKS["reversed"])
    prepared = network.prepare(image, network.build(CPU))
    corners = np.array([[3.5, 4, 2, 9, 12.25, 6], [20, 8, 10, 24, 16, 13.5]])
    data = {"box": torch.tensor(corners), "image": MetaTensor(prepared.tensor)}
    data = AffineBoxToWorldCoordinated("box", "image", affine_lps_to_ras=True)(data)
    expected = ConvertBoxModed("box", "xyzxyz", "cccwhd")(data)["box"].numpy()
    boxes = Boxes(corners, np.array([0.9, 0.8]), np.zeros(2, int))
    found = _findings(boxes, prepared.affine, image, network, 0.02)
    for finding, box in zip(found, expected, strict=True):
        np.testing.assert_allclose(finding.center_lps_mm, box[:3], atol=1e-3)
        sizes = np.subtract(finding.box_lps_mm[1], finding.box_lps_mm[0])
        np.testing.assert_allclose(sizes, box[3:], atol=1e-3)


@pytest.mark.parametrize("stack", sorted(STACKS))
def test_a_segmentation_lies_where_the_image_is_bright(stack: str, tmp_path: Path) -> None:
    folder = with_random_weights(own(tmp_path / "b"))
    (network,) = load(folder).networks(CPU).values()

    class Bright(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = torch.nn.Parameter(torch.tensor(40.0))

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            logit = self.scale * (image - 0.85)
            return torch.cat([-logit, logit], dim=1)

    seeing = BundleNetwork(Bright(), network.config, network.spec)
    affine = STACKS[stack]
    image = marker_phantom(affine)
    parameters = {"amp": False, "lowest_threshold": 0.0}
    answer = run_bundle(image, {"network": seeing}, parameters, CPU, silent, {})
    (finding,) = answer.findings
    assert finding.label == "thing"
    mask = np.zeros(image.voxels.shape, bool)
    mask[answer.regions[finding.id].box] = answer.regions[finding.id].mask
    truth = image.voxels > 1000
    (x, y, z), _ = MARKERS[0]
    assert mask[z, y, x]
    assert (mask & truth).sum() * 2 / (mask.sum() + truth.sum()) > 0.6
    assert answer.heatmap is not None
    peak = np.unravel_index(answer.heatmap.values.argmax(), answer.heatmap.values.shape)
    there = answer.heatmap.affine @ [*peak[::-1], 1]
    assert min(np.linalg.norm(there[:3] - p) for p in marker_places(affine)) < 6


def test_a_bundle_is_added_and_listed_like_any_model(tmp_path: Path) -> None:
    folder = with_random_weights(own(tmp_path / "anything"))
    (folder / "LICENSE").write_text("Apache-2.0")
    registry = Registry(tmp_path / "built-in", tmp_path / "added")
    package = add(registry, folder)
    assert package.folder == tmp_path / "added" / "bright-things"
    (entry,) = registry.entries()
    assert entry.package == package
    assert "Finds bright things in CT." in package.card
    image = marker_phantom(STACKS["axial"])
    assert run(package.folder, image).contract.ok
    with pytest.raises(ContractError, match="modality"):
        run(package.folder, Image(image.voxels, image.affine, "MR"))


def test_a_run_of_a_bundle_is_cancelled_between_windows(tmp_path: Path) -> None:
    inferer = {"_target_": "SlidingWindowInferer", "roi_size": 16, "overlap": 0.25}
    folder = with_random_weights(own(tmp_path / "b", inferer=inferer))
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.stage == "network" and progress.done > 0:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        Engine().run(Request(folder, device="cpu"), marker_phantom(STACKS["axial"]), report)
    assert seen[-1].total > seen[-1].done > 0


def test_weights_of_another_network_do_not_fit(tmp_path: Path) -> None:
    folder = with_random_weights(own(tmp_path / "b"))
    path = folder / "configs/inference.json"
    path.write_text(json.dumps({**INFERENCE, "channels": [4, 2**20]}))
    with pytest.raises(PackageError, match="does not fit the bundle's network"):
        load(folder).networks(CPU)
