"""Encoded prompts on the disk: found again, bounded, and never trusted blindly."""

import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from cozviewer.models.coz import prompt_embeds as coz_words
from cozviewer.models.coz.prompt_embeds import PromptEmbeds, PromptEmbedsFolder


def words(value: float = 1) -> PromptEmbeds:
    tokens = torch.full((1, 5, 4), value, dtype=torch.bfloat16)
    return PromptEmbeds(tokens, torch.full((1, 3), value, dtype=torch.bfloat16))


@pytest.fixture
def kept(tmp_path: Path) -> PromptEmbedsFolder:
    return PromptEmbedsFolder(tmp_path / "not" / "yet", "encoders, bfloat16")


def test_a_prompt_is_found_again(kept: PromptEmbedsFolder) -> None:
    assert kept.read("a cat") is None
    kept.write("a cat", words())
    found = kept.read("a cat")
    assert found is not None
    assert found.tokens.dtype == torch.bfloat16
    assert torch.equal(found.tokens, words().tokens)
    assert torch.equal(found.pooled, words().pooled)
    assert [path.suffix for path in kept.folder.iterdir()] == [".safetensors"]


def test_other_prompts_and_encoders_are_others(kept: PromptEmbedsFolder) -> None:
    kept.write("a cat", words())
    assert kept.read("a dog") is None
    assert PromptEmbedsFolder(kept.folder, "encoders, float16").read("a cat") is None


@pytest.mark.parametrize("prompt", ["", "🐈 \0\n", "\ud800", "x" * 100_000, "../../a"])
def test_any_text_is_a_prompt(kept: PromptEmbedsFolder, prompt: str) -> None:
    kept.write(prompt, words())
    assert kept.read(prompt) is not None
    assert kept.path(prompt).parent == kept.folder


@pytest.mark.parametrize("content", [b"", b"broken", None])
def test_a_broken_file_is_none(kept: PromptEmbedsFolder, content: bytes | None) -> None:
    kept.write("a cat", words())
    path = kept.path("a cat")
    if content is None:
        os.truncate(path, path.stat().st_size - 4)
    else:
        path.write_bytes(content)
    assert kept.read("a cat") is None
    kept.write("a cat", words())
    assert kept.read("a cat") is not None


def test_a_file_under_another_name_is_none(kept: PromptEmbedsFolder) -> None:
    kept.write("a cat", words())
    kept.path("a cat").rename(kept.path("a dog"))
    assert kept.read("a dog") is None


def test_a_part_that_is_missing_is_none(kept: PromptEmbedsFolder) -> None:
    kept.write("a cat", words())
    path = kept.path("a cat")
    state = load_file(path)
    del state["pooled"]
    save_file(state, path, {"words": path.stem})
    assert kept.read("a cat") is None


def test_numbers_that_are_none_are_not_used(kept: PromptEmbedsFolder) -> None:
    kept.write("a cat", words(float("nan")))
    assert kept.read("a cat") is None


def test_what_was_used_longest_ago_is_forgotten(
    kept: PromptEmbedsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coz_words, "FILES", 3)
    for age, prompt in enumerate("cba"):
        kept.write(prompt, words())
        os.utime(kept.path(prompt), (0, 1000 - age))
    assert kept.read("a") is not None  # now it is the one that was used last
    kept.write("d", words())
    there = [prompt for prompt in "abcd" if kept.path(prompt).exists()]
    assert there == ["a", "c", "d"]


def test_a_place_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept = PromptEmbedsFolder(tmp_path / "file", "")
    kept.write("a cat", words())
    assert kept.read("a cat") is None


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_nothing_behind(kept: PromptEmbedsFolder) -> None:
    kept.write("a cat", words())
    assert list(kept.folder.iterdir()) == []


@pytest.mark.parametrize(
    "tensors",
    [
        {"tokens": torch.ones(1, 5, 4)},
        {"tokens": torch.ones(5, 4), "pooled": torch.ones(1, 3)},
        {"tokens": torch.ones(1, 5, 4), "pooled": torch.ones(2, 3)},
        {"tokens": torch.ones(1, 5, 4, dtype=torch.int64), "pooled": torch.ones(1, 3)},
    ],
)
def test_what_cannot_be_an_encoded_prompt_is_none(
    kept: PromptEmbedsFolder, tensors: dict[str, torch.Tensor]
) -> None:
    kept.write("a cat", words())
    save_file(tensors, kept.path("a cat"), {"words": kept._digest("a cat")})
    assert kept.read("a cat") is None
