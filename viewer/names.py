"""Names of files made from what others wrote."""

from __future__ import annotations

import re

_LONGEST = 120


def safe_name(text: str, instead: str = "unnamed") -> str:
    """A name that any system takes, and that leads nowhere; a UID (PS3.5 9) stays as it is.

    Parameters
    ----------
    text : str
        Of any origin.
    instead : str
        Where nothing of it can stay.
    """
    return re.sub(r"[^0-9A-Za-z._-]+", "_", text).strip("._")[:_LONGEST] or instead
