"""What a model said of each series, and what the reader makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from psygnal import Signal

from viewer.imaging.overlay import DEFAULT_OPACITY
from viewer.imaging.volume import Volume
from viewer.session.history import Command
from viewer.session.marks import UNMARKED, Finding, Mark, as_marked


@dataclass(frozen=True, eq=False)
class Result:
    """A finished analysis of one series.

    Parameters
    ----------
    model : str
        Title and version of the model.
    label : str
        What the model looks for, in the singular: ``"nodule"``.
    findings : tuple of Finding
        Every candidate above ``lowest_threshold``, most probable first.
    heatmap : Volume or None
        Scores on a grid of their own.
    meaning : str
        What the heatmap's values are, for the colour bar.
    operating_points : mapping of str to float
        Thresholds of the probability by name.
    threshold : float
        The threshold of the operating point that the run was made for.
    lowest_threshold : float
    reasons : tuple of str
        Why the series does not meet the model's contract; empty when it does.
    provenance : str
        Device and time, in a line.
    classes : mapping of str to float
        The probability of each class, and of each group of classes; empty for a detector.
    decides : str
        The class or group that the operating points are thresholds of; empty for a detector.
    full : float
        The value of the heatmap that is drawn in full colour.
    """

    model: str
    label: str
    findings: tuple[Finding, ...]
    heatmap: Volume | None
    meaning: str
    operating_points: Mapping[str, float]
    threshold: float
    lowest_threshold: float
    reasons: tuple[str, ...] = ()
    provenance: str = ""
    classes: Mapping[str, float] = field(default_factory=dict)
    decides: str = ""
    full: float = 1.0


@dataclass(frozen=True)
class OverlayStyle:
    """How a heatmap lies on the anatomy; changing it never needs a second inference."""

    visible: bool = True
    opacity: float = DEFAULT_OPACITY
    threshold: float = 0.1  # a share of the heatmap's full value
    colormap: str = "inferno"


@dataclass(frozen=True, eq=False)
class Review:
    """The result of one series with the reader's marks.

    Parameters
    ----------
    result : Result or None
    threshold : float
        The least probability at which a finding is shown.
    chosen : int or None
        Id of the finding in focus.
    dismissed : frozenset of int
        Ids of the findings taken off the list.
    marks : mapping of int to Mark
        What else the reader says of findings, by their id.
    """

    result: Result | None = None
    threshold: float = 0.0
    chosen: int | None = None
    dismissed: frozenset[int] = field(default_factory=frozenset)
    marks: Mapping[int, Mark] = field(default_factory=dict)

    def mark(self, finding: int) -> Mark:
        """What the reader says of a finding."""
        return self.marks.get(finding, UNMARKED)

    @property
    def heatmap(self) -> Volume | None:
        """The heatmap."""
        return self.result.heatmap if self.result is not None else None

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings above the threshold that the reader has not dismissed, as he sees them."""
        if self.result is None:
            return ()
        return tuple(
            as_marked(f, self.mark(f.id))
            for f in self.result.findings
            if f.probability >= self.threshold and f.id not in self.dismissed
        )

    @property
    def selected(self) -> Finding | None:
        """The finding in focus, if it is shown."""
        return next((f for f in self.shown if f.id == self.chosen), None)


