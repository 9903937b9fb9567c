"""Does a package compute on this machine what it computed where it was made?

``reference/input.npz`` holds a small image, ``reference/expected.json`` what the model says of it.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from ai.errors import PackageError
from ai.findings import Finding, Findings, Point
from ai.image import Image
from ai.packages.package import Package
from ai.packages.write import replace_file
from ai.request import Request

INPUT, EXPECTED = Path("reference/input.npz"), Path("reference/expected.json")

#: Reduced precision and other processors move results by less than this.
TOLERANCE_MM, TOLERANCE_PROBABILITY = 1.0, 0.05


#: A reference image is small: this is no honest one's array.
MAX_REFERENCE_BYTES = 1 << 29


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _ExpectedFinding(_Value):
    label: str
    probability: float
    center_lps_mm: Point


class _Expected(_Value):
    """Findings above the default operating point."""

    classes: dict[str, float]
    findings: tuple[_ExpectedFinding, ...]


def write_reference(folder: Path, image: Image, findings: Findings) -> None:
    """Write ``reference/`` of a package; before ``write_package``, which hashes it.

    Parameters
    ----------
    folder : Path
        Of the package.
    image : Image
    findings : Findings
        What the model says of the image.
    """
    (folder / INPUT).parent.mkdir(exist_ok=True)
    content = io.BytesIO()
    np.savez_compressed(
        content,
        voxels=image.voxels,
        affine=image.affine,
        modality=np.array(image.modality),
        slice_thickness_mm=np.array(image.slice_thickness_mm or np.nan),
        body_part=np.array(image.body_part),
    )
    replace_file(folder / INPUT, content.getvalue())
    text = json.dumps(_summary(findings).model_dump(mode="json"), indent=2)
    replace_file(folder / EXPECTED, f"{text}\n".encode())


def has_reference(package: Package) -> bool:
    """Whether a package came with something to be tested by."""
    return all(name.as_posix() in package.spec.files for name in (INPUT, EXPECTED))


def self_test(
    package: Package, run: Callable[[Request, Image], Findings], request: Request | None = None
) -> Findings:
    """Run a package on its reference image and compare.

    Parameters
    ----------
    package : Package
    run : callable
        Runs a request on an image: ``Engine().run``, or a worker.
    request : Request, optional
        How to run it; on any device by default.

    Returns
    -------
    Findings
        Of the reference image.

    Raises
    ------
    PackageError
        The package has no reference, or says something else of it on this machine.
    """
    image, expected = _read_reference(package)
    asked = request or Request(package.folder)
    findings = run(replace(asked, package=package.folder, force=True), image)
    _compare(package.folder / EXPECTED, expected, _summary(findings))
    return findings


def _summary(findings: Findings) -> _Expected:
    def short(finding: Finding) -> _ExpectedFinding:
        return _ExpectedFinding(
            label=finding.label,
            probability=finding.probability,
            center_lps_mm=finding.center_lps_mm,
        )

    shown = findings.above(findings.run.threshold)
    return _Expected(classes=findings.classes, findings=tuple(short(f) for f in shown))


def _read_reference(package: Package) -> tuple[Image, _Expected]:
    for name in (INPUT, EXPECTED):
        if name.as_posix() not in package.spec.files:
            raise PackageError(f"The model {package.spec.id} has no {name.as_posix()}.")
    path = package.folder / INPUT
    try:
        _check_arrays(path)
        with np.load(path, allow_pickle=False) as arrays:
            image = _image(arrays)
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise PackageError(f"{path} is not a reference image: {error}.") from error
    path = package.folder / EXPECTED
    try:
        return image, _Expected.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise PackageError(f"{path} is not valid: {error}") from error


def _check_arrays(path: Path) -> None:
    """Hold what arrays declare against what there is, before memory is taken for them."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.file_size > MAX_REFERENCE_BYTES:
                raise ValueError(f"{member.filename} would unpack to {member.file_size} bytes")
            with archive.open(member) as file:
                version = np.lib.format.read_magic(file)
                header = (
                    np.lib.format.read_array_header_1_0
                    if version == (1, 0)
                    else np.lib.format.read_array_header_2_0
                )
                shape, _, kind = header(file)
            if math.prod(shape) * kind.itemsize > member.file_size:
                raise ValueError(f"{member.filename} declares more than it holds")


def _image(arrays: Any) -> Image:
    thickness = float(arrays["slice_thickness_mm"])
    return Image(
        arrays["voxels"],
        arrays["affine"],
        str(arrays["modality"]),
        identifier="reference",
        slice_thickness_mm=None if np.isnan(thickness) else thickness,
        body_part=str(arrays["body_part"]),
    )


def _compare(path: Path, expected: _Expected, actual: _Expected) -> None:
    for label, probability in expected.classes.items():
        got = actual.classes.get(label, float("nan"))
        if not abs(got - probability) <= TOLERANCE_PROBABILITY:
            raise PackageError(f"{path}: {label} should be {probability:.3f} and is {got:.3f}.")
    for finding in expected.findings:
        if not any(_same(finding, other) for other in actual.findings):
            x, y, z = finding.center_lps_mm
            raise PackageError(
                f"{path}: the {finding.label} of probability {finding.probability:.3f} at"
                f" {x:.1f}, {y:.1f}, {z:.1f} mm is not found on this machine."
            )


def _same(one: _ExpectedFinding, other: _ExpectedFinding) -> bool:
    apart = float(np.linalg.norm(np.subtract(one.center_lps_mm, other.center_lps_mm)))
    close = abs(one.probability - other.probability) <= TOLERANCE_PROBABILITY
    return one.label == other.label and apart <= TOLERANCE_MM and close
