"""Reading DICOM: from files to an HU volume with its geometry, beside peers and plain reads.

Peers that are not installed (``pip install -e ".[bench]"``) are left out, with a line that says so.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from benchmarks.series import SYNTAXES as FIRST_PICTURES
from benchmarks.series import write_series
from benchmarks.table import Row, median_seconds
from viewer.dicom.load import CancelledError, LoadProgress, load
from viewer.dicom.scan import scan
from viewer.dicom.series import Series
from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.imaging.geometry import Geometry
from viewer.imaging.phantom import ChestScan, chest_ct
from viewer.imaging.volume import Volume

SYNTAXES = {
    "uncompressed": ExplicitVRLittleEndian,
    "RLE": RLELossless,
    "JPEG lossless": JPEGLosslessSV1,
    "JPEG-LS": JPEGLSLossless,
    "JPEG 2000": JPEG2000Lossless,
}
SLICES, SIMULATED = 300, 30
MANY_FILES = 10_000
LENGTHS = (300, 1_000, 3_000)


def rows() -> list[Row]:
    """Time whole series in five encodings, the first picture, and the headers of many files."""
    volume = _tiled_phantom(SLICES)
    result = []
    with tempfile.TemporaryDirectory() as folder:
        for name, syntax in SYNTAXES.items():
            home = Path(folder, name)
            write_ct(volume, home, CtSeries(name, transfer_syntax=UID(syntax)))
            result.append(_series_row(name, home))
        raw = Path(folder, "uncompressed")
        if Path("/proc/self/status").exists():
            result.append(_memory_row(raw))
        result += _headers_rows(next(raw.iterdir()), Path(folder, "many"))
    for name, syntax in FIRST_PICTURES.items():
        for slices in LENGTHS:
            with tempfile.TemporaryDirectory() as folder:
                home = write_series(Path(folder, "long"), slices, syntax)
                result.append(_first_picture_row(name, home, slices))
    return result


def _tiled_phantom(slices: int) -> Volume:
    """A chest of 512² pixels; a few simulated slices, repeated, are as hard to compress."""
    phantom = chest_ct(ChestScan(slices=SIMULATED, slice_mm=1.0)).volume
    voxels = np.concatenate([phantom.voxels] * (slices // SIMULATED))
    return Volume(voxels, Geometry(phantom.geometry.affine, voxels.shape))


def _read(folder: Path) -> Volume:
    (series,) = scan([folder]).series
    return load(series).volume


def _series_row(name: str, folder: Path) -> Row:
    runs = 3 if name == "JPEG 2000" else 7
    (series,) = scan([folder]).series
    ours = median_seconds(lambda: _read(folder), runs)
    floor = median_seconds(lambda: _plain_read(series), runs)
    peers = {}
    for peer, work in _peers(folder, sorted(folder.iterdir())).items():
        with contextlib.suppress(RuntimeError):  # a peer without the decoder
            peers[peer] = round(median_seconds(work, 1, 0), 4)
    return Row(f"{SLICES} slices, {name}: folder to HU volume", ours, "s", floor, peers)


def _plain_read(series: Series) -> None:
    """The floor: the bytes of the images, read at known offsets into a fresh array."""
    voxels = np.empty(series.shape, np.int16)
    for item, picture in zip(series.slices, voxels, strict=True):
        with item.path.open("rb", buffering=0) as file:
            file.seek(item.offset or 0)
            file.readinto(picture.data.cast("B"))


def _peers(folder: Path, files: list[Path]) -> dict[str, Callable[[], object]]:
    peers: dict[str, Callable[[], object]] = {
        "SimpleITK": lambda: _by_simpleitk(files),
        "pydicom": lambda: [pydicom.dcmread(file).pixel_array for file in files],
    }
    if importlib.util.find_spec("dicomsdl") is None:
        print("… dicomsdl is not installed and left out", file=sys.stderr)
    else:
        dicomsdl = importlib.import_module("dicomsdl")
        peers["dicomsdl (no geometry)"] = lambda: [
            dicomsdl.open(str(file)).pixelData() for file in files
        ]
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    converter = shutil.which("dcm2niix", path=places)
    if converter is None:
        print("… dcm2niix is not installed and left out", file=sys.stderr)
    else:
        peers["dcm2niix"] = lambda: _by_dcm2niix(converter, folder)
    return peers


def _by_simpleitk(files: list[Path]) -> SimpleITK.Image:
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames([str(file) for file in files])
    return reader.Execute()


def _by_dcm2niix(converter: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([converter, "-o", out, str(folder)], check=True, capture_output=True)


def _first_picture_row(name: str, folder: Path, slices: int) -> Row:
    """From the click on a series, whose headers are known by then, to the slice in view."""
    (series,) = scan([folder]).series

    def first() -> float:
        start = time.perf_counter()
        shown: list[float] = []

        def stop(progress: LoadProgress) -> None:
            shown.append(time.perf_counter() - start)

        with contextlib.suppress(CancelledError):
            load(series, on_progress=stop, cancelled=lambda: bool(shown))
        return 1e3 * shown[0]

    return Row(f"{slices:,} slices, {name}: first picture", statistics.median(_repeat(first)), "ms")


def _memory_row(folder: Path) -> Row:
    """What a fresh process takes more at its peak than before it reads; the floor is the volume."""
    code = (
        "import re, sys; from pathlib import Path; "
        "from viewer.dicom.load import load; from viewer.dicom.scan import scan; "
        # getrusage would count the parent's memory, from before the program was replaced.
        "status = Path('/proc/self/status'); "
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', status.read_text())[1]) / 1024; "
        "before = peak(); (series,) = scan([Path(sys.argv[1])]).series; load(series); "
        "print(peak() - before, series.nbytes / 2**20)"
    )
    command = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    taken, volume = map(float, done.stdout.split())
    return Row(f"{SLICES} slices, uncompressed: peak memory", taken, "MB", volume)


def _repeat(measure: Callable[[], float], runs: int = 5) -> list[float]:
    return [measure() for _ in range(runs)]


def _headers_rows(file: Path, folder: Path) -> list[Row]:
    """Copies of one file's header, each with a place and an identity of its own."""
    dataset = pydicom.dcmread(file)
    dataset.Rows = dataset.Columns = 8
    dataset.PixelData = bytes(128)
    folder.mkdir()
    for number in range(MANY_FILES):
        series, place = divmod(number, 500)
        dataset.SeriesInstanceUID = f"1.2.3.{series}"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.4.{number}"
        dataset.ImagePositionPatient = [0, 0, place]
        dataset.save_as(folder / f"{number}")
    files = list(folder.iterdir())
    floor = median_seconds(lambda: [file.read_bytes() for file in files], 3)
    time.sleep(3)  # the index does not trust files that changed just now
    index = folder.with_name("headers.sqlite")

    def first() -> None:
        index.unlink(missing_ok=True)
        scan([folder], index=index)

    what = f"{MANY_FILES:,} files, folder to series"
    return [
        Row(f"{what}: without an index", median_seconds(lambda: scan([folder]), 3), floor=floor),
        Row(f"{what}: first open", median_seconds(first, 3), floor=floor),
        Row(
            f"{what}: second open",
            median_seconds(lambda: scan([folder], index=index), 5),
            floor=floor,
        ),
    ]
