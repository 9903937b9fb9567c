"""``inference.json`` of a bundle: what may be asked of it, checked first, built later."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ai.bundles import allowed
from ai.bundles.expressions import REFERENCE, Expression, Names, Surroundings, parse
from ai.errors import PackageError
from ai.packages.documents import read_document

if TYPE_CHECKING:
    import torch

#: In a bundle's folder.
INFERENCE = "configs/inference.json"
METADATA = "configs/metadata.json"

_TARGET, _DISABLED = "_target_", "_disabled_"
_META = frozenset({_TARGET, _DISABLED, "_requires_", "_desc_"})
#: Even where a bundle says that its images were resampled beforehand: ours never are.
_ALWAYS = frozenset({"Orientationd", "Spacingd"})
_NAMES = Names(allowed.is_type, allowed.is_function, allowed.METHODS)


class Config:
    """The sections of a bundle that say what its network is and how an image passes through it.

    Parameters
    ----------
    path : Path
        Of the document, for messages.
    document : mapping
        As it was read.
    """

    def __init__(self, path: Path, document: Mapping[str, Any]) -> None:
        self.path = path
        self._document = {
            name: _without_files(_without_rearrangement(name, part))
            for name, part in document.items()
        }

    @classmethod
    def read(cls, folder: Path) -> Config:
        """Of a bundle's folder.

        Raises
        ------
        PackageError
            The document is missing, or no honest JSON.
        """
        path = folder / INFERENCE
        if not path.is_file():
            raise PackageError(
                f"{folder} has no {INFERENCE}.",
                "Only bundles that say how they are run are opened.",
            )
        return cls(path, read_document(path))

    def __contains__(self, name: str) -> bool:
        return name in self._document

    def plain(self, path: str) -> Any:
        """A part of the document as it is written."""
        node: Any = self._document
        for step in path.replace("::", "#").split("#"):
            try:
                node = node[int(step)] if isinstance(node, list) else node[step]
            except (KeyError, IndexError, TypeError, ValueError) as error:
                raise self._refusal(f"there is no {path!r}") from error
        return node

    def targets(self, name: str) -> Iterator[Mapping[str, Any]]:
        """Every part of a section that names a class, in order; not what it refers to."""
        yield from _targets(self._document.get(name))

    def check(self, sections: Sequence[str]) -> None:
        """Refuse sections unless all that they do, and refer to, is on the list; builds nothing.

        Raises
        ------
        PackageError
            Names what is not on the list.
        """
        seen: set[str] = set()
        for section in sections:
            self._check(self.plain(section), seen, section)

    def build(self, device: torch.device) -> Build:
        """Make what the document describes, for a device."""
        return Build(self, device)

    def _check(self, node: Any, seen: set[str], place: str) -> None:
        if isinstance(node, list):
            for number, part in enumerate(node):
                self._check(part, seen, f"{place}#{number}")
        elif isinstance(node, dict):
            if _TARGET in node:
                self._check_target(node[_TARGET], place)
            if "_mode_" in node:
                raise self._refusal(f"{place} asks for a mode")
            for name, part in node.items():
                if name != _TARGET:
                    self._check(part, seen, f"{place}#{name}")
        elif isinstance(node, str):
            for reference in self._references(node, place):
                if reference not in seen:
                    seen.add(reference)
                    self._check(self.plain(reference), seen, reference)

    def _references(self, text: str, place: str) -> tuple[str, ...]:
        if text.startswith("%"):
            raise self._refusal(f"{place} takes in another file")
        if text.startswith("$"):
            return self.expression(text, place).references
        reference = _reference(text)
        return () if reference is None else (reference,)

    def expression(self, text: str, place: str) -> Expression:
        """An expression of the document, checked."""
        try:
            return parse(text[1:], _NAMES)
        except PackageError as error:
            raise PackageError(f"{self.path}: {place}: {error.message}", error.remedy) from error

    def _check_target(self, target: Any, place: str) -> None:
        if isinstance(target, str) and target.split(".")[0] == "scripts":
            raise self._refusal(
                f"{place} runs a script of the bundle's own, {target}", "Such scripts are not run."
            )
        if not isinstance(target, str) or allowed.canonical(target) is None:
            raise self._refusal(f"{place} names {target!r}, which bundles may not use")

    def _refusal(self, why: str, remedy: str = "") -> PackageError:
        return PackageError(f"{self.path}: {why}.", remedy)


class Build:
    """What a document describes, each part made once.

    Parameters
    ----------
    config : Config
        Its parts were checked.
    device : torch.device
        Wherever the document asks for one.
    """

    def __init__(self, config: Config, device: torch.device) -> None:
        self._config, self._device = config, device
        self._made: dict[str, Any] = {}
        self._making: set[str] = set()
        self._surroundings = Surroundings(self.get, allowed.type_of, self._call)

    def put(self, path: str, value: Any) -> None:
        """Give a part that is at hand already."""
        self._made[path] = value

    def get(self, path: str) -> Any:
        """A part of the document, with everything it refers to.

        Raises
        ------
        PackageError
            It cannot be made, or refers to itself.
        """
        if path == "device":
            return self._device
        if path not in self._made:
            if path in self._making:
                raise PackageError(f"{self._config.path}: {path!r} refers to itself.")
            self._making.add(path)
            try:
                self._made[path] = self._make(self._config.plain(path), path)
            except RecursionError as error:
                raise PackageError(f"{self._config.path}: {path!r} is too involved.") from error
            finally:
                self._making.discard(path)
        return self._made[path]

    def _make(self, node: Any, place: str) -> Any:
        if isinstance(node, list):
            kept = [part for part in node if not self._is_disabled(part, place)]
            return [self._make(part, f"{place}#{n}") for n, part in enumerate(kept)]
        if isinstance(node, dict):
            inner = {
                name: self._make(part, f"{place}#{name}")
                for name, part in node.items()
                if name not in _META
            }
            return self._call(node[_TARGET], [], inner) if _TARGET in node else inner
        if isinstance(node, str):
            if node.startswith("$"):
                return self._config.expression(node, place).compute(self._surroundings)
            reference = _reference(node)
            return node if reference is None else self.get(reference)
        return node

    def _is_disabled(self, node: Any, place: str) -> bool:
        if not isinstance(node, dict) or node.get(_TARGET) in _ALWAYS:
            return False
        return bool(self._make(node.get(_DISABLED, False), f"{place}#{_DISABLED}"))

    def _call(self, name: str, positional: list[Any], named: dict[str, Any]) -> Any:
        if name == allowed.HAS_GPU:
            return self._device.type == "cuda"
        if name == allowed.DEVICE:
            return self._device
        short = allowed.canonical(name)
        if short is None:
            raise PackageError(f"{self._config.path}: {name} may not be used.")
        module, attribute = allowed.place(short)
        kept = allowed.arguments(short, len(positional), named)
        try:
            return getattr(importlib.import_module(module), attribute)(*positional, **kept)
        except PackageError:
            raise
        # What an argument makes MONAI raise is of any kind, and a fault of the bundle.
        except Exception as error:
            raise PackageError(f"{self._config.path}: {short} cannot be made: {error}") from error


def _reference(text: str) -> str | None:
    match = REFERENCE.fullmatch(text)
    return match[1].replace("::", "#") if match else None


def _targets(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, dict):
        if _TARGET in node:
            yield node
        for part in node.values():
            yield from _targets(part)
    elif isinstance(node, list):
        for part in node:
            yield from _targets(part)


def _without_files(node: Any) -> Any:
    """The same without the transforms that read, write and log."""
    if isinstance(node, dict):
        return {name: _without_files(part) for name, part in node.items()}
    if isinstance(node, list):
        return [_without_files(part) for part in node if not _reads_or_writes(part)]
    return node


def _reads_or_writes(node: Any) -> bool:
    target = node.get(_TARGET) if isinstance(node, dict) else None
    return isinstance(target, str) and allowed.is_not_needed(target)


def _without_rearrangement(name: str, node: Any) -> Any:
    """Postprocessing without the functions that renumber labels for the file to be written."""
    if name != "postprocessing" or not isinstance(node, dict):
        return node
    transforms = node.get("transforms")
    if not isinstance(transforms, list):
        return node
    kept, decided = [], False
    for transform in transforms:
        target = transform.get(_TARGET) if isinstance(transform, dict) else None
        decided = decided or target == "AsDiscreted"
        if not (decided and target == "Lambdad"):
            kept.append(transform)
    return {**node, "transforms": kept}
