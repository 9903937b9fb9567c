"""From a group of images to a ``Series``: geometry, value scale, windows and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pydicom.uid import UID

from viewer.dicom import suv
from viewer.dicom.header import Frame
from viewer.dicom.images import Group, Image, orientations, positions
from viewer.dicom.report import Note, count, info, warning
from viewer.dicom.scale import hounsfield
from viewer.dicom.series import (
    SUV,
    LengthUnit,
    Placement,
    Series,
    SliceFile,
    StudyInfo,
)
from viewer.dicom.slices import slice_file
from viewer.dicom.spacing import PixelSpacing, pixel_spacing
from viewer.dicom.stack import arrange, directions
from viewer.imaging.geometry import Geometry
from viewer.imaging.voi import VoiFunction, Window
from viewer.imaging.volume import PADDING

#: A CT padding value above this would blank tissue; such a tag is not believed.
_HIGHEST_PADDING_HU, _LOWEST_OVERFLOW_HU = -900, 3000


def assemble(group: Group, key: str) -> Series:
    """Describe the volume that a group of images forms.

    Parameters
    ----------
    group : Group
    key : str
        Of the new series.

    Raises
    ------
    GeometryError
        The images' orientation makes no sense.
    """
    first = group.images[0].frame
    spacing = pixel_spacing(first)
    images, distances, placements, geometry, grid, notes = _place(group, spacing)
    middle = images[len(images) // 2]
    slices = [
        slice_file(image, position) for image, position in zip(images, distances, strict=True)
    ]
    scale = suv.scale(images) if suv.is_pet(first) else hounsfield(images)
    if scale.factor != 1:
        slices = [replace(s, rescale=s.rescale.times(scale.factor)) for s in slices]
    unit = scale.unit
    padding_notes = _doubt_padding(slices) if unit == "HU" else ()
    windows = _windows(middle.frame)
    return Series(
        key=key,
        series_uid=first.text("SeriesInstanceUID"),
        study_uid=first.text("StudyInstanceUID"),
        modality=first.text("Modality"),
        description=first.text("SeriesDescription"),
        study=_study(first),
        slices=tuple(slices),
        placements=placements,
        geometry=geometry,
        grid=grid,
        length_unit=spacing.unit,
        number=first.integer("SeriesNumber"),
        slice_thickness_mm=first.number("SliceThickness"),
        windows=suv.windows(windows, scale.factor) if unit == SUV else windows,
        is_inverted=_is_inverted(first),
        transfer_syntax=UID(slices[0].encoding.transfer_syntax).name,
        body_part=first.text("BodyPartExamined"),
        unit=unit,
        is_float=_needs_float(slices, unit),
        report=(
            *group.notes,
            *notes,
            *spacing.notes,
            *scale.notes,
            *padding_notes,
            *_observations(images, slices),
        ),
    )


def _place(
    group: Group, spacing: PixelSpacing
) -> tuple[
    list[Image],
    Sequence[float],
    tuple[Placement, ...],
    Geometry | None,
    Geometry,
    tuple[Note, ...],
]:
    """The images in order, their positions, and the grid they form."""
    images = list(group.images)
    frame = images[0].frame
    size = (frame.integer("Rows") or 0, frame.integer("Columns") or 0)
    thickness = frame.number("SliceThickness")
    thickness = thickness if thickness and thickness > 0 else None
    if images[0].is_placed:
        row, column, _ = directions(orientations(images))
        stack = arrange(
            positions(images),
            row,
            column,
            spacing.mm,
            size,
            thickness,
            [image.path for image in images],
        )
        ordered = [images[i] for i in stack.order]
        distances = stack.positions_mm.tolist()
        known = stack.geometry if spacing.unit is not LengthUnit.PIXELS else None
        return ordered, distances, stack.placements, known, stack.geometry, stack.notes
    images.sort(key=lambda image: image.order)
    grid = Geometry.from_directions(
        (0, 0, 0),
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, thickness or 1.0),
        spacing.mm,
        (len(images), *size),
    )
    placements = tuple(Placement(i, i) for i in range(len(images)))
    notes = (_no_positions(images, thickness),) if len(images) > 1 else ()
    return images, range(len(images)), placements, None, grid, notes


def _no_positions(images: Sequence[Image], thickness: float | None) -> Note:
    distance = (
        f"their distance is taken to be the slice thickness of {thickness:g} mm"
        if thickness
        else "their distance is unknown"
    )
    return warning(
        "no_positions",
        f"The {count(len(images), 'image')} do not say where in the patient they lie. They are "
        f"shown in the order of their instance numbers; {distance}; left and right are unknown.",
    )


def _doubt_padding(slices: list[SliceFile]) -> tuple[Note, ...]:
    """Put aside a padding value that would blank tissue."""
    doubtful = []
    for index, item in enumerate(slices):
        if item.padding is None:
            continue
        low, high = (v * item.rescale.slope + item.rescale.intercept for v in item.padding)
        if low < _LOWEST_OVERFLOW_HU and high > _HIGHEST_PADDING_HU:
            doubtful.append(f"{high:g}")
            slices[index] = replace(item, padding=None)
    if not doubtful:
        return ()
    return (
        warning(
            "padding_ignored",
            f"The files declare {doubtful[0]} HU to be padding, which is a value of tissue. "
            "Such pixels are shown as they are.",
        ),
    )


def _needs_float(slices: Sequence[SliceFile], unit: str) -> bool:
    """Whether int16 could not hold the values.

    CT keeps int16 as long as its rescale keeps integers: values beyond ±32767 HU mean nothing.
    """
    if any(s.has_lut or not s.rescale.is_integral for s in slices):
        return True
    if unit == "HU":
        return False
    for item in {s.encoding: s for s in slices}.values():
        bits = item.encoding.bits_stored
        least, most = (
            (-(1 << bits - 1), (1 << bits - 1) - 1)
            if item.encoding.signed
            else (
                0,
                (1 << bits) - 1,
            )
        )
        ends = [v * item.rescale.slope + item.rescale.intercept for v in (least, most)]
        if item.encoding.bits_allocated > 16 or min(ends) < PADDING or max(ends) > -PADDING - 1:
            return True
    return False


def _is_inverted(frame: Frame) -> bool:
    """Whether low values are bright.

    A radiograph says so twice, by MONOCHROME1 and by a Presentation LUT Shape of INVERSE
    (PS3.3 C.8.11.3.1.2): that is one inversion, not two.
    """
    return (
        frame.text("PhotometricInterpretation") == "MONOCHROME1"
        or frame.text("PresentationLUTShape") == "INVERSE"
    )


def _windows(frame: Frame) -> tuple[Window, ...]:
    """The file's windows (PS3.3 C.11.2.1.2), each with its explanation."""
    centers, widths = frame.parts("WindowCenter"), frame.parts("WindowWidth")
    names = frame.parts("WindowCenterWidthExplanation")
    try:
        function = VoiFunction(frame.text("VOILUTFunction") or "LINEAR")
    except ValueError:
        function = VoiFunction.LINEAR
    windows: dict[tuple[float, float], Window] = {}
    for index, (center, width) in enumerate(zip(centers, widths, strict=False)):
        if isinstance(center, str) or isinstance(width, str) or width <= 0:
            continue
        name = str(names[index]) if index < len(names) else ""
        windows.setdefault((center, width), Window(center, width, name, function))
    return tuple(windows.values())


