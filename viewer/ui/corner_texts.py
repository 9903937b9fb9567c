"""What stands in the four corners of a slice view."""

from __future__ import annotations

from viewer.dicom.series import Series
from viewer.imaging.plane import Orientation, Stack
from viewer.session.display import Display
from viewer.ui import captions
from viewer.ui.drawing import Corners, Line
from viewer.ui.language import tr

_MUTED = "overlay_text_muted"


def corner_texts(
    display: Display,
    orientation: Orientation,
    stack: Stack,
    index: int,
    zoom: float,
    value_text: str,
    *,
    is_loading: bool,
    show_names: bool,
    brief: bool,
    layer: str = "",
) -> Corners:
    """Patient and study on the left, series and window on the right.

    Parameters
    ----------
    display : Display
    orientation, stack, index : the slice shown.
    zoom : float
        View pixels per picture pixel.
    value_text : str
        The value under the pointer, empty when it is elsewhere.
    is_loading : bool
        Whether more of the series is on its way.
    show_names : bool
    brief : bool
        Leave out what a small view has no room for.
    layer : str
        What lies over the series; empty for nothing.
    """
    series = display.series
    known = display.is_in_patient_space
    name = Line(tr(orientation.capitalize()), f"crosshair_{orientation}", bold=True)
    top_left = [name if known else Line(tr("Image"), bold=True)]
    top_right: list[Line] = []
    if series is not None and not brief:
        if show_names:
            top_left.append(Line(captions.patient(series.study, show_name=True)))
        top_left.append(Line(captions.study_line(series.study), _MUTED))
        top_right += [
            Line(captions.series_title(series)),
            Line(captions.voxel_line(series), _MUTED),
        ]
        if layer:
            top_right.append(Line(f"+ {layer}", "overlay_letter"))
        if not display.is_complete:
            state = "Loading" if is_loading else "Not loaded whole"
            top_right.append(Line(tr(state), "overlay_warn", bold=True))
        if "lossy" in {note.code for note in series.report}:
            top_right.append(Line(tr("Lossy compression"), "overlay_warn", bold=True))
    bottom_left = [Line(captions.slice_line(index, stack.count))] if stack.count > 1 else []
    if display.is_turned(orientation):
        bottom_left.append(Line(captions.oblique_line(stack.tilt_degrees), "overlay_letter"))
    elif known:
        bottom_left.append(Line(captions.position_line(orientation, stack.position_mm(index))))
    if series is not None and not is_measured(series, stack, index):
        bottom_left.insert(0, Line(tr("Interpolated slice"), "overlay_warn", bold=True))
    if value_text:
        bottom_left.insert(0, Line(value_text, bold=True))
    inverted = f"  {tr('inverted')}" if display.inverted else ""
    gray = captions.window_line(display.window) + inverted
    slab = captions.slab_line(display.slab(orientation))
    bottom_right = [Line(slab, "overlay_letter", bold=True)]
    bottom_right.append(Line(tr("Colour") if display.no_window else gray))
    if not brief:
        bottom_right.append(Line(tr("Zoom {factor}×", factor=f"{zoom:.2f}"), _MUTED))
    return Corners(
        *(tuple(t for t in c if t.text) for c in (top_left, top_right, bottom_left, bottom_right))
    )


def is_measured(series: Series, stack: Stack, index: int) -> bool:
    """Whether a slice of a view was measured as it is shown.

    False for a whole slice that was interpolated or is missing. Views across the slices mix
    both and are not marked; the series report speaks of them.
    """
    first = series.grid.to_index(stack.plane(index).origin)
    step = series.grid.to_index(stack.plane(index).origin + stack.step) - first
    if abs(abs(float(step[2])) - 1) > 1e-3:
        return True
    placement = series.placements[min(max(round(float(first[2])), 0), series.shape[0] - 1)]
    return not (placement.is_interpolated or placement.is_empty)
