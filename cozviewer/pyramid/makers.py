"""How the window names what made the pixels.

The name of an upscaler is stored in sessions and exports, so it is the same in every language. Most
are proper names; the window translates the few that are not.
"""

from cozviewer.util.translation import QT_TRANSLATE_NOOP, translate_marked

_WORDS = (
    QT_TRANSLATE_NOOP("Engine", "Bicubic"),
    QT_TRANSLATE_NOOP("Engine", "Nearest"),
    QT_TRANSLATE_NOOP("Engine", "Draft network"),
)


def maker_label(name: str) -> str:
    """Return the name of an upscaler in the language of the user.

    Args:
        name: `Upscaler.name`.
    """
    return translate_marked("Engine", name) if name in _WORDS else name
