"""From a group of images to a ``Series``: geometry, value scale, windows and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydicom.uid import UID

from viewer.dicom import display, suv
from viewer.dicom.header import Frame
from viewer.dicom.images import Group, Image, orientations, positions
from viewer.dicom.lookup_tables import voi_luts
from viewer.dicom.observations import observations
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
from viewer.imaging.shutter import Shutter
from viewer.imaging.voi import VoiLut
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
    shutter, shutter_notes = _shutter(images)
    windows = display.windows(middle.frame)
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
        frame_of_reference=first.text("FrameOfReferenceUID") if geometry is not None else "",
        slice_thickness_mm=first.number("SliceThickness"),
        windows=suv.windows(windows, scale.factor) if unit == SUV else windows,
        voi_luts=_voi_luts(middle.frame, slices) if scale.factor == 1 else (),
        shutter=shutter,
        is_color=slices[0].encoding.is_color,
        is_inverted=display.is_inverted(first),
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
            *shutter_notes,
            *observations(images, slices),
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
    if slices[0].encoding.is_color:
        return False
    if any(s.has_lut or not s.rescale.is_integral for s in slices):
        return True
    if unit == "HU":
        return False
    for item in {s.encoding: s for s in slices}.values():
        least, most = item.value_range
        if item.encoding.bits_allocated > 16 or least < PADDING or most > -PADDING - 1:
            return True
    return False


def _voi_luts(frame: Frame, slices: Sequence[SliceFile]) -> tuple[VoiLut, ...]:
    """The look-up tables of the middle image."""
    return voi_luts(frame.parts("VOILUTSequence"), slices[len(slices) // 2])


def _shutter(images: Sequence[Image]) -> tuple[Shutter | None, tuple[Note, ...]]:
    """The shutter that all images have."""
    if not any("ShutterShape" in image.frame.values for image in images):
        return None, ()
    found = {display.shutter(image.frame) for image in images}
    shutter = found.pop()
    if found:
        return None, (
            warning(
                "shutter_ignored",
                "The images have display shutters that differ. They are shown whole.",
            ),
        )
    if shutter is None:
        return None, ()
    return shutter, (
        info(
            "shutter",
            "The files ask for a part of the image to be hidden (display shutter). It is hidden "
            "and left out of the automatic window; the View menu brings it back.",
        ),
    )


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
