"""Bringing a stranger's folder or zip archive to a folder of ours, and nothing else with it."""

from __future__ import annotations

import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from ai.errors import PackageError
from ai.packages.schema import is_inside

#: More than any model at hand needs.
MAX_FILES = 2000
MAX_BYTES = 8 << 30

#: Weights hardly shrink; what unpacks to more than this many times its size is a bomb.
MAX_RATIO = 100
_SMALL = 1 << 20

_NOT_PORTABLE = frozenset('<>:"|?*')
_DO_NOT_USE = "Do not use this package."


def bring(source: Path, folder: Path) -> None:
    """Copy a folder, or unpack a zip archive, into a new folder.

    Parameters
    ----------
    source : Path
    folder : Path
        Must not exist.

    Raises
    ------
    PackageError
        The source is neither; a name leads out of it, occurs twice or differs from another only in
        the case of letters; it holds links, is encrypted, or is too large.
    OSError
        Something cannot be read or written.
    """
    if source.is_dir():
        _copy(source, folder)
    elif zipfile.is_zipfile(source):
        _unpack(source, folder)
    else:
        raise PackageError(
            f"{source} is neither a folder nor a zip archive.",
            "Choose the folder of a model package, or a zip of it.",
        )


def _copy(source: Path, folder: Path) -> None:
    files = [p for p in sorted(source.rglob("*")) if not _is_hidden(p.relative_to(source))]
    for path in files:
        mode = path.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise PackageError(f"{path} is a link or no plain file.", _DO_NOT_USE)
    plain = [path for path in files if path.is_file()]
    _check_names(source, [path.relative_to(source).as_posix() for path in plain])
    _check_size(source, sum(path.stat().st_size for path in plain))
    for path in plain:
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _unpack(source: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            _check_names(source, [m.filename for m in members])
            for member in members:
                _check_member(source, member)
            _check_size(source, sum(member.file_size for member in members))
            for member in members:
                if _is_hidden(Path(member.filename)):
                    continue
                target = folder / member.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                # A member gives no more bytes than it declares: zipfile stops there.
                with archive.open(member) as packed, target.open("xb") as file:
                    shutil.copyfileobj(packed, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise PackageError(
            f"{source} cannot be unpacked: {error}.", "Get the archive again from its source."
        ) from error


def _check_member(source: Path, member: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise PackageError(
            f"{source}: {member.filename!r} is a link or no plain file.", _DO_NOT_USE
        )
    if member.flag_bits & 1:
        raise PackageError(f"{source} is encrypted.", "Unpack it yourself and choose the folder.")
    if member.file_size > max(_SMALL, MAX_RATIO * member.compress_size):
        raise PackageError(
            f"{source}: {member.filename!r} would unpack to {member.file_size} bytes, more than"
            f" {MAX_RATIO} times its packed size.",
            _DO_NOT_USE,
        )


def _check_names(source: Path, names: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if not is_inside(name) or any(c in _NOT_PORTABLE or ord(c) < 32 for c in name):
            raise PackageError(f"{source}: {name!r} is not a path inside the package.", _DO_NOT_USE)
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise PackageError(
                f"{source} holds {seen[folded]!r} and {name!r}: one file to some systems.",
                _DO_NOT_USE,
            )
        seen[folded] = name
    if len(seen) > MAX_FILES:
        raise PackageError(f"{source} holds more than {MAX_FILES} files.", _DO_NOT_USE)


def _check_size(source: Path, size: int) -> None:
    if size > MAX_BYTES:
        raise PackageError(
            f"{source} holds {size / 2**30:.1f} GiB; a model may take {MAX_BYTES >> 30} GiB."
        )


def _is_hidden(path: Path) -> bool:
    """Whether some system left it there for itself."""
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)
