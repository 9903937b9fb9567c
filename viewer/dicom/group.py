"""Which images form one volume.

One DICOM series may hold a localizer, several phases, two kernels or two sizes; one volume never
does. Images are told apart by what they are (size, pixel spacing, kernel, frame of reference …),
then by orientation, and only where several lie in the same place by what tells phases apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from viewer.dicom.header import Frame, Header
from viewer.dicom.images import Group, Image, orientations, positions
from viewer.dicom.phases import SamePixels, by_place
from viewer.dicom.report import Note, count, info, warning
from viewer.dicom.series import PROJECTIONS
from viewer.dicom.stack import directions

#: Orientations within the first angle are the same; up to the second they are, with a note.
SAME_DEGREES, SIMILAR_DEGREES = 0.1, 0.5
#: Slices with a gap wider than this, and than that many of the usual distances, are two volumes.
_GAP_MM, _GAP_SLICES = 50.0, 10


def group(headers: Iterable[Header], same_pixels: SamePixels) -> tuple[Group, ...]:
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


def _split(headers: list[Header], same_pixels: SamePixels) -> list[Group]:
    headers, copies = _without_copies(headers)
    images = [Image(header, frame) for header in headers for frame in header.frames]
    groups = [Group(tuple(images), copies)]
    for divide in (_by_kind, _by_orientation):
        groups = [part for g in groups for part in divide(g)]
    groups = [part for g in groups for part in by_place(g, same_pixels)]
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
        f"{count(len(copies), 'file has', 'files have')} the SOP Instance UID of another file. "
        "One of each was used.",
        tuple(copies),
    )
    return list(first.values()), (note,)


def _identity(header: Header) -> Hashable:
    uid = header.values.get("SOPInstanceUID")
    return tuple(map(header.values.get, _IDENTITY)) if uid else header.source


_IDENTITY = (
    "SOPInstanceUID", "InstanceNumber", "ImagePositionPatient", "ImageOrientationPatient",
    "Rows", "Columns",
)  # fmt: skip


def _by_kind(group: Group) -> list[Group]:
    """Images of one size, spacing, kernel and frame of reference."""
    # What is asked of an image costs more than comparing the values that it depends on.
    alike: dict[Hashable, list[Image]] = defaultdict(list)
    for image in group.images:
        values = image.frame.values
        placed = "ImagePositionPatient" in values
        alike[(*map(values.get, _KIND_KEYWORDS), placed)].append(image)
    parts: dict[tuple[Hashable, ...], list[Image]] = defaultdict(list)
    for images in alike.values():
        kind = _kind(images[0])
        if _is_picture(images[0]):
            parts.update({(*kind, str(image.path)): [image] for image in images})
        else:
            parts[(*kind, "")] += images
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


_KIND_KEYWORDS = (
    "SOPClassUID", "Rows", "Columns", "SamplesPerPixel", "FrameOfReferenceUID",
    "ConvolutionKernel", "ImageType", "PixelSpacing", "Modality", "ImageOrientationPatient",
)  # fmt: skip

_KIND_NAMES = (
    "object type", "rows", "columns", "colour", "frame of reference", "kernel",
    "image type (localizer)", "pixel spacing", "position (with and without)",
)  # fmt: skip


def _kind(image: Image) -> tuple[Hashable, ...]:
    """What images of one volume have in common, as ``_KIND_NAMES`` names it."""
    frame = image.frame
    spacing = frame.numbers("PixelSpacing", 2) or ()
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
    )


def _is_picture(image: Image) -> bool:
    """Whether the image is a picture of its own and no slice."""
    return image.frame.text("Modality") in PROJECTIONS and not image.is_placed


def _differences(kinds: Sequence[tuple[Hashable, ...]]) -> list[str]:
    return [
        name for name, *values in zip(_KIND_NAMES, *kinds, strict=False) if len(set(values)) > 1
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
    alike: dict[Hashable, list[Image]] = defaultdict(list)
    for image in group.images:
        alike[image.orientation].append(image)
    clusters: list[list[Image]] = []
    for images in alike.values():
        near = (c for c in clusters if _degrees(c[0], images[0]) <= SIMILAR_DEGREES)
        cluster = next(near, None)
        if cluster is None:
            clusters.append(images)
        else:
            cluster += images
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
    """The larger of the angles between the rows and between the columns of two placed images."""
    vectors = orientations([one, other]).reshape(2, 2, 3)
    first, second = vectors / np.linalg.norm(vectors, axis=2, keepdims=True)
    apart = np.linalg.norm(first - second, axis=1).max()
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
