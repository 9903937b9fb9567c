"""Regions of findings as a DICOM Segmentation (PS3.3 A.51)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import highdicom as hd
import numpy as np
from pydicom.sr.coding import Code

from ai.findings import Finding, Region
from viewer import DISCLAIMER
from viewer.imaging.geometry import Geometry
from viewer.results.dicom.codes import concept, plain
from viewer.results.dicom.identity import Identity, Kind
from viewer.results.dicom.sources import Sources

_PATIENT = hd.CoordinateSystemNames.PATIENT


@dataclass(frozen=True, eq=False)
class Outlined:
    """A written segmentation, and the number of each finding's segment in it."""

    dataset: hd.seg.Segmentation
    segments: Mapping[int, int]


def segmentation(
    shown: Sequence[Finding],
    regions: Mapping[int, Region],
    sources: Sources,
    geometry: Geometry,
    identity: Identity,
) -> Outlined | None:
    """Make a BINARY segmentation with a segment for each finding; empty frames are left out.

    Parameters
    ----------
    shown : sequence of Finding
    regions : mapping of int to Region
        By the findings' ids, on the volume's grid.
    sources : Sources
    geometry : Geometry
        Of the volume.
    identity : Identity

    Returns
    -------
    Outlined or None
        None if no finding has a region.

    Raises
    ------
    UnsupportedError
        The images do not say where they lie.
    """
    outlined = [f for f in shown if f.id in regions]
    if not outlined:
        return None
    sources.require_place()
    numbers = {finding.id: number for number, finding in enumerate(outlined, start=1)}
    planes = sorted({z for f in outlined for z in _planes(regions[f.id])})
    rows = {z: row for row, z in enumerate(planes)}
    # One array a segment, as findings may touch each other.
    pixels = np.zeros((len(planes), *geometry.shape[1:], len(outlined)), np.uint8)
    for finding in outlined:
        region = regions[finding.id]
        z, y, x = region.box
        for plane, mask in zip(range(z.start, z.stop), region.mask, strict=True):
            if mask.any():
                pixels[rows[plane], y, x, numbers[finding.id] - 1] = mask
    dataset = hd.seg.Segmentation(
        source_images=sources.datasets,
        pixel_array=pixels,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_segment(f, numbers[f.id], identity) for f in outlined],
        content_description=DISCLAIMER,
        content_label="AI_FINDINGS",
        **spatial(geometry, planes, sources),
        **identity.instance(Kind.SEGMENTATION),
    )
    return Outlined(dataset, numbers)


def spatial(
    geometry: Geometry, planes: Sequence[int], sources: Sources | None = None
) -> dict[str, Any]:
    """Where slices of a grid lie, as multi-frame objects say it (PS3.3 C.7.6.16.2).

    Parameters
    ----------
    geometry : Geometry
    planes : sequence of int
        Slices of the grid.
    sources : Sources, optional
        Of the same grid: their own positions are used, to the last digit.
    """
    right, down = (geometry.affine[:3, i] for i in (0, 1))
    cosines = [*(right / np.linalg.norm(right)), *(down / np.linalg.norm(down))]
    slice_mm, row_mm, column_mm = geometry.spacing_mm
    positions = []
    for z in planes:
        image = sources.image(z) if sources is not None else None
        own = None if image is None else image.dataset.get("ImagePositionPatient")
        place = geometry.to_lps((0, 0, z)).tolist() if own is None else [float(v) for v in own]
        positions.append(hd.PlanePositionSequence(_PATIENT, place))
    return {
        "pixel_measures": hd.PixelMeasuresSequence((row_mm, column_mm), slice_mm, slice_mm),
        "plane_orientation": hd.PlaneOrientationSequence(_PATIENT, cosines),
        "plane_positions": positions,
    }


def _planes(region: Region) -> list[int]:
    covered = np.flatnonzero(region.mask.any(axis=(1, 2)))
    return [int(z) + region.corner[0] for z in covered]


def _segment(finding: Finding, number: int, identity: Identity) -> hd.seg.SegmentDescription:
    meaning = concept(finding.label)
    uid, name = identity.tracking(finding)
    sites: list[Code] | None = None if meaning.site is None else [meaning.site]
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=plain(f"{finding.label} {finding.id}", 64),
        segmented_property_category=meaning.category,
        segmented_property_type=meaning.kind,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=identity.algorithm,
        tracking_uid=uid,
        tracking_id=name,
        anatomic_regions=sites,
    )
