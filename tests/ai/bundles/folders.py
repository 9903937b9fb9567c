"""Bundles as their authors publish them, with the weights of a network made at random."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from ai.bundles.config import Config

#: Published configs are not part of this project; tests that need them use them where they are.
_PLACES = [parent / "shared/data/monai_bundles" for parent in Path(__file__).resolve().parents[3:7]]
PUBLISHED = next((place for place in _PLACES if place.is_dir()), None)


def published(name: str) -> Path:
    """The folder of a bundle's published configs; skips the test where there is none."""
    if PUBLISHED is None:
        pytest.skip("the published configs of MONAI's zoo are not at hand")
    return PUBLISHED / name


def with_random_weights(folder: Path, seed: int = 0) -> Path:
    """Add the file of weights to a bundle that has its configs."""
    torch.manual_seed(seed)
    network = Config.read(folder).build(torch.device("cpu")).get("network_def")
    (folder / "models").mkdir()
    torch.save(network.state_dict(), folder / "models/model.pt")
    return folder


def copied(name: str, folder: Path, window: int | None = None) -> Path:
    """A published bundle with random weights, perhaps with a smaller sliding window."""
    shutil.copytree(published(name) / "configs", folder / "configs")
    if window is not None:
        path = folder / "configs/inference.json"
        config = json.loads(path.read_text())
        roi = config["inferer"].get("roi_size")
        if isinstance(roi, list):
            config["inferer"]["roi_size"] = [window] * len(roi)
            path.write_text(json.dumps(config))
    return with_random_weights(folder)


#: Configs in MONAI's documented format, of this project's own.
METADATA: Mapping[str, Any] = {
    "name": "Bright things",
    "version": "0.1.0",
    "task": "Segmentation of bright things",
    "description": "Finds bright things in CT.",
    "network_data_format": {
        "inputs": {
            "image": {
                "type": "image",
                "format": "hounsfield",
                "modality": "CT",
                "num_channels": 1,
                "spatial_shape": [16, 16, 16],
                "channel_def": {"0": "image"},
            }
        },
        "outputs": {
            "pred": {
                "type": "image",
                "format": "segmentation",
                "num_channels": 2,
                "spatial_shape": [16, 16, 16],
                "channel_def": {"0": "background", "1": "thing"},
            }
        },
    },
}
INFERENCE: Mapping[str, Any] = {
    "imports": ["$import os"],
    "bundle_root": ".",
    "image_key": "image",
    "channels": [4, 8],
    "device": "$torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')",
    "network_def": {
        "_target_": "UNet",
        "spatial_dims": 3,
        "in_channels": 1,
        "out_channels": "$len(['background', 'thing'])",
        "channels": "@channels",
        "strides": [2],
        "num_res_units": 1,
    },
    "network": "$@network_def.to(@device)",
    "preprocessing": {
        "_target_": "Compose",
        "transforms": [
            {"_target_": "LoadImaged", "keys": "@image_key"},
            {"_target_": "EnsureChannelFirstd", "keys": "@image_key"},
            {"_target_": "Orientationd", "keys": "@image_key", "axcodes": "RAS"},
            {"_target_": "Spacingd", "keys": "@image_key", "pixdim": [1.5, 1.5, 2.0]},
            {
                "_target_": "ScaleIntensityRanged",
                "keys": "@image_key",
                "a_min": -1000,
                "a_max": 1000,
                "b_min": 0,
                "b_max": 1,
                "clip": True,
            },
        ],
    },
    "inferer": {
        "_target_": "SlidingWindowInferer",
        "roi_size": [32, 32, 16],
        "sw_batch_size": 2,
        "overlap": 0.25,
    },
    "postprocessing": {
        "_target_": "Compose",
        "transforms": [
            {"_target_": "Activationsd", "keys": "pred", "softmax": True},
            {
                "_target_": "Invertd",
                "keys": "pred",
                "transform": "@preprocessing",
                "orig_keys": "@image_key",
                "nearest_interp": False,
            },
            {"_target_": "AsDiscreted", "keys": "pred", "argmax": True},
            {"_target_": "SaveImaged", "keys": "pred", "output_dir": "/tmp"},
        ],
    },
    "initialize": ["$__import__('os').system('false')"],
}


def own(folder: Path, **changes: Any) -> Path:
    """A small bundle of this project's own, without weights."""
    (folder / "configs").mkdir(parents=True)
    (folder / "configs/metadata.json").write_text(json.dumps(METADATA))
    (folder / "configs/inference.json").write_text(json.dumps({**INFERENCE, **changes}))
    return folder
