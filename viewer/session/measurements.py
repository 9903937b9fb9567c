"""What the reader has measured and marked, in all series."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count

from psygnal import Signal

from viewer.imaging.roi.figure import Figure, Kind
from viewer.session.history import Command, History

Point = tuple[float, float, float]

#: What the kinds are called.
TITLES = {
    Kind.LENGTH: "Length",
    Kind.BIDIRECTIONAL: "Bidirectional",
    Kind.ANGLE: "Angle",
    Kind.COBB: "Cobb angle",
    Kind.RECTANGLE: "Rectangle",
    Kind.ELLIPSE: "Ellipse",
    Kind.FREEHAND: "Freehand",
    Kind.PROBE: "Probe",
    Kind.ARROW: "Arrow",
    Kind.TEXT: "Text",
}


@dataclass(frozen=True, eq=False)
class Measurement:
    """One measurement or mark.

    Parameters
    ----------
    id : int
        Its own for as long as the program runs.
    figure : Figure
        In LPS mm.
    series : str
        Key of the series that it was drawn on.
    name : str
        The reader's; of an arrow or text, what is written.
    color : str
        ``"#rrggbb"``; empty for that of all measurements.
    label : tuple of float, optional
        LPS mm of where the label was dragged to; None where the program places it.
    """

    id: int
    figure: Figure
    series: str
    name: str = ""
    color: str = ""
    label: Point | None = None

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self.figure.kind

    @property
    def center_lps(self) -> Point:
        """LPS mm of its middle."""
        x, y, z = self.figure.points.mean(axis=0).tolist()
        return x, y, z


class Measurements:
    """All measurements, in the order in which they were made.

    They stay when a series is closed, and are there again when its files are opened again.

    Parameters
    ----------
    history : History
        Through which every change goes.
    """

    changed = Signal()
    selection_changed = Signal()

    def __init__(self, history: History) -> None:
        self._history = history
        self._all: tuple[Measurement, ...] = ()
        self._preview: Measurement | None = None
        self._selected: int | None = None
        self._ids = count(1)

    @property
    def all(self) -> tuple[Measurement, ...]:
        """The measurements, as they are while one is being drawn or changed."""
        if self._preview is None:
            return self._all
        if self.drawn is not None:
            return (*self._all, self.drawn)
        return _replaced(self._all, self._preview)

    @property
    def kept(self) -> tuple[Measurement, ...]:
        """The measurements without what the mouse is doing to them."""
        return self._all

    @property
    def drawn(self) -> Measurement | None:
        """The new one that is being drawn."""
        live = self._preview
        new = live is not None and all(m.id != live.id for m in self._all)
        return live if new else None

    def find(self, measurement: int) -> Measurement | None:
        """The one with an id."""
        return next((m for m in self.all if m.id == measurement), None)

    @property
    def selected(self) -> Measurement | None:
        """The one in focus."""
        return self.find(self._selected) if self._selected is not None else None

    def select(self, measurement: int | None) -> None:
        """Put one in focus by its id, or none."""
        if measurement != self._selected:
            self._selected = measurement
            self.selection_changed.emit()

    def begin(self, figure: Figure, series: str, name: str = "") -> Measurement:
        """A new measurement, which ``preview`` shows and ``put`` or ``add`` keeps.

        Without a name it gets one of its own.
        """
        title = TITLES[figure.kind]
        taken = {m.name for m in self._all}
        free = (n for i in count(1) if (n := f"{title} {i}") not in taken)
        return Measurement(next(self._ids), figure, series, name or next(free))

    def add(self, new: Iterable[Measurement], label: str) -> None:
        """Keep several new ones as one command.

        Parameters
        ----------
        new : iterable of Measurement
            Made by ``begin``.
        label : str
            What is done: ``"Import 5 measurements"``.
        """
        self._run(label, (*self._all, *new))

    def preview(self, measurement: Measurement | None) -> None:
        """Show a measurement as it would be, while the mouse is down; None ends it."""
        if measurement is not None or self._preview is not None:
            self._preview = measurement
            self.changed.emit()
            self._leave_what_is_gone()

    def put(self, measurement: Measurement, label: str = "") -> None:
        """Keep a new measurement, or a changed one in place of what it was; can be undone.

        Parameters
        ----------
        measurement : Measurement
        label : str
            What was done to it: ``"Move"``; nothing for a new one.
        """
        self._preview = None
        known = any(m.id == measurement.id for m in self._all)
        after = _replaced(self._all, measurement) if known else (*self._all, measurement)
        self._run(f"{label} {measurement.name}".strip(), after)

    def restore(self, measurements: Iterable[Measurement]) -> None:
        """Put the measurements of a saved session, made by ``begin``, in the place of all."""
        self._preview = None
        self._show(tuple(measurements))

    def rename(self, measurement: Measurement, name: str) -> None:
        """Give another name; an empty one is refused."""
        if name.strip() and name.strip() != measurement.name:
            self._run(
                f"Rename {measurement.name}",
                _replaced(self._all, replace(measurement, name=name.strip())),
            )

    def recolor(self, measurement: Measurement, color: str) -> None:
        """Draw one in another colour, ``"#rrggbb"``; empty for that of all measurements."""
        if color != measurement.color:
            self.put(replace(measurement, color=color), "Recolour")

    def remove(self, measurements: Iterable[Measurement]) -> None:
        """Delete some; can be undone."""
        kept = {m.id for m in self._all}
        gone = {m.id: m.name for m in measurements if m.id in kept}
        if gone:
            what = next(iter(gone.values())) if len(gone) == 1 else f"{len(gone)} measurements"
            self._run(f"Delete {what}", tuple(m for m in self._all if m.id not in gone))

    def _run(self, label: str, after: tuple[Measurement, ...]) -> None:
        before = self._all
        self._history.run(
            Command(label, do=lambda: self._show(after), undo=lambda: self._show(before))
        )

    def _show(self, measurements: tuple[Measurement, ...]) -> None:
        self._all = measurements
        self.changed.emit()
        self._leave_what_is_gone()

    def _leave_what_is_gone(self) -> None:
        if self.selected is None:
            self.select(None)


def _replaced(
    measurements: tuple[Measurement, ...], changed: Measurement
) -> tuple[Measurement, ...]:
    return tuple(changed if m.id == changed.id else m for m in measurements)
