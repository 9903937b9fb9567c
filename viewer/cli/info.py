"""``info`` for people: the scan's result as text."""

from __future__ import annotations

from rich.table import Table

from viewer.cli.app import messages, write
from viewer.dicom.series import ScanResult


def print_result(result: ScanResult) -> None:
    """Print series, their reports and what was skipped."""
    for series in result.series:
        geometry = series.geometry
        write(f"{series.modality}  {series.description or '(no description)'}")
        write(f"    {series.series_uid}")
        if geometry is not None:
            z, y, x = geometry.shape
            dz, dy, dx = geometry.spacing_mm
            write(f"    {z} × {y} × {x} voxels of {dz:.3f} × {dy:.3f} × {dx:.3f} mm")
        else:
            write("    " + " × ".join(map(str, series.shape)) + " voxels, place unknown")
        write(f"    {series.transfer_syntax}")
        for note in series.report:
            write(f"    {note.severity.name.lower()}: {note.message}")
    if result.skipped:
        table = Table("left out", "why", box=None)
        for skipped in result.skipped:
            table.add_row(str(skipped.path), skipped.message)
        messages.print(table)
