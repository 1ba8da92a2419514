"""What a job says when its work fails: a sentence for the window, the rest for the log."""

import logging

from cozviewer.util.errors import CozviewerError

log = logging.getLogger("cozviewer")


def sentence_of(error: BaseException, doing: str) -> str:
    """Return the sentence for `error` and log what is not meant for people.

    Args:
        error: What a job caught.
        doing: What it was doing, as in "drawing tiles".
    """
    if isinstance(error, CozviewerError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"There is not enough memory for {doing}; close other programs and try again."
    log.error("Unexpected error while %s", doing, exc_info=error)
    return (
        f"Something went wrong while {doing} ({type(error).__name__}: {error}); "
        "the log has the details."
    )
