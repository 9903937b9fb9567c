"""What the reader has segmented: labels on the grid of each series, changed by commands."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, cycle, islice
from typing import Any

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from viewer.imaging.geometry import Geometry
from viewer.imaging.labels import LabelVolume, Segment
from viewer.imaging.segment.part import Box, Mask, Part
from viewer.session.history import Command, History

#: Segments of a series at most: labels take one byte.
MOST = 255

#: To be told apart over grey and from each other.
COLORS = (
    (255, 170, 60), (90, 200, 250), (120, 220, 110), (240, 110, 160), (180, 140, 255),
    (255, 225, 80), (70, 210, 190), (235, 110, 90),
)  # fmt: skip

Labels = npt.NDArray[np.uint8]


class Segmentation:
    """The labels of one series; 0 is background.

    Parameters
    ----------
    geometry : Geometry
        Of the series.
    """

    def __init__(self, geometry: Geometry) -> None:
        self.geometry = geometry
        self._labels = np.zeros(geometry.shape, np.uint8)
        self.segments: tuple[Segment, ...] = ()
        self.active: int | None = None
        #: Grows with each change of the labels.
        self.version = 0
        self._packed: list[bytes | None] = [b""] * geometry.shape[0]

    @classmethod
    def unpacked(
        cls,
        geometry: Geometry,
        packed: Sequence[bytes],
        segments: tuple[Segment, ...],
        active: int | None,
    ) -> Segmentation:
        """The segmentation whose slices ``packed`` gave.

        Raises
        ------
        ValueError
            They are not of this grid.
        """
        made = cls(geometry)
        slices, rows, columns = geometry.shape
        if len(packed) != slices:
            raise ValueError(f"{len(packed)} slices of labels do not fit {slices}")
        for number, one in enumerate(packed):
            if one:
                flat = np.frombuffer(zlib.decompress(one), np.uint8)
                made._labels[number] = flat.reshape(rows, columns)
        made._packed = list(packed)
        made.segments, made.active = segments, active
        return made

    @property
    def packed(self) -> tuple[bytes, ...]:
        """Each slice compressed, for files; empty where it has no label.

        Only the slices are compressed that have been changed since the last time.
        """
        for number, one in enumerate(self._packed):
            if one is None:
                flat = self._labels[number]
                self._packed[number] = zlib.compress(flat.tobytes(), 1) if flat.any() else b""
        return tuple(one or b"" for one in self._packed)

    @property
    def labels(self) -> Labels:
        """The labels, shape ``geometry.shape``; not to be written to."""
        view = self._labels.view()
        view.flags.writeable = False
        return view

    def find(self, number: int | None) -> Segment | None:
        """The segment with a number."""
        return next((s for s in self.segments if s.number == number), None)

    def mask(self, number: int) -> Mask:
        """Where a segment is."""
        return np.asarray(self._labels == number)

    def write(self, box: Box, labels: Labels) -> None:
        """Put labels into a box."""
        self._labels[box] = labels
        self._packed[box[0]] = [None] * (box[0].stop - box[0].start)
        self.version += 1


@dataclass(frozen=True)
class _Patch:
    """Labels of a box, packed: they are nearly all the same."""

    box: Box
    packed: bytes

    @classmethod
    def of(cls, labels: Labels, box: Box) -> _Patch:
        """Those of the whole grid's labels that lie in a box."""
        return cls.of_box(labels[box], box)

    @classmethod
    def of_box(cls, inside: Labels, box: Box) -> _Patch:
        """The labels of a box."""
        return cls(box, zlib.compress(np.ascontiguousarray(inside).tobytes(), 1))

    def put(self, segmentation: Segmentation) -> None:
        shape = tuple(s.stop - s.start for s in self.box)
        flat = np.frombuffer(zlib.decompress(self.packed), np.uint8)
        segmentation.write(self.box, flat.reshape(shape))


@dataclass(frozen=True)
class Change:
    """A change of a series' labels that has been worked out, and of which version of them."""

    key: str
    version: int
    before: _Patch
    after: _Patch


