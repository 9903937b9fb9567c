"""What the command ``export`` does, with its progress on standard error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

import resources
from viewer.cli.app import messages
from viewer.dicom.deidentify.profile import Options
from viewer.dicom.deidentify.pseudonyms import Pseudonyms, read_key
from viewer.dicom.deidentify.write import deidentify
from viewer.dicom.series import Series
from viewer.errors import NothingReadableError, ViewerError
from viewer.export.frames import Look
from viewer.export.order import VOLUMES, Form, Order, export, target
from viewer.export.output import new_folder
from viewer.export.volume import caution
from viewer.formats.load import load
from viewer.formats.scan import scan
from viewer.imaging.plane import Orientation, acquired_orientation, standard_stack
from viewer.imaging.voi import Window, auto_window
from viewer.names import safe_name
from viewer.session.presets import load_presets


def export_paths(
    paths: Sequence[Path],
    out: Path,
    form: str,
    series_uid: str | None = None,
    preset: str | None = None,
    orientation: Orientation | None = None,
    *,
    texts: bool = True,
    frames_per_second: float = 15.0,
) -> list[Path]:
    """Export the series below some paths; one that fails does not stop the others.

    Returns
    -------
    list of Path
        What was written: a file a series, or for pictures a folder.

    Raises
    ------
    NothingReadableError
        There is no image, or not the series asked for.
    ViewerError
        Every series failed; this is the last one's.
    """
    found = _found(paths, series_uid)
    window = _window(preset)
    names = Counter(series.series_uid for series in found)
    written: list[Path] = []
    failures: list[tuple[Series, ViewerError]] = []
    with Progress(console=messages, transient=True) as bars:
        for series in found:
            title = series.description or series.series_uid
            # Several volumes of one series must not share a name.
            name = series.series_uid if names[series.series_uid] == 1 else series.key
            path = target(out, safe_name(name), Form(form))
            try:
                bar = bars.add_task(f"Reading {title}", total=None)
                volume = load(
                    series,
                    on_progress=lambda p, bar=bar: bars.update(  # type: ignore[misc]
                        bar, completed=p.done, total=p.total
                    ),
                ).volume
                look = Look(
                    standard_stack(
                        volume.geometry, orientation or acquired_orientation(volume.geometry)
                    ),
                    window or series.first_voi or auto_window(volume.voxels),
                    inverted=series.is_shown_inverted,
                    texts=texts,
                    is_in_patient_space=series.geometry is not None,
                )
                bar = bars.add_task(f"Writing {title}", total=None)
                export(
                    series,
                    volume,
                    Order(Form(form), look, frames_per_second),
                    path,
                    on_progress=lambda done, total, bar=bar: bars.update(  # type: ignore[misc]
                        bar, completed=done, total=total or None
                    ),
                )
            except ViewerError as error:
                failures.append((series, error))
                continue
            written.append(path)
            if (kind := VOLUMES.get(Form(form))) and (note := caution(volume, kind)):
                messages.print(f"{title}: {note}", style="yellow", markup=False)
    if failures and not written:
        raise failures[-1][1]
    for series, failure in failures:
        title = series.description or series.series_uid
        messages.print(f"{title}: {failure}", style="red", markup=False)
    return written


def _found(paths: Sequence[Path], series_uid: str | None) -> list[Series]:
    scanned = scan(paths)
    found = [s for s in scanned.series if series_uid in (None, s.series_uid)]
    if scanned.skipped:
        left = "1 file is" if len(scanned.skipped) == 1 else f"{len(scanned.skipped)} files are"
        messages.print(f"{left} left out: no image, or damaged; `info` says which.")
    if not found:
        what = f"the series {series_uid}" if series_uid else "an image that can be read"
        raise NothingReadableError(f"There is no sign of {what}.", paths[0])
    return found


def _window(preset: str | None) -> Window | None:
    if preset is None:
        return None
    try:
        return load_presets(resources.ROOT / "windows.json").by_id(preset).window
    except KeyError as error:
        raise ViewerError(str(error.args[0])) from None


def anonymize(
    paths: Sequence[Path],
    out: Path,
    series_uid: str | None = None,
    key: Path | None = None,
    patient: str | None = None,
    *,
    shift_dates: bool = False,
) -> list[Path]:
    """Write the series below some paths as de-identified DICOM.

    Returns
    -------
    list of Path
        The folder, which must not have been there.

    Raises
    ------
    NothingReadableError, ViewerError
    """
    found = [s for s in _found(paths, series_uid) if s.slices]
    if not found:
        raise NothingReadableError("There is no DICOM series.", paths[0])
    pseudonyms = Pseudonyms(read_key(key) if key is not None else None)
    options = Options(patient=patient or "", shift_dates=shift_dates)
    with Progress(console=messages, transient=True) as bars, new_folder(out) as part:
        bar = bars.add_task("De-identifying", total=None)
        report = deidentify(
            found,
            part,
            options,
            pseudonyms,
            on_progress=lambda done, total: bars.update(bar, completed=done, total=total),
        )
    for line in report.left_out:
        messages.print(f"Left out: {line}", style="red", markup=False)
    for warning, files in report.warnings.items():
        messages.print(f"{warning} ({files} files)", style="yellow", markup=False)
    return [out]
