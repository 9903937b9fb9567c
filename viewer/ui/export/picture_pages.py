"""Pictures of what is on the screen."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from viewer.export.output import OnProgress
from viewer.export.pictures import PictureFormat, write_picture
from viewer.ui.export.exporter import Work
from viewer.ui.export.page import Kind, Page
from viewer.ui.export.screen import draw_view, draw_window
from viewer.ui.icons import IconName

_SCALES = {"As on the screen": 1, "Twice as fine": 2, "Four times as fine": 4}


class ScreenPage(Page):
    """A picture of what is on the screen."""

    def build(self) -> None:
        """Add format and size."""
        self.format = self.choice("Format", {kind.name: kind for kind in PictureFormat})
        self.scale = self.choice("Size", dict(_SCALES))

    @property
    def suffix(self) -> str:
        """Of the format."""
        return str(self.format.currentData())

    def draw(self, scale: int) -> Image.Image:
        """The picture."""
        raise NotImplementedError

    def work(self) -> Work:
        """The picture is drawn at once, as it is now, and written in the background."""
        picture = self.draw(int(self.scale.currentData()))

        def write(path: Path, replace: bool, on_progress: OnProgress) -> tuple[str, ...]:
            write_picture(picture, path, replace=replace)
            return ()

        return write


class ViewPage(ScreenPage):
    """A picture of the active view."""

    kind = Kind(
        "Picture of the view",
        "The active view as it is on the screen, with its texts, marks and heatmap. "
        "The patient's name is left out.",
        IconName.SCREENSHOT,
        "view",
    )

    def draw(self, scale: int) -> Image.Image:
        """The active view."""
        return draw_view(self.window_, scale)


class WindowPage(ScreenPage):
    """A picture of the window."""

    kind = Kind(
        "Picture of the window",
        "The whole window as it is on the screen. Patients' names are left out.",
        IconName.LAYOUT,
        "window",
    )

    def draw(self, scale: int) -> Image.Image:
        """The whole window."""
        return draw_window(self.window_, scale)