class Segmentations:
    """The segmentations of all series, by their keys.

    Parameters
    ----------
    history : History
        Through which every change goes.
    """

    #: Labels, segments or the active one have changed: the key of the series.
    changed = Signal(str)

    def __init__(self, history: History) -> None:
        self._history = history
        self._all: dict[str, Segmentation] = {}
        self._stroke: tuple[str, list[tuple[Box, Labels]]] | None = None

    def of(self, key: str) -> Segmentation | None:
        """The segmentation of a series, if there is one."""
        return self._all.get(key)

    @property
    def all(self) -> Mapping[str, Segmentation]:
        """All there are."""
        return dict(self._all)

    def restore(self, all_: Mapping[str, Segmentation]) -> None:
        """Put the segmentations of a saved session in the place of all."""
        gone, self._all, self._stroke = self._all, dict(all_), None
        for key in {*gone, *all_}:
            self.changed.emit(key)

    def add(self, key: str, geometry: Geometry, name: str = "") -> Segment | None:
        """Begin another segment, which becomes the active one; can be undone.

        Returns
        -------
        Segment or None
            None where the series has as many as there can be.
        """
        segmentation = self._all.setdefault(key, Segmentation(geometry))
        taken = {s.number for s in segmentation.segments}
        number = next((n for n in range(1, MOST + 1) if n not in taken), None)
        if number is None:
            return None
        names = {s.name for s in segmentation.segments}
        name = name or next(n for i in count(1) if (n := f"Segment {i}") not in names)
        color = next(islice(cycle(COLORS), number - 1, None))
        segment = Segment(number, name, color=color)
        self._set_segments(key, f"Add {name}", (*segmentation.segments, segment), number)
        return segment

    def select(self, key: str, number: int) -> None:
        """Make a segment the one that tools change."""
        segmentation = self._all[key]
        if segmentation.active != number:
            segmentation.active = number
            self.changed.emit(key)

    def change(self, key: str, segment: Segment, label: str) -> None:
        """Give a segment another name or colour; can be undone."""
        segmentation = self._all[key]
        if segment != segmentation.find(segment.number):
            after = tuple(
                segment if s.number == segment.number else s for s in segmentation.segments
            )
            self._set_segments(key, label, after, segmentation.active)

    def remove(self, key: str, number: int) -> None:
        """Delete a segment with its voxels; can be undone."""
        segmentation = self._all[key]
        segment = segmentation.find(number)
        if segment is None:
            return
        mask = segmentation.mask(number)
        box = _box_of(mask)
        before, segments = _Patch.of(segmentation.labels, box), segmentation.segments
        left = tuple(s for s in segments if s.number != number)

        def do() -> None:
            here = segmentation.labels[box].copy()
            here[here == number] = 0
            segmentation.write(box, here)
            segmentation.segments = left
            segmentation.active = left[-1].number if left else None
            self.changed.emit(key)

        def undo() -> None:
            before.put(segmentation)
            segmentation.segments, segmentation.active = segments, number
            self.changed.emit(key)

        self._history.run(Command(f"Delete {segment.name}", do, undo))

    def adopt(self, key: str, found: LabelVolume, label: str) -> None:
        """Add segments made elsewhere, on the series' grid, where nothing is segmented yet.

        Parameters
        ----------
        key : str
        found : LabelVolume
        label : str
            What is done, for undoing it.
        """
        segmentation = self._all.setdefault(key, Segmentation(found.geometry))
        free = [n for n in range(1, MOST + 1) if segmentation.find(n) is None]
        numbers = dict(zip((s.number for s in found.segments), free, strict=False))
        table = np.zeros(int(found.labels.max()) + 1, np.uint8)
        for theirs, ours in numbers.items():
            if theirs < len(table):
                table[theirs] = ours
        labels = table[found.labels]
        labels[segmentation.labels > 0] = 0
        box = _box_of(labels > 0)
        added = labels[box]
        after_labels = np.where(added > 0, added, segmentation.labels[box])
        before = _Patch.of(segmentation.labels, box)
        after = _Patch.of_box(after_labels, box)
        new = tuple(
            replace(
                s,
                number=numbers[s.number],
                color=s.color or COLORS[(numbers[s.number] - 1) % len(COLORS)],
            )
            for s in found.segments
            if s.number in numbers
        )
        segments, active = segmentation.segments, segmentation.active

        def do() -> None:
            after.put(segmentation)
            segmentation.segments = (*segments, *new)
            segmentation.active = new[0].number if new else active
            self.changed.emit(key)

        def undo() -> None:
            before.put(segmentation)
            segmentation.segments, segmentation.active = segments, active
            self.changed.emit(key)

        self._history.run(Command(label, do, undo))

    # Voxels

    def paint(self, key: str, part: Part | None, *, erase: bool = False) -> None:
        """Add voxels to the active segment, or take them from it, as part of a stroke.

        What belongs to another segment stays there. ``end_stroke`` makes a command of all of it.
        """
        segmentation = self._all.get(key)
        if segmentation is None or segmentation.active is None or part is None:
            return
        if self._stroke is None or self._stroke[0] != key:
            self._stroke = (key, [])
        before = segmentation.labels[part.box].copy()
        after = before.copy()
        number = segmentation.active
        after[part.mask & (before == (number if erase else 0))] = 0 if erase else number
        if not np.array_equal(before, after):
            self._stroke[1].append((part.box, before))
            segmentation.write(part.box, after)
            self.changed.emit(key)

    def end_stroke(self, label: str) -> None:
        """Make one command of what was painted since the last; ``label`` says what it was."""
        stroke, self._stroke = self._stroke, None
        if stroke is None or not stroke[1]:
            return
        key, steps = stroke
        segmentation = self._all[key]
        box = _union([box for box, _ in steps])
        after = _Patch.of(segmentation.labels, box)
        was = segmentation.labels[box].copy()
        for inner, labels in reversed(steps):
            was[_within(inner, box)] = labels
        before = _Patch.of_box(was, box)
        self._record(key, label, before, after)

    def put(self, key: str, part: Part, label: str, *, replace_segment: bool = False) -> None:
        """Add voxels to the active segment as one command; see ``prepare``."""
        change = self.prepare(key, part, replace_segment=replace_segment)
        if change is not None:
            self.commit(change, label)

    def prepare(self, key: str, part: Part, *, replace_segment: bool = False) -> Change | None:
        """What adding voxels to the active segment would change, on any thread.

        Parameters
        ----------
        key : str
        part : Part
        replace_segment : bool
            Whether the segment has no other voxels within the part's box afterwards.

        Returns
        -------
        Change or None
            None where nothing would change.
        """
        segmentation = self._all[key]
        number, box = segmentation.active, part.box
        if number is None:
            return None
        was = segmentation.labels[box].copy()
        here = was.copy()
        if replace_segment:
            here[here == number] = 0
        here[part.mask & (here == 0)] = number
        if np.array_equal(was, here):
            return None
        return Change(key, segmentation.version, _Patch.of_box(was, box), _Patch.of_box(here, box))

    def commit(self, change: Change, label: str) -> bool:
        """Make a prepared change, unless the labels have been changed meanwhile."""
        if self._all[change.key].version != change.version:
            return False
        self._record(change.key, label, change.before, change.after)
        return True

    def _record(self, key: str, label: str, before: _Patch, after: _Patch) -> None:
        segmentation = self._all[key]

        def show(patch: _Patch) -> None:
            patch.put(segmentation)
            self.changed.emit(key)

        self._history.run(Command(label, lambda: show(after), lambda: show(before)))

    def _set_segments(
        self, key: str, label: str, after: tuple[Segment, ...], active: int | None
    ) -> None:
        segmentation = self._all[key]
        before, was_active = segmentation.segments, segmentation.active

        def show(segments: tuple[Segment, ...], number: int | None) -> None:
            segmentation.segments, segmentation.active = segments, number
            self.changed.emit(key)

        self._history.run(
            Command(label, lambda: show(after, active), lambda: show(before, was_active))
        )


def as_label_volume(segmentation: Segmentation) -> LabelVolume:
    """A copy for files and other programs."""
    return LabelVolume(
        segmentation.labels.astype(np.uint16), segmentation.geometry, segmentation.segments
    )


def _box_of(mask: npt.NDArray[Any]) -> Box:
    """The box around what is set; an empty one where nothing is."""
    ends = []
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        found = np.flatnonzero(mask.any(axis=others))
        ends.append(slice(int(found[0]), int(found[-1]) + 1) if found.size else slice(0, 0))
    z, y, x = ends
    return z, y, x


def _union(boxes: list[Box]) -> Box:
    z, y, x = (
        slice(min(b[axis].start for b in boxes), max(b[axis].stop for b in boxes))
        for axis in range(3)
    )
    return z, y, x


def _within(inner: Box, outer: Box) -> Box:
    z, y, x = (
        slice(a.start - b.start, a.stop - b.start) for a, b in zip(inner, outer, strict=True)
    )
    return z, y, x
