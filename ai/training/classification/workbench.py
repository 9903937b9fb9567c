"""``train``: from a configuration to a package that the viewer can run, with its report."""

from __future__ import annotations

from pathlib import Path

from ai.engine import choose_device
from ai.packages.package import Package, load
from ai.request import DeviceChoice
from ai.training.classification import figures, reports
from ai.training.classification.config import Config, ConfigError, read
from ai.training.classification.eventfile import EventFile
from ai.training.classification.history import History
from ai.training.classification.release import Release
from ai.training.classification.reuse import members_of_package
from ai.training.classification.training import Log, gather, train_members
from ai.training.classification.verdict import judge
from ai.training.events import Event, Listener


def train(
    config: Path,
    *,
    data: Path | None = None,
    out: Path,
    resume: bool = False,
    reuse: Path | None = None,
    report: Log,
    listener: Listener = lambda event: None,
    device: DeviceChoice = "auto",
) -> Package:
    """Train, calibrate, test and package a classifier of pictures.

    Parameters
    ----------
    config : Path
        See ``ai.training.classification.config``.
    data : Path, optional
        Instead of the configuration's ``data.path``.
    out : Path
        Receives ``checkpoints/``, ``events/`` (for TensorBoard), ``report/`` and the package in a
        folder of its id.
    resume : bool
        Go on from the checkpoints in ``out``.
    reuse : Path, optional
        Train nothing: calibrate, measure and pack the networks of this package again.
    report : callable
        Receives lines of progress.
    listener : callable
        Receives live figures; may raise ``ai.errors.CancelledError``.
    device : {"auto", "cpu", "cuda"}

    Returns
    -------
    Package

    Raises
    ------
    ConfigError, DataError
        What is wrong, and where.
    """
    settings = read(config)
    material = gather(settings, data_of(settings, config, data), report)
    pictures = out / "report"
    pictures.mkdir(parents=True, exist_ok=True)
    reports.draw_gallery(pictures / "augmentation.png", settings, material)
    used = choose_device(device)
    with EventFile(out / "events") as events:
        history = History.begin(out / "history.json", events, resume=resume)
        follow = _following(history, report, listener)
        if reuse is None:
            members = train_members(settings, material, out, used, follow, resume=resume)
            figures.draw_curves(pictures / "learning.png", history.curves)
        else:
            members = members_of_package(settings, material, load(reuse), used)
    verdict = judge(settings, material, members, used, report)
    reports.draw_answers(pictures, verdict.answers, material.prints)
    reports.draw_features(
        pictures / "features.png", members[0], material, used, settings.report.features
    )
    for network in (*members, *verdict.guards.values()):
        network.cpu()
    return Release(settings, config, material, members, verdict).write(out / settings.id)


def data_of(settings: Config, config: Path, given: Path | None) -> Path:
    """Where the data is: given, or as the configuration says, relative to itself."""
    if given is not None:
        return given
    if settings.data.path is None:
        raise ConfigError(f"{config} names no data.", "Name it, or give --data.")
    return config.parent / settings.data.path


def _following(history: History, report: Log, listener: Listener) -> Listener:
    def follow(event: Event) -> None:
        history.add(event)
        values = "  ".join(f"{name} {value:.4g}" for name, value in event.values.items())
        report(
            f"member {event.member + 1}  epoch {event.epoch:.2f}/{event.epochs}  {values}"
            f"  {event.seconds_left / 60:.1f} min left"
        )
        listener(event)

    return follow
