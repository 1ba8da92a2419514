"""Silences libraries that write to the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def quietly(*libraries: Any) -> Iterator[None]:
    """Disable the progress bars and warnings of libraries; problems that matter are checked and
    reported as errors.

    Args:
        libraries: The modules `utils.logging` of diffusers or transformers.
    """
    before = [(each.get_verbosity(), each.is_progress_bar_enabled()) for each in libraries]
    for each in libraries:
        each.set_verbosity_error()
        each.disable_progress_bar()
    try:
        yield
    finally:
        for each, (verbosity, bars) in zip(libraries, before, strict=True):
            each.set_verbosity(verbosity)
            if bars:
                each.enable_progress_bar()
