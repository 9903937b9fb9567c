"""The header index: a hit where nothing changed, a miss where anything did, and never an error."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dicom.synthetic import along_z, save
from viewer.dicom import index as indexing
from viewer.dicom import scan as scanning
from viewer.dicom.index import HeaderIndex
from viewer.dicom.info import describe
from viewer.dicom.load import CancelledError, load
from viewer.dicom.read_header import HeaderReader
from viewer.dicom.scan import scan
from viewer.dicom.source import Source

YESTERDAY = time.time() - 86_400


def age(*files: Path) -> None:
    """Make files old enough that their time tells whether they changed."""
    for file in files:
        os.utime(file, (YESTERDAY, YESTERDAY))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = save(along_z([0, 2, 4, 6]), tmp_path / "série 体")
    (home / "notes.txt").write_text("not an image")
    age(*home.iterdir())
    return home


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "headers.sqlite"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files whose headers are read from the files themselves."""
    names: list[str] = []

    class Spy(HeaderReader):
        def read(self, source: Source):  # type: ignore[no-untyped-def]
            names.append(source.path.name)
            return super().read(source)

    monkeypatch.setattr(scanning, "HeaderReader", Spy)
    return names


def test_a_folder_that_has_not_changed_is_not_read_again(
    folder: Path, database: Path, read: list[str]
) -> None:
    first = scan([folder], index=database)
    assert len(read) == 5
    second = scan([folder], index=database)
    assert len(read) == 5
    assert describe(second) == describe(first) == describe(scan([folder]))
    assert load(second.series[0]).volume.voxels[:, 0, 0].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("archive", ["dicom/chest_ct_5mm_tumour.zip", "robustness.zip"])
def test_real_files_are_described_alike_from_the_index(
    unpacked: Callable[[str], Path], database: Path, archive: str, read: list[str]
) -> None:
    folder = unpacked(archive)
    age(*(f for f in folder.rglob("*") if f.is_file()))
    plain = describe(scan([folder], index=database))
    del read[:]
    assert describe(scan([folder], index=database)) == plain
    assert read == []


@pytest.mark.parametrize("change", ["time", "size"])
def test_a_file_that_changed_is_read_again_and_the_others_are_not(
    folder: Path, database: Path, read: list[str], change: str
) -> None:
    scan([folder], index=database)
    del read[:]
    changed = folder / "0001.dcm"
    if change == "time":
        os.utime(changed, (YESTERDAY + 10, YESTERDAY + 10))
    else:
        changed.write_bytes(changed.read_bytes()[:-50])
        age(changed)
    result = scan([folder], index=database)
    assert read == ["0001.dcm"]
    assert [s.path.name for s in result.skipped] == (
        ["notes.txt"] if change == "time" else ["0001.dcm", "notes.txt"]
    )
    assert scan([folder], index=database).skipped == result.skipped
    assert read == ["0001.dcm"]


def test_new_files_are_added_and_those_that_vanished_are_forgotten(
    folder: Path, database: Path, read: list[str]
) -> None:
    scan([folder], index=database)
    del read[:]
    (folder / "0003.dcm").rename(folder / "0009.dcm")
    (series,) = scan([folder], index=database).series
    assert read == ["0009.dcm"]
    assert [s.path.name for s in series.slices] == ["0000.dcm", "0001.dcm", "0002.dcm", "0009.dcm"]


def test_a_file_written_just_now_is_not_trusted_to_stay_as_it_is(
    folder: Path, database: Path, read: list[str]
) -> None:
    os.utime(folder / "0002.dcm")
    scan([folder], index=database)
    del read[:]
    scan([folder], index=database)
    assert read == ["0002.dcm"]


def test_members_of_an_archive_count_as_long_as_the_archive_is_the_same(
    folder: Path, database: Path, read: list[str], tmp_path: Path
) -> None:
    archive = tmp_path / "series.zip"
    with zipfile.ZipFile(archive, "w") as members:
        for file in sorted(folder.iterdir()):
            members.write(file, f"inside/{file.name}")
    age(archive)
    first = describe(scan([archive], index=database))
    del read[:]
    assert describe(scan([archive], index=database)) == first
    assert read == []
    os.utime(archive, (YESTERDAY + 10, YESTERDAY + 10))
    scan([archive], index=database)
    assert len(read) == 5


