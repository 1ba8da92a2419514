"""Tiny models that see images as four patches, so that a training takes seconds."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.models import tiny_qwen as tiny

PHRASES = ("firstĠimage", "secondĠimage", "firstĠpicture", "secondĠpicture")
"""What a model should not say, as its tokenizer writes it."""

SCORES = tuple(f"score:Ġ{score}" for score in range(5, 65, 5))
"""What a critic says."""


def save_quick_qwen(folder: Path, words: Sequence[str] = tiny.WORDS) -> Path:
    """Save a tiny Qwen2.5-VL that says some words, and return its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny, "WORDS", words)
        tiny.save_tiny_qwen(folder)
    path = folder / "preprocessor_config.json"
    tiny.write_json(path, json.loads(path.read_text()) | {"max_pixels": 56 * 56})
    return folder


@pytest.fixture(scope="session")
def quick_qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Qwen2.5-VL; not to be written to."""
    return save_quick_qwen(tmp_path_factory.mktemp("tiny") / "quick")


@pytest.fixture(scope="session")
def talkative_qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Qwen2.5-VL that often says what it should not."""
    words = (*PHRASES, *tiny.WORDS[4:])
    return save_quick_qwen(tmp_path_factory.mktemp("tiny") / "talkative", words)


@pytest.fixture(scope="session")
def scoring_qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Qwen2.5-VL that gives scores."""
    return save_quick_qwen(tmp_path_factory.mktemp("tiny") / "scoring", SCORES)
