"""Series as de-identified DICOM files in a folder."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    PYDICOM_IMPLEMENTATION_UID,
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from viewer.dicom.deidentify.burnt_in import suspicion
from viewer.dicom.deidentify.profile import Options, Profile
from viewer.dicom.deidentify.pseudonyms import Pseudonyms
from viewer.dicom.deidentify.report import Report
from viewer.dicom.series import Series
from viewer.dicom.source import Source
from viewer.errors import DamagedFileError, UnsupportedError
from viewer.names import safe_name

OnProgress = Callable[[int, int], None]

_IMPLEMENTATION = "HOUNSFIELD"


def deidentify(
    series: Sequence[Series],
    folder: Path,
    options: Options,
    pseudonyms: Pseudonyms,
    *,
    on_progress: OnProgress = lambda done, total: None,
) -> Report:
    """Write the files of series without what identifies the patient.

    Parameters
    ----------
    series : sequence of Series
    folder : Path
        Exists and is empty: ``<patient>/series-001/000001.dcm`` and the report are written there.
    options : Options
    pseudonyms : Pseudonyms
    on_progress : callable
        Told the files done and their total; what it raises breaks off.

    Returns
    -------
    Report
        With what a person should look at. The pixels are those of the source, bit for bit.

    Raises
    ------
    UnsupportedError
        A series is no DICOM.
    DamagedFileError
        No file can be read.
    OSError
        The folder cannot be written.
    """
    if any(not one.slices for one in series):
        raise UnsupportedError("The image is not DICOM: there are no headers to de-identify.")
    if options.patient and len({_patient(one) for one in series}) > 1:
        raise UnsupportedError(
            "The series are of several patients, who would all get the same name.",
            remedy="Leave the name out, or take each patient out alone.",
        )
    files = list(dict.fromkeys((s.source, one.series_uid) for one in series for s in one.slices))
    numbers = {uid: n for n, uid in enumerate(dict.fromkeys(uid for _, uid in files), 1)}
    profile = Profile(pseudonyms, options)
    report = Report(options, profile.changes)
    for done, (source, uid) in enumerate(files):
        on_progress(done, len(files))
        try:
            # pydicom warns of odd values by quoting them.
            with warnings.catch_warnings(action="ignore"):
                dataset = _read(source)
                cautions = list(_cautions(dataset))
                patient, content = _cleaned(dataset, profile)
        except Exception as error:  # pydicom raises whatever a strange header leads to
            reason = (
                str(error)
                if isinstance(error, DamagedFileError)
                else (f"{source.path.name}: Its headers cannot be understood ({error}).")
            )
            report.left_out.append(reason)
            continue
        report.files += 1
        report.warnings.update(cautions)
        where = folder / safe_name(patient) / f"series-{numbers[uid]:03}"
        where.mkdir(parents=True, exist_ok=True)
        (where / f"{report.files:06}.dcm").write_bytes(content)
    if not report.files:
        raise DamagedFileError(f"No file could be read. {report.left_out[0]}")
    report.write(folder)
    on_progress(len(files), len(files))
    return report


def _patient(series: Series) -> str:
    return series.study.patient_id or series.study.patient_name


def _read(source: Source) -> Dataset:
    try:
        with source.open() as file:
            content = file.read()
    except OSError as error:
        raise DamagedFileError(f"The file cannot be read ({error}).", source.path) from error
    dataset = pydicom.dcmread(BytesIO(content), force=True)
    if not dataset.get("SOPClassUID"):
        raise DamagedFileError("The file does not say what it is.", source.path)
    if not dataset.get("SOPInstanceUID"):  # every file needs one, the same in each export
        digest = hashlib.sha256(content).digest()
        dataset.SOPInstanceUID = f"2.25.{int.from_bytes(digest[:16], 'big')}"
    return dataset


def _cleaned(dataset: Dataset, profile: Profile) -> tuple[str, bytes]:
    """The new Patient ID, and the bytes of the file."""
    syntax = _syntax(dataset)
    patient = profile.apply(dataset)
    # Made anew: the old one names the machine that sent the file, and may be private.
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    meta.ImplementationVersionName = _IMPLEMENTATION
    dataset.file_meta = meta
    dataset.preamble = b"\0" * 128
    content = BytesIO()
    dataset.save_as(content, enforce_file_format=True)
    return patient, content.getvalue()


def _cautions(dataset: Dataset) -> Iterator[str]:
    """What a person should look at."""
    reason = suspicion(dataset)
    if reason:
        yield f"{reason} Look at the images before you pass them on."
    tags = list(dataset.keys())  # iterating over the data set would read every value
    overlays = [tag for tag in tags if tag.group & 0xFF00 == 0x6000]
    if overlays:
        yield "Overlay planes were removed: they may hold text."
    if any(tag.element == 0x0102 and dataset[tag].value for tag in overlays):
        yield (
            "Overlay planes are also stored in bits of the pixels, which stay as they are. Look at "
            "them before you pass the images on."
        )


def _syntax(dataset: Dataset) -> UID:
    stated = dataset.file_meta.get("TransferSyntaxUID") if hasattr(dataset, "file_meta") else None
    if stated:
        return UID(stated)
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian
