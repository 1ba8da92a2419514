"""Reports the failure of a job: a sentence for the window, the rest for the log."""

import logging
from collections.abc import Mapping

from cozviewer.util.errors import CozviewerError
from cozviewer.util.translation import translate, translate_marked

log = logging.getLogger("cozviewer")


def sentence_of(error: BaseException, doing: str, **names: str) -> str:
    """Return the sentence for `error`, and log the technical details.

    Args:
        error: What a job caught.
        doing: What it was doing, as in "drawing tiles" or "saving {name}", marked for translation
            in the context "Error"; logged in English.
        names: What to fill in there.
    """
    if isinstance(error, CozviewerError):
        return str(error)
    if isinstance(error, MemoryError):
        return translate(
            "Error", "There is not enough memory for {doing}; close other programs and try again."
        ).format(doing=_filled(translate_marked("Error", doing), names))
    log.error("Unexpected error while %s", _filled(doing, names), exc_info=error)
    return translate(
        "Error", "Something went wrong while {doing} ({error}); the log has the details."
    ).format(
        doing=_filled(translate_marked("Error", doing), names),
        error=f"{type(error).__name__}: {error}",
    )


def _filled(text: str, names: Mapping[str, str]) -> str:
    """Return a text with names filled in; as it is where there are none."""
    return text.format(**names) if names else text
