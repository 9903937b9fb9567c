"""Findings as a structured report: Imaging Measurement Report (PS3.16 TID 1500)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import highdicom as hd
import numpy as np
from pydicom.sr.codedict import codes

from ai.findings import Finding, Findings
from viewer.imaging.geometry import Geometry
from viewer.results.dicom.codes import concept, private
from viewer.results.dicom.content import add_comment, quantity
from viewer.results.dicom.identity import Identity, Kind
from viewer.results.dicom.segmentation import Outlined
from viewer.results.dicom.sources import Sources

#: Probabilities are written as the certainty of a finding, in percent.
CERTAINTY = codes.DCM.CertaintyOfFinding
NUMBER_OF_FINDINGS = private("Number of findings")

_Group = (
    hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations
    | hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations
    | hd.sr.MeasurementsAndQualitativeEvaluations
)


def report(
    shown: Sequence[Finding],
    findings: Findings,
    outlined: Outlined | None,
    sources: Sources,
    geometry: Geometry,
    identity: Identity,
) -> hd.sr.Comprehensive3DSR | hd.sr.ComprehensiveSR:
    """Make the report of a result, which may be that nothing was found.

    A finding with a segment refers to it (TID 1411), one without to its rectangle on the image
    through its centre (TID 1410), a class to the picture (TID 1501). A detector's report also says
    how many findings there are.

    Parameters
    ----------
    shown : sequence of Finding
    findings : Findings
        To which they belong.
    outlined : Outlined, optional
        The segmentation of the same findings.
    sources : Sources
    geometry : Geometry
        Of the volume.
    identity : Identity
    """
    groups: list[_Group] = [
        _outlined(f, outlined, sources, identity)
        if outlined is not None and f.id in outlined.segments
        else _boxed(f, sources, geometry, identity)
        for f in shown
    ]
    if findings.classes:
        groups += [_class(*pair, sources, identity) for pair in findings.classes.items()]
    else:
        groups.append(_number(len(shown), sources, identity))
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=identity.observer),
        procedure_reported=codes.SCT.ImagingProcedure,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
        # The image library asks a projection for an orientation that few name.
        referenced_images=None if sources.series.geometry is None else list(sources.datasets),
    )
    add_comment(content[0], identity.statement)
    written = () if outlined is None else (outlined.dataset,)
    kind = hd.sr.ComprehensiveSR if findings.classes else hd.sr.Comprehensive3DSR
    return kind(
        evidence=[*sources.datasets, *written],
        content=content[0],
        is_complete=True,
        is_final=False,
        is_verified=False,
        **identity.instance(Kind.REPORT),
    )


def _outlined(
    finding: Finding, outlined: Outlined, sources: Sources, identity: Identity
) -> hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations:
    segment = hd.sr.ReferencedSegment(
        sop_class_uid=outlined.dataset.SOPClassUID,
        sop_instance_uid=outlined.dataset.SOPInstanceUID,
        segment_number=outlined.segments[finding.id],
        source_series=hd.sr.SourceSeriesForSegmentation(str(sources.datasets[0].SeriesInstanceUID)),
    )
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        referenced_segment=segment, **_described(finding, identity)
    )


def _boxed(
    finding: Finding, sources: Sources, geometry: Geometry, identity: Identity
) -> hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations:
    """By the rectangle around the finding's box, on the image nearest to its centre."""
    low, high = finding.box_lps_mm
    corners = geometry.to_index(list(product(*zip(low, high, strict=True))))
    limit = np.array(geometry.shape[::-1]) - 1
    (x0, y0), (x1, y1) = corners.min(axis=0)[:2], corners.max(axis=0)[:2]
    outline = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
    z = int(np.clip(np.rint(geometry.to_index(finding.center_lps_mm)[2]), 0, limit[2]))
    region = hd.sr.ImageRegion(
        graphic_type=hd.sr.GraphicTypeValues.POLYLINE,
        # The corner of the image is 0, the centre of its first pixel 0.5 (PS3.3 C.18.6.1.1).
        graphic_data=np.clip(outline + 0.5, 0, limit[:2] + 1),
        source_image=hd.sr.SourceImageForRegion(*sources.nearest(z).reference),
    )
    return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        referenced_region=region, **_described(finding, identity)
    )


def _described(finding: Finding, identity: Identity) -> dict[str, Any]:
    """What a finding's group of measurements holds besides its place."""
    meaning = concept(finding.label)
    uid, name = identity.tracking(finding)
    long, short = finding.diameters_mm
    measurements = [
        _certainty(finding.probability),
        quantity(codes.SCT.LongAxis, long, codes.UCUM.Millimeter),
        quantity(codes.SCT.ShortAxis, short, codes.UCUM.Millimeter),
        quantity(codes.SCT.Volume, finding.volume_ml * 1000, codes.UCUM.CubicMillimeter),
    ]
    if finding.mean_hu is not None:
        measurements.append(
            quantity(
                codes.DCM.AttenuationCoefficient,
                finding.mean_hu,
                codes.UCUM.HounsfieldUnit,
                derivation=codes.SCT.Mean,
            )
        )
    return {
        "tracking_identifier": hd.sr.TrackingIdentifier(uid=uid, identifier=name),
        "finding_category": meaning.category,
        "finding_type": meaning.kind,
        "finding_sites": None if meaning.site is None else [hd.sr.FindingSite(meaning.site)],
        "algorithm_id": identity.report_algorithm,
        "measurements": measurements,
    }


def _class(
    label: str, probability: float, sources: Sources, identity: Identity
) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    image = sources.nearest(0)
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=hd.UID(), identifier=f"{identity.findings.model.id} {label}"
        ),
        finding_type=concept(label).kind,
        algorithm_id=identity.report_algorithm,
        measurements=[_certainty(probability)],
        source_images=[hd.sr.SourceImageForMeasurementGroup(*image.reference)],
    )


def _number(
    number: int, sources: Sources, identity: Identity
) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    """How many there are: with none this is all that the report says."""
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=hd.UID(), identifier=f"{identity.findings.model.id} summary"
        ),
        algorithm_id=identity.report_algorithm,
        measurements=[quantity(NUMBER_OF_FINDINGS, number, codes.UCUM.NoUnits)],
        source_images=[hd.sr.SourceImageForMeasurementGroup(*sources.nearest(0).reference)],
    )


def _certainty(probability: float) -> hd.sr.Measurement:
    return quantity(CERTAINTY, probability * 100, codes.UCUM.Percent)
