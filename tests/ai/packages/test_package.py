"""A package opens only if every file is what ``model.json`` says it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ai.errors import PackageError
from ai.packages.package import Package, load
from ai.packages.registry import Registry
from ai.packages.write import write_package, write_weights
from tests.ai.samples import document, make_package

CPU = torch.device("cpu")


def edit(package: Package, change: Callable[[dict[str, Any]], None]) -> None:
    path = package.folder / "model.json"
    spec = json.loads(path.read_text())
    change(spec)
    path.write_text(json.dumps(spec))


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return make_package(tmp_path)


def test_a_package_loads_as_it_was_written(package: Package) -> None:
    again = load(package.folder)
    assert again == package
    assert again.card.startswith("# Markers")
    assert again.sha256 == again.spec.files["weights.safetensors"]


def test_networks_are_in_evaluation_mode_with_the_packages_weights(package: Package) -> None:
    first, second = (package.networks(CPU)["segment"] for _ in range(2))
    assert not first.training
    x = torch.rand(1, 1, 8, 8)
    assert torch.equal(first(x), second(x))


@pytest.mark.parametrize("name", ["weights.safetensors", "MODEL_CARD.md"])
def test_a_changed_file_is_refused(package: Package, name: str) -> None:
    path = package.folder / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(PackageError, match=rf"{name} was changed"):
        load(package.folder)


@pytest.mark.parametrize("name", ["weights.safetensors", "MODEL_CARD.md", "model.json"])
def test_a_missing_file_is_refused(package: Package, name: str) -> None:
    (package.folder / name).unlink()
    with pytest.raises(PackageError, match=rf"{name} cannot be read"):
        load(package.folder)


def test_weights_changed_after_loading_are_refused(package: Package) -> None:
    (package.folder / "weights.safetensors").write_bytes(b"something else")
    with pytest.raises(PackageError, match=r"weights\.safetensors was changed"):
        package.networks(CPU)


def test_a_path_out_of_the_package_is_refused(package: Package) -> None:
    edit(package, lambda spec: spec["files"].update({"../secret": "a" * 64}))
    with pytest.raises(PackageError, match=r"\.\./secret"):
        load(package.folder)


def test_a_symbolic_link_out_of_the_package_is_refused(package: Package, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    card = package.folder / "MODEL_CARD.md"
    card.rename(outside)
    card.symlink_to(outside)
    with pytest.raises(PackageError, match=r"MODEL_CARD\.md leads out"):
        load(package.folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"id": "x"}'])
def test_a_malformed_document_is_refused(package: Package, text: str) -> None:
    (package.folder / "model.json").write_text(text)
    with pytest.raises(PackageError, match=r"model\.json is not valid"):
        load(package.folder)


def test_a_huge_document_is_not_read(package: Package) -> None:
    with (package.folder / "model.json").open("ab") as file:
        file.truncate(1 << 40)
    with pytest.raises(PackageError, match=r"model\.json is too large"):
        load(package.folder)


def test_an_unknown_architecture_is_refused(package: Package) -> None:
    edit(package, lambda spec: spec["networks"]["segment"].update(architecture="os.system"))
    with pytest.raises(PackageError, match=r"model\.json: .*'os\.system'"):
        load(package.folder).networks(CPU)


def test_arguments_that_the_architecture_does_not_take_are_refused(package: Package) -> None:
    edit(package, lambda spec: spec["networks"]["segment"].update(arguments={"depth": 3}))
    with pytest.raises(PackageError, match=r"model\.json"):
        load(package.folder).networks(CPU)


def test_weights_that_do_not_fit_the_architecture_are_refused(package: Package) -> None:
    edit(package, lambda spec: spec["networks"]["segment"]["arguments"].update(widths=[2, 8]))
    with pytest.raises(PackageError, match=r"weights\.safetensors does not fit"):
        load(package.folder).networks(CPU)


def test_weights_of_no_network_are_refused(tmp_path: Path) -> None:
    package = make_package(tmp_path)
    network = package.networks(CPU)["segment"]
    write_weights(package.folder, {"segment": network, "stranger": torch.nn.Linear(2, 2)})
    package = write_package(package.folder, document())
    with pytest.raises(PackageError, match=r"'stranger\."):
        package.networks(CPU)


def test_a_pickle_in_place_of_weights_is_refused(package: Package) -> None:
    torch.save({"segment.x": torch.zeros(1)}, package.folder / "weights.safetensors")
    package = write_package(package.folder, document())
    with pytest.raises(PackageError, match="not a safetensors file"):
        package.networks(CPU)


def test_a_failed_write_leaves_the_package_as_it_was(package: Package) -> None:
    before = (package.folder / "model.json").read_bytes()
    with pytest.raises(PackageError, match="would not be valid"):
        write_package(package.folder, document(version="x"))
    assert (package.folder / "model.json").read_bytes() == before
    assert not list(package.folder.glob(".*"))


def test_a_broken_package_is_listed_and_does_not_hide_the_others(tmp_path: Path) -> None:
    make_package(tmp_path, id="good")
    bad = make_package(tmp_path, id="bad")
    (bad.folder / "weights.safetensors").unlink()
    (tmp_path / "empty").mkdir()
    entries = {entry.id: entry for entry in Registry(tmp_path).entries()}
    assert entries.keys() == {"good", "bad", "empty"}
    assert entries["good"].package is not None
    assert entries["good"].error is None
    assert "weights.safetensors" in str(entries["bad"].error)
    assert "model.json" in str(entries["empty"].error)


def test_the_registry_finds_built_in_and_added_packages(tmp_path: Path) -> None:
    make_package(tmp_path / "built-in", id="one")
    make_package(tmp_path / "added", id="two")
    registry = Registry(tmp_path / "built-in", tmp_path / "added")
    assert registry.get("one").spec.id == "one"
    assert [(e.id, e.origin) for e in registry.entries()] == [
        ("one", "built-in"),
        ("two", "added"),
    ]
    with pytest.raises(PackageError, match=r"no model 'three'.*one, two"):
        registry.get("three")
    assert Registry(tmp_path / "nowhere").entries() == ()


def test_an_added_package_cannot_pose_as_a_built_in_one(tmp_path: Path) -> None:
    make_package(tmp_path / "built-in", id="one")
    make_package(tmp_path / "added", id="one")
    other = make_package(tmp_path / "added", id="other")
    other.folder.rename(tmp_path / "added" / "renamed")
    registry = Registry(tmp_path / "built-in", tmp_path / "added")
    assert registry.get("one").folder == tmp_path / "built-in" / "one"
    errors = [str(e.error) for e in registry.entries() if e.origin == "added"]
    assert any("already has the id" in error for error in errors)
    assert any("'other', but its folder is 'renamed'" in error for error in errors)