def _study(frame: Frame) -> StudyInfo:
    return StudyInfo(
        patient_name=frame.text("PatientName"),
        patient_id=frame.text("PatientID"),
        patient_birth_date=frame.text("PatientBirthDate"),
        patient_sex=frame.text("PatientSex"),
        study_uid=frame.text("StudyInstanceUID"),
        date=frame.text("StudyDate"),
        time=frame.text("StudyTime"),
        description=frame.text("StudyDescription"),
        accession=frame.text("AccessionNumber"),
    )


def _observations(images: Sequence[Image], slices: Sequence[SliceFile]) -> list[Note]:
    """What a reader should know, though nothing had to be done about it."""
    frame = images[0].frame
    notes = []
    rescales = {s.rescale for s in slices}
    if len(rescales) > 1:
        notes.append(
            info(
                "rescale_varies",
                f"The rescale differs from slice to slice ({len(rescales)} of them); each slice "
                "was rescaled by its own.",
            )
        )
    if "VOILUTSequence" in frame.values:
        notes.append(
            info("voi_lut", "The files hold a VOI LUT, which is not applied; a window is used.")
        )
    paddings = {s.padding for s in slices} - {None}
    if paddings:
        notes.append(
            info(
                "padding",
                "Pixels outside the field of view are marked in the files; they are shown as air "
                "and left out of statistics.",
            )
        )
    if frame.text("AnatomicalOrientationType") == "QUADRUPED":
        notes.append(
            warning(
                "quadruped",
                "The patient is a quadruped: the letters of directions are those of a human being.",
            )
        )
    if frame.text("LossyImageCompression") == "01":
        notes.append(warning("lossy", "The images were compressed with loss."))
    if frame.text("BurnedInAnnotation") == "YES":
        notes.append(
            warning("burned_in", "Text is burned into the images; it may name the patient.")
        )
    if (frame.integer("SamplesPerPixel") or 1) > 1 or "PALETTE" in slices[0].encoding.photometric:
        notes.append(info("colour", "Colour images are shown in shades of grey."))
    if len({s.encoding.transfer_syntax for s in slices}) > 1:
        notes.append(info("transfer_syntaxes", "The files are encoded in different ways."))
    if not np.isfinite([s.rescale.slope for s in slices]).all():
        notes.append(warning("rescale", "A rescale slope is not a number."))
    return notes
