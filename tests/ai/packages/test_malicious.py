"""What a hostile package may try, and that it is refused with a clear error."""

from __future__ import annotations

import json
import os
import stat
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ai.errors import PackageError
from ai.packages import archive, documents
from ai.packages.archive import bring
from ai.packages.install import add
from ai.packages.package import Package, load
from ai.packages.registry import Registry
from ai.packages.selftest import EXPECTED, INPUT, self_test
from ai.packages.write import write_package
from tests.ai.samples import document, make_package

CPU = torch.device("cpu")
TEN_GB = 10 * 2**30


def member(name: str, mode: int = stat.S_IFREG) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (mode | 0o644) << 16
    return info


def never(*_: Any) -> Any:
    raise AssertionError("was run")


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return make_package(tmp_path / "source")


@pytest.mark.parametrize(
    "name",
    [
        "../escape",
        "a/../../escape",
        "/escape",
        "C:/escape",
        "..\\escape",
        "a/\x07bell",
        "file:stream",
    ],
)
def test_a_path_out_of_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    source = tmp_path / "bad.zip"
    with zipfile.ZipFile(source, "w") as file:
        file.writestr(member("model.json"), "{}")
        file.writestr(member(name), "out")
    with pytest.raises(PackageError, match="not a path inside the package"):
        bring(source, tmp_path / "target")
    assert not (tmp_path / "target").exists()
    assert not (tmp_path / "escape").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_in_the_zip_is_refused(tmp_path: Path, kind: int) -> None:
    source = tmp_path / "bad.zip"
    with zipfile.ZipFile(source, "w") as file:
        file.writestr(member("MODEL_CARD.md", kind), "/etc/passwd")
    with pytest.raises(PackageError, match="link or no plain file"):
        bring(source, tmp_path / "target")


def test_a_link_in_the_folder_is_refused(package: Package, tmp_path: Path) -> None:
    (package.folder / "more.md").symlink_to(tmp_path)
    with pytest.raises(PackageError, match=r"more\.md is a link"):
        bring(package.folder, tmp_path / "target")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in Windows' folders")
def test_a_pipe_in_the_folder_is_refused_without_waiting_for_it(
    package: Package, tmp_path: Path
) -> None:
    os.mkfifo(package.folder / "pipe")
    with pytest.raises(PackageError, match="no plain file"):
        bring(package.folder, tmp_path / "target")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    source = tmp_path / "bomb.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("weights.safetensors", bytes(50 << 20))
    with pytest.raises(PackageError, match="more than 100 times its packed size"):
        bring(source, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_a_zip_that_unpacks_to_too_much_or_too_many_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "large.zip"
    with zipfile.ZipFile(source, "w") as file:
        for number in range(5):
            file.writestr(str(number), os.urandom(1000))
    monkeypatch.setattr(archive, "MAX_BYTES", 4999)
    with pytest.raises(PackageError, match="a model may take"):
        bring(source, tmp_path / "target")
    monkeypatch.setattr(archive, "MAX_FILES", 4)
    with pytest.raises(PackageError, match="more than 4 files"):
        bring(source, tmp_path / "target")


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "liar.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("model.json", b"x" * 5000)
    content = source.read_bytes().replace(struct.pack("<L", 5000), struct.pack("<L", 10))
    source.write_bytes(content)
    with pytest.raises(PackageError, match="cannot be unpacked"):
        bring(source, tmp_path / "target")
    assert all(p.stat().st_size <= 10 for p in (tmp_path / "target").glob("*"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["model.json", "MODEL.json", "Model.JSON"])
def test_names_that_collide_are_refused(tmp_path: Path, second: str) -> None:
    source = tmp_path / "twice.zip"
    with zipfile.ZipFile(source, "w") as file:
        file.writestr("model.json", "{}")
        file.writestr(second, "{}")
    with pytest.raises(PackageError, match="one file to some systems"):
        bring(source, tmp_path / "target")


def test_names_that_differ_in_their_unicode_form_only_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "twice.zip"
    with zipfile.ZipFile(source, "w") as file:
        file.writestr("caf\u00e9", "1")
        file.writestr("cafe\u0301", "2")
    with pytest.raises(PackageError, match="one file to some systems"):
        bring(source, tmp_path / "target")


def test_a_damaged_zip_is_refused(tmp_path: Path, package: Package) -> None:
    source = tmp_path / "damaged.zip"
    with zipfile.ZipFile(source, "w") as file:
        file.write(package.folder / "weights.safetensors", "weights.safetensors")
    content = bytearray(source.read_bytes())
    content[200] ^= 0xFF
    source.write_bytes(bytes(content))
    with pytest.raises(PackageError, match="cannot be unpacked"):
        bring(source, tmp_path / "target")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "nested"),
        ('{"a":' * 500 + "1" + "}" * 500, "nested"),
        ('{"a": ' + "9" * 100_000 + "}", "100000 digits"),
        ('{"a": 1e999}', "computed with"),
        ('{"a": NaN}', "NaN is no JSON"),
        ('{"a": 1, "a": 2}', "'a' is given twice"),
        ('{"a": "\\ud800', "not valid"),
        ("\x00\xff", "not valid"),
    ],
)
def test_a_json_bomb_is_refused(package: Package, text: str, why: str) -> None:
    (package.folder / "model.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(PackageError, match=why):
        load(package.folder)


def test_a_long_document_is_not_read(package: Package) -> None:
    path = package.folder / "model.json"
    path.write_text('{"a": "' + "x" * documents.MAX_TEXT_BYTES + '"}')
    with pytest.raises(PackageError, match="too large"):
        load(package.folder)


def declared(shape: list[int], size: int) -> bytes:
    """A safetensors file that declares one tensor and holds eight bytes."""
    header = json.dumps(
        {"segment.x": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}}
    ).encode()
    return struct.pack("<Q", len(header)) + header + bytes(8)