@pytest.mark.parametrize("damage", [b"", b"not a database" * 500, None])
def test_a_damaged_database_is_made_anew(
    folder: Path, database: Path, read: list[str], damage: bytes | None
) -> None:
    scan([folder], index=database)
    if damage is None:
        content = bytearray(database.read_bytes())
        content[4096:] = os.urandom(len(content) - 4096)
        database.write_bytes(content)
    else:
        database.write_bytes(damage)
    assert len(scan([folder], index=database).series[0].slices) == 4
    scan([folder], index=database)
    del read[:]
    scan([folder], index=database)
    assert read == []


def test_damage_found_while_reading_is_gone_the_next_time(
    folder: Path, database: Path, read: list[str], tmp_path: Path
) -> None:
    many = save(along_z([2.0 * n for n in range(60)]), tmp_path / "many")
    age(*many.iterdir())
    scan([folder], index=database)
    scan([many], index=database)
    content = bytearray(database.read_bytes())
    content[3 * 4096 :] = os.urandom(len(content) - 3 * 4096)
    database.write_bytes(content)
    for _ in range(3):
        assert len(scan([many], index=database).series[0].slices) == 60
    del read[:]
    scan([many], index=database)
    assert read == []


def test_other_code_that_reads_headers_begins_anew(
    folder: Path, database: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan([folder], index=database)
    del read[:]
    monkeypatch.setattr(indexing, "_version", lambda: 7)
    scan([folder], index=database)
    assert len(read) == 5
    scan([folder], index=database)
    assert len(read) == 5


def test_where_nothing_can_be_written_headers_are_just_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = scan([folder], index=tmp_path / "file" / "headers.sqlite")
    assert len(result.series[0].slices) == 4


def test_a_database_that_another_process_holds_is_done_without(
    folder: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan([folder], index=database)
    age_again = folder / "0001.dcm"
    os.utime(age_again, (YESTERDAY + 10, YESTERDAY + 10))
    monkeypatch.setattr(indexing, "_SECONDS_TO_WAIT", 0.05)
    holder = sqlite3.connect(database)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert len(scan([folder], index=database).series[0].slices) == 4
    finally:
        holder.close()


def test_several_scans_at_a_time_share_the_database(
    folder: Path, database: Path, tmp_path: Path, read: list[str]
) -> None:
    others = [save(along_z([0, 2, 4]), tmp_path / f"{n}") for n in range(6)]
    age(*(f for other in others for f in other.iterdir()))
    failures: list[BaseException] = []

    def work(home: Path) -> None:
        try:
            for _ in range(3):
                assert len(scan([home, folder], index=database).series) > 0
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    del read[:]
    scan([folder, *others], index=database)
    assert read == []


def test_a_search_that_was_cancelled_keeps_what_it_had_read(
    folder: Path, database: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "_FILES_BETWEEN_REPORTS", 1)
    with pytest.raises(CancelledError):
        scan([folder], index=database, cancelled=lambda: len(read) == 3)
    scan([folder], index=database)
    assert len(read) == 5


def test_the_folders_opened_longest_ago_make_room(
    folder: Path, database: Path, read: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = save(along_z([0, 2, 4, 6]), tmp_path / "other")
    age(*other.iterdir())
    scan([folder], index=database)
    size = sqlite3.connect(database).execute("SELECT length(files) FROM folders").fetchone()[0]
    monkeypatch.setattr(indexing, "_MOST_BYTES", round(1.5 * size))
    scan([other], index=database)
    del read[:]
    scan([other], index=database)
    assert read == []
    scan([folder], index=database)
    assert len(read) == 5


@pytest.mark.skipif(os.name != "posix", reason="needs permissions of POSIX")
def test_nobody_else_may_read_the_database(folder: Path, database: Path) -> None:
    scan([folder], index=database)
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_closing_without_anything_new_writes_nothing_new(folder: Path, database: Path) -> None:
    scan([folder], index=database)
    query = "SELECT files FROM folders"
    before = sqlite3.connect(database).execute(query).fetchall()
    HeaderIndex(database).close()
    scan([folder], index=database)
    assert sqlite3.connect(database).execute(query).fetchall() == before
