"""The exceptions that cozviewer raises on purpose.

Each message is one sentence for the user: what is wrong, and what to do. Commands print it and exit
with `exit_code`; the window shows it in its banner.
"""

from cozviewer.util.translation import translate


class CozviewerError(Exception):
    """Base class: an error that the user can act on."""

    exit_code = 1


class BadInput(CozviewerError):
    """The request cannot be met as it stands: a file, a number or a name is wrong."""

    exit_code = 2


class MissingLibrary(BadInput):
    """An optional library that the request needs is not installed.

    Attributes:
        sentence: The message without the shell command, for the window.
    """

    def __init__(self, sentence: str, extra: str) -> None:
        """Create the error.

        Args:
            sentence: What is not available, and what else can be done.
            extra: The extra of cozviewer that installs the library: "movies".
        """
        super().__init__(
            translate(
                "Error", "{sentence} To install it, run `pip install 'cozviewer[{extra}]'`."
            ).format(sentence=sentence, extra=extra)
        )
        self.sentence = sentence


class HugeImage(BadInput):
    """The image is too large to be opened without a confirmation.

    Attributes:
        width, height: Size in pixels, as the file states it.
    """

    def __init__(self, message: str, width: int, height: int) -> None:
        super().__init__(message)
        self.width = width
        self.height = height


class Failure(CozviewerError):
    """The input is valid, but the work failed (no memory, no disk space, a broken model)."""


class Cancelled(CozviewerError):
    """The work was cancelled on request; what was finished before is kept.

    Attributes:
        exit_code: 128 plus the number of the signal that caused it.
    """

    exit_code = 130


class Interrupted(KeyboardInterrupt):
    """A signal ended the work at once.

    Attributes:
        exit_code: 128 plus the number of the signal, as in shells.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number
