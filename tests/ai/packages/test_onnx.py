"""ONNX graphs: what they compute, and what hostile ones try."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ai.errors import PackageError
from ai.packages.package import Package
from ai.packages.readers import onnx_graph
from ai.packages.write import write_package
from tests.ai.samples import document

onnx = pytest.importorskip("onnx", reason="needs the extra onnx")
pytest.importorskip("onnxruntime", reason="needs the extra onnx")

CPU = torch.device("cpu")
WEIGHT = np.arange(18, dtype=np.float32).reshape(2, 1, 3, 3) / 10


def graph(weight: Any = None) -> Any:
    """A convolution of one channel to two."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    sides = ["n", 1, "rows", "columns"]
    return helper.make_model(
        helper.make_graph(
            [helper.make_node("Conv", ["image", "w"], ["result"], pads=[1, 1, 1, 1])],
            "g",
            [helper.make_tensor_value_info("image", kind, sides)],
            [helper.make_tensor_value_info("result", kind, ["n", 2, "rows", "columns"])],
            [weight if weight is not None else onnx.numpy_helper.from_array(WEIGHT, "w")],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )


def package(folder: Path, content: bytes) -> Package:
    folder.mkdir(exist_ok=True)
    (folder / "model.onnx").write_bytes(content)
    (folder / "MODEL_CARD.md").write_text("# A graph")
    return write_package(folder, document(networks={"segment": {"file": "model.onnx"}}))


def test_a_graph_computes_what_torch_computes(tmp_path: Path) -> None:
    made = package(tmp_path / "p", graph().SerializeToString())
    network = made.networks(CPU)["segment"]
    image = torch.rand(2, 1, 8, 6)
    wanted = torch.nn.functional.conv2d(image, torch.from_numpy(WEIGHT), padding=1)
    torch.testing.assert_close(network(image), wanted)
    assert made.sha256 == made.spec.files["model.onnx"]


def test_an_input_that_the_graph_does_not_take_is_a_fault_of_the_package(tmp_path: Path) -> None:
    network = package(tmp_path / "p", graph().SerializeToString()).networks(CPU)["segment"]
    with pytest.raises(PackageError, match="does not run on this input"):
        network(torch.rand(1, 3, 8, 8))


def external(location: str) -> Any:
    tensor = onnx.TensorProto(
        name="w", data_type=1, dims=[2, 1, 3, 3], data_location=onnx.TensorProto.EXTERNAL
    )
    tensor.external_data.add(key="location", value=location)
    return tensor


def test_external_data_inside_the_package_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(WEIGHT.tobytes())
    made = package(folder, graph(external("weights.bin")).SerializeToString())
    image = torch.rand(1, 1, 4, 4)
    wanted = torch.nn.functional.conv2d(image, torch.from_numpy(WEIGHT), padding=1)
    torch.testing.assert_close(made.networks(CPU)["segment"](image), wanted)


@pytest.mark.parametrize("place", ["../secret.bin", "{root}/secret.bin", "a/../../secret.bin", ""])
def test_external_data_outside_the_package_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "secret.bin").write_bytes(WEIGHT.tobytes())
    location = place.format(root=tmp_path)
    made = package(tmp_path / "p", graph(external(location)).SerializeToString())
    with pytest.raises(PackageError, match="none of the package's files"):
        made.networks(CPU)


def huge() -> Any:
    return graph(onnx.TensorProto(name="w", data_type=1, dims=[10 * 2**30], raw_data=b"1234"))


def huge_outside() -> Any:
    tensor = external("MODEL_CARD.md")
    tensor.dims[:] = [10 * 2**30]
    return graph(tensor)


def huge_in_a_branch() -> Any:
    model = graph()
    inner = onnx.helper.make_graph([], "inner", [], [])
    inner.initializer.add(name="x", data_type=1, dims=[10 * 2**30], raw_data=b"1234")
    model.graph.node.append(onnx.helper.make_node("If", ["c"], ["y"], then_branch=inner))
    return model


def negative() -> Any:
    return graph(onnx.TensorProto(name="w", data_type=1, dims=[-1, -9], raw_data=b"1234"))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (huge, "more than the package holds"),
        (huge_outside, "more than the package holds"),
        (huge_in_a_branch, "more than the package holds"),
        (negative, "negative"),
    ],
)
def test_a_tensor_that_declares_more_than_there_is_is_refused(
    tmp_path: Path, make: Callable[[], Any], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = package(tmp_path / "p", make().SerializeToString())
    with pytest.raises(PackageError, match=why):
        onnx_graph.check(
            made.folder / "model.onnx",
            (made.folder / "model.onnx").read_bytes(),
            made.spec.files,
        )
    with pytest.raises(PackageError, match=why):
        made.networks(CPU)


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"\x00" * 100])
def test_what_is_no_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PackageError, match=r"model\.onnx"):
        package(tmp_path / "p", content).networks(CPU)


def test_a_graph_of_several_inputs_is_refused(tmp_path: Path) -> None:
    model = graph()
    model.graph.input.append(
        onnx.helper.make_tensor_value_info("more", onnx.TensorProto.FLOAT, [1])
    )
    with pytest.raises(PackageError, match="one image of float32 in"):
        package(tmp_path / "p", model.SerializeToString()).networks(CPU)
