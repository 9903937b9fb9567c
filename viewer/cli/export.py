"""``export``: takes series out as volumes, pictures, films or de-identified DICOM."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from viewer.cli.app import app, command, write
from viewer.imaging.plane import Orientation


class As(StrEnum):
    """What to write."""

    NIFTI = "nifti"
    NRRD = "nrrd"
    PNG = "png"
    JPEG = "jpeg"
    TIFF = "tiff"
    MP4 = "mp4"
    GIF = "gif"
    ANONYMIZED = "anonymized"


@app.command()
@command
def export(
    paths: Annotated[list[Path], typer.Argument(help="Folders, files or zip archives.")],
    out: Annotated[Path, typer.Option(help="Folder that is written to; nothing is replaced.")],
    as_: Annotated[As, typer.Option("--as", help="What to write.")],
    series: Annotated[str | None, typer.Option(help="Only this Series Instance UID.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="Window of pictures and films; the file's own by default.")
    ] = None,
    orientation: Annotated[
        Orientation | None,
        typer.Option(help="Of pictures and films; as acquired by default."),
    ] = None,
    texts: Annotated[bool, typer.Option(help="Write slice, window and sides on pictures.")] = True,
    fps: Annotated[float, typer.Option(min=1, max=60, help="Slices a second in a film.")] = 15.0,
    key: Annotated[
        Path | None,
        typer.Option(
            help="anonymized: file with the secret that makes UIDs and pseudonyms the same in each "
            "export; made if it is not there. Keep it to yourself."
        ),
    ] = None,
    patient: Annotated[
        str | None, typer.Option(help="anonymized: name and ID in place of the patient's.")
    ] = None,
    shift_dates: Annotated[
        bool,
        typer.Option(help="anonymized: shift dates by the same days instead of removing them."),
    ] = False,
) -> None:
    """Export series as volumes, pictures, films or de-identified DICOM."""
    from viewer.cli import exporting

    if as_ is As.ANONYMIZED:
        written = exporting.anonymize(paths, out, series, key, patient, shift_dates=shift_dates)
    else:
        written = exporting.export_paths(
            paths, out, as_.value, series, preset, orientation, texts=texts, frames_per_second=fps
        )
    for path in written:
        write(str(path))
