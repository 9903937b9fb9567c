"""The demo where there is no screen: the same job, its pictures and results in a folder."""

from __future__ import annotations

from pathlib import Path

from viewer.cli.app import messages, write
from viewer.cli.batch import Order, analyze_paths
from viewer.ui.screenshot import render


def write_demonstration(series: Path, out: Path) -> None:
    """Analyze the demo series and take a picture of the window showing the result.

    Parameters
    ----------
    series : Path
        Folder of the demo's DICOM files.
    out : Path
        Receives ``window.png`` and a folder with findings, heatmap and pictures.
    """
    for folder in analyze_paths([series], out, Order()):
        write(str(folder))
    picture = out / "window.png"
    render([series], picture, preset="lung", analyze=True)
    write(str(picture))
    messages.print("A simulation with nodules of known place; see truth.json of hounsfield demo.")
