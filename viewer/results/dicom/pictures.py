"""Pictures of findings as Secondary Captures (PS3.3 A.8.4), and the slices to look at first."""

from __future__ import annotations

from collections.abc import Sequence

import highdicom as hd
import numpy as np
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from ai.findings import Finding
from viewer.imaging.geometry import Geometry
from viewer.results.dicom.codes import plain
from viewer.results.dicom.identity import Identity, Kind
from viewer.results.dicom.sources import Sources


def capture(picture: Image.Image, number: int, sources: Sources, identity: Identity) -> Dataset:
    """Make a Secondary Capture of a picture that shows the disclaimer.

    Parameters
    ----------
    picture : PIL.Image.Image
        RGB.
    number : int
        Of the picture.
    sources : Sources
    identity : Identity
    """
    written: Dataset = hd.sc.SCImage.from_ref_dataset(
        ref_dataset=sources.datasets[0],
        pixel_array=np.asarray(picture.convert("RGB")),
        photometric_interpretation=hd.PhotometricInterpretationValues.RGB,
        bits_allocated=8,
        coordinate_system=hd.CoordinateSystemNames.PATIENT,
        patient_orientation=("L", "P"),
        **identity.instance(Kind.PICTURES, number),
    )
    written.PatientOrientation = ""  # highdicom wants one; several planes have none in common
    written.PatientOrientation = ""  # highdicom wants one; several planes have none in common
    written.PatientOrientation = ""  # highdicom wants one; several planes have none in common
    written.ImageComments = identity.statement
    written.BurnedInAnnotation = "NO"  # that is, nothing that names the patient
    written.BodyPartExamined = sources.series.body_part or "CHEST"
    return written


def key_objects(
    shown: Sequence[Finding], sources: Sources, geometry: Geometry, identity: Identity
) -> hd.ko.KeyObjectSelectionDocument | None:
    """Make a Key Object Selection of the slices through the findings' centres.

    Parameters
    ----------
    shown : sequence of Finding
    sources : Sources
    geometry : Geometry
        Of the volume.
    identity : Identity

    Returns
    -------
    highdicom.ko.KeyObjectSelectionDocument or None
        None if there is no finding.
    """
    if not shown:
        return None
    last = geometry.shape[0] - 1
    centers = geometry.to_index([f.center_lps_mm for f in shown])[:, 2]
    images = [sources.nearest(int(z)).dataset for z in np.clip(np.rint(centers), 0, last)]
    chosen = list({str(image.SOPInstanceUID): image for image in images}.values())
    selection = hd.ko.KeyObjectSelection(
        document_title=codes.DCM.OfInterest,
        referenced_objects=chosen,
        observer_device_context=identity.observer,
        description=plain(identity.statement, 1024),
    )
    return hd.ko.KeyObjectSelectionDocument(
        evidence=chosen, content=selection, **identity.instance(Kind.KEY_OBJECTS)
    )
