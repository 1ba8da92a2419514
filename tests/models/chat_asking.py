"""Uses a chat server as the program does, and returns its prompt or error."""

import numpy as np
import pytest

from cozviewer.config.questions import PHOTO
from cozviewer.models.server.prompter import ServerPrompter
from cozviewer.models.server.request import USUAL, ServerLimits
from cozviewer.util.cancel import never
from cozviewer.util.errors import CozviewerError

CROP = np.zeros((8, 8, 3), np.uint8)
"""A black crop."""


QUICK = ServerLimits(pauses=(0.001, 0.002))
"""Next to no pauses between tries."""


def prompter(address: str, model: str = "tiny-vl", limits: ServerLimits = USUAL) -> ServerPrompter:
    """Return the prompter for a server; a notice of it fails the test."""
    return ServerPrompter(
        address, model, questions=PHOTO, max_tokens=32, notice=pytest.fail, limits=limits
    )


def ask(address: str, model: str = "tiny-vl", limits: ServerLimits = QUICK) -> str:
    """Return the prompt of a server for a crop."""
    return prompter(address, model, limits).prompt(None, CROP, never)


def trouble(address: str, model: str = "tiny-vl", limits: ServerLimits = QUICK) -> CozviewerError:
    """Return the error that asking a server ends with; its message is one sentence."""
    with pytest.raises(CozviewerError) as caught:
        ask(address, model, limits)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return caught.value
