"""What a hostile bundle may try, and that it is refused before anything runs."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ai.bundles.weights import read_weights
from ai.errors import PackageError
from ai.packages.package import load
from tests.ai.bundles.folders import INFERENCE, own


def bundle(folder: Path, **changes: Any) -> Path:
    own(folder, **changes)
    (folder / "models").mkdir()
    (folder / "models/model.pt").write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"network_def": "$__import__('os').system('touch mark')"}, "__import__"),
        ({"channels": "$os.listdir('/')"}, r"os\.listdir"),
        ({"network_def": {"_target_": "os.system", "command": "touch mark"}}, r"os\.system"),
        ({"network_def": {"_target_": "subprocess.Popen", "args": ["id"]}}, "subprocess"),
        ({"network_def": {"_target_": "scripts.net.Net"}}, "script of the bundle's own"),
        ({"network_def": {"_target_": "monai.bundle.ConfigParser"}}, "ConfigParser"),
        ({"network_def": {"_target_": "UNet", "_mode_": "debug"}}, "asks for a mode"),
        ({"channels": "%other.json#channels"}, "takes in another file"),
        ({"channels": "@nowhere"}, "there is no 'nowhere'"),
        (
            {"preprocessing": {"_target_": "Lambdad", "keys": "image", "func": "$lambda x: x"}},
            "Lambdad",
        ),
        ({"inferer": {"_target_": "SimpleInferer", "x": "$open('/etc/passwd')"}}, "open"),
    ],
)
def test_a_config_that_does_more_than_it_may_is_not_opened(
    changes: dict[str, Any], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PackageError, match=why):
        load(bundle(tmp_path / "b", **changes))
    assert not (tmp_path / "mark").exists()


def test_what_is_never_asked_of_a_bundle_is_never_computed(tmp_path: Path) -> None:
    """``imports``, ``initialize`` and ``run`` stay text; honest bundles have them too."""
    folder = bundle(tmp_path / "b", run=["$__import__('os').mkdir('mark')"])
    assert load(folder).spec.id == "bright-things"
    assert "system" in json.dumps(INFERENCE["initialize"])


def test_a_config_that_refers_to_itself_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("monai")
    from ai.bundles.config import Config

    config = Config.read(own(tmp_path / "b", channels="$@loop + [1]", loop="$@channels"))
    with pytest.raises(PackageError, match="refers to itself"):
        config.build(torch.device("cpu")).get("network_def")


def test_a_config_is_no_json_bomb(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "b")
    (folder / "configs/inference.json").write_text('{"a":' * 500 + "1" + "}" * 500)
    with pytest.raises(PackageError, match="nested"):
        load(folder)


def test_a_link_out_of_a_bundle_is_refused(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "b")
    (tmp_path / "secret").write_text("x")
    (folder / "LICENSE").symlink_to(tmp_path / "secret")
    with pytest.raises(PackageError, match="leads out"):
        load(folder)


class Gadget:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


def saved(value: object) -> bytes:
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


def test_a_gadget_in_the_weights_is_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with pytest.raises(PackageError, match="could run any code"):
        read_weights(tmp_path / "model.pt", saved({"x": Gadget(mark)}))
    assert not mark.exists()


def old_format() -> bytes:
    file = io.BytesIO()
    torch.save({"x": torch.ones(2)}, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(50 << 20))
    return file.getvalue()


def spread() -> bytes:
    """Ten gigabytes that are one number, over and over."""
    return saved({"x": torch.zeros(1).expand(10 * 2**30 // 4)})


def overdrawn() -> bytes:
    """A tensor of ten gigabytes whose file holds sixteen bytes."""
    honest, out = io.BytesIO(saved({"x": torch.zeros(4)})), io.BytesIO()
    with zipfile.ZipFile(honest) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename.endswith("data.pkl"):
                size = (2**31 - 1).to_bytes(4, "little")
                content = content.replace(b"K\x04", b"J" + size)
            new.writestr(member.filename, content)
    return out.getvalue()


@pytest.mark.parametrize("make", [old_format, bomb, spread, overdrawn])
def test_weights_that_are_not_what_they_say_are_refused(
    make: Callable[[], bytes], tmp_path: Path
) -> None:
    with pytest.raises(PackageError, match=r"model\.pt"):
        read_weights(tmp_path / "model.pt", make())


@pytest.mark.parametrize("value", [{}, [1], {"epoch": 3}, 7])
def test_what_holds_no_weights_is_refused(value: object, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="holds no weights"):
        read_weights(tmp_path / "model.pt", saved(value))


@pytest.mark.parametrize("key", ["model", "state_dict"])
def test_weights_are_found_beside_other_things(key: str, tmp_path: Path) -> None:
    state = read_weights(tmp_path / "model.pt", saved({key: {"x": torch.ones(2)}, "epoch": 3}))
    assert state["x"].tolist() == [1, 1]
