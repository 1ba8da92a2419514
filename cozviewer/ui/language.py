"""Which language the window speaks: its own texts and those of Qt's dialogs."""

from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator

from cozviewer.ui.settings import kept_text
from cozviewer.util.translation import install

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""Each language by its code, with its name in itself."""

KEY = "language"


def system_language() -> str:
    """Return the code of the first language of the system that the window has; else "en"."""
    for name in QLocale.system().uiLanguages():
        language = name.replace("-", "_")
        if language.startswith("zh"):
            # Traditional script is closer to simplified than to English for most readers.
            return "zh_CN"
        if language.startswith("en"):
            return "en"
    return "en"


def saved_language() -> str:
    """Return the code of the language that the user chose, or "". GUI thread."""
    return kept_text(KEY)


def use_language(code: str, translations: Path, owner: QObject) -> list[QTranslator]:
    """Show all text in a language. GUI thread, before the first widget is made.

    Args:
        code: A key of `LANGUAGES`; "" takes the language of the system.
        translations: The folder with `cozviewer_CODE.qm`.
        owner: The application; keeps the translators.

    Returns:
        The translators for `QCoreApplication.installTranslator`, so that Qt's own dialogs have the
        same language; none for English.
    """
    code = code if code in LANGUAGES else system_language()
    QLocale.setDefault(QLocale(code))
    install(None)
    if code == "en":
        return []
    own, of_qt = QTranslator(owner), QTranslator(owner)
    installed = []
    if own.load(str(translations / f"cozviewer_{code}.qm")):
        install(lambda *key: own.translate(*key) or "")
        installed.append(own)
    if of_qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        installed.append(of_qt)
    return installed
