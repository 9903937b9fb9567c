"""From paths to series of all formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from viewer.dicom import scan as dicom
from viewer.dicom.load import CancelledError
from viewer.dicom.report import Skipped
from viewer.dicom.series import ScanResult
from viewer.dicom.source import Source
from viewer.errors import NotDicomError, ViewerError
from viewer.formats.nifti import read_nifti
from viewer.formats.nrrd import read_nrrd
from viewer.formats.picture import PictureFile, read_picture
from viewer.formats.series import FileSeries

#: What reads a file that is no DICOM, by the end of its name.
_READERS: Mapping[str, Callable[[Source], list[FileSeries]]] = {
    ".nii": read_nifti,
    ".nii.gz": read_nifti,
    ".nrrd": read_nrrd,
    ".nhdr": read_nrrd,
    ".png": read_picture,
    ".jpg": read_picture,
    ".jpeg": read_picture,
    ".tif": read_picture,
    ".tiff": read_picture,
}
#: The ends of names of files other than DICOM that can be opened.
SUFFIXES = tuple(_READERS)


def scan(
    paths: Sequence[Path],
    *,
    index: Path | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ScanResult:
    """Find the series in folders (with all below them), files and zip archives.

    Every file is first taken for DICOM, whatever its name. Those that are not are read by what
    the end of their name promises, and come after: volumes, then pictures, each by name.

    Parameters
    ----------
    paths : sequence of Path
    index : Path, optional
        Database that remembers the headers of DICOM files.
    on_progress : callable
        Called with the number of files read and their total.
    cancelled : callable

    Returns
    -------
    ScanResult

    Raises
    ------
    CancelledError
    """
    found = dicom.scan(paths, index=index, on_progress=on_progress, cancelled=cancelled)
    others = [s for s in found.skipped if s.error == NotDicomError.__name__ and _suffix(s.source)]
    series: list[FileSeries] = []
    failed: list[Skipped] = []
    for done, entry in enumerate(others):
        if cancelled():
            raise CancelledError("The search was cancelled.")
        on_progress(done, len(others))
        try:
            series += _READERS[_suffix(entry.source)](entry.source)
        except ViewerError as error:
            failed.append(Skipped(entry.source, type(error).__name__, error.message))
        except OSError as error:
            reason = f"The file cannot be read ({error.strerror or error})."
            failed.append(Skipped(entry.source, type(error).__name__, reason))
    # The values of a detached header lie in a file of their own, which was taken for DICOM too.
    settled = {entry.source for entry in others} | {s.content.source for s in series}
    skipped = [*(s for s in found.skipped if s.source not in settled), *failed]
    return ScanResult(
        (*found.series, *sorted(series, key=_rank)),
        tuple(sorted(skipped, key=lambda s: s.path)),
    )


def _suffix(source: Source) -> str:
    """The end of a file's name that says what reads it; empty where nothing does."""
    name = source.path.name.lower()
    return next((suffix for suffix in _READERS if name.endswith(suffix)), "")


def _rank(series: FileSeries) -> tuple[bool, list[tuple[int, str]]]:
    """Volumes before pictures, and names as people count: 2 before 10."""
    parts = re.findall(r"\d+|\D+", series.key.lower())
    return isinstance(series.content, PictureFile), [
        (int(part), "") if part.isdecimal() else (-1, part) for part in parts
    ]
