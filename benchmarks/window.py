"""The window: from command to picture, scrolling, windowing, memory.

``python -m benchmarks window`` measures on a synthetic series; the environment variable
``HOUNSFIELD_BENCH_SERIES`` names another folder. Each figure comes from a fresh process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.series import SYNTAXES, write_series
from benchmarks.table import Row

SLICES = 300
LENGTHS = (300, 1_000, 3_000)
CLICKS = 5


def rows() -> list[Row]:
    """Start the real window three times and keep the median of each figure."""
    with tempfile.TemporaryDirectory() as scratch:
        series = Path(os.environ.get("HOUNSFIELD_BENCH_SERIES") or _synthetic(Path(scratch)))
        runs = [_measure(series) for _ in range(3)]
    result = [
        Row(f"window: {name}", sorted(run[name] for run in runs)[1], unit)
        for name, unit in {
            "command to first picture": "s",
            "command to whole volume": "s",
            "open again to first picture": "ms",
            "axial scroll step": "ms",
            "axial scroll step, two linked views": "ms",
            "window step, three views": "ms",
            "peak memory": "MB",
        }.items()
    ]
    for name, syntax in SYNTAXES.items():
        for slices in LENGTHS:
            with tempfile.TemporaryDirectory() as scratch:
                folder = write_series(Path(scratch, "long"), slices, syntax)
                figure = _measure(folder, "clicks")["click to first picture"]
            result.append(
                Row(f"window: click to first picture, {slices:,} slices, {name}", figure, "ms")
            )
    return result


def _synthetic(folder: Path) -> Path:
    from viewer.demo import write_demo
    from viewer.imaging.phantom import ChestScan

    write_demo(folder, scan=ChestScan(slices=SLICES, slice_mm=1.0))
    return folder / "chest-ct"


def _measure(series: Path, what: str = "all") -> dict[str, float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "benchmarks.window", what, str(series), str(time.time())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _clicks(series: Path) -> dict[str, float]:
    """From the click on a series in the list to its first picture on the screen."""
    app, window = _window(series)
    session = window.session
    times = []
    for _ in range(CLICKS):
        while not session.is_complete:
            app.processEvents()
        begin = time.perf_counter()
        session.activate(session.library.series[0])
        while session.display.volume is None:
            app.processEvents()
        app.processEvents()
        window.grab()  # the views draw what they show
        times.append((time.perf_counter() - begin) * 1e3)
    window.close()
    return {"click to first picture": sorted(times)[CLICKS // 2]}


def _window(series: Path):
    """The application and its window, which begins to open a series."""
    from PySide6.QtCore import QSettings

    from viewer.ui.app import create_application, open_window
    from viewer.ui.theme import apply_theme

    app = create_application(sys.argv[:1])
    apply_theme(app, "dark")
    store = QSettings(str(Path(tempfile.mkdtemp()) / "s.ini"), QSettings.Format.IniFormat)
    window = open_window([series], store)
    window.resize(1440, 900)
    window.show()
    return app, window


def _child(series: Path, started: float) -> dict[str, float]:
    import resource

    from PySide6.QtWidgets import QApplication

    from viewer.imaging.plane import Orientation
    from viewer.imaging.voi import Window

    app, window = _window(series)
    session = window.session
    figures: dict[str, float] = {}

    def until(ready) -> None:
        while not ready():
            app.processEvents()
        QApplication.processEvents()

    def frame_ms(step, count: int = 60) -> float:
        times = []
        for n in range(count):
            begin = time.perf_counter()
            step(n)
            app.processEvents()
            times.append(time.perf_counter() - begin)
        return sorted(times)[count // 2] * 1e3

    until(lambda: session.display.volume is not None)
    figures["command to first picture"] = time.time() - started
    until(lambda: session.is_complete)
    figures["command to whole volume"] = time.time() - started
    settle = time.perf_counter() + 8  # thumbnails and the 3D picture must not count
    until(lambda: time.perf_counter() > settle)
    display, axial = session.display, Orientation.AXIAL
    middle = display.stack(axial).count // 2
    figures["axial scroll step"] = frame_ms(lambda n: display.go_to(axial, middle + n % 40))
    center = display.volume.geometry.center_lps
    step_mm = display.volume.geometry.spacing_mm[1]
    figures["axial scroll step, two linked views"] = frame_ms(
        lambda n: display.move_cursor(center + (n % 40) * step_mm)
    )
    figures["window step, three views"] = frame_ms(
        lambda n: display.set_window(Window(-600 + n, 1500 + n))
    )
    session.close_all()
    app.processEvents()
    begin = time.perf_counter()
    session.open([series])
    until(lambda: session.display.volume is not None)
    figures["open again to first picture"] = (time.perf_counter() - begin) * 1e3
    until(lambda: session.is_complete)
    figures["peak memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    window.close()
    return figures


if __name__ == "__main__":
    what, series, started = sys.argv[1:]
    figures = _clicks(Path(series)) if what == "clicks" else _child(Path(series), float(started))
    print(json.dumps(figures))
