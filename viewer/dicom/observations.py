"""What a reader should know of a volume's images beside their geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydicom.datadict import dictionary_description
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless

from viewer.dicom.images import Image
from viewer.dicom.report import Note, count, info, warning
from viewer.dicom.series import SliceFile

_ALWAYS_LOSSY = frozenset(map(str, (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless)))


def observations(images: Sequence[Image], slices: Sequence[SliceFile]) -> tuple[Note, ...]:
    """What a reader should know of the images of one volume.

    Parameters
    ----------
    images : sequence of Image
    slices : sequence of SliceFile
        Of the same images.
    """
    frame = images[0].frame
    notes = [*_header_notes(images), *_assumptions(images)]
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
        notes.append(info("voi_lut", "The files hold a VOI LUT; the menu of windows offers it."))
    if any(s.has_overlays for s in slices):
        notes.append(
            info(
                "overlay_planes",
                "The files lay graphics over their images (overlay planes). They are drawn on the "
                "slices; the View menu hides them.",
            )
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
    notes += _lossy_note(images, slices)
    if frame.text("BurnedInAnnotation") == "YES":
        notes.append(
            warning("burned_in", "Text is burned into the images; it may name the patient.")
        )
    if slices[0].encoding.is_color:
        notes.append(
            info(
                "colour",
                "The images are in colour. They are shown in the plane they were acquired in, as "
                "they are stored: without a window and without their colour profile.",
            )
        )
    if len({s.encoding.transfer_syntax for s in slices}) > 1:
        notes.append(info("transfer_syntaxes", "The files are encoded in different ways."))
    if not np.isfinite([s.rescale.slope for s in slices]).all():
        notes.append(warning("rescale", "A rescale slope is not a number."))
    return tuple(notes)


def _header_notes(images: Sequence[Image]) -> list[Note]:
    """What had to be assumed to read the headers, with the files where that is not all of them."""
    files: dict[Note, dict[Path, None]] = {}
    for image in images:
        for note in image.header.notes:
            files.setdefault(note, {})[image.path] = None
    total = len({image.path for image in images})
    return [
        replace(note, files=tuple(paths)) if len(paths) < total else note
        for note, paths in files.items()
    ]


#: What an image must say of its pixels (PS3.3 C.7.6.3), and what is taken where it does not.
_REQUIRED = {
    "SamplesPerPixel": "1",
    "PhotometricInterpretation": "MONOCHROME2",
    "BitsAllocated": "16",
    "BitsStored": "all that are allocated",
    "PixelRepresentation": "unsigned",
}


def _assumptions(images: Sequence[Image]) -> list[Note]:
    """Required attributes that are missing."""
    notes = []
    for keyword, value in _REQUIRED.items():
        lacking = tuple(i.path for i in images if keyword not in i.frame.values)
        if lacking:
            name = dictionary_description(keyword)
            notes.append(
                warning(
                    "assumed",
                    f"{count(len(lacking), 'image lacks', 'images lack')} {name}: {value} was "
                    "assumed.",
                    lacking if len(lacking) < len(images) else (),
                )
            )
    return notes


def _lossy_note(images: Sequence[Image], slices: Sequence[SliceFile]) -> list[Note]:
    """Whether detail was lost, said by the files or by an encoding that has no other way."""
    declared = [i for i in images if i.frame.text("LossyImageCompression") == "01"]
    always = {s.encoding.transfer_syntax for s in slices} & _ALWAYS_LOSSY
    if not declared and not always:
        return []
    ratio = declared[0].frame.number("LossyImageCompressionRatio") if declared else None
    how = f", to a {ratio:g}th of their size" if ratio and ratio > 1 else ""
    return [warning("lossy", f"The images were compressed with loss{how}.")]
