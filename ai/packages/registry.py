"""The models at hand: those that ship with the program and those that the user added."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ai.errors import PackageError
from ai.packages.package import SPEC, Package, load

Origin = Literal["built-in", "added"]


@dataclass(frozen=True)
class Entry:
    """A folder of the registry: a package, or the reason why it is none.

    ``id`` is the name of the folder, which must be the package's id.
    """

    id: str
    folder: Path
    origin: Origin
    package: Package | None
    error: PackageError | None


@dataclass(frozen=True)
class Registry:
    """Model packages, one folder each, under two roots.

    Parameters
    ----------
    built_in : Path
        Those that ship with the program.
    added : Path, optional
        Those that the user added; need not exist.
    """

    built_in: Path
    added: Path | None = None

    def entries(self) -> tuple[Entry, ...]:
        """All packages, by id; built-in ones first. Broken ones come with their error.

        Reads and verifies the files, without torch.
        """
        listed: dict[str, Entry] = {}
        shadowed = []
        for folder, origin in self._folders():
            if folder.name in listed:
                error = PackageError(
                    f"{folder}: a built-in model already has the id {folder.name!r}.",
                    "Rename the added model.",
                )
                shadowed.append(Entry(folder.name, folder, origin, None, error))
            else:
                listed[folder.name] = _entry(folder, origin)
        return (*listed.values(), *shadowed)

    def get(self, model_id: str) -> Package:
        """The package of an id.

        Raises
        ------
        PackageError
            There is none, or it is broken.
        """
        for folder, origin in self._folders():
            if folder.name == model_id:
                entry = _entry(folder, origin)
                if entry.package is None:
                    raise entry.error or PackageError(f"{folder} is broken.")
                return entry.package
        known = ", ".join(folder.name for folder, _ in self._folders()) or "none"
        raise PackageError(f"There is no model {model_id!r}.", f"Models at hand: {known}.")

    def _folders(self) -> list[tuple[Path, Origin]]:
        found: list[tuple[Path, Origin]] = [(f, "built-in") for f in _subfolders(self.built_in)]
        if self.added is not None:
            found += [(f, "added") for f in _subfolders(self.added)]
        return found


def _subfolders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    return sorted(f for f in root.iterdir() if f.is_dir() and not f.name.startswith((".", "__")))


def _entry(folder: Path, origin: Origin) -> Entry:
    try:
        package = load(folder)
        if package.spec.id != folder.name:
            raise PackageError(
                f"{folder / SPEC} gives the id {package.spec.id!r}, but its folder is"
                f" {folder.name!r}.",
                "Rename the folder.",
            )
    except PackageError as error:
        return Entry(folder.name, folder, origin, None, error)
    return Entry(folder.name, folder, origin, package, None)
