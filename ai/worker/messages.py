"""What the two processes say to each other. No message holds an image's voxels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ai.errors import AIError
from ai.findings import Findings
from ai.image import Image
from ai.progress import Progress, Report
from ai.request import DeviceChoice, Request
from ai.worker.memory import SharedArray


@dataclass(frozen=True)
class Warm:
    """Make ready: load what is needed, and a package if one is named."""

    package: Path | None = None
    device: DeviceChoice = "auto"


@dataclass(frozen=True)
class Start:
    """Run a request on an image.

    ``image`` is all of it but its arrays of pixels, which ``arrays`` holds by the names that they
    have in it; ``heatmap_name`` names the memory for the heatmap.
    """

    job: int
    request: Request
    image: Image
    arrays: Mapping[str, SharedArray]
    heatmap_name: str


@dataclass(frozen=True)
class Progressed:
    """The run is this far."""

    progress: Progress


@dataclass(frozen=True)
class Finished:
    """The result; its heatmap's values lie in shared memory until ``Received`` comes back."""

    findings: Findings
    heatmap: SharedArray | None


@dataclass(frozen=True)
class Received:
    """The heatmap was taken."""


@dataclass(frozen=True)
class Failed:
    """There is no result, and this is why."""

    error: AIError


#: Runs a request on an image, as ``ai.engine.Engine.run`` does.
Run = Callable[[Request, Image, Report], Findings]


@dataclass(frozen=True)
class Runner:
    """What the process does: ``run`` for jobs, ``warm`` before the first."""

    run: Run
    warm: Callable[[Warm], None]
