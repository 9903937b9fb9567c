import pytest
from pydantic import ValidationError

import resources
from viewer.session.presets import WindowPresets, load_presets

# The windows that radiologists expect, by name: width, centre.
EXPECTED = {
    "lung": (1500, -600),
    "mediastinum": (350, 50),
    "abdomen": (400, 50),
    "liver": (150, 30),
    "bone": (1800, 400),
    "brain": (80, 40),
    "angio": (600, 300),
}


@pytest.fixture
def presets() -> WindowPresets:
    return load_presets(resources.ROOT / "windows.json")


@pytest.mark.parametrize(("name", "values"), EXPECTED.items())
def test_each_preset_has_the_width_and_centre_of_its_name(presets, name, values):
    preset = presets.by_id(name)
    assert (preset.width, preset.center) == values
    assert (preset.window.width, preset.window.center) == values
    assert preset.name.lower() == name


def test_number_keys_follow_the_order_of_the_menu(presets):
    assert [p.key for p in presets.presets] == list(range(1, len(presets.presets) + 1))


def test_an_unknown_preset_is_named_together_with_the_known_ones(presets):
    with pytest.raises(KeyError, match=r"'heart'.*lung"):
        presets.by_id("heart")


def test_two_presets_on_one_key_are_refused(presets):
    document = presets.model_dump(by_alias=True)
    document["presets"][1]["key"] = document["presets"][0]["key"]
    with pytest.raises(ValidationError, match="same key"):
        WindowPresets.model_validate(document)
