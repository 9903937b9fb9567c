"""Small DICOM series with every property under a test's control."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    generate_uid,
)

from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.dicom.series import ScanResult, Series
from viewer.imaging.volume import Volume

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
STUDY = generate_uid(entropy_srcs=["study"])
SERIES = generate_uid(entropy_srcs=["series"])
FRAME_OF_REFERENCE = generate_uid(entropy_srcs=["frame of reference"])


def image(stored: npt.ArrayLike | None = None, *, uid: object = None, **attributes: Any) -> Dataset:
    """A CT image; attributes are added, replaced, or removed where they are None."""
    pixels = np.zeros((8, 10), np.int16) if stored is None else np.asarray(stored)
    dataset = Dataset()
    defaults: dict[str, Any] = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": generate_uid(entropy_srcs=[str(uid)]) if uid else generate_uid(),
        "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": SERIES,
        "FrameOfReferenceUID": FRAME_OF_REFERENCE,
        "Modality": "CT",
        "PatientName": "Test^Patient",
        "PatientID": "1",
        "SeriesNumber": 1,
        "ImagePositionPatient": [0.0, 0.0, 0.0],
        "ImageOrientationPatient": list(AXIAL),
        "PixelSpacing": [0.8, 0.7],
        "SliceThickness": 2.0,
        "RescaleSlope": 1,
        "RescaleIntercept": 0,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "BitsAllocated": pixels.itemsize * 8,
        "BitsStored": pixels.itemsize * 8,
        "HighBit": pixels.itemsize * 8 - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
    }
    for keyword, value in {**defaults, **attributes}.items():
        if value is not None:
            setattr(dataset, keyword, value)
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW" if pixels.itemsize > 1 else "OB"
    return dataset


def stack(positions: Iterable[Sequence[float]], **attributes: Any) -> list[Dataset]:
    """CT images at these positions; image number n (from 1) holds the value n everywhere."""
    return [
        image(
            np.full((8, 10), number, np.int16),
            uid=f"{attributes.get('SeriesInstanceUID', '')}{number}",
            ImagePositionPatient=[float(p) for p in position],
            **{"InstanceNumber": number, **attributes},
        )
        for number, position in enumerate(positions, 1)
    ]


def along_z(positions: Iterable[float], **attributes: Any) -> list[Dataset]:
    """Axial CT images at these heights."""
    return stack([(0.0, 0.0, z) for z in positions], **attributes)


def save(datasets: Iterable[Dataset], folder: Path, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write data sets as files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.iterdir()))
    for index, dataset in enumerate(datasets, number):
        save_file(dataset, folder / f"{index:04}.dcm", syntax)
    return folder


def save_file(dataset: Dataset, path: Path, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write a data set as a file."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", CTImageStorage)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "1.2")
    implicit = syntax == "1.2.840.10008.1.2"
    little = syntax != "1.2.840.10008.1.2.2"
    dataset.save_as(path, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
    return path


def scan_of(datasets: Iterable[Dataset], folder: Path) -> ScanResult:
    """Write data sets and scan the folder."""
    return scan([save(datasets, folder)])


def only_series(datasets: Iterable[Dataset], folder: Path) -> Series:
    """Write data sets that form one volume."""
    result = scan_of(datasets, folder)
    assert not result.skipped
    (series,) = result.series
    return series


def volume_of(datasets: Iterable[Dataset], folder: Path) -> Volume:
    """Write data sets that form one volume, and load it."""
    return load(only_series(datasets, folder)).volume


def codes(series: Series) -> set[str]:
    """The codes of a series' report."""
    return {note.code for note in series.report}


def item(**attributes: Any) -> Dataset:
    """An item of a sequence."""
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def enhanced(
    positions: Sequence[Sequence[float]],
    frames: npt.NDArray[Any],
    per_frame: Sequence[dict[str, Any]] = (),
    **attributes: Any,
) -> Dataset:
    """An Enhanced CT: geometry and value scale only in functional groups, shared or of a frame."""
    dataset = image(
        frames[0],
        SOPClassUID=EnhancedCTImageStorage,
        NumberOfFrames=len(frames),
        **dict.fromkeys(
            ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness",
             "RescaleSlope", "RescaleIntercept")
        ),
        **attributes,
    )  # fmt: skip
    dataset.PixelData = frames.tobytes()
    transformation = item(RescaleSlope=1, RescaleIntercept=-1000, RescaleType="HU")
    dataset.SharedFunctionalGroupsSequence = [
        item(
            PlaneOrientationSequence=[item(ImageOrientationPatient=list(AXIAL))],
            PixelMeasuresSequence=[item(PixelSpacing=[0.8, 0.7], SliceThickness=2.0)],
            PixelValueTransformationSequence=[transformation],
            FrameVOILUTSequence=[item(WindowCenter=40, WindowWidth=400)],
        )
    ]
    own = per_frame or [{}] * len(frames)
    dataset.PerFrameFunctionalGroupsSequence = [
        item(PlanePositionSequence=[item(ImagePositionPatient=list(position))], **groups)
        for position, groups in zip(positions, own, strict=True)
    ]
    return dataset
