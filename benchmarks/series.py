"""Long series on a disk, for benchmarks."""

from __future__ import annotations

from pathlib import Path

import pydicom
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGLSLossless

from viewer.dicom.write_ct import CtSeries, write_ct
from viewer.imaging.phantom import ChestScan, chest_ct

SYNTAXES = {"uncompressed": ExplicitVRLittleEndian, "JPEG-LS": JPEGLSLossless}
#: Slices of a phantom, repeated as often as needed: they are as hard to compress.
_SIMULATED = 30


def write_series(folder: Path, slices: int, syntax: UID) -> Path:
    """Write a chest CT of 512² pixels and of any number of slices.

    Parameters
    ----------
    folder : Path
        Made, with ``few`` beside it.
    slices : int
    syntax : UID
        Transfer syntax.
    """
    phantom = chest_ct(ChestScan(slices=_SIMULATED, slice_mm=1.0)).volume
    few = folder.with_name(f"{folder.name} few")
    write_ct(phantom, few, CtSeries(folder.name, transfer_syntax=syntax))
    datasets = [pydicom.dcmread(file) for file in sorted(few.iterdir())]
    folder.mkdir()
    for k in range(slices):
        dataset = datasets[k % _SIMULATED]
        uid = f"{dataset.SeriesInstanceUID[:50]}.{k}"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
        dataset.InstanceNumber = k + 1
        dataset.ImagePositionPatient = [*dataset.ImagePositionPatient[:2], float(k)]
        dataset.save_as(folder / f"IM{k:05d}.dcm")
    return folder
