"""Libraries are kept quiet for a while, and are then as they were."""

import pytest
from transformers.utils import logging

from cozviewer.models.quiet import quietly


def test_libraries_are_quiet_meanwhile() -> None:
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    with quietly(logging):
        assert logging.get_verbosity() == logging.ERROR
        assert not logging.is_progress_bar_enabled()
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


def test_an_error_ends_it_too() -> None:
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    with pytest.raises(ValueError, match="wrong"), quietly(logging):
        raise ValueError("wrong")
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before
