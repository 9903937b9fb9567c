"""``model.json`` says exactly what it may say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ai.packages.schema import SCHEMA_VERSION, ModelSpec, is_inside
from tests.ai.samples import document

SHA = "a" * 64
FILES = {"weights.safetensors": SHA, "MODEL_CARD.md": SHA}


def spec(**changes: object) -> ModelSpec:
    return ModelSpec.model_validate(
        {"schema_version": SCHEMA_VERSION, "files": FILES, **document(**changes)}
    )


def test_a_document_survives_a_round_trip_through_json() -> None:
    assert ModelSpec.model_validate_json(spec().model_dump_json()) == spec()


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"surprise": 1}, "surprise"),
        ({"schema_version": "hounsfield.model/2"}, "schema_version"),
        ({"id": "../other"}, "id"),
        ({"version": "one"}, "version"),
        ({"networks": {}}, "networks"),
        ({"networks": {"a.b": {"architecture": "UNet"}}}, "networks"),
        ({"files": {"weights.safetensors": SHA}}, "MODEL_CARD.md"),
        ({"files": {**FILES, "../../etc/passwd": SHA}}, "not a path inside"),
        ({"files": {**FILES, "extra": "abc"}}, "files"),
        ({"limits": [""]}, "limits"),
    ],
)
def test_a_document_that_says_too_much_too_little_or_nonsense_is_refused(
    changes: dict[str, object], place: str
) -> None:
    with pytest.raises(ValidationError, match=place):
        spec(**changes)


@pytest.mark.parametrize(
    "output",
    [
        {"default_operating_point": "nowhere"},
        {"operating_points": {"balanced": 0.05}},
        {"operating_points": {"balanced": 1.5}},
        {"lowest_threshold": -0.1},
    ],
)
def test_operating_points_must_exist_and_lie_above_the_lowest_threshold(
    output: dict[str, object],
) -> None:
    with pytest.raises(ValidationError):
        spec(output={**document()["output"], **output})


def test_a_range_must_be_in_order_and_finite() -> None:
    for low, high in ((2, 1), (0, float("inf"))):
        limits = {"low": low, "high": high}
        with pytest.raises(ValidationError):
            spec(input={**document()["input"], "slice_spacing_mm": limits})


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("weights.safetensors", True),
        ("reference/input.npz", True),
        ("", False),
        (".", False),
        ("..", False),
        ("../weights", False),
        ("reference/../../weights", False),
        ("/etc/passwd", False),
        ("C:/weights", False),
        ("C:weights", False),
        ("..\\weights", False),
        ("./weights", False),
        ("reference//input.npz", False),
    ],
)
def test_only_plain_relative_paths_are_inside_a_package(name: str, inside: bool) -> None:
    assert is_inside(name) is inside


def test_the_pipeline_gets_its_own_parameters_and_the_engines() -> None:
    parameters = spec(
        inference={"batch_size": 4, "amp": False, "parameters": {"pixel_mm": 0.7}},
        calibration={"temperature": 1.5},
    ).pipeline_parameters(batch_size=2, amp=True)
    assert parameters == {
        "pixel_mm": 0.7,
        "batch_size": 2,
        "amp": False,
        "labels": ("marker",),
        "lowest_threshold": 0.1,
        "calibration": {"temperature": 1.5},
    }