@pytest.mark.parametrize(
    "content",
    [
        declared([TEN_GB // 4], TEN_GB),
        declared([TEN_GB // 4], 8),
        declared([2**63, 2**63], 8),
        struct.pack("<Q", 2**60) + b"{}",
    ],
    ids=["size and offsets", "size only", "overflow", "header"],
)
def test_a_tensor_that_declares_more_than_the_file_holds_is_refused(
    package: Package, content: bytes
) -> None:
    (package.folder / "weights.safetensors").write_bytes(content)
    hostile = write_package(package.folder, document())
    with pytest.raises(PackageError, match="not a safetensors file"):
        hostile.networks(CPU)


def test_an_architecture_that_asks_for_more_than_the_file_holds_is_refused(
    package: Package,
) -> None:
    networks = {
        "segment": {"architecture": "UNet", "arguments": {"inputs": 1, "widths": [2, 2**16]}}
    }
    hostile = write_package(package.folder, document(networks=networks))
    with pytest.raises(PackageError, match="does not fit the network"):
        hostile.networks(CPU)


def huge_array(folder: Path) -> None:
    with zipfile.ZipFile(folder / INPUT, "w") as file, file.open("voxels.npy", "w") as array:
        np.lib.format.write_array_header_1_0(
            array, {"descr": "<f4", "fortran_order": False, "shape": (TEN_GB,)}
        )


def pickled_array(folder: Path) -> None:
    np.savez(folder / INPUT, voxels=np.array([never], dtype=object))


@pytest.mark.parametrize(
    ("write", "why"), [(huge_array, "declares more than it holds"), (pickled_array, "reference")]
)
def test_a_hostile_reference_image_is_refused(
    package: Package, write: Callable[[Path], None], why: str
) -> None:
    write(package.folder)
    (package.folder / EXPECTED).write_text('{"classes": {}, "findings": []}')
    hostile = write_package(package.folder, document())
    with pytest.raises(PackageError, match=why):
        self_test(hostile, never)


def test_a_file_beside_the_package_gets_no_place(package: Package, tmp_path: Path) -> None:
    """What the manifest does not name was checked by nobody."""
    (package.folder / "extra.py").write_text("import os")
    registry = Registry(tmp_path / "built-in", tmp_path / "added")
    with pytest.raises(PackageError, match=r"extra\.py"):
        add(registry, package.folder)
