"""How a training stands, step by step: what its curves are drawn from. No torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """How a training stands: the live figures of its curves.

    Parameters
    ----------
    member : int
        Which of the networks trained one after the other, from 0.
    epoch : float
        How many are done; fractions between their ends.
    epochs : int
    seconds_left : float
        For this member.
    values : dict of str to float
        ``"train/loss"``, ``"train/accuracy"``, ``"train/rate"``; at an epoch's end also
        ``"validation/loss"`` and ``"validation/accuracy"``.
    members : int
        How many networks are trained.
    """

    member: int
    epoch: float
    epochs: int
    seconds_left: float
    values: dict[str, float]
    members: int = 1


#: Receives live figures; may raise ``ai.errors.CancelledError``.
Listener = Callable[[Event], None]
