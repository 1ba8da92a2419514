"""Libraries are kept quiet for a while, and are then as they were."""

from typing import Any

import pytest

from cozviewer.models.quiet import quietly


@pytest.fixture
def logging() -> Any:
    """How loud transformers is."""
    from transformers.utils import logging

    return logging


def test_libraries_are_quiet_meanwhile(logging: Any) -> None:
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    with quietly(logging):
        assert logging.get_verbosity() == logging.ERROR
        assert not logging.is_progress_bar_enabled()
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


def test_an_error_ends_it_too(logging: Any) -> None:
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    with pytest.raises(ValueError, match="wrong"), quietly(logging):
        raise ValueError("wrong")
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before
