"""De-identification: nothing that tells who it is survives, and the images stay what they are."""

from __future__ import annotations

import io
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from tests.dicom.deidentify.planted import DATE, NAME, TELLING, plant
from tests.dicom.phantoms import marker_series
from tests.dicom.synthetic import along_z, image, item, save, save_file
from tests.results.objects import validate
from viewer.dicom.deidentify.actions import Action, action_of
from viewer.dicom.deidentify.dates import shift_date, shift_date_time
from viewer.dicom.deidentify.profile import Options
from viewer.dicom.deidentify.pseudonyms import Pseudonyms, read_key
from viewer.dicom.deidentify.report import Report
from viewer.dicom.deidentify.write import deidentify
from viewer.dicom.load import load
from viewer.dicom.scan import scan
from viewer.errors import DamagedFileError, UnsupportedError, ViewerError

SYNTAXES = (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
SECRET = b"s" * 32

# Not from the table itself: what everybody knows to identify, or to be needed by any reader.
IDENTIFYING = """
PatientName PatientID PatientBirthDate PatientBirthTime PatientSex PatientAge PatientSize
PatientWeight PatientAddress PatientTelephoneNumbers PatientMotherBirthName OtherPatientIDs
OtherPatientIDsSequence OtherPatientNames MilitaryRank EthnicGroup Occupation CountryOfResidence
AdditionalPatientHistory PatientComments PatientInsurancePlanCodeSequence MedicalRecordLocator
ReferringPhysicianName PerformingPhysicianName OperatorsName PhysiciansOfRecord RequestingPhysician
InstitutionName InstitutionAddress InstitutionalDepartmentName StationName DeviceSerialNumber
AccessionNumber StudyID StudyDescription SeriesDescription ProtocolName ImageComments
StudyDate SeriesDate AcquisitionDate ContentDate StudyTime SeriesTime AcquisitionTime ContentTime
AcquisitionDateTime IconImageSequence RequestAttributesSequence OriginalAttributesSequence
PersonName VerifyingObserverName ContentSequence TextString DataSetTrailingPadding
"""
UIDS = """
SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID ReferencedSOPInstanceUID
SynchronizationFrameOfReferenceUID DeviceUID ConcatenationUID DimensionOrganizationUID
SOPInstanceUIDOfConcatenationSource VolumeFrameOfReferenceUID
"""
KEPT = """
SOPClassUID ReferencedSOPClassUID Modality ImageType Rows Columns PixelData PixelSpacing
ImagePositionPatient ImageOrientationPatient RescaleSlope RescaleIntercept WindowCenter WindowWidth
InstanceNumber SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence KVP BodyPartExamined
SpecificCharacterSet CodingSchemeUID BurnedInAnnotation LossyImageCompression
"""


def taken_out(
    source: Path, out: Path, options: Options | None = None, secret: bytes = SECRET
) -> tuple[list[Dataset], Report]:
    out.mkdir(parents=True)
    series = scan([source]).series
    report = deidentify(series, out, options or Options(), Pseudonyms(secret))
    return [pydicom.dcmread(p) for p in sorted(out.rglob("*.dcm"))], report


def content(path: Path) -> bytes:
    """The bytes of a file, unpacked where it is deflated."""
    data = path.read_bytes()
    meta = pydicom.filereader.read_file_meta_info(path)
    if meta.TransferSyntaxUID != DeflatedExplicitVRLittleEndian:
        return data
    start = 132 + 12 + meta.FileMetaInformationGroupLength
    return data[:start] + zlib.decompress(data[start:], -zlib.MAX_WBITS)


def errors(path: Path) -> set[str]:
    """What ``dciodvfy`` finds wrong, without the values."""
    return {re.sub("<[^<>/]*>", "<>", line) for line in validate(path)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the original lies."""
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def ct(folder: Path) -> Dataset:
    """An image that tells everything."""
    return plant(image())


@pytest.mark.parametrize("dates", [False, True], ids=["dates removed", "dates shifted"])
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_no_secret_survives_anywhere(ct: Dataset, tmp_path: Path, syntax: str, dates: bool) -> None:
    ct.preamble = b"SECRET" + b"\0" * 122
    save_file(ct, tmp_path / "in" / "Secret_Sally.dcm", syntax)
    original = (tmp_path / "in" / "Secret_Sally.dcm").read_bytes()
    taken_out(tmp_path / "in", tmp_path / "out", Options(shift_dates=dates))
    written = [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert len([p for p in written if p.suffix == ".dcm"]) == 1
    for path in written:
        found = content(path) if path.suffix == ".dcm" else path.read_bytes()
        # Times of day stay with shifted dates, as the option of the standard has it.
        left = [t for t in TELLING if t in found and not (dates and t == b"031337")]
        assert left == [], path
    assert not any("secret" in str(p.relative_to(tmp_path)).lower() for p in written)
    assert (tmp_path / "in" / "Secret_Sally.dcm").read_bytes() == original


def test_the_table_knows_what_tells_of_patients_and_people() -> None:
    for keyword in IDENTIFYING.split():
        assert action_of(Tag(keyword)) in (Action.REMOVE, Action.EMPTY, Action.DUMMY), keyword
    for keyword in UIDS.split():
        assert action_of(Tag(keyword)) is Action.UID, keyword
    for keyword in KEPT.split():
        assert action_of(Tag(keyword)) is Action.KEEP, keyword


def test_file_meta_information_is_made_anew(ct: Dataset, tmp_path: Path) -> None:
    save_file(ct, tmp_path / "in" / "a.dcm")
    file = pydicom.dcmread(tmp_path / "in" / "a.dcm")
    meta = file.file_meta
    meta.SourceApplicationEntityTitle = "SECRET"
    meta.PrivateInformationCreatorUID, meta.PrivateInformation = "1.2.3.4.666.1", b"SECRET"
    file.save_as(tmp_path / "in" / "a.dcm")
    (one,), _ = taken_out(tmp_path / "in", tmp_path / "out")
    assert one.file_meta.MediaStorageSOPInstanceUID == one.SOPInstanceUID
    assert "SourceApplicationEntityTitle" not in one.file_meta
    (path,) = (tmp_path / "out").rglob("*.dcm")
    assert not any(t in path.read_bytes() for t in TELLING)


def test_the_standard_is_told_what_was_done(ct: Dataset, tmp_path: Path) -> None:
    save_file(ct, tmp_path / "in" / "a.dcm")
    for shifted, codes in ((False, ["113100"]), (True, ["113100", "113107"])):
        (one,), _ = taken_out(
            tmp_path / "in", tmp_path / str(shifted), Options(shift_dates=shifted)
        )
        assert one.PatientIdentityRemoved == "YES"
        assert "Basic" in one.DeidentificationMethod[0]
        assert [c.CodeValue for c in one.DeidentificationMethodCodeSequence] == codes
        assert {c.CodingSchemeDesignator for c in one.DeidentificationMethodCodeSequence} == {"DCM"}
        modified = one.LongitudinalTemporalInformationModified
        assert modified == ("MODIFIED" if shifted else "REMOVED")


def test_an_earlier_de_identification_is_kept_and_not_told_twice(tmp_path: Path) -> None:
    marker_series(tmp_path / "in")
    taken_out(tmp_path / "in", tmp_path / "once")
    (first, *_), _ = taken_out(tmp_path / "once", tmp_path / "twice")
    assert [c.CodeValue for c in first.DeidentificationMethodCodeSequence] == ["113100"]


@pytest.mark.parametrize("shifted", [False, True])
def test_dciodvfy_finds_no_new_error(tmp_path: Path, shifted: bool) -> None:
    truth = marker_series(tmp_path / "in")
    before = errors(truth.paths[0])
    taken_out(tmp_path / "in", tmp_path / "out", Options(shift_dates=shifted))
    for path in sorted((tmp_path / "out").rglob("*.dcm"))[:3]:
        assert errors(path) <= before


def test_the_volume_is_the_same(tmp_path: Path) -> None:
    marker_series(tmp_path / "in", "oblique")
    taken_out(tmp_path / "in", tmp_path / "out")
    (before,), (after,) = scan([tmp_path / "in"]).series, scan([tmp_path / "out"]).series
    one, other = load(before).volume, load(after).volume
    np.testing.assert_array_equal(one.voxels, other.voxels)
    np.testing.assert_array_equal(one.geometry.affine, other.geometry.affine)
    assert before.series_uid != after.series_uid


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_pixels_stay_bit_for_bit(tmp_path: Path, syntax: str) -> None:
    one = image(np.arange(64, dtype=np.int16).reshape(8, 8))
    if syntax == RLELossless:
        one.file_meta = pydicom.dataset.FileMetaDataset()
        one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        one.compress(RLELossless)
        (tmp_path / "in").mkdir()
        one.save_as(tmp_path / "in" / "a.dcm", enforce_file_format=True)
    else:
        save([one], tmp_path / "in", syntax)
    (path,) = (tmp_path / "in").iterdir()
    (after,), _ = taken_out(tmp_path / "in", tmp_path / "out")
    assert after.file_meta.TransferSyntaxUID == syntax
    assert after.PixelData == pydicom.dcmread(path).PixelData


def test_what_belongs_together_still_does(tmp_path: Path) -> None:
    files = along_z([0, 1, 2])
    for one in files[1:]:
        one.SourceImageSequence = [
            item(
                ReferencedSOPClassUID=one.SOPClassUID,
                ReferencedSOPInstanceUID=files[0].SOPInstanceUID,
            )
        ]
    save(files, tmp_path / "in")
    written, _ = taken_out(tmp_path / "in", tmp_path / "out")
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        (uid,) = {str(getattr(w, keyword)) for w in written}
        assert uid.startswith("2.25.")
        assert len(uid) <= 64
        assert uid not in {str(getattr(f, keyword)) for f in files}
    by_place = sorted(written, key=lambda w: w.ImagePositionPatient[2])
    first, *others = by_place
    for one in others:
        assert one.SourceImageSequence[0].ReferencedSOPInstanceUID == first.SOPInstanceUID
        assert one.SourceImageSequence[0].ReferencedSOPClassUID == first.SOPClassUID
    assert len({w.SOPInstanceUID for w in written}) == 3


def test_a_key_makes_two_exports_belong_together(tmp_path: Path) -> None:
    save([image(PatientID="7", PatientName=NAME)], tmp_path / "in")
    key = read_key(tmp_path / "keys" / "study.key")
    assert key == read_key(tmp_path / "keys" / "study.key")
    assert (tmp_path / "keys" / "study.key").stat().st_mode & 0o077 == 0
    (one,), _ = taken_out(tmp_path / "in", tmp_path / "1", secret=key)
    (again,), _ = taken_out(tmp_path / "in", tmp_path / "2", secret=key)
    (other,), _ = taken_out(tmp_path / "in", tmp_path / "3", secret=b"o" * 32)
    assert (one.PatientID, one.SOPInstanceUID) == (again.PatientID, again.SOPInstanceUID)
    assert one.PatientID != other.PatientID
    assert one.SOPInstanceUID != other.SOPInstanceUID
    assert str(one.PatientName) == one.PatientID


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sally")
    with pytest.raises(ViewerError, match="no key"):
        read_key(tmp_path / "letter.txt")
    assert (tmp_path / "letter.txt").read_text() == "Dear Sally"


def test_shifted_dates_keep_their_distances_within_a_patient(tmp_path: Path) -> None:
    def visit(patient: str, day: str, z: float) -> Dataset:
        return image(
            PatientID=patient,
            PatientBirthDate=DATE,
            StudyDate=day,
            SeriesDate=day,
            ContentTime="101500",
            AcquisitionDateTime=f"{day}101500.5+0100",
            ImagePositionPatient=[0, 0, z],
        )

    save(
        [visit("7", "20200228", 0), visit("7", "20200305", 1), visit("8", "20200228", 2)],
        tmp_path / "in",
    )
    written, _ = taken_out(tmp_path / "in", tmp_path / "out", Options(shift_dates=True))
    first, second, other = sorted(written, key=lambda w: w.ImagePositionPatient[2])
    days = [np.datetime64(f"{w.StudyDate[:4]}-{w.StudyDate[4:6]}-{w.StudyDate[6:]}") for w in
            (first, second, other)]  # fmt: skip
    assert days[1] - days[0] == np.timedelta64(6, "D")
    assert days[0] < np.datetime64("2020-02-28")
    assert days[2] != days[0]
    assert first.SeriesDate == first.StudyDate
    assert first.AcquisitionDateTime == f"{first.StudyDate}101500.5+0100"
    assert first.ContentTime == "101500"
    assert first.PatientBirthDate == ""


def test_removed_dates_leave_none_of_the_study(tmp_path: Path) -> None:
    save([image(StudyDate=DATE, StudyTime="031337", SeriesDate=DATE)], tmp_path / "in")
    (one,), _ = taken_out(tmp_path / "in", tmp_path / "out")
    assert one.StudyDate == one.StudyTime == ""
    assert one.get("SeriesDate") in (None, "19000101")


@given(st.dates(), st.integers(1, 3650))
def test_a_date_moves_back_by_so_many_days(day, days) -> None:
    moved = shift_date(f"{day:%Y%m%d}".rjust(8, "0"), days)
    if moved is not None:
        back = np.datetime64(f"{moved[:4]}-{moved[4:6]}-{moved[6:]}")
        assert np.datetime64(day) - back == np.timedelta64(days, "D")


@pytest.mark.parametrize(
    "text", ["", "2020", "202013", "20201399", "yesterday", "20200101-20200202"]
)
def test_what_is_no_whole_date_is_not_moved(text: str) -> None:
    assert shift_date(text, 3) is None
    assert shift_date_time(text, 3) is None


def test_a_date_that_cannot_be_moved_is_removed(tmp_path: Path) -> None:
    one = image()
    with pytest.warns(UserWarning, match="Invalid value"):
        one.StudyDate = "around Easter 1937"
    save([one], tmp_path / "in")
    (after,), _ = taken_out(tmp_path / "in", tmp_path / "out", Options(shift_dates=True))
    assert after.StudyDate == ""


def test_the_report_lists_changes_without_values(ct: Dataset, tmp_path: Path) -> None:
    save_file(ct, tmp_path / "in" / "a.dcm")
    _, report = taken_out(tmp_path / "in", tmp_path / "out")
    document = json.loads((tmp_path / "out" / "deidentification.json").read_text())
    done = {(c["attribute"], c["done"]) for c in document["changes"]}
    assert ("PatientName", "emptied") in done or ("PatientName", "replaced by a dummy") in done
    assert ("SOPInstanceUID", "UID replaced") in done
    assert ("InstitutionAddress", "removed") in done
    assert any("." in attribute for attribute, _ in done)  # within sequences
    assert document["files"] == 1
    assert document["dates"] == "removed"
    rows = (tmp_path / "out" / "deidentification.csv").read_text().splitlines()
    assert len(rows) == len(document["changes"]) + 1
    assert report.left_out == []


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"BurnedInAnnotation": "YES"}, "burnt into"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "secondary capture"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "screen"),
        ({"Modality": "US"}, "this modality"),
    ],
)
def test_pixels_that_may_name_somebody_are_warned_of(
    tmp_path: Path, attributes: dict[str, object], words: str
) -> None:
    save([image(**attributes)], tmp_path / "in")
    _, report = taken_out(tmp_path / "in", tmp_path / "out")
    ((message, files),) = report.warnings.items()
    assert words in message
    assert files == 1
    document = json.loads((tmp_path / "out" / "deidentification.json").read_text())
    assert document["warnings"] == [{"message": message, "files": 1}]


def test_a_plain_ct_is_not_warned_of(tmp_path: Path) -> None:
    save([image()], tmp_path / "in")
    _, report = taken_out(tmp_path / "in", tmp_path / "out")
    assert not report.warnings


def test_overlays_are_warned_of_and_those_within_the_pixels_more(tmp_path: Path) -> None:
    one, other = along_z([0, 1])
    for header, position in ((one, 0), (other, 12)):
        header.add_new(0x60000010, "US", 8)
        header.add_new(0x60000102, "US", position)
    save([one, other], tmp_path / "in")
    written, report = taken_out(tmp_path / "in", tmp_path / "out")
    assert sorted(report.warnings.values()) == [1, 2]
    assert any("bits of the pixels" in message for message in report.warnings)
    assert not any(tag.group == 0x6000 for w in written for tag in w.keys())  # noqa: SIM118


@pytest.mark.parametrize("name", ["../outside", "..", "/etc", "a/b", "Müller"])
def test_a_chosen_name_leads_nowhere(tmp_path: Path, name: str) -> None:
    save([image()], tmp_path / "in")
    (one,), _ = taken_out(tmp_path / "in", tmp_path / "deep" / "out", Options(patient=name))
    assert one.PatientID == name
    files = {p for p in tmp_path.rglob("*") if p.is_file()} - set((tmp_path / "in").iterdir())
    assert all(p.is_relative_to(tmp_path / "deep" / "out") for p in files)


def test_several_patients_do_not_get_one_name(tmp_path: Path) -> None:
    save([image(PatientID="7"), image(PatientID="8", SeriesInstanceUID="1.2.9")], tmp_path / "in")
    with pytest.raises(UnsupportedError, match="several patients"):
        taken_out(tmp_path / "in", tmp_path / "out", Options(patient="A"))
    written, _ = taken_out(tmp_path / "in", tmp_path / "again")
    assert len({w.PatientID for w in written}) == 2


def test_a_file_that_is_gone_is_told_of_and_does_not_stop_the_others(tmp_path: Path) -> None:
    save(along_z([0, 1, 2]), tmp_path / "in")
    series = scan([tmp_path / "in"]).series
    series[0].slices[1].path.unlink()
    (tmp_path / "out").mkdir()
    report = deidentify(series, tmp_path / "out", Options(), Pseudonyms(SECRET))
    assert report.files == 2
    assert len(report.left_out) == 1
    names = [p.name for p in (tmp_path / "out").rglob("*.dcm")]
    assert len(names) == 2
    for path in (tmp_path / "in").iterdir():
        path.unlink()
    with pytest.raises(DamagedFileError, match="No file"):
        deidentify(series, tmp_path / "out", Options(), Pseudonyms(SECRET))


def test_an_image_without_a_uid_gets_one(tmp_path: Path) -> None:
    one = image()
    one.SOPInstanceUID = ""
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, one, implicit_vr=False, little_endian=True, force_encoding=True)
    (tmp_path / "in").mkdir()
    meta = pydicom.dataset.FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.file_meta = meta
    one.save_as(tmp_path / "in" / "a.dcm", enforce_file_format=False)
    (after,), _ = taken_out(tmp_path / "in", tmp_path / "out")
    assert after.SOPInstanceUID.startswith("2.25.")


@pytest.mark.filterwarnings("ignore:Invalid value")
def test_every_file_of_the_odd_ones_is_taken_out_without_new_errors(
    shared_data: Path, tmp_path: Path
) -> None:
    """Names, IDs and instance UIDs of real files are not in the new ones, which are as valid."""
    series = [s for s in scan([shared_data / "robustness.zip"]).series if s.slices]
    report = deidentify(series, tmp_path, Options(), Pseudonyms(SECRET))
    assert report.left_out == []
    sources = list(dict.fromkeys(s.source for one in series for s in one.slices))
    written = sorted(tmp_path.rglob("*.dcm"), key=lambda p: p.name)
    assert len(written) == len(sources)
    validated: set[str] = set()
    for source, path in zip(sources, written, strict=True):
        with source.open() as file:
            original = file.read()
        before = pydicom.dcmread(io.BytesIO(original), force=True)
        after = path.read_bytes()
        for keyword in ("PatientName", "SOPInstanceUID", "StudyInstanceUID", "InstitutionName"):
            value = str(before.get(keyword) or "")
            telling = len(value) > 7 and value not in str(before.get("Manufacturer"))
            assert not (telling and value.encode() in after), (source.path, keyword)
        if before.get("SOPClassUID") in validated:
            continue
        validated.add(before.get("SOPClassUID"))
        copy = tmp_path / "original.bin"
        copy.write_bytes(original)
        new = errors(path) - errors(copy)
        assert new == set(), source.path
