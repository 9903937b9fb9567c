"""The language of the window, through Qt's translators; it changes while the window is open.

English is written in the code and stands for itself. Other languages are catalogues in Qt's TS
format (``resources/translations``), which are read as they are: see ADR 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from resources import ROOT

_CONTEXT = "hounsfield"
_CHOSEN = "hounsfield_language"


class Language(StrEnum):
    """What can be chosen; the value is the name of the locale."""

    SYSTEM = "system"
    ENGLISH = "en"
    CHINESE = "zh_CN"


def tr(text: str, **values: object) -> str:
    """A text in the language in use.

    Parameters
    ----------
    text : str
        In English, with ``{names}`` where values go.
    values : object
        By name.
    """
    translated = QCoreApplication.translate(_CONTEXT, text)
    return translated.format(**values) if values else translated


class Texts:
    """The texts of a widget that stay the same but for the language.

    The widget calls ``show`` when ``QEvent.Type.LanguageChange`` reaches it.
    """

    def __init__(self) -> None:
        self._texts: list[tuple[Callable[[str], object], str]] = []

    def say(self, set_text: Callable[[str], object], text: str) -> None:
        """Set a text, now and whenever the language changes."""
        self._texts.append((set_text, text))
        set_text(tr(text))

    def show(self) -> None:
        """Set all texts in the language in use."""
        for set_text, text in self._texts:
            set_text(tr(text))


class Catalogue(QTranslator):
    """Translations by their English text.

    Parameters
    ----------
    texts : mapping of str to str
    """

    def __init__(self, texts: Mapping[str, str], parent: QCoreApplication | None = None) -> None:
        super().__init__(parent)
        self._texts = texts

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """The translation of one of our texts; None leaves it to others."""
        return self._texts.get(source) if context == _CONTEXT else None

    def isEmpty(self) -> bool:
        """Whether there is nothing to be translated."""
        return not self._texts


def read_catalogue(path: Path) -> dict[str, str]:
    """The finished translations of a TS file.

    Parameters
    ----------
    path : Path
    """
    found = {}
    for message in ElementTree.parse(path).iter("message"):
        translation = message.find("translation")
        if translation is not None and translation.text and translation.get("type") is None:
            found[message.findtext("source", "")] = translation.text
    return found


def apply_language(app: QCoreApplication, language: Language) -> None:
    """Change the language of everything in sight.

    Parameters
    ----------
    app : QCoreApplication
    language : Language
    """
    app.setProperty(_CHOSEN, language.value)
    for old in app.findChildren(QTranslator, _CONTEXT):
        app.removeTranslator(old)
        old.deleteLater()
    if _resolved(language) is not Language.CHINESE:
        return
    of_qt = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    of_qt.load(f"qtbase_{Language.CHINESE}", folder)
    ours = Catalogue(read_catalogue(ROOT / "translations" / f"{Language.CHINESE}.ts"), app)
    for translator in (of_qt, ours):
        translator.setObjectName(_CONTEXT)
        app.installTranslator(translator)


def chosen_language() -> Language:
    """What the user has chosen."""
    app = QCoreApplication.instance()
    value = app.property(_CHOSEN) if app is not None else None
    return Language(value) if value in list(Language) else Language.ENGLISH


def _resolved(language: Language) -> Language:
    if language is not Language.SYSTEM:
        return language
    is_chinese = QLocale.system().language() is QLocale.Language.Chinese
    return Language.CHINESE if is_chinese else Language.ENGLISH
