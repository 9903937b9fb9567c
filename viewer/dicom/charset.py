"""Text of a file, whose character set (PS3.3 C.12.1.1.2) may be missing, unknown or untrue."""

from __future__ import annotations

import warnings

from pydicom.charset import convert_encodings, decode_bytes, python_encoding
from pydicom.valuerep import TEXT_VR_DELIMS

from viewer.dicom.report import Note, warning

#: pydicom's name of the default repertoire, in which no byte above 127 is valid.
_DEFAULT = "iso8859"
#: Sets of one byte in which text that happens to be UTF-8 is gibberish.
_NEVER_UTF_8 = frozenset(
    python_encoding[f"ISO_IR {n}"] for n in (100, 101, 109, 110, 126, 127, 138, 144, 148)
)
_ESCAPE = b"\x1b"


class TextDecoder:
    """Decodes the text of files that declare the same character set.

    Parameters
    ----------
    declared : str
        The value of Specific Character Set (0008,0005), its parts joined by backslashes.
    """

    def __init__(self, declared: str) -> None:
        parts = [part.strip(" \0\t\r\n") for part in declared.split("\\")]
        self._declared = "\\".join(parts)
        self._doubts: dict[Note, None] = {}
        self._unknown = [p for p in parts if p and p not in python_encoding]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._encodings = convert_encodings(parts)
        except (LookupError, ValueError):
            self._encodings = [_DEFAULT]

    def decode(self, raw: bytes) -> str:
        """The text; see ``take_doubts`` for what had to be assumed."""
        text, assumed = self._read(raw)
        if assumed:
            self._doubts[warning("character_set", f"{self._trouble}. {assumed}")] = None
        return text

    def take_doubts(self) -> tuple[Note, ...]:
        """What had to be assumed since this was last asked."""
        doubts, self._doubts = tuple(self._doubts), {}
        return doubts

    @property
    def _trouble(self) -> str:
        if self._unknown:
            return f"The files name a character set that is not known ({', '.join(self._unknown)})"
        if self._declared:
            return (
                f"Text in the files is not in the character set that they name ({self._declared})"
            )
        return "The files name no character set, but their text needs one"

    def _read(self, raw: bytes) -> tuple[str, str]:
        """The text, and a sentence on what was assumed."""
        if raw.isascii() and _ESCAPE not in raw:
            return raw.decode("ascii"), ""
        if _ESCAPE in raw:
            return self._read_extended(raw)
        declared = self._encodings[0]
        is_utf_8 = _fits(raw, "utf-8")
        believed = declared != _DEFAULT and not (is_utf_8 and declared in _NEVER_UTF_8)
        if believed and _fits(raw, declared):
            return raw.decode(declared), ""
        if is_utf_8:
            return raw.decode("utf-8"), "It was read as UTF-8."
        return raw.decode("latin-1"), "It was read as Latin-1; letters may be wrong."

    def _read_extended(self, raw: bytes) -> tuple[str, str]:
        """Text with code extensions (PS3.5 6.1.2.5)."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = decode_bytes(raw, list(self._encodings), TEXT_VR_DELIMS)
        lost = "\ufffd" in text
        return text, "Letters that could not be read are shown as �." if lost else ""


def _fits(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True
