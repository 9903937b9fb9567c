"""The built-in demo: a synthetic chest CT as DICOM files, with the truth about its nodules."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viewer import DISCLAIMER
from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.errors import ViewerError
from viewer.imaging.phantom import ChestPhantom, ChestScan, Nodule, chest_ct

OnProgress = Callable[[int, int], None]

#: Part of the cached demo's name: raise it when the phantom's appearance changes.
_VERSION = 2
_SERIES_FOLDER = "chest-ct"
_TRUTH_FILE = "truth.json"
_TRUTH_SCHEMA = "hounsfield.phantom-truth/1"

#: 512 × 512 × 160 voxels over 400 × 400 × 300 mm.
DEMO_SCAN = ChestScan(slices=160, slice_mm=1.875)


def demo_series(
    cache: Path,
    on_progress: OnProgress = lambda done, total: None,
    scan: ChestScan = DEMO_SCAN,
) -> Path:
    """The folder of the demo's DICOM files, written the first time it is asked for.

    Parameters
    ----------
    cache : the user's cache folder; made if need be.
    on_progress : called with (slices done, slices in all), only when there is something to do.
    scan : what to simulate.

    Notes
    -----
    The demo is built in a folder beside its own and renamed when it is complete, so that a
    half-written one is never taken for whole.
    """
    home = cache / f"demo-{_VERSION}-{_fingerprint(scan)}"
    if not home.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".demo-", dir=cache))
        try:
            write_demo(building, on_progress, scan)
            _publish(building, home)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return home / _SERIES_FOLDER


def write_demo(
    folder: Path,
    on_progress: OnProgress = lambda done, total: None,
    scan: ChestScan = DEMO_SCAN,
) -> tuple[Path, ...]:
    """Simulate a chest CT; write ``chest-ct/*.dcm`` and ``truth.json`` into a folder.

    Parameters
    ----------
    folder : where to; made if need be.
    on_progress : called with (steps done, steps in all).
    scan : what to simulate.

    Returns
    -------
    tuple of Path
        The DICOM files, from the feet to the head.

    Raises
    ------
    ViewerError
        If files of the demo are there already.
    """
    truth = folder / _TRUTH_FILE
    if truth.exists():
        raise ViewerError("The file exists already.", truth, "Choose an empty folder.")
    # Simulating a slice takes some ten times as long as writing it.
    simulated = 10 * scan.slices
    total = simulated + scan.slices
    phantom = chest_ct(scan, lambda done, _: on_progress(10 * done, total))
    series = CtSeries(
        uid_seed=f"demo {scan!r}",
        series_description=f"Synthetic chest CT, {scan.kernel} kernel (simulation)",
        kernel=f"SIMULATED {scan.kernel.upper()}",
    )
    paths = write_ct(
        phantom.volume,
        folder / _SERIES_FOLDER,
        series,
        lambda done, _: on_progress(simulated + done, total),
    )
    document = truth_document(phantom, series.series_uid)
    truth.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return paths


def truth_document(phantom: ChestPhantom, series_uid: str) -> dict[str, Any]:
    """What is known about a phantom, for ``truth.json``."""
    return {
        "schema": _TRUTH_SCHEMA,
        "disclaimer": DISCLAIMER,
        "series_uid": series_uid,
        "seed": phantom.scan.seed,
        "nodules": [asdict(nodule) for nodule in phantom.nodules],
    }


def read_truth(series_folder: Path) -> tuple[Nodule, ...]:
    """The nodules of a demo, from the ``truth.json`` beside its series.

    Raises
    ------
    ViewerError
        If there is none, or it is not one of ours.
    """
    path = series_folder.parent / _TRUTH_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != _TRUTH_SCHEMA:
            raise ValueError(document["schema"])
        return tuple(_nodule(entry) for entry in document["nodules"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ViewerError("The file holds no readable truth about a phantom.", path) from error


def _nodule(entry: dict[str, Any]) -> Nodule:
    x, y, z = entry["center_lps_mm"]
    return Nodule(**{**entry, "center_lps_mm": (x, y, z)})


def _fingerprint(scan: ChestScan) -> str:
    """Tells demos of different scans apart."""
    return str(CtSeries(uid_seed=repr(scan)).series_uid)[-8:]


def _publish(building: Path, home: Path) -> None:
    """Give a complete demo its name, unless another process was faster."""
    try:
        building.rename(home)
    except OSError:
        if not home.is_dir():
            raise
