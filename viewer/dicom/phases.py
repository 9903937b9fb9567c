"""Images that lie in the same place: copies, or phases of a volume that changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from viewer.dicom.images import Group, Image, orientations, positions
from viewer.dicom.report import Note, count, info, warning
from viewer.dicom.stack import directions

#: Slices closer than this lie in the same place.
SAME_PLACE_MM = 0.01

SamePixels = Callable[[Image, Image], bool]

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


def by_place(group: Group, same_pixels: SamePixels) -> list[Group]:
    """Divide images so that of no part two lie in the same place.

    Parameters
    ----------
    group : Group
        Images of one orientation.
    same_pixels : callable
        Whether two images hold the same stored values; asked only of images in the same place.
    """
    if not group.images[0].is_placed or len(group.images) == 1:
        return [group]
    most = max(_multiplicity(group.images))
    if most == 1:
        return [group]
    for keyword, name in _PHASES.items():
        phases = _divided_by(keyword, group.images, most)
        if phases:
            return [
                part
                for number, images in enumerate(phases, 1)
                for part in by_place(
                    Group(tuple(images), group.notes).with_notes(
                        _phase_note(images[0], keyword, name, number, len(phases))
                    ),
                    same_pixels,
                )
            ]
    return _by_occurrence(group, _places(group.images), same_pixels)


def _phase_note(image: Image, keyword: str, name: str, number: int, phases: int) -> Note:
    value = image.frame.text(keyword) or "not given"
    return info(
        "phases",
        f"The DICOM series holds {phases} sets of images of the same places, told apart by {name}; "
        f"this is number {number} ({name} {value}).",
    )


def _distances(images: Sequence[Image]) -> npt.NDArray[np.float64]:
    """Positions along the normal."""
    row, column, _ = directions(orientations(images))
    return np.asarray(positions(images) @ np.cross(row, column))


def _multiplicity(images: Sequence[Image]) -> npt.NDArray[np.int64]:
    """How many images lie in each place."""
    distances = np.sort(_distances(images))
    starts = np.flatnonzero(np.diff(distances, prepend=-np.inf) > SAME_PLACE_MM)
    return np.diff(starts, append=len(distances))


def _places(images: Sequence[Image]) -> list[list[Image]]:
    """Images by place along the normal, and within one as they were numbered."""
    distances = _distances(images)
    order = np.argsort(distances, kind="stable")
    places = [[images[order[0]]]]
    for before, now in pairwise(order):
        if distances[now] - distances[before] > SAME_PLACE_MM:
            places.append([])
        places[-1].append(images[now])
    return [sorted(place, key=lambda image: image.order) for place in places]


def _divided_by(keyword: str, images: Sequence[Image], most: int) -> list[list[Image]] | None:
    """Images divided by a value, if that tells apart what lies in the same place.

    It does if no two images of a part lie in the same place, or if every part has the same number
    of images in every place: then something else tells those apart.
    """
    parts: dict[str, list[Image]] = defaultdict(list)
    for image in images:
        parts[image.frame.text(keyword)].append(image)
    if not 1 < len(parts) <= most:
        return None
    places = len(_multiplicity(images))
    counts = [_multiplicity(part) for part in parts.values()]
    is_clear = all(c.max() == 1 for c in counts)
    is_even = all(len(c) == places and c.min() == c.max() for c in counts)
    if not (is_clear or is_even):
        return None
    return [parts[value] for value in sorted(parts, key=_natural)]


def _natural(value: str) -> tuple[float, str]:
    try:
        return float(value), value
    except ValueError:
        return float("inf"), value


def _by_occurrence(group: Group, places: list[list[Image]], same_pixels: SamePixels) -> list[Group]:
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
                f"{count(len(dropped), 'image lies', 'images lie')} in the same place as another, "
                "pixel for pixel the same. One of each was used.",
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
