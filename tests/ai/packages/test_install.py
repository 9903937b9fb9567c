"""Adding a package: whole and checked, or not at all; and taking it away again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ai.errors import PackageError
from ai.packages.install import add, remove
from ai.packages.package import Package
from ai.packages.registry import Registry
from ai.packages.trust import trust, trusted
from ai.packages.write import write_package
from tests.ai.samples import document, make_package


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    make_package(tmp_path / "built-in", id="shipped")
    return Registry(tmp_path / "built-in", tmp_path / "added")


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return make_package(tmp_path / "source")


def zipped(package: Package, root: Path | None = None) -> Path:
    root = root or package.folder
    name = shutil.make_archive(str(root.parent / "package"), "zip", root)
    return Path(name)


def nothing_is_left(registry: Registry) -> bool:
    assert registry.added is not None
    return not registry.added.exists() or not list(registry.added.iterdir())


def test_a_folder_is_added_and_the_source_stays(registry: Registry, package: Package) -> None:
    added = add(registry, package.folder)
    assert added.folder == registry.added / "marker-ct"
    assert registry.get("marker-ct") == added
    assert added.sha256 == package.sha256
    assert (package.folder / "model.json").exists()
    assert [p.name for p in registry.added.iterdir()] == ["marker-ct"]


@pytest.mark.parametrize("nested", [False, True], ids=["at the top", "within a folder"])
def test_a_zip_is_added(registry: Registry, package: Package, nested: bool) -> None:
    archive = zipped(package, package.folder.parent if nested else None)
    assert add(registry, archive).sha256 == package.sha256


def test_another_version_is_not_overwritten_unasked(registry: Registry, package: Package) -> None:
    add(registry, package.folder)
    write_package(package.folder, document(version="2.0.0"))
    with pytest.raises(PackageError, match=r"already, version 1\.0\.0; this is version 2\.0\.0"):
        add(registry, package.folder)
    assert registry.get("marker-ct").spec.version == "1.0.0"
    add(registry, package.folder, replace=True)
    assert registry.get("marker-ct").spec.version == "2.0.0"
    assert [p.name for p in registry.added.iterdir()] == ["marker-ct"]


def test_a_built_in_model_is_neither_replaced_nor_removed(
    registry: Registry, tmp_path: Path
) -> None:
    rival = make_package(tmp_path / "rival", id="shipped")
    with pytest.raises(PackageError, match="built-in model has the id 'shipped'"):
        add(registry, rival.folder, replace=True)
    with pytest.raises(PackageError, match="ships with Hounsfield"):
        remove(registry, "shipped")
    assert registry.get("shipped").folder.exists()


def test_a_package_that_fails_its_check_leaves_nothing_behind(
    registry: Registry, package: Package
) -> None:
    def fail(_: Package) -> None:
        raise PackageError("The self-test failed.")

    with pytest.raises(PackageError, match="self-test failed"):
        add(registry, package.folder, check=fail)
    assert nothing_is_left(registry)


def test_a_failed_replacement_keeps_the_old_model(registry: Registry, package: Package) -> None:
    old = add(registry, package.folder)
    write_package(package.folder, document(version="2.0.0"))
    (package.folder / "MODEL_CARD.md").write_text("changed")
    with pytest.raises(PackageError, match=r"MODEL_CARD\.md was changed"):
        add(registry, package.folder, replace=True)
    assert registry.get("marker-ct") == old


def test_what_holds_no_package_is_refused(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("no archive")
    with pytest.raises(PackageError, match="holds no model package"):
        add(registry, tmp_path / "empty")
    for source in (tmp_path / "notes.txt", tmp_path / "nowhere"):
        with pytest.raises(PackageError, match="neither a folder nor a zip"):
            add(registry, source)
    assert nothing_is_left(registry)


def test_an_added_model_is_removed(registry: Registry, package: Package) -> None:
    add(registry, package.folder)
    remove(registry, "marker-ct")
    assert nothing_is_left(registry)
    with pytest.raises(PackageError, match="no added model 'marker-ct'"):
        remove(registry, "marker-ct")


def test_a_broken_added_model_can_be_removed(registry: Registry, package: Package) -> None:
    (add(registry, package.folder).folder / "model.json").write_text("{")
    remove(registry, "marker-ct")
    assert nothing_is_left(registry)


def test_trust_is_remembered_by_sha256(tmp_path: Path) -> None:
    path = tmp_path / "new" / "trusted.json"
    assert trusted(path) == frozenset()
    trust(path, "A" * 64)
    trust(path, "b" * 64)
    assert trusted(path) == {"a" * 64, "b" * 64}
    with pytest.raises(PackageError, match="no sha256"):
        trust(path, "model.pt")
    path.write_text('{"sha256": "all"}')
    with pytest.raises(PackageError, match="not valid"):
        trusted(path)
