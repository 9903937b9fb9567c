"""Write a volume as a series of CT images: for the demo, for tests and for benchmarks.

The objects are CT Image Storage (PS3.3 A.3) and say of themselves that they are computed:
``ImageType`` DERIVED, ``QualityControlImage`` YES, a derivation description and a phantom's name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, generate_uid

from viewer import DISCLAIMER, __version__
from viewer.dicom.encode import encode_frame
from viewer.errors import ViewerError
from viewer.imaging.volume import Volume, is_padding

#: What PixelPaddingValue is by default, in stored values: scanners write −2000, as 16 bits.
_PADDING = {True: -2000, False: 63536}


@dataclass(frozen=True)
class CtSeries:
    """What a series says of itself, and how it is stored.

    Parameters
    ----------
    uid_seed : str
        All UIDs follow from it: the same seed gives the same UIDs, two seeds never share one.
    study_seed : str, optional
        Series of the same ``study_seed`` belong to one study and one frame of reference.
    patient_name, patient_id, study_description, series_description : str
    series_number : int
    body_part, kernel : str
    slice_thickness_mm : float, optional
        Nominal; the distance of the slices if None.
    signed : bool
        Pixel Representation.
    bits_stored : int
    slope : float
        Rescale Slope, of all slices.
    intercept : float or callable
        Rescale Intercept, or a function of the slice's index.
    padding : int, optional
        Pixel Padding Value, a stored value; by default −2000, unsigned 63536.
    windows : tuple of (str, float, float)
        Explanation, centre and width.
    transfer_syntax : UID
        Any uncompressed one, RLE, or lossless JPEG, JPEG-LS, JPEG 2000 or HTJ2K.
    numbering : {"ascending", "descending", "shuffled"}
        How Instance Number and file name follow the slices' index.
    leave_out : collection of int
        Indices of slices that are not written.
    amend : callable, optional
        Called with each finished dataset and the slice's index: for whatever else a test needs.
    """

    uid_seed: str
    study_seed: str | None = None
    patient_name: str = "PHANTOM^CHEST"
    patient_id: str = "PHANTOM"
    study_description: str = "Synthetic phantom, no patient"
    series_description: str = "Simulated CT"
    series_number: int = 1
    body_part: str = "CHEST"
    kernel: str = "SIMULATED"
    slice_thickness_mm: float | None = None
    signed: bool = True
    bits_stored: int = 16
    slope: float = 1.0
    intercept: float | Callable[[int], float] = -1024.0
    padding: int | None = None
    windows: tuple[tuple[str, float, float], ...] = (
        ("LUNG", -600.0, 1500.0),
        ("MEDIASTINUM", 50.0, 350.0),
        ("BONE", 400.0, 1800.0),
    )
    transfer_syntax: UID = ExplicitVRLittleEndian
    numbering: Literal["ascending", "descending", "shuffled"] = "ascending"
    leave_out: Collection[int] = ()
    amend: Callable[[Dataset, int], None] | None = field(default=None, compare=False)

    def uid(self, *what: object) -> UID:
        """A UID that follows from the seed."""
        return generate_uid(entropy_srcs=["hounsfield", self.uid_seed, *map(str, what)])

    def study_uid(self, what: str = "study") -> UID:
        """A UID shared by all series of the study."""
        study = self.study_seed if self.study_seed is not None else self.uid_seed
        return generate_uid(entropy_srcs=["hounsfield", "study", study, what])

    @property
    def series_uid(self) -> UID:
        """Series Instance UID."""
        return self.uid("series")

    @property
    def padding_stored(self) -> int:
        """Pixel Padding Value."""
        return _PADDING[self.signed] if self.padding is None else self.padding

    def intercept_of(self, index: int) -> float:
        """Rescale Intercept of a slice."""
        return float(self.intercept(index) if callable(self.intercept) else self.intercept)

    def instance_numbers(self, slices: int) -> npt.NDArray[np.int64]:
        """Instance Number of each slice, from 1."""
        numbers = np.arange(1, slices + 1)
        if self.numbering == "descending":
            return numbers[::-1]
        if self.numbering == "shuffled":
            return np.random.default_rng(slices).permutation(numbers)
        return numbers


def write_ct(
    volume: Volume,
    folder: Path,
    series: CtSeries,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Path, ...]:
    """Write one file per slice.

    Parameters
    ----------
    volume : voxels in HU with any geometry: oblique, reversed or sheared by a tilted gantry.
    folder : where to; made if need be.
    series : what the series says of itself.
    on_progress : called with (files written, files in all).

    Returns
    -------
    tuple of Path
        In the order of the volume's slices, without those left out.

    Raises
    ------
    ViewerError
        If one of the files exists already, or the HU do not fit the stored type. Nothing is
        written then.
    """
    kept = [k for k in range(volume.geometry.shape[0]) if k not in set(series.leave_out)]
    numbers = series.instance_numbers(volume.geometry.shape[0])
    paths = tuple(folder / f"IM{numbers[k]:05d}.dcm" for k in kept)
    for path in paths:
        if path.exists():
            raise ViewerError("The file exists already.", path, "Choose an empty folder.")
    for k in kept:
        _check_range(volume, series, k)
    folder.mkdir(parents=True, exist_ok=True)
    dataset = _common(volume, series)
    for done, (k, path) in enumerate(zip(kept, paths, strict=True), 1):
        _write_slice(dataset, volume, series, k, int(numbers[k]), path)
        on_progress(done, len(paths))
    return paths


def _stored(volume: Volume, series: CtSeries, index: int) -> npt.NDArray[np.float64]:
    """The stored values of a slice, before they become integers of the stored type."""
    hu = volume.voxels[index]
    values = np.rint((hu - series.intercept_of(index)) / series.slope)
    return np.where(is_padding(hu), series.padding_stored, values)


def _limits(series: CtSeries) -> tuple[int, int]:
    span: int = 1 << series.bits_stored
    return (-span // 2, span // 2 - 1) if series.signed else (0, span - 1)


def _check_range(volume: Volume, series: CtSeries, index: int) -> None:
    low, high = _limits(series)
    values = _stored(volume, series, index)
    if values.min() < low or values.max() > high:
        raise ViewerError(
            f"Slice {index} holds values that do not fit {series.bits_stored} bits.",
            remedy="Choose another intercept, slope or padding value, or more bits.",
        )


def _write_slice(
    dataset: Dataset, volume: Volume, series: CtSeries, index: int, number: int, path: Path
) -> None:
    """Complete the dataset for one slice and write it whole or not at all."""
    position = volume.geometry.to_lps((0, 0, index))
    dataset.SOPInstanceUID = series.uid("instance", index)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.InstanceNumber = number
    dataset.ImagePositionPatient = [_ds(v) for v in position]
    dataset.SliceLocation = _ds(float(position @ volume.geometry.normal))
    dataset.RescaleIntercept = _ds(series.intercept_of(index))
    stored = _stored(volume, series, index).astype(np.int16 if series.signed else np.uint16)
    syntax = series.transfer_syntax
    if syntax.is_compressed and not syntax.is_deflated:
        dataset.PixelData = encode_frame(stored, syntax)
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    else:
        dataset.PixelData = stored.astype(stored.dtype.newbyteorder(_byte_order(syntax))).tobytes()
        dataset["PixelData"].VR = "OW"
    whole = dataset
    if series.amend is not None:
        whole = deepcopy(dataset)
        series.amend(whole, index)
    part = path.with_name(f".{path.name}.part")
    try:
        whole.save_as(part, enforce_file_format=True)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _byte_order(syntax: UID) -> Literal["<", ">"]:
    return "<" if syntax.is_little_endian else ">"


def _ds(value: float) -> float:
    """A number that survives being written as a decimal string of 16 characters (PS3.5 6.2)."""
    for digits in range(16, 0, -1):
        text = f"{value:.{digits}g}"
        if len(text) <= 16:
            return float(text)
    return float(value)


def _common(volume: Volume, series: CtSeries) -> Dataset:
    """Everything that the slices of a series have in common."""
    dataset = Dataset()
    dataset.file_meta = _file_meta(series)
    for module in (_patient_and_study, _series_and_equipment, _image):
        dataset.update(module(series))
    dataset.update(_plane(volume, series))
    return dataset


def _elements(**values: Any) -> Dataset:
    """A dataset of these attributes."""
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def _file_meta(series: CtSeries) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.TransferSyntaxUID = series.transfer_syntax
    meta.ImplementationClassUID = generate_uid(entropy_srcs=["hounsfield", "implementation"])
    meta.ImplementationVersionName = f"HOUNSFIELD {__version__}"
    return meta


def _patient_and_study(series: CtSeries) -> Dataset:
    """Patient, General Study and Patient Study modules (PS3.3 C.7.1, C.7.2)."""
    return _elements(
        SpecificCharacterSet="ISO_IR 192",
        PatientName=series.patient_name,
        PatientID=series.patient_id,
        PatientBirthDate="",
        PatientSex="O",
        PatientComments=f"Computed phantom, not a person. {DISCLAIMER}",
        PatientIdentityRemoved="YES",
        DeidentificationMethod="Never identified: computed phantom",
        StudyInstanceUID=series.study_uid(),
        StudyDate="20260101",
        StudyTime="120000",
        ReferringPhysicianName="",
        StudyID="1",
        AccessionNumber="",
        StudyDescription=series.study_description,
    )


def _series_and_equipment(series: CtSeries) -> Dataset:
    """General Series, Frame of Reference and General Equipment (C.7.3.1, C.7.4.1, C.7.5.1)."""
    return _elements(
        Modality="CT",
        SeriesInstanceUID=series.series_uid,
        SeriesNumber=series.series_number,
        SeriesDate="20260101",
        SeriesTime="120000",
        SeriesDescription=series.series_description,
        BodyPartExamined=series.body_part,
        PatientPosition="HFS",
        FrameOfReferenceUID=series.study_uid("frame of reference"),
        PositionReferenceIndicator="",
        Manufacturer="Hounsfield",
        ManufacturerModelName="Synthetic CT",
        SoftwareVersions=__version__,
        PixelPaddingValue=series.padding_stored,
    )


def _image(series: CtSeries) -> Dataset:
    """General Image, Image Pixel, CT Image, VOI LUT and SOP Common modules (C.7.6, C.8.2.1)."""
    elements = _elements(
        SOPClassUID=CTImageStorage,
        ImageType=["DERIVED", "SECONDARY", "AXIAL"],
        DerivationDescription="Computed by simulation; no patient was scanned",
        QualityControlImage="YES",
        ImageComments=DISCLAIMER,
        ContentDate="20260101",
        ContentTime="120000",
        AcquisitionNumber=1,
        SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2",
        BitsAllocated=16,
        BitsStored=series.bits_stored,
        HighBit=series.bits_stored - 1,
        PixelRepresentation=int(series.signed),
        RescaleSlope=_ds(series.slope),
        RescaleType="HU",
        KVP="120",
        ConvolutionKernel=series.kernel,
        LossyImageCompression="00",
    )
    if series.windows:
        names, centres, widths = zip(*series.windows, strict=True)
        elements.WindowCenter, elements.WindowWidth = list(centres), list(widths)
        elements.WindowCenterWidthExplanation = list(names)
    return elements


def _plane(volume: Volume, series: CtSeries) -> Dataset:
    """Image Plane module (C.7.6.2) and the sizes."""
    geometry = volume.geometry
    slice_mm, row_mm, column_mm = geometry.spacing_mm
    row, column = geometry.affine[:3, 0] / column_mm, geometry.affine[:3, 1] / row_mm
    thickness = slice_mm if series.slice_thickness_mm is None else series.slice_thickness_mm
    _, rows, columns = geometry.shape
    elements = _elements(
        Rows=rows,
        Columns=columns,
        PixelSpacing=[_ds(row_mm), _ds(column_mm)],
        ImageOrientationPatient=[_ds(float(v)) for v in (*row, *column)],
        SliceThickness=_ds(thickness),
        ReconstructionDiameter=_ds(min(rows * row_mm, columns * column_mm)),
    )
    if geometry.is_sheared:
        elements.GantryDetectorTilt = _ds(geometry.tilt_degrees)
    return elements
