"""Adding a model package to the user's models, and taking it away again."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ai.errors import PackageError
from ai.packages.archive import bring
from ai.packages.package import SPEC, Package, is_package, load
from ai.packages.registry import Registry


def add(
    registry: Registry,
    source: Path,
    *,
    replace: bool = False,
    check: Callable[[Package], object] = lambda _: None,
) -> Package:
    """Add a model package; it is there whole and checked, or not at all.

    Parameters
    ----------
    registry : Registry
        Has a folder for added models.
    source : Path
        A folder, or a zip archive, that holds a package, perhaps within one folder.
    replace : bool
        Instead of the added model with the same id.
    check : callable
        Called with the package before it is in its place; raises to refuse it.

    Returns
    -------
    Package
        In its place.

    Raises
    ------
    PackageError
        The package is malformed or not what its hashes say, ``check`` refused it, there is a model
        with its id already, or the disc is full.
    """
    with _aside(registry) as aside:
        bring(source, aside / "new")
        staged = load(_root(source, aside / "new"))
        _check_complete(staged)
        _check_place(registry, staged, replace)
        check(staged)
        target = _added(registry) / staged.spec.id
        if target.exists():
            target.rename(aside / "old")
        try:
            staged.folder.rename(target)
        except OSError:
            if (aside / "old").exists():
                (aside / "old").rename(target)
            raise
    return load(target)


def remove(registry: Registry, model_id: str) -> None:
    """Take an added model away.

    Raises
    ------
    PackageError
        There is no such model, it is a built-in one, or its files cannot be removed.
    """
    folders = {e.id: e for e in registry.entries() if e.origin == "added"}
    if model_id not in folders:
        built_in = any(e.id == model_id for e in registry.entries())
        raise PackageError(
            f"{model_id} ships with Hounsfield and cannot be removed."
            if built_in
            else f"There is no added model {model_id!r}.",
            f"Added models: {', '.join(folders) or 'none'}.",
        )
    with _aside(registry) as aside:
        folders[model_id].folder.rename(aside / "old")


def _added(registry: Registry) -> Path:
    assert registry.added is not None, "models are added to a registry with a folder for them"
    return registry.added


@contextmanager
def _aside(registry: Registry) -> Iterator[Path]:
    """A folder beside the added models, that the registry does not list and that is not kept."""
    root = _added(registry)
    aside = root / f".{secrets.token_hex(8)}.part"
    try:
        aside.mkdir(parents=True)
        yield aside
    except OSError as error:
        raise PackageError(
            f"The models in {root} cannot be changed: {error.strerror or error}."
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _root(source: Path, folder: Path) -> Path:
    """Where the package lies in what was brought: at its top, or in its only folder."""
    inside = list(folder.iterdir()) if folder.is_dir() else []
    for place in (folder, *inside[:1]) if len(inside) == 1 else (folder,):
        if is_package(place):
            return place
    raise PackageError(
        f"{source} holds no model package.",
        "A package has a model.json, a MONAI bundle configs/metadata.json.",
    )


def _check_complete(package: Package) -> None:
    """What ``model.json`` does not name, nobody has checked; a bundle names all its files."""
    named = {package.folder / name for name in package.spec.files} | {package.folder / SPEC}
    for path in package.folder.rglob("*"):
        if path.is_file() and path not in named:
            raise PackageError(
                f"{path.relative_to(package.folder)} is not among the files that {SPEC} names.",
                "Take it out of the package.",
            )


def _check_place(registry: Registry, package: Package, replace: bool) -> None:
    model_id = package.spec.id
    if (registry.built_in / model_id).is_dir():
        raise PackageError(
            f"A built-in model has the id {model_id!r} already.", "Give the model another id."
        )
    there = _added(registry) / model_id
    if there.exists() and not replace:
        try:
            version = f", version {load(there).spec.version}"
        except PackageError:
            version = ""
        raise PackageError(
            f"There is a model {model_id!r} already{version}; this is version"
            f" {package.spec.version}.",
            "Replace it, or remove it first.",
        )
