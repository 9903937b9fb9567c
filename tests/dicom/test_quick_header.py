"""The quick parser and pydicom read the same, or the quick one gives up."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from tests.dicom.synthetic import image, save_file
from viewer.dicom.pydicom_header import read_with_pydicom
from viewer.dicom.quick_header import QuickParser
from viewer.dicom.read_header import HeaderReader
from viewer.dicom.source import Source
from viewer.errors import DamagedFileError

MUTANTS = 12


def mutants(data: bytes, seed: str) -> Iterator[bytes]:
    """A file's beginning, and the same with one to five of its header's bytes changed."""
    yield data
    chance = random.Random(seed)
    raw = QuickParser().parse(data)
    end = raw.pixel_offset if raw is not None else min(len(data), 3000)
    for _ in range(MUTANTS):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 5))):
            changed[chance.randrange(132, end)] = chance.randrange(256)
        yield bytes(changed)


def agree(data: bytes, source: Source, parser: QuickParser) -> bool | None:
    """Whether both read the same; None where the quick parser gives up or pydicom fails."""
    raw = parser.parse(data)
    if raw is None:
        return None
    quick = HeaderReader()._decode(raw, source)
    try:
        slow, length = read_with_pydicom(io.BytesIO(data), source)
    except DamagedFileError:
        return None
    return (
        dict(quick.values) == dict(slow.values)
        and quick.transfer_syntax == slow.transfer_syntax
        and quick.pixel_offset == slow.pixel_offset
        and raw.pixel_length == length
    )


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_an_ordinary_header_is_read_quickly_and_as_pydicom_reads_it(
    tmp_path: Path, syntax: str
) -> None:
    path = save_file(
        image(WindowCenter=[40, -600], WindowWidth=[400, 1200], PixelPaddingValue=-2000),
        tmp_path / "a.dcm",
        syntax,
    )
    assert agree(path.read_bytes(), Source(path), QuickParser()) is True


def test_both_ways_agree_on_damaged_headers_of_pydicoms_test_files() -> None:
    compare_on_mutants(Path(str(get_testdata_file("CT_small.dcm"))).parent, least=150)


def test_both_ways_agree_on_damaged_headers_of_odd_files(unpacked: Callable[[str], Path]) -> None:
    compare_on_mutants(unpacked("robustness.zip"), least=600)


def compare_on_mutants(folder: Path, least: int) -> None:
    outcomes = []
    parser = QuickParser()
    for path in sorted(folder.rglob("*.dcm")):
        for number, data in enumerate(mutants(path.read_bytes()[:65536], path.name)):
            outcome = agree(data, Source(path), parser)
            assert outcome is not False, (path, number)
            outcomes.append(outcome)
    assert outcomes.count(True) > least


def test_a_header_longer_than_the_first_read_is_read(tmp_path: Path) -> None:
    long = image(ImageComments="x" * 9000)
    path = save_file(long, tmp_path / "a.dcm")
    header = HeaderReader().read(Source(path))
    assert header.values["Rows"] == 8
    assert header.pixel_offset == path.stat().st_size - 160


@pytest.mark.parametrize("cut", [0, 50, 131, 132, 140, 200, 400])
def test_a_header_that_ends_early_is_given_up(tmp_path: Path, cut: int) -> None:
    path = save_file(image(), tmp_path / "a.dcm")
    data = path.read_bytes()
    parser = QuickParser()
    assert parser.parse(data[:cut]) is None
    assert parser.parse(data) is not None
    assert parser.parse(data[:cut]) is None
