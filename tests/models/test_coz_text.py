"""Prompts as Stable Diffusion 3 hears them."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from cozviewer.errors import BadInput, Cancelled
from cozviewer.models import coz_text
from cozviewer.models.coz_base import open_part
from cozviewer.models.coz_text import Encoder, Words
from cozviewer.models.device import Device


def no_check() -> None:
    pass


def encoder(folder: Path, dtype: str = "float16") -> Encoder:
    return Encoder(folder, Device("cpu", "CPU"), dtype)


@pytest.fixture(scope="module")
def cat(tiny_sd3: Path) -> Words:
    return encoder(tiny_sd3).words("a cat, fur", no_check)


def test_the_parts_lie_where_sd3_expects_them(cat: Words) -> None:
    assert cat.tokens.shape == (1, 77 + 512, 48)
    assert cat.pooled.shape == (1, 16 + 24)
    assert cat.tokens.dtype == torch.float16
    # CLIP's 16 + 24 channels are padded to T5's 48 with zeros.
    assert (cat.tokens[:, :77, 40:] == 0).all()
    assert (cat.tokens[:, :77, :40] != 0).all()


def test_they_are_diffusers_own(tiny_sd3: Path, cat: Words) -> None:
    from diffusers import StableDiffusion3Pipeline

    pipeline = StableDiffusion3Pipeline.from_pretrained(tiny_sd3, dtype=torch.float16)
    with torch.inference_mode():
        tokens, _, pooled, _ = pipeline.encode_prompt(
            prompt="a cat, fur",
            prompt_2=None,
            prompt_3=None,
            max_sequence_length=512,
            do_classifier_free_guidance=False,
        )
    torch.testing.assert_close(cat.tokens, tokens, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(cat.pooled, pooled, atol=1e-3, rtol=1e-3)


def test_no_words_are_encoded_too(tiny_sd3: Path, cat: Words) -> None:
    null = encoder(tiny_sd3).words("", no_check)
    assert null.tokens.abs().max() > 0.1
    assert null.pooled.abs().max() > 0.01
    assert (null.tokens - cat.tokens).abs().max() > 0.01


def test_a_long_prompt_is_cut(tiny_sd3: Path) -> None:
    long, longer = (encoder(tiny_sd3).words("a cat, fur, " * n, no_check) for n in (300, 301))
    assert torch.equal(long.tokens, longer.tokens)


def test_each_prompt_is_encoded_once(tiny_sd3: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def counted(kind: Any, folder: Path, part: str, dtype: Any) -> Any:
        opened.append(part)
        return open_part(kind, folder, part, dtype)

    monkeypatch.setattr(coz_text, "open_part", counted)
    monkeypatch.setattr(coz_text, "REMEMBERED", 2)
    asked = encoder(tiny_sd3)
    first = asked.words("a", no_check)
    assert opened == ["text_encoder", "text_encoder_2", "text_encoder_3"]
    for prompt in ("b", "a", "c"):
        asked.words(prompt, no_check)
    assert len(opened) == 9
    assert asked.words("a", no_check) is first  # used later than "b", which was forgotten
    assert len(opened) == 9
    asked.words("b", no_check)
    assert len(opened) == 12


@pytest.mark.parametrize("after", [0, 1, 2])
def test_it_stops_before_each_encoder(tiny_sd3: Path, after: int) -> None:
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked > after:
            raise Cancelled("Stopped.")

    listening = encoder(tiny_sd3)
    with pytest.raises(Cancelled):
        listening.words("a cat", check)
    assert asked == after + 1
    assert listening.words("a cat", no_check).tokens.shape == (1, 589, 48)


@pytest.mark.parametrize("part", ["tokenizer", "tokenizer_3", "text_encoder_2", "text_encoder_3"])
def test_a_broken_part_is_told_in_a_sentence(tiny_sd3: Path, tmp_path: Path, part: str) -> None:
    folder = Path(shutil.copytree(tiny_sd3, tmp_path / "sd3"))
    for path in (folder / part).iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadInput, match=rf"^The part {part} of the base in .* cannot be used \("):
        encoder(folder).words("a cat", no_check)
