"""A window that measures and then goes on, until it is killed: run by the tests as a process.

Arguments: the folder of the images, the folder of the sessions, the folder of the settings.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSettings, QTimer

from tests.ui.conftest import StillVolumeView
from tests.ui.runners import InlineWorker
from viewer.analysis import Analysis
from viewer.imaging.plane import Orientation
from viewer.imaging.roi.figure import Figure, Kind
from viewer.ui import panes
from viewer.ui.app import create_application, open_window


def main(images: Path, sessions: Path, settings: Path) -> None:
    app = create_application(["hounsfield"])
    panes.VolumeView = StillVolumeView
    store = QSettings(str(settings / "settings.ini"), QSettings.Format.IniFormat)
    analysis = Analysis(settings / "models", worker=InlineWorker())
    window = open_window([images], store, analysis=analysis, sessions=sessions)
    window.show()
    timer = QTimer(interval=20)

    def measure() -> None:
        session = window.session
        if not session.is_complete:
            return
        timer.stop()
        plane = session.display.stack(Orientation.AXIAL).plane(3)
        ends = np.array([plane.to_lps(5, 5), plane.to_lps(9, 12)])
        figure = Figure(Kind.LENGTH, ends, plane)
        session.measurements.put(session.measurements.begin(figure, session.active.key))
        sys.stdout.write("measured\n")
        sys.stdout.flush()

    timer.timeout.connect(measure)
    timer.start()
    app.exec()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
