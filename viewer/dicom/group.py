"""Which images form one volume.

One DICOM series may hold a localizer, several phases, two kernels or two sizes; one volume never
does. Images are told apart by what they are (size, pixel spacing, kernel, frame of reference …),
then by orientation, and only where several lie in the same place by what tells phases apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np

from viewer.dicom.header import Frame, Header
from viewer.dicom.report import Note, count, info, warning
from viewer.dicom.stack import directions
from viewer.imaging.geometry import Points

#: Orientations within the first angle are the same; up to the second they are, with a note.
SAME_DEGREES, SIMILAR_DEGREES = 0.1, 0.5
#: Slices closer than this lie in the same place.
SAME_PLACE_MM = 0.01

#: Slices with a gap wider than this, and than that many of the usual distances, are two volumes.
_GAP_MM, _GAP_SLICES = 50.0, 10

#: Projections: each image of a series is a picture of its own, not a slice.
_PROJECTIONS = frozenset(("CR", "DX", "MG", "RG", "IO", "PX", "XA", "RF", "XC", "ES", "GM", "OP"))

#: What may tell apart images that lie in the same place, most telling first. Trigger Time comes
#: late: some makers let it run on from slice to slice.
_PHASES = {
    "TemporalPositionIdentifier": "time point",
    "TemporalPositionIndex": "time point",
    "AcquisitionNumber": "acquisition",
    "EchoTime": "echo time",
    "EffectiveEchoTime": "echo time",
    "DiffusionBValue": "b-value",
    "ImageType": "image type",
    "FrameType": "image type",
    "SliceThickness": "slice thickness",
    "TriggerTime": "trigger time",
    "FrameAcquisitionDateTime": "acquisition time",
    "AcquisitionTime": "acquisition time",
    "ContentTime": "content time",
}


@dataclass(frozen=True, eq=False)
class Image:
    """One frame of one file."""

    header: Header
    frame: Frame

    @cached_property
    def position(self) -> Points | None:
        """Image Position (Patient), LPS mm."""
        position = self.frame.numbers("ImagePositionPatient", 3)
        return np.array(position) if position is not None else None

    @cached_property
    def orientation(self) -> Points | None:
        """Image Orientation (Patient): the row's direction, then the column's."""
        cosines = self.frame.numbers("ImageOrientationPatient", 6)
        if cosines is None:
            return None
        vectors = np.array(cosines).reshape(2, 3)
        lengths = np.linalg.norm(vectors, axis=1)
        if np.any(lengths < 1e-6) or abs(np.cross(*vectors)).max() < 0.5 * lengths.prod() * 0.5:
            return None
        return np.asarray((vectors / lengths[:, None]).ravel())

    @property
    def is_placed(self) -> bool:
        """Whether the file says where in the patient the image lies."""
        return self.position is not None and self.orientation is not None

    @property
    def path(self) -> Path:
        """Of the file."""
        return self.header.source.path

    @property
    def order(self) -> tuple[int, str, int, str]:
        """Sorts images as they were numbered."""
        number = self.frame.integer("InstanceNumber")
        uid = self.frame.text("SOPInstanceUID")
        return (number if number is not None else 1 << 62, uid, self.frame.index, str(self.path))


@dataclass(frozen=True, eq=False)
class Group:
    """Images of one volume, not yet in order, and what was noticed in putting them together."""

    images: tuple[Image, ...]
    notes: tuple[Note, ...] = ()

    def with_notes(self, *notes: Note) -> Group:
        """Return the same images with more notes."""
        return Group(self.images, (*self.notes, *notes))


def positions(images: Sequence[Image]) -> Points:
    """Image Position (Patient) of placed images, shape (n, 3)."""
    return np.array([image.position for image in images], dtype=np.float64)


def orientations(images: Sequence[Image]) -> Points:
    """Image Orientation (Patient) of placed images, shape (n, 6)."""
    return np.array([image.orientation for image in images], dtype=np.float64)


def group(
    headers: Iterable[Header], same_pixels: Callable[[Image, Image], bool]
) -> tuple[Group, ...]:
    """Put images together that form one volume.

    Parameters
    ----------
    headers : iterable of Header
    same_pixels : callable
        Whether two images hold the same stored values; asked only of images in the same place.
    """
    by_series: dict[tuple[str, str], list[Header]] = defaultdict(list)
    for header in headers:
        root = Frame(0, header.values)
        by_series[root.text("StudyInstanceUID"), root.text("SeriesInstanceUID")].append(header)
    return tuple(g for key in sorted(by_series) for g in _split(by_series[key], same_pixels))


def _split(headers: list[Header], same_pixels: Callable[[Image, Image], bool]) -> list[Group]:
    headers, copies = _without_copies(headers)
    images = [Image(header, frame) for header in headers for frame in header.frames]
    groups = [Group(tuple(images), copies)]
    for divide in (_by_kind, _by_orientation):
        groups = [part for g in groups for part in divide(g)]
    groups = [part for g in groups for part in _by_place(g, same_pixels)]
    return [part for g in groups for part in _by_gap(g)]


def _without_copies(headers: list[Header]) -> tuple[list[Header], tuple[Note, ...]]:
    """One header for each SOP Instance UID, which is unique in the world (PS3.5 9).

    Careless software reuses it, so that only files which also agree on where the image lies are
    copies of each other.
    """
    first: dict[Hashable, Header] = {}
    copies = [
        header.source.path
        for header in sorted(headers, key=lambda h: str(h.source.path))
        if first.setdefault(_identity(header), header) is not header
    ]
    if not copies:
        return headers, ()
    note = info(
        "copies",
        f"{count(len(copies), 'file')} have the SOP Instance UID of another file; one of each was "
        "used.",
        tuple(copies),
    )
    return list(first.values()), (note,)


def _identity(header: Header) -> Hashable:
    root = Frame(0, header.values)
    uid = root.text("SOPInstanceUID")
    if not uid:
        return header.source.path
    place = root.text("ImagePositionPatient"), root.text("ImageOrientationPatient")
    return uid, place, root.text("InstanceNumber"), root.text("Rows"), root.text("Columns")


def _by_kind(group: Group) -> list[Group]:
    """Images of one size, spacing, kernel and frame of reference."""
    parts: dict[tuple[Hashable, ...], list[Image]] = defaultdict(list)
    for image in group.images:
        parts[_kind(image)].append(image)
    if len(parts) == 1:
        return [group]
    names = _differences(list(parts))
    notes = []
    if names:
        notes.append(
            info(
                "split",
                f"The DICOM series holds images of different {', '.join(names)}; this is one of "
                f"{len(parts)} volumes made of it.",
            )
        )
    return [
        Group(tuple(images), group.notes).with_notes(*notes, *_localizer_note(images))
        for images in parts.values()
    ]


_KIND_NAMES = (
    "object type", "rows", "columns", "colour", "frame of reference", "kernel",
    "image type (localizer)", "pixel spacing", "position (with and without)", "file",
)  # fmt: skip


def _kind(image: Image) -> tuple[Hashable, ...]:
    frame = image.frame
    spacing = frame.numbers("PixelSpacing", 2) or ()
    alone = frame.text("Modality") in _PROJECTIONS and not image.is_placed
    return (
        frame.text("SOPClassUID"),
        frame.integer("Rows"),
        frame.integer("Columns"),
        frame.integer("SamplesPerPixel") or 1,
        frame.text("FrameOfReferenceUID"),
        frame.text("ConvolutionKernel"),
        _is_localizer(image),
        tuple(round(s, 4) for s in spacing),
        image.is_placed,
        str(image.path) if alone else "",
    )


def _differences(kinds: Sequence[tuple[Hashable, ...]]) -> list[str]:
    return [
        name
        for name, *values in zip(_KIND_NAMES, *kinds, strict=True)
        if len(set(values)) > 1 and name != "file"
    ]


def _is_localizer(image: Image) -> bool:
    """Image Type value 3 of a CT localizer (PS3.3 C.8.2.1.1.1)."""
    return "LOCALIZER" in image.frame.parts("ImageType")


def _localizer_note(images: Sequence[Image]) -> tuple[Note, ...]:
    if not _is_localizer(images[0]):
        return ()
    return (info("localizer", "This is the localizer of a series; it was split off."),)


def _by_orientation(group: Group) -> list[Group]:
    """Images whose rows and columns run the same way."""
    if not group.images[0].is_placed:
        return [group]
    clusters: list[list[Image]] = []
    for image in group.images:
        for cluster in clusters:
            if _degrees(cluster[0], image) <= SIMILAR_DEGREES:
                cluster.append(image)
                break
        else:
            clusters.append([image])
    notes = []
    if len(clusters) > 1:
        notes.append(
            info(
                "split",
                "The DICOM series holds images of different orientation; this is one of "
                f"{len(clusters)} volumes made of it.",
            )
        )
    return [
        Group(tuple(images), (*group.notes, *notes, *_spread_note(images))) for images in clusters
    ]


def _degrees(one: Image, other: Image) -> float:
    assert one.orientation is not None
    assert other.orientation is not None
    apart = np.linalg.norm((one.orientation - other.orientation).reshape(2, 3), axis=1).max()
    return float(np.degrees(2 * np.arcsin(min(1.0, apart / 2))))


def _spread_note(images: Sequence[Image]) -> tuple[Note, ...]:
    _, _, spread = directions(orientations(images))
    if spread <= SAME_DEGREES:
        return ()
    return (
        warning(
            "orientation_varies",
            f"The slices' orientation varies by up to {spread:.2f}°. They are shown as parallel.",
        ),
    )


def _by_place(group: Group, same_pixels: Callable[[Image, Image], bool]) -> list[Group]:
    """Images of which no two lie in the same place."""
    if not group.images[0].is_placed or len(group.images) == 1:
        return [group]
    places = _places(group.images)
    most = max(map(len, places))
    if most == 1:
        return [group]
    for keyword, name in _PHASES.items():
        phases = _divided_by(keyword, group.images, most)
        if phases:
            return [
                Group(tuple(images), group.notes).with_notes(
                    info(
                        "phases",
                        f"The DICOM series holds {len(phases)} images of each place, told apart by "
                        f"{name}; this is number {number} ({name} "
                        f"{images[0].frame.text(keyword) or 'not given'}).",
                    )
                )
                for number, images in enumerate(phases, 1)
            ]
    return _by_occurrence(group, places, same_pixels)


def _by_gap(group: Group) -> list[Group]:
    """Images of one range of the body."""
    if not group.images[0].is_placed or len(group.images) < 3:
        return [group]
    row, column, _ = directions(orientations(group.images))
    distances = positions(group.images) @ np.cross(row, column)
    order = np.argsort(distances, kind="stable")
    steps = np.diff(distances[order])
    wide = np.flatnonzero(steps > max(_GAP_MM, _GAP_SLICES * float(np.median(steps))))
    if wide.size == 0:
        return [group]
    note = warning(
        "split",
        f"The DICOM series has {count(len(wide), 'gap')} of up to {steps.max():.0f} mm; this is "
        f"one of {len(wide) + 1} volumes made of it.",
    )
    return [
        Group(tuple(group.images[i] for i in part), group.notes).with_notes(note)
        for part in np.split(order, wide + 1)
    ]


def _places(images: Sequence[Image]) -> list[list[Image]]:
    """Images by place along the normal, and within one as they were numbered."""
    row, column, _ = directions(orientations(images))
    distances = positions(images) @ np.cross(row, column)
    order = np.argsort(distances, kind="stable")
    places = [[images[order[0]]]]
    for before, now in pairwise(order):
        if distances[now] - distances[before] > SAME_PLACE_MM:
            places.append([])
        places[-1].append(images[now])
    return [sorted(place, key=lambda image: image.order) for place in places]


def _divided_by(keyword: str, images: Sequence[Image], most: int) -> list[list[Image]] | None:
    """Images divided by a value, if no two of a part then lie in the same place."""
    parts: dict[str, list[Image]] = defaultdict(list)
    for image in images:
        parts[image.frame.text(keyword)].append(image)
    if not 1 < len(parts) <= most:
        return None
    if any(len(_places(part)) < len(part) for part in parts.values()):
        return None
    return [parts[value] for value in sorted(parts, key=_natural)]


def _natural(value: str) -> tuple[float, str]:
    try:
        return float(value), value
    except ValueError:
        return float("inf"), value


def _by_occurrence(
    group: Group, places: list[list[Image]], same_pixels: Callable[[Image, Image], bool]
) -> list[Group]:
    """Drop images that are the same as another in their place; number those that are not."""
    dropped: list[Image] = []
    layers: dict[int, list[Image]] = defaultdict(list)
    for place in places:
        kept: list[Image] = []
        for image in place:
            if any(same_pixels(image, other) for other in kept):
                dropped.append(image)
            else:
                layers[len(kept)].append(image)
                kept.append(image)
    notes = []
    if dropped:
        notes.append(
            info(
                "duplicates",
                f"{count(len(dropped), 'image')} in the same place as another and the same pixel "
                "for pixel; one of each was used.",
                tuple(image.path for image in dropped),
            )
        )
    if len(layers) > 1:
        notes.append(
            warning(
                "same_place",
                f"Up to {len(layers)} different images lie in the same place and nothing in the "
                "files tells them apart. They were put into volumes in the order of their numbers.",
            )
        )
    return [Group(tuple(layer), group.notes).with_notes(*notes) for layer in layers.values()]
