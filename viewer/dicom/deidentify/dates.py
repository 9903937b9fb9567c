"""Dates that are moved by whole days, so that the intervals between them stay."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})[.]?(\d{2})[.]?(\d{2})")
_DATE_TIME = re.compile(r"(\d{8})(\d{0,6}(?:\.\d{1,6})?(?:[+-]\d{4})?)")


def shift_date(text: str, days: int) -> str | None:
    """A DA value (PS3.5 6.2) some days earlier.

    Returns
    -------
    str or None
        ``YYYYMMDD``; None for what is no whole date, which cannot be moved.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    try:
        moved = date(*(int(part) for part in found.groups())) - timedelta(days)
    except (ValueError, OverflowError):
        return None
    return f"{moved:%Y%m%d}" if moved.year >= 1000 else f"{moved.year:04}{moved:%m%d}"


def shift_date_time(text: str, days: int) -> str | None:
    """A DT value some days earlier; its time of day and time zone stay."""
    found = _DATE_TIME.fullmatch(text.strip())
    if found is None:
        return None
    moved = shift_date(found[1], days)
    return None if moved is None else moved + found[2]
