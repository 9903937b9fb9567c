"""New identities from a secret: the same for the same input, and for nobody else to undo."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from viewer.errors import ViewerError

#: UIDs that the standard itself assigns (PS3.6 annex A) say nothing of anybody.
_WELL_KNOWN = "1.2.840.10008."
_SECRET_BYTES = 32
_MOST_DAYS = 3650


class Pseudonyms:
    """UIDs, patient names and shifts of dates, by HMAC-SHA256 with a secret.

    Parameters
    ----------
    secret : bytes, optional
        Exports with the same one belong together; a new one by default, which is then forgotten.
    """

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(_SECRET_BYTES)

    def uid(self, uid: str) -> str:
        """The UID in another's place: of a UUID (PS3.5 B.2), from the secret and the old one."""
        if not uid or uid.startswith(_WELL_KNOWN):
            return uid
        number = int.from_bytes(self._digest("uid", uid)[:16], "big")
        # The version and variant of a UUID (RFC 9562, version 8).
        number = number & ~(0xF << 76) | (0x8 << 76)
        number = number & ~(0x3 << 62) | (0x2 << 62)
        return f"2.25.{number}"

    def patient(self, patient_id: str, name: str) -> str:
        """The name and ID in place of a patient's, who is known by the ID, else the name."""
        digest = self._digest("patient", patient_id.strip() or name.strip())
        return f"ANON-{digest.hex()[:10].upper()}"

    def shift_days(self, patient_id: str, name: str) -> int:
        """Days that a patient's dates go back: at least 1, less than ten years."""
        digest = self._digest("days", patient_id.strip() or name.strip())
        return 1 + int.from_bytes(digest[:8], "big") % _MOST_DAYS

    def _digest(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._secret, f"{purpose}\0{text}".encode(), hashlib.sha256)


def read_key(path: Path) -> bytes:
    """The secret in a file, which is made if it is not there.

    Raises
    ------
    ViewerError
        The file holds something else, or cannot be read or made.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="ascii") as file:
                path.chmod(0o600)
                file.write(secrets.token_hex(_SECRET_BYTES) + "\n")
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        secret = b""
    except OSError as error:
        raise ViewerError(f"The key cannot be read: {error.strerror or error}.", path) from error
    if len(secret) != _SECRET_BYTES:
        raise ViewerError("The file holds no key of Hounsfield.", path, "Choose another file.")
    return secret
