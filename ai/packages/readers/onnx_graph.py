"""ONNX graphs, run by onnxruntime; both are optional."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ai.errors import PackageError

_INSTALL = "Install onnx and onnxruntime: pip install 'hounsfield[onnx]'."
_DO_NOT_USE = "Do not use this package."

#: In the smallest of ONNX's types, that of two bits.
_NUMBERS_PER_BYTE = 4


def read(path: Path, content: bytes, files: Mapping[str, str]) -> nn.Module:
    """A graph as a network of one image.

    Parameters
    ----------
    path : Path
    content : bytes
        Of the file at ``path``.
    files : mapping of str to str
        The verified files of the package, in which external data must lie.

    Raises
    ------
    PackageError
        onnxruntime is not installed; the file is no ONNX graph of one input and one output; a
        tensor lies outside the package or declares more than there is.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise PackageError(f"{path} needs onnxruntime.", _INSTALL) from error
    check(path, content, files)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        # By its path, for its external data.
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no type of their own
        raise PackageError(f"{path} cannot be opened: {error}.") from error
    return OnnxNetwork(path, session)


def check(path: Path, content: bytes, files: Mapping[str, str]) -> None:
    """Hold what a graph declares against what there is, without running or following anything.

    Raises
    ------
    PackageError
        See ``read``.
    """
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError as error:
        raise PackageError(f"{path} needs onnx.", _INSTALL) from error
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise PackageError(f"{path} is no ONNX graph: {error}.") from error
    if model.graph.sparse_initializer:
        raise PackageError(f"{path} holds sparse tensors, which are not read.")
    graphs = [model.graph, *(info.algorithm for info in model.training_info)]
    nodes = [node for function in model.functions for node in function.node]
    for tensor in (*(t for graph in graphs for t in _tensors(graph)), *_node_tensors(nodes)):
        _check_tensor(path, tensor, files)


def _tensors(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    yield from _node_tensors(graph.node)


def _node_tensors(nodes: Any) -> Iterator[Any]:
    for node in nodes:
        for attribute in node.attribute:
            if attribute.HasField("sparse_tensor") or attribute.sparse_tensors:
                raise PackageError("The graph holds sparse tensors, which are not read.")
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            for graph in (attribute.g, *attribute.graphs):
                yield from _tensors(graph)


def _check_tensor(path: Path, tensor: Any, files: Mapping[str, str]) -> None:
    import onnx

    outside = {entry.key: entry.value for entry in tensor.external_data}
    if tensor.data_location == onnx.TensorProto.EXTERNAL or outside:
        location = outside.get("location", "")
        if location not in files:
            raise PackageError(
                f"{path}: the tensor {tensor.name!r} lies in {location!r}, which is none of the"
                " package's files.",
                _DO_NOT_USE,
            )
        held = (path.parent / location).stat().st_size
    else:
        held = tensor.ByteSize()
    if any(size < 0 for size in tensor.dims):
        raise PackageError(f"{path}: the tensor {tensor.name!r} has a negative size.", _DO_NOT_USE)
    if math.prod(tensor.dims) > _NUMBERS_PER_BYTE * held:
        raise PackageError(
            f"{path}: the tensor {tensor.name!r} declares {math.prod(tensor.dims)} numbers, more"
            " than the package holds.",
            _DO_NOT_USE,
        )


class OnnxNetwork(nn.Module):
    """A graph of one input and one output, on the CPU wherever the image lies.

    Parameters
    ----------
    path : Path
        For messages.
    session : onnxruntime.InferenceSession
    """

    def __init__(self, path: Path, session: Any) -> None:
        super().__init__()
        inputs, outputs = session.get_inputs(), session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1 or inputs[0].type != "tensor(float)":
            raise PackageError(
                f"{path} takes {[i.name for i in inputs]} and gives {[o.name for o in outputs]};"
                " one image of float32 in and one result out are needed."
            )
        self._path, self._session, self._input = path, session, inputs[0].name

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """What the graph makes of an image."""
        values = np.ascontiguousarray(image.detach().float().cpu().numpy())
        try:
            (result,) = self._session.run(None, {self._input: values})
        except Exception as error:  # its errors have no type of their own
            raise PackageError(f"{self._path} does not run on this input: {error}") from error
        return torch.from_numpy(result).to(image.device)
