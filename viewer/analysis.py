"""The one bridge to ``ai``: series and volumes in, findings and overlays out. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ai.errors import AIError, PackageError
from ai.findings import Contract, Findings
from ai.guard import Header, check_header
from ai.image import Image
from ai.packages.install import add, remove
from ai.packages.package import Package
from ai.packages.registry import Entry, Origin, Registry
from ai.packages.schema import ModelSpec
from ai.packages.selftest import has_reference, self_test
from ai.packages.trust import trust, trusted
from ai.progress import Progress
from ai.request import DeviceChoice, Request
from ai.worker import Job, JobState, Worker
from viewer import __version__
from viewer.dicom.series import LengthUnit, Series
from viewer.imaging.geometry import Geometry
from viewer.imaging.volume import Volume, fill_padding, is_padding

__all__ = ["Analysis", "Job", "JobState", "ModelSummary", "heatmap_volume", "image_of"]

#: Above this share of slices that were never measured, a model sees too much that is made up.
MOST_INTERPOLATED = 0.1


@dataclass(frozen=True)
class ModelSummary:
    """What the user is told of a model.

    Parameters
    ----------
    id, version, title, task, intended_use : str
    limits : tuple of str
    labels : tuple of str
        What it can find.
    operating_points : dict of str to float
        Thresholds of the probability by name.
    default_operating_point : str
    lowest_threshold : float
        Less probable candidates are never reported.
    decides : str
        The class, or group of classes, that the operating points are thresholds of; empty for a
        detector.
    sha256 : str
        Of the weights.
    card : str
        The model card, Markdown.
    origin : {"built-in", "added"}
    """

    id: str
    version: str
    title: str
    task: str
    intended_use: str
    limits: tuple[str, ...]
    labels: tuple[str, ...]
    operating_points: dict[str, float]
    default_operating_point: str
    lowest_threshold: float
    decides: str
    sha256: str
    card: str
    origin: Origin


@dataclass(eq=False)
class Analysis:
    """Runs models on series, one after the other, in a process of their own.

    ``close`` it, or use it as a context manager.

    Parameters
    ----------
    built_in : Path
        Folder of the models that ship with the program.
    added : Path, optional
        Folder of those that the user added; need not exist.
    trusted : Path, optional
        Remembers which weights the user trusts to run code of their own; need not exist.
    worker : Worker, optional
        Runs the models; one of its own by default.
    """

    built_in: Path
    added: Path | None = None
    trusted: Path | None = None
    worker: Worker = field(default_factory=Worker)

    @property
    def registry(self) -> Registry:
        """The folders of models."""
        return Registry(self.built_in, self.added)

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        return self.registry.entries()

    def models(self) -> tuple[ModelSummary, ...]:
        """The models that can be run."""
        return tuple(_summary(e.package, e.origin) for e in self._entries if e.package is not None)

    def broken(self) -> dict[str, PackageError]:
        """What is wrong with the packages that cannot be run, by id."""
        return {e.id: e.error for e in self._entries if e.error is not None}

    def refresh(self) -> None:
        """Look at the folders again, after a model was added or removed."""
        self.__dict__.pop("_entries", None)

    def add(self, source: Path, *, replace: bool = False) -> ModelSummary:
        """Add a model package to the user's, after it has passed its self-test.

        Takes as long as that; not for the thread of a window.

        Parameters
        ----------
        source : Path
            A folder or a zip archive.
        replace : bool
            Instead of the added model with the same id.

        Raises
        ------
        PackageError
            It is refused; the message says why.
        WorkerError
            The process of the self-test died.
        """
        package = add(self.registry, source, replace=replace, check=self._check_new)
        self.refresh()
        return _summary(package, "added")

    def remove(self, model_id: str) -> None:
        """Take an added model away.

        Raises
        ------
        PackageError
            There is no such added model, or its files cannot be removed.
        """
        remove(self.registry, model_id)
        self.refresh()

    def trust(self, sha256: str) -> None:
        """Allow weights with this sha256 to run code of their own, in the worker's process.

        Raises
        ------
        PackageError
            That is no sha256, or there is nowhere to remember it.
        """
        if self.trusted is None:
            raise PackageError("There is nowhere to remember what is trusted.")
        trust(self.trusted, sha256)

    def self_test(self, model_id: str) -> None:
        """Run a model on the reference image it came with, and compare; waits for it.

        Raises
        ------
        PackageError
            The model has no reference, or says something else of it on this machine.
        """
        self._test(self._package(model_id))

    def _check_new(self, package: Package) -> None:
        package.check_trust(self._trusted())
        if has_reference(package):
            self._test(package)

    def _test(self, package: Package) -> None:
        def run(request: Request, image: Image) -> Findings:
            return self.worker.submit(request, image).result()

        self_test(package, run, Request(package.folder, trusted=self._trusted()))

    def _trusted(self) -> frozenset[str]:
        return trusted(self.trusted) if self.trusted is not None else frozenset()

    def check(self, series: Series, model_id: str) -> Contract:
        """Whether a model accepts a series, as far as its headers tell.

        Parameters
        ----------
        series : Series
        model_id : str

        Returns
        -------
        Contract
            With every reason against it, for the user.

        Raises
        ------
        PackageError
            There is no such model, or it is broken.
        """
        header = Header(
            shape=series.shape,
            affine=series.grid.affine,
            modality=series.modality,
            slice_thickness_mm=series.slice_thickness_mm,
            body_part=series.body_part,
        )
        spec = self._package(model_id).spec
        return check_header(header, spec, _reading_reasons(series, spec))

    def start(
        self,
        series: Series,
        volume: Volume,
        model_id: str,
        *,
        on_progress: Callable[[Progress], None] = lambda _: None,
        on_finished: Callable[[Findings], None] = lambda _: None,
        on_failed: Callable[[AIError], None] = lambda _: None,
        device: DeviceChoice = "auto",
        operating_point: str | None = None,
        force: bool = False,
    ) -> Job:
        """Run a model on a volume; returns at once.

        Parameters
        ----------
        series : Series
        volume : Volume
            Of the series, completely loaded.
        model_id : str
        on_progress, on_finished, on_failed : callable
            Called on a thread of the worker's. Exactly one of the last two is called, once.
        device : {"auto", "cpu", "cuda"}
        operating_point : str, optional
            The model's default one if None.
        force : bool
            Run even if the model does not accept the series; the findings then say so. Otherwise
            the job fails with ``ContractError``.

        Raises
        ------
        PackageError
            There is no such model, or it is broken.
        """
        request = self.request(
            series, model_id, device=device, operating_point=operating_point, force=force
        )
        return self.worker.submit(
            request,
            lambda: image_of(series, volume),
            on_progress=on_progress,
            on_finished=on_finished,
            on_failed=on_failed,
        )

    def request(
        self,
        series: Series,
        model_id: str,
        *,
        device: DeviceChoice = "auto",
        operating_point: str | None = None,
        force: bool = False,
    ) -> Request:
        """What is asked of a model for a series; see ``start``.

        Raises
        ------
        PackageError
            There is no such model, or it is broken.
        """
        package = self._package(model_id)
        return Request(
            package=package.folder,
            device=device,
            operating_point=operating_point,
            force=force,
            reasons=_reading_reasons(series, package.spec),
            versions={"hounsfield": __version__},
            trusted=self._trusted(),
        )

    def warm(self, model_id: str | None = None, device: DeviceChoice = "auto") -> None:
        """Start the process, and load a model, before they are needed."""
        self.worker.warm(self._package(model_id).folder if model_id else None, device)

    def close(self) -> None:
        """Cancel what runs and end the process."""
        self.worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _package(self, model_id: str) -> Package:
        for entry in self._entries:
            if entry.id == model_id:
                if entry.error is not None:
                    raise entry.error
                assert entry.package is not None
                return entry.package
        raise PackageError(f"There is no model {model_id!r}.", "See the list of models.")


def image_of(series: Series, volume: Volume) -> Image:
    """What a model is shown of a series: voxels with padding as air, bright = dense; their place.

    Parameters
    ----------
    series : Series
    volume : Volume
        Of the series.

    Returns
    -------
    Image
    """
    voxels = _inverted(volume.voxels) if series.is_inverted else volume.voxels
    return Image(
        voxels=fill_padding(voxels, volume.background),
        affine=volume.geometry.affine,
        modality=series.modality,
        identifier=series.series_uid,
        slice_thickness_mm=series.slice_thickness_mm,
        body_part=series.body_part,
        color=volume.color,
    )


def _inverted(voxels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """MONOCHROME1 values as MONOCHROME2 ones of the same range; padding stays padding."""
    padding = is_padding(voxels)
    measured = voxels[~padding]
    if not measured.size:
        return voxels
    turned = measured.max().astype(np.float64) + measured.min() - voxels
    return np.where(padding, voxels, turned).astype(voxels.dtype)


def heatmap_volume(findings: Findings) -> Volume | None:
    """The heatmap of findings as a volume to lay over the images, if there is one."""
    heatmap = findings.heatmap
    if heatmap is None:
        return None
    slices, rows, columns = heatmap.values.shape
    return Volume(heatmap.values, Geometry(heatmap.affine, (slices, rows, columns)), unit="")


def _summary(package: Package, origin: Origin) -> ModelSummary:
    spec = package.spec
    return ModelSummary(
        id=spec.id,
        version=spec.version,
        title=spec.title,
        task=spec.task,
        intended_use=spec.intended_use,
        limits=spec.limits,
        labels=spec.output.labels,
        operating_points=dict(spec.output.operating_points),
        default_operating_point=spec.output.default_operating_point,
        lowest_threshold=spec.output.lowest_threshold,
        decides=str(spec.inference.parameters.get("explained", "")),
        sha256=package.sha256,
        card=package.card,
        origin=origin,
    )


def _reading_reasons(series: Series, spec: ModelSpec) -> tuple[str, ...]:
    """What speaks against a model, from how the series was read."""
    reasons = []
    # What a picture as a whole shows does not depend on where it lies.
    needs_geometry = spec.task != "classification"
    if needs_geometry and series.geometry is None:
        reasons.append("The files do not say where the slices lie in the patient.")
    elif needs_geometry and series.length_unit is LengthUnit.PIXELS:
        reasons.append("The files do not say how large the pixels are.")
    if series.is_color and spec.task != "classification":
        reasons.append("The images are in colour; the model takes grey values.")
    total = len(series.placements)
    empty = sum(p.is_empty for p in series.placements)
    if empty:
        reasons.append(f"{empty} of {total} slices are missing, in gaps too wide to interpolate.")
    made_up = len(series.interpolated)
    if made_up > MOST_INTERPOLATED * total:
        reasons.append(f"{made_up} of {total} slices were never measured, but interpolated.")
    return tuple(reasons)
