"""Text in the bytes that scanners write, under tags that are true, missing or untrue (rule 29).

The bytes of the extended sets are the examples of PS3.5 H.3.1, I.2 and J.3.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian

from tests.dicom.synthetic import image, save_file
from viewer.dicom.report import Severity
from viewer.dicom.scan import scan
from viewer.dicom.series import Series

JAPANESE = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"
KOREAN = (
    b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf"
)


def series_with(
    name: bytes, declared: bytes, path: Path, syntax: str = ExplicitVRLittleEndian
) -> Series:
    """A series whose Patient Name and Specific Character Set are these bytes."""
    name += b" " * (len(name) % 2)
    declared += b" " * (len(declared) % 2)
    data = image(SpecificCharacterSet="ISO_IR 6", PatientName="N" * len(name))
    # Of another length than the true value, which takes its place below.
    data.SpecificCharacterSet = "C" * len(declared) if declared else ""
    data.PatientID = "1"
    save_file(data, path, syntax)
    content = path.read_bytes()
    content = content.replace(b"N" * len(name), name)
    path.write_bytes(content.replace(b"C" * len(declared), declared) if declared else content)
    (series,) = scan([path]).series
    return series


def doubts(series: Series) -> list[str]:
    found = [note for note in series.report if note.code == "character_set"]
    assert all(note.severity is Severity.WARNING for note in found)
    return [note.message for note in found]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize(
    ("name", "declared", "text"),
    [
        (b"Buc^J\xe9r\xf4me", b"ISO_IR 100", "Buc^Jérôme"),
        ("Люк^Борис".encode("iso8859_5"), b"ISO_IR 144", "Люк^Борис"),
        ("Wang^XiaoDong=王^小东".encode(), b"ISO_IR 192", "Wang^XiaoDong=王^小东"),
        ("Wang^XiaoDong=王^小东".encode("gb18030"), b"GB18030", "Wang^XiaoDong=王^小东"),
        (JAPANESE, b"\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (KOREAN, b"\\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞=홍^길동"),
        (b"Plain^Name", b"", "Plain^Name"),
    ],
)
def test_text_in_its_declared_set_is_read_without_doubt(
    tmp_path: Path, name: bytes, declared: bytes, text: str, syntax: str
) -> None:
    series = series_with(name, declared, tmp_path / "a.dcm", syntax)
    assert series.study.patient_name == text
    assert not doubts(series)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize(
    ("name", "declared", "text", "doubt"),
    [
        (
            "Müller^Jörg".encode(),
            b"",
            "Müller^Jörg",
            "The files name no character set, but their text needs one. It was read as UTF-8.",
        ),
        (b"M\xfcller^J\xf6rg", b"ISO_IR 6", "Müller^Jörg", "(ISO_IR 6). It was read as Latin-1"),
        (b"M\xfcller^J\xf6rg", b"ISO_IR 192", "Müller^Jörg", "(ISO_IR 192). It was read as Latin"),
        (
            "Müller^Jörg".encode(),
            b"ISO_IR 100",
            "Müller^Jörg",
            "(ISO_IR 100). It was read as UTF",
        ),
        (
            "王^小东".encode(),
            b"ISO_IR 999",
            "王^小东",
            "known (ISO_IR 999). It was read as UTF-8",
        ),
        ("山田".encode(), b"\\ISO 2022 IR 87", "山田", "(\\ISO 2022 IR 87). It was read as UTF-8."),
    ],
)
def test_a_set_that_is_missing_unknown_or_untrue_is_noted_with_what_was_assumed(
    tmp_path: Path, name: bytes, declared: bytes, text: str, doubt: str, syntax: str
) -> None:
    series = series_with(name, declared, tmp_path / "a.dcm", syntax)
    assert series.study.patient_name == text
    (message,) = doubts(series)
    assert doubt in message


def test_a_doubt_names_the_files_where_the_others_are_sound(tmp_path: Path) -> None:
    for number, name in enumerate((b"Mueller", b"M\xfcller")):
        data = image(
            PatientName="N" * 8, ImagePositionPatient=[0, 0, number], InstanceNumber=number
        )
        path = save_file(data, tmp_path / f"{number}.dcm")
        path.write_bytes(path.read_bytes().replace(b"N" * 8, name.ljust(8)))
    (series,) = scan([tmp_path]).series
    (note,) = (note for note in series.report if note.code == "character_set")
    assert note.files == (tmp_path / "1.dcm",)
