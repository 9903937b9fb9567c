"""How the files want to be shown: windows, look-up tables, inversion, shutter."""

from __future__ import annotations

from collections.abc import Iterable

from viewer.dicom.header import Frame
from viewer.imaging.shutter import Shutter
from viewer.imaging.voi import VoiFunction, Window


def is_inverted(frame: Frame) -> bool:
    """Whether low values are bright.

    A radiograph says so twice, by MONOCHROME1 and by a Presentation LUT Shape of INVERSE
    (PS3.3 C.8.11.3.1.2): that is one inversion, not two.
    """
    return (
        frame.text("PhotometricInterpretation") == "MONOCHROME1"
        or frame.text("PresentationLUTShape") == "INVERSE"
    )


def windows(frame: Frame) -> tuple[Window, ...]:
    """The file's windows (PS3.3 C.11.2.1.2), each with its explanation."""
    centers, widths = frame.parts("WindowCenter"), frame.parts("WindowWidth")
    names = frame.parts("WindowCenterWidthExplanation")
    try:
        function = VoiFunction(frame.text("VOILUTFunction") or "LINEAR")
    except ValueError:
        function = VoiFunction.LINEAR
    found: dict[tuple[float, float], Window] = {}
    for index, (center, width) in enumerate(zip(centers, widths, strict=False)):
        if isinstance(center, str) or isinstance(width, str) or width <= 0:
            continue
        name = str(names[index]) if index < len(names) else ""
        found.setdefault((center, width), Window(center, width, name, function))
    return tuple(found.values())


def shutter(frame: Frame) -> Shutter | None:
    """The display shutter (PS3.3 C.7.6.11); shapes without their edges are left out."""
    shapes = frame.parts("ShutterShape")
    rectangle = circle = None
    polygon: tuple[tuple[int, int], ...] = ()
    if "RECTANGULAR" in shapes:
        edges = [frame.integer(f"Shutter{edge}Edge") for edge in _EDGES]
        left, right, upper, lower = edges
        if left is not None and right is not None and upper is not None and lower is not None:
            rectangle = (left, right, upper, lower)
    if "CIRCULAR" in shapes:
        center = frame.numbers("CenterOfCircularShutter", 2)
        radius = frame.integer("RadiusOfCircularShutter")
        if center is not None and radius is not None:
            circle = (int(center[0]), int(center[1]), radius)
    if "POLYGONAL" in shapes:
        polygon = _vertices(frame.parts("VerticesOfThePolygonalShutter"))
    if rectangle is None and circle is None and not polygon:
        return None
    # A P-value of 16 bits (PS3.3 C.7.6.11.1.1).
    gray = round((frame.integer("ShutterPresentationValue") or 0) / 0xFFFF * 255)
    return Shutter(rectangle, circle, polygon, min(max(gray, 0), 255))


_EDGES = ("LeftVertical", "RightVertical", "UpperHorizontal", "LowerHorizontal")


def _vertices(parts: Iterable[object]) -> tuple[tuple[int, int], ...]:
    numbers = [int(part) for part in parts if isinstance(part, int | float)]
    pairs = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    return pairs if len(pairs) >= 3 else ()
