"""Commands that look: ``open``, ``info``, ``screenshot`` and ``demo``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from viewer import DISCLAIMER
from viewer.cli.app import app, command, has_screen, messages, write, write_json
from viewer.errors import ViewerError


class Theme(StrEnum):
    """Of the window."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


class Language(StrEnum):
    """Of the window."""

    ENGLISH = "en"
    CHINESE = "zh_CN"
    SYSTEM = "system"


Paths = Annotated[list[Path], typer.Argument(help="Folders, files or zip archives.")]


@app.command("open")
@command
def open_(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders, files or zip archives to open.")
    ] = None,
    demo: Annotated[bool, typer.Option(help="Open the built-in synthetic chest CT.")] = False,
) -> None:
    """Open the window (the default command). Without a screen, --demo writes pictures instead."""
    paths = list(paths or [])
    if demo:
        paths.append(_demo_series())
    if has_screen():
        from viewer.ui.app import run

        raise typer.Exit(run(paths))
    if not demo:
        raise ViewerError(
            "There is no screen to open a window on.",
            remedy="Use the commands analyze, info or screenshot, or --demo.",
        )
    from viewer.cli.headless import write_demonstration

    out = Path("hounsfield-demo")
    messages.print(f"No screen: the demo's pictures and results go to {out.resolve()}")
    write_demonstration(paths[-1], out)


@app.command()
@command
def info(
    paths: Paths,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Say what is in a folder: series, geometry, the series report, what was skipped and why."""
    from viewer.cli.info import print_result
    from viewer.dicom.info import describe
    from viewer.errors import NothingReadableError
    from viewer.formats.scan import scan

    result = scan(paths)
    if as_json:
        write_json(describe(result))
    else:
        print_result(result)
    if not result.series:
        raise NothingReadableError(
            "Nothing here can be shown as an image.", paths[0], "See what was skipped, and why."
        )


@app.command()
@command
def screenshot(
    paths: Paths,
    out: Annotated[Path, typer.Option(help="The PNG to write.")],
    preset: Annotated[str | None, typer.Option(help="Window preset, such as lung.")] = None,
    slice_: Annotated[
        int | None, typer.Option("--slice", help="Axial slice, counted from 1.")
    ] = None,
    layout: Annotated[str, typer.Option(help="2x2, 1+3, axial, coronal, sagittal or 3d.")] = "2x2",
    size: Annotated[str, typer.Option(help="Width×height in pixels.")] = "1440x900",
    theme: Annotated[Theme, typer.Option(help="Of the window.")] = Theme.DARK,
    language: Annotated[Language, typer.Option(help="Of the window.")] = Language.ENGLISH,
    analyze: Annotated[bool, typer.Option(help="Analyze first and show the overlay.")] = False,
) -> None:
    """Take a picture of the real window, offscreen."""
    from viewer.ui import language as languages
    from viewer.ui.screenshot import render

    render(
        paths,
        out,
        size=_parse_size(size),
        preset=preset,
        slice_number=slice_,
        layout=layout,
        theme=theme.value,
        language=languages.Language(language.value),
        analyze=analyze,
    )
    messages.print(f"Wrote {out}", markup=False)


@app.command()
@command
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the series is written.")],
) -> None:
    """Write the synthetic chest CT as a DICOM series, with the truth about its nodules."""
    from rich.progress import Progress

    from viewer.demo import write_demo

    with Progress(console=messages, transient=True) as bar:
        task = bar.add_task("Synthetic chest CT", total=None)
        write_demo(
            folder, on_progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    write(str(folder))
    messages.print(f"A simulation; no patient. {DISCLAIMER}")


def _demo_series() -> Path:
    """The demo in the user's cache folder, written there the first time."""
    from rich.progress import Progress

    from viewer.demo import demo_series
    from viewer.locations import cache

    with Progress(console=messages, transient=True) as bar:
        task = bar.add_task("Preparing the synthetic chest CT (once)", total=None)
        return demo_series(
            cache(),
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _parse_size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(n) for n in text.lower().replace("×", "x").split("x"))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a size such as 1440x900") from None
    if not (200 <= width <= 8000 and 200 <= height <= 8000):
        raise typer.BadParameter("a side must be between 200 and 8000 pixels")
    return width, height
