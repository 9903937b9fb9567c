"""Segments drawn by readers as a DICOM Segmentation."""

from __future__ import annotations

import highdicom as hd
import numpy as np
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from viewer import DISCLAIMER
from viewer.dicom.series import Series
from viewer.errors import UnsupportedError
from viewer.imaging.labels import LabelVolume, Segment
from viewer.results.dicom.by_hand import instance
from viewer.results.dicom.codes import concept
from viewer.results.dicom.segmentation import spatial
from viewer.results.dicom.sources import Sources

_SERIES_NUMBER = 9007
_LONGEST = 64


def label_segmentation(found: LabelVolume, series: Series) -> hd.seg.Segmentation:
    """Make a BINARY segmentation of the segments that have voxels; empty frames are left out.

    Parameters
    ----------
    found : LabelVolume
        On the grid of the series.
    series : Series

    Raises
    ------
    UnsupportedError
        Nothing is segmented, the files are no DICOM, or do not say where the images lie.
    OSError
        They cannot be read (any more).
    """
    drawn = [s for s in found.segments if np.any(found.labels == s.number)]
    if not drawn:
        raise UnsupportedError("No segment has a voxel.", remedy="Segment something first.")
    if not series.slices:
        raise UnsupportedError(
            f"{series.description} is no DICOM series, to which a segmentation could refer.",
            remedy="Export NIfTI.",
        )
    sources = Sources(series)
    sources.require_place()
    table = np.zeros(int(found.labels.max()) + 1, np.uint8)
    table[[s.number for s in drawn]] = np.arange(1, len(drawn) + 1)
    planes = np.flatnonzero(found.labels.any(axis=(1, 2))).tolist()
    return hd.seg.Segmentation(
        source_images=sources.datasets,
        pixel_array=table[found.labels[planes]],
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_described(s, n) for n, s in enumerate(drawn, start=1)],
        content_description=DISCLAIMER,
        content_label="SEGMENTS",
        **spatial(found.geometry, planes, sources),
        **instance(_SERIES_NUMBER, "Segments drawn by hand"),
    )


def _described(segment: Segment, number: int) -> hd.seg.SegmentDescription:
    meaning = concept(segment.kind) if segment.kind else None
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=segment.name[:_LONGEST],
        segmented_property_category=meaning.category if meaning else codes.SCT.Tissue,
        segmented_property_type=meaning.kind if meaning else codes.SCT.Tissue,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        tracking_uid=segment.tracking_uid or generate_uid(),
        tracking_id=segment.name[:_LONGEST],
    )
