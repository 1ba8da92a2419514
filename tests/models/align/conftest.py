"""Tiny models that see pictures as four patches, so that a training takes seconds."""

import json
from pathlib import Path

import pytest

from tests.models import tiny_qwen as tiny

PHRASES = ("firstĠimage", "secondĠimage", "firstĠpicture", "secondĠpicture")


@pytest.fixture(scope="session")
def quick_qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Qwen2.5-VL; not to be written to."""
    return with_small_pictures(tiny.save_tiny_qwen(tmp_path_factory.mktemp("tiny") / "quick"))


@pytest.fixture(scope="session")
def talkative_qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Qwen2.5-VL that often says what it should not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny, "WORDS", (*PHRASES, *tiny.WORDS[4:]))
        folder = tiny.save_tiny_qwen(tmp_path_factory.mktemp("tiny") / "talkative")
    return with_small_pictures(folder)


@pytest.fixture(scope="session")
def scoring_qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Qwen2.5-VL that gives scores."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny, "WORDS", [f"score:Ġ{score}" for score in range(5, 65, 5)])
        folder = tiny.save_tiny_qwen(tmp_path_factory.mktemp("tiny") / "scoring")
    return with_small_pictures(folder)


def with_small_pictures(folder: Path) -> Path:
    """Let a model shrink its pictures to 56 x 56 pixels, and return its folder."""
    path = folder / "preprocessor_config.json"
    config = json.loads(path.read_text())
    tiny.write_json(path, config | {"max_pixels": 56 * 56})
    return folder
