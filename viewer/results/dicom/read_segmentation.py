"""A DICOM Segmentation (PS3.3 A.51) as labels on the grid of a volume."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.dataset import Dataset

from viewer.errors import DamagedFileError, GeometryError, UnsupportedError
from viewer.imaging.geometry import Geometry
from viewer.imaging.labels import LabelVolume, Segment, resample_labels

SEGMENTATION_CLASSES = frozenset(("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"))
#: Of a fractional segmentation, what covers at least this share of a voxel or is this probable.
_HALF = 0.5
#: A frame whose pixels lie this close to those of a slice, in voxels, lies on it.
_MOST_DRIFT = 0.1

Mask = npt.NDArray[np.bool_]
Group = Callable[[str], Dataset]


@dataclass(frozen=True, eq=False)
class _Frame:
    """One segment in one plane; its geometry has one slice."""

    segment: int
    geometry: Geometry
    mask: Mask


def read_segmentation(path: Path, wanted: Geometry, frame_of_reference: str) -> LabelVolume:
    """Read a segmentation and place it, frame by frame, by Image Position (Patient).

    Frames that lie on the slices of the volume are copied; a segmentation on another grid is
    resampled to the nearest voxel. Where segments overlap the one with the highest number is kept,
    with a note.

    Parameters
    ----------
    path : Path
        BINARY, FRACTIONAL (from one half upwards) or LABELMAP.
    wanted : Geometry
        Of the volume.
    frame_of_reference : str
        Frame of Reference UID of the volume's series.

    Raises
    ------
    UnsupportedError
        The file is no segmentation, or of a kind that has no planes in the patient.
    GeometryError
        It belongs to another frame of reference, or lies elsewhere.
    DamagedFileError
        The file cannot be read, or lacks what it must have.
    """
    try:
        dataset = pydicom.dcmread(path)
    except (pydicom.errors.InvalidDicomError, EOFError) as error:
        raise UnsupportedError("This is not a DICOM file.", path) from error
    if str(dataset.get("SOPClassUID", "")) not in SEGMENTATION_CLASSES:
        raise UnsupportedError("This is not a DICOM Segmentation.", path)
    own = str(dataset.get("FrameOfReferenceUID", ""))
    if own != frame_of_reference or not own:
        raise GeometryError(
            "The segmentation belongs to another frame of reference than the images.",
            path,
            "Open the series that it was made of.",
        )
    try:
        segments = tuple(_segment(item) for item in dataset.SegmentSequence)
        frames = list(_frames(dataset))
    except (AttributeError, KeyError, IndexError, ValueError, TypeError, RuntimeError) as error:
        raise DamagedFileError(
            f"The segmentation cannot be read: {error}", path, "Export it again."
        ) from error
    labels = np.zeros(wanted.shape, np.uint16)
    overlapping, others = _paste(frames, labels, wanted)
    overlapping |= _resample(others, labels, wanted)
    if frames and any(f.mask.any() for f in frames) and not labels.any():
        raise GeometryError("The segmentation lies outside the images.", path)
    notes = []
    if overlapping:
        notes.append("Segments overlap; where they do, the one with the highest number is shown.")
    if others:
        notes.append("The segmentation lies on another grid and was resampled to the images'.")
    return LabelVolume(labels, wanted, segments, tuple(notes))


def _segment(item: Dataset) -> Segment:
    kinds = item.get("SegmentedPropertyTypeCodeSequence") or [Dataset()]
    return Segment(
        number=int(item.SegmentNumber),
        name=str(item.get("SegmentLabel") or f"Segment {item.SegmentNumber}"),
        kind=str(kinds[0].get("CodeMeaning") or ""),
        tracking_uid=str(item.get("TrackingUID") or ""),
    )


def _frames(dataset: Dataset) -> Iterator[_Frame]:
    # Any functional group may be shared by all frames or given for each (PS3.3 C.7.6.16.1.1);
    # with one segment alone its identification is often a shared one.
    shared = dataset.SharedFunctionalGroupsSequence[0]
    pixels = dataset.pixel_array.reshape(-1, dataset.Rows, dataset.Columns)
    kind = str(dataset.SegmentationType)
    most = float(dataset.get("MaximumFractionalValue") or 255)
    per_frame: Sequence[Dataset] = dataset.PerFrameFunctionalGroupsSequence
    for values, own in zip(pixels, per_frame, strict=True):

        def group(keyword: str, own: Dataset = own) -> Dataset:
            item: Dataset = (own if keyword in own else shared)[keyword].value[0]
            return item

        geometry = _plane(group, values.shape)
        if kind == "LABELMAP":
            for number in np.unique(values[values > 0]):
                yield _Frame(int(number), geometry, values == number)
            continue
        number = int(group("SegmentIdentificationSequence").ReferencedSegmentNumber)
        mask = values >= _HALF * most if kind == "FRACTIONAL" else values > 0
        yield _Frame(number, geometry, np.asarray(mask))


def _plane(group: Group, shape: tuple[int, ...]) -> Geometry:
    measures = group("PixelMeasuresSequence")
    cosines = [float(v) for v in group("PlaneOrientationSequence").ImageOrientationPatient]
    position = [float(v) for v in group("PlanePositionSequence").ImagePositionPatient]
    between = measures.get("SpacingBetweenSlices") or measures.get("SliceThickness") or 1.0
    row_mm, column_mm = (float(v) for v in measures.PixelSpacing)
    normal = np.cross(cosines[:3], cosines[3:]) * abs(float(between))
    return Geometry.from_directions(
        position,
        cosines[:3],
        cosines[3:],
        normal.tolist(),
        (row_mm, column_mm),
        (1, shape[0], shape[1]),
    )


def _paste(
    frames: Sequence[_Frame], labels: npt.NDArray[np.uint16], wanted: Geometry
) -> tuple[bool, list[_Frame]]:
    """Copy frames that lie on slices of the grid; whether segments overlap, and the others."""
    overlapping, others = False, []
    for frame in sorted(frames, key=lambda f: f.segment):
        place = wanted.to_index(frame.geometry.affine[:3, 3])
        steps = np.linalg.inv(wanted.affine[:3, :3]) @ frame.geometry.affine[:3, :2]
        corner = np.rint(place).astype(int)
        _, rows, columns = frame.geometry.shape
        drift = np.abs(steps - np.eye(3)[:, :2]) @ (columns, rows) + np.abs(place - corner)
        if drift.max() > _MOST_DRIFT:
            others.append(frame)
            continue
        overlapping |= _put(frame.mask, frame.segment, labels, corner)
    return overlapping, others


def _put(
    mask: Mask, segment: int, labels: npt.NDArray[np.uint16], corner: npt.NDArray[np.int64]
) -> bool:
    """Write a mask into a slice at an index ``(x, y, z)``, cut off at the edges."""
    x, y, z = (int(v) for v in corner)
    slices, rows, columns = labels.shape
    if not 0 <= z < slices:
        return False
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + mask.shape[0], rows), min(x + mask.shape[1], columns)
    if top >= bottom or left >= right:
        return False
    part = mask[top - y : bottom - y, left - x : right - x]
    target = labels[z, top:bottom, left:right]
    overlapping = bool(np.any((target[part] != 0) & (target[part] != segment)))
    target[part] = segment
    return overlapping


def _resample(frames: Sequence[_Frame], labels: npt.NDArray[np.uint16], wanted: Geometry) -> bool:
    """Resample frames of another grid, segment by segment."""
    overlapping = False
    for number in sorted({f.segment for f in frames}):
        own, mask = _stacked([f for f in frames if f.segment == number])
        there = resample_labels(mask, own, wanted) > 0
        overlapping |= bool(np.any(labels[there] != 0))
        labels[there] = number
    return overlapping


def _stacked(frames: Sequence[_Frame]) -> tuple[Geometry, npt.NDArray[np.uint16]]:
    """Frames of one segment as a volume; planes that were left out are empty."""
    first = frames[0].geometry
    depths = np.array([first.normal @ f.geometry.affine[:3, 3] for f in frames])
    order = np.argsort(depths, kind="stable")
    gaps = np.diff(depths[order])
    gaps = gaps[gaps > 1e-3]
    step = float(gaps.min()) if gaps.size else first.spacing_mm[0]
    planes = np.rint((depths - depths.min()) / step).astype(int)
    start, end = frames[order[0]].geometry, frames[order[-1]].geometry
    count = int(planes.max()) + 1
    affine = start.affine.copy()
    if count > 1:
        # From the first to the last origin, as the planes of a tilted stack drift.
        affine[:3, 2] = (end.affine[:3, 3] - start.affine[:3, 3]) / (count - 1)
    else:
        affine[:3, 2] = first.normal * step
    shape = (count, first.shape[1], first.shape[2])
    volume = np.zeros(shape, np.uint16)
    for plane, frame in zip(planes, frames, strict=True):
        volume[plane] |= frame.mask
    return Geometry(affine, shape), volume
