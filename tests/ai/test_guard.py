"""The guard names every reason, with its numbers, and no other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ai.guard import Header, check, check_header
from ai.image import Image
from ai.packages.schema import SCHEMA_VERSION, ModelSpec
from tests.ai.samples import STACKS, document, marker_phantom

SHA = "a" * 64


def spec(input_changes: dict[str, object] | None = None, **changes: object) -> ModelSpec:
    accepted = {**document()["input"], **(input_changes or {})}
    return ModelSpec.model_validate(
        {
            "schema_version": SCHEMA_VERSION,
            "files": {"weights.safetensors": SHA, "MODEL_CARD.md": SHA},
            **document(input=accepted, **changes),
        }
    )


def affine(x: float = 0.7, y: float = 0.7, z: float = 1.5) -> np.ndarray:
    return np.diag([x, y, z, 1.0])


HEADER = Header((40, 64, 64), affine(), "CT", 1.5, "CHEST")
IMAGE = marker_phantom(STACKS["axial"])


@pytest.mark.parametrize("name", STACKS)
def test_a_fitting_image_is_accepted_in_any_orientation(name: str) -> None:
    contract = check(marker_phantom(STACKS[name]), spec())
    assert contract.ok
    assert contract.reasons == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"modality": "MR"}, "The modality is MR; the model accepts CT."),
        ({"modality": ""}, "The modality is unknown; the model accepts CT."),
        ({"body_part": "Head "}, "The body part is HEAD; the model accepts CHEST or THORAX."),
        ({"shape": (9, 64, 64)}, "The series has 9 slices; the model needs 10 or more."),
        (
            {"affine": affine(z=5)},
            "The slices lie 5.00 mm apart; the model accepts 0.3 to 3 mm.",
        ),
        (
            {"affine": affine(x=2)},
            "The columns lie 2.00 mm apart; the model accepts 0.3 to 1.5 mm.",
        ),
        ({"affine": affine(y=2)}, "The rows lie 2.00 mm apart; the model accepts 0.3 to 1.5 mm."),
        ({"slice_thickness_mm": 8}, "The slices are 8 mm thick; the model accepts up to 3 mm."),
    ],
)
def test_a_header_that_does_not_fit_is_refused_with_its_number(
    changes: dict[str, object], reason: str
) -> None:
    contract = check_header(replace(HEADER, **changes), spec())
    assert not contract.ok
    assert contract.reasons == (reason,)


def test_all_reasons_are_named_at_once() -> None:
    header = replace(HEADER, modality="MR", slice_thickness_mm=8, affine=affine(z=9))
    assert len(check_header(header, spec()).reasons) == 3


def test_what_the_files_do_not_say_is_not_held_against_them() -> None:
    assert check_header(replace(HEADER, body_part="", slice_thickness_mm=None), spec()).ok
    assert check_header(replace(HEADER, body_part="TH"), spec()).ok  # free text of a scanner


def test_the_spacing_of_tilted_slices_is_measured_along_their_normal() -> None:
    tilted = affine(z=2.5)
    tilted[1, 2] = 2.5 * np.tan(np.radians(40))  # 3.26 mm along the table
    assert check_header(replace(HEADER, affine=tilted), spec()).ok


def test_a_plane_can_be_demanded_within_an_angle() -> None:
    demanding = spec({"orientation": "axial", "oblique_limit_degrees": 20})
    assert check_header(HEADER, demanding).ok
    assert check_header(replace(HEADER, affine=STACKS["oblique"]), demanding).ok
    (reason,) = check_header(
        replace(HEADER, affine=STACKS["coronal"], shape=(40, 9, 9)), demanding
    ).reasons
    assert reason == "The slices are 90° away from axial; the model accepts up to 20°."


def test_values_without_the_rescale_to_hu_are_refused() -> None:
    stored = replace(IMAGE, voxels=IMAGE.voxels + np.int16(1024))
    (reason,) = check(stored, spec()).reasons
    assert reason.startswith("The values go from 24 to")


def test_a_constant_image_and_one_that_is_not_numbers_are_refused() -> None:
    flat = Image(np.zeros((20, 30, 30), np.int16), affine(), "CT")
    assert check(flat, spec()).reasons == ("All voxels have the same value, 0.",)
    holes = IMAGE.voxels.astype(np.float32)
    holes[...] = np.where(holes < 0, np.nan, holes)
    assert check(replace(IMAGE, voxels=holes), spec()).reasons == ("Some voxels are not numbers.",)


def test_an_image_unlike_the_training_images_is_refused() -> None:
    unlike = spec(out_of_distribution={"mean": {"low": -900, "high": -800}})
    (reason,) = check(IMAGE, unlike).reasons
    assert "the mean of its values is" in reason
    assert "-900 and -800" in reason


def test_a_model_of_the_lung_wants_to_see_a_lung() -> None:
    wants_lung = spec({"organ": "lung"})
    assert check(IMAGE, wants_lung).reasons == ("No lung was found in the image.",)
    voxels = np.full((60, 120, 120), -1000, np.int16)
    voxels[:, 10:110, 10:110] = 40
    voxels[10:50, 30:90, 20:55] = voxels[10:50, 30:90, 65:100] = -850
    assert check(
        Image(voxels, np.diag([3.0, 3, 3, 1]), "CT"),
        spec({"organ": "lung", "pixel_spacing_mm": {"low": 1, "high": 4}}),
    ).ok