class Results:
    """The results of the series in view, and those of the others kept for when they come back."""

    #: The findings shown are others: a new result, threshold or dismissal.
    findings_changed = Signal()
    selection_changed = Signal()
    overlay_changed = Signal()

    def __init__(self) -> None:
        self._reviews: dict[str, Review] = {}
        self._key: str | None = None
        self._overlay = OverlayStyle()

    @property
    def review(self) -> Review:
        """What is to be seen of the series in view."""
        return self.of(self._key or "")

    def of(self, key: str) -> Review:
        """What is to be seen of the series with this key."""
        return self._reviews.get(key, Review())

    @property
    def result(self) -> Result | None:
        """The result of the series in view."""
        return self.review.result

    @property
    def heatmap(self) -> Volume | None:
        """The heatmap of the series in view."""
        return self.review.heatmap

    @property
    def overlay(self) -> OverlayStyle:
        """How heatmaps are drawn."""
        return self._overlay

    @property
    def threshold(self) -> float:
        """The least probability at which a finding is shown."""
        return self.review.threshold

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings above the threshold that the reader has not dismissed."""
        return self.review.shown

    @property
    def dismissed(self) -> int:
        """How many findings the reader has dismissed."""
        return len(self.review.dismissed)

    @property
    def selected(self) -> Finding | None:
        """The finding in focus, if it is shown."""
        return self.review.selected

    def switch(self, key: str | None) -> None:
        """Turn to another series."""
        self._key = key
        self.findings_changed.emit()
        self.selection_changed.emit()
        self.overlay_changed.emit()

    def put(self, key: str, result: Result) -> None:
        """Keep a series' result in place of an earlier one."""
        self._reviews[key] = Review(result, result.threshold)
        self.switch(self._key)

    @property
    def reviews(self) -> Mapping[str, Review]:
        """What is to be seen of each series that was analysed, by its key."""
        return dict(self._reviews)

    def restore(self, reviews: Mapping[str, Review]) -> None:
        """Put the reviews of a saved session in the place of all."""
        self._reviews = dict(reviews)
        self.switch(self._key)

    def has(self, key: str) -> bool:
        """Whether a series has been analysed."""
        return key in self._reviews

    def set_threshold(self, threshold: float) -> None:
        """Show the findings from another probability upwards."""
        result = self.result
        if result is not None and self._key is not None:
            threshold = min(max(threshold, result.lowest_threshold), 1.0)
            self._update(replace(self.review, threshold=threshold))

    def select(self, finding: int | None) -> None:
        """Put a finding in focus by its id."""
        if self._key is not None and self.result is not None:
            self._reviews[self._key] = replace(self.review, chosen=finding)
            self.selection_changed.emit()

    def neighbour(self, step: int) -> Finding | None:
        """The finding ``step`` places after the selected one in the list, going round."""
        shown = self.shown
        if not shown:
            return None
        selected = self.selected
        if selected is None:
            return shown[0 if step > 0 else -1]
        return shown[(shown.index(selected) + step) % len(shown)]

    def dismissal(self, finding: Finding) -> Command:
        """The command that takes a finding off the list."""
        before = self.review
        after = replace(before, dismissed=before.dismissed | {finding.id})
        return self._change(f"Dismiss finding {finding.id}", before, after)

    def marking(self, finding: Finding, mark: Mark, what: str) -> Command:
        """The command by which the reader says something of a finding.

        Parameters
        ----------
        finding : Finding
        mark : Mark
            All that is said of it then.
        what : str
            Which change it is, for the Edit menu: ``"Accept"``.
        """
        before = self.review
        after = replace(before, marks=_with(before.marks, finding.id, mark))
        return self._change(f"{what} finding {finding.id}", before, after)

    def preview(self, finding: Finding, mark: Mark) -> None:
        """Show a mark that is still being made, and that no undo knows of."""
        if self._key is not None:
            marks = _with(self.review.marks, finding.id, mark)
            self._update(replace(self.review, marks=marks))

    def _change(self, label: str, before: Review, after: Review) -> Command:
        """To other marks and back; threshold and focus stay what they are by then."""
        key = self._key or ""

        def put(wanted: Review) -> None:
            review = replace(
                self._reviews[key], dismissed=wanted.dismissed, marks=dict(wanted.marks)
            )
            self._reviews[key] = review
            if key == self._key:
                self._update(review)

        return Command(label, do=lambda: put(after), undo=lambda: put(before))

    def set_overlay(self, style: OverlayStyle) -> None:
        """Draw heatmaps another way."""
        self._overlay = style
        self.overlay_changed.emit()

    def show_overlay(self, visible: bool) -> None:
        """Show or hide heatmaps."""
        self.set_overlay(replace(self._overlay, visible=visible))

    def _update(self, review: Review) -> None:
        assert self._key is not None
        selected = self.selected
        self._reviews[self._key] = review
        self.findings_changed.emit()
        if self.selected != selected:
            self.selection_changed.emit()


def _with(marks: Mapping[int, Mark], finding: int, mark: Mark) -> dict[int, Mark]:
    """The marks with another one for a finding; none where nothing is said."""
    others = {id_: m for id_, m in marks.items() if id_ != finding}
    return others if mark == UNMARKED else {**others, finding: mark}
