"""Prompt embeddings for Stable Diffusion 3."""

import shutil
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch

from cozviewer.models.coz.base import open_part
from cozviewer.models.coz.prompt_embeds import PromptEmbeds, PromptEmbedsFolder
from cozviewer.models.coz.prompt_encoding import Encoder, EncoderFiles
from cozviewer.models.device import Device
from cozviewer.util.errors import BadInput, Cancelled


def no_check() -> None:
    pass


def encoder(
    folder: Path, dtype: str = "float16", t5: bool = True, quantised: str = "", **options: Any
) -> Encoder:
    files = EncoderFiles(folder, dtype, t5, quantised)
    return Encoder(files, Device("cpu", "CPU"), **options)


@pytest.fixture(scope="module")
def cat(tiny_sd3: Path) -> PromptEmbeds:
    return encoder(tiny_sd3).encode("a cat, fur", no_check)


def test_the_parts_lie_where_sd3_expects_them(cat: PromptEmbeds) -> None:
    assert cat.tokens.shape == (1, 77 + 512, 48)
    assert cat.pooled.shape == (1, 16 + 24)
    assert cat.tokens.dtype == torch.float16
    # CLIP's 16 + 24 channels are padded to T5's 48 with zeros.
    assert (cat.tokens[:, :77, 40:] == 0).all()
    assert (cat.tokens[:, :77, :40] != 0).all()


def test_they_are_diffusers_own(tiny_sd3: Path, cat: PromptEmbeds) -> None:
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


def test_no_words_are_encoded_too(tiny_sd3: Path, cat: PromptEmbeds) -> None:
    null = encoder(tiny_sd3).encode("", no_check)
    assert null.tokens.abs().max() > 0.1
    assert null.pooled.abs().max() > 0.01
    assert (null.tokens - cat.tokens).abs().max() > 0.01


def test_a_long_prompt_is_cut(tiny_sd3: Path) -> None:
    long, longer = (encoder(tiny_sd3).encode("a cat, fur, " * n, no_check) for n in (300, 301))
    assert torch.equal(long.tokens, longer.tokens)


def test_t5_left_out_is_diffusers_own(tiny_sd3: Path, tmp_path: Path, cat: PromptEmbeds) -> None:
    from diffusers import StableDiffusion3Pipeline

    pipeline = StableDiffusion3Pipeline.from_pretrained(
        tiny_sd3, dtype=torch.float16, text_encoder_3=None, tokenizer_3=None
    )
    with torch.inference_mode():
        tokens, _, pooled, _ = pipeline.encode_prompt(
            prompt="a cat, fur",
            prompt_2=None,
            prompt_3=None,
            max_sequence_length=512,
            do_classifier_free_guidance=False,
        )
    folder = without_t5(tiny_sd3, tmp_path)
    words = encoder(folder, t5=False).encode("a cat, fur", no_check)
    torch.testing.assert_close(words.tokens, tokens, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(words.pooled, pooled, atol=1e-3, rtol=1e-3)
    # What CLIP says is the same as beside T5.
    assert torch.equal(words.tokens[:, :77], cat.tokens[:, :77])
    assert torch.equal(words.pooled, cat.pooled)


def without_t5(base: Path, folder: Path) -> Path:
    """Return a copy of a base in which T5 is missing."""
    ignore = shutil.ignore_patterns("text_encoder_3", "tokenizer_3")
    return Path(shutil.copytree(base, folder / "sd3", ignore=ignore))


class Opening:
    """Opens encoders, and notes which, in their order."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def __call__(self, kind: Any, folder: Path, part: str, dtype: Any) -> Any:
        self.parts.append(part)
        return open_part(kind, folder, part, dtype)


ALL = ["text_encoder", "text_encoder_2", "text_encoder_3"]


def test_each_prompt_is_encoded_once(tiny_sd3: Path) -> None:
    opening = Opening()
    asked = encoder(tiny_sd3, remembered=2, opening=opening)
    first = asked.encode("a", no_check)
    assert opening.parts == ALL
    for prompt in ("b", "a", "c"):
        asked.encode(prompt, no_check)
    assert len(opening.parts) == 9
    assert asked.encode("a", no_check) is first  # used later than "b", which was forgotten
    assert len(opening.parts) == 9
    asked.encode("b", no_check)
    assert len(opening.parts) == 12


def test_an_encoder_is_gone_before_the_next_is_opened(tiny_sd3: Path) -> None:
    """Without the collector of cycles, which is off in tests."""
    there: list[weakref.ref[Any]] = []

    def watched(kind: Any, folder: Path, part: str, dtype: Any) -> Any:
        assert [network() for network in there] == [None] * len(there)
        network = open_part(kind, folder, part, dtype)
        there.append(weakref.ref(network))
        return network

    encoder(tiny_sd3, opening=watched).encode("a", no_check)
    assert [network() for network in there] == [None] * 3


def test_encoders_can_stay_until_they_are_freed(tiny_sd3: Path) -> None:
    opening = Opening()
    asked = encoder(tiny_sd3, staying=True, opening=opening)
    one = asked.encode("a", no_check)
    asked.encode("b", no_check)
    assert opening.parts == ALL
    asked.free()
    asked.encode("c", no_check)
    assert opening.parts == ALL * 2
    assert torch.equal(encoder(tiny_sd3).encode("a", no_check).tokens, one.tokens)


def test_a_prompt_on_the_disk_opens_nothing(tiny_sd3: Path, tmp_path: Path) -> None:
    entered, opening = list[str](), Opening()

    def asked(prompt: str) -> PromptEmbeds:
        """Ask with an encoder that remembers nothing itself."""
        kept = PromptEmbedsFolder(tmp_path / "words", "these")
        fresh = encoder(tiny_sd3, kept=kept, opening=opening)
        return fresh.encode(prompt, no_check, lambda: entered.append(prompt))

    first, again = asked("a"), asked("a")
    assert torch.equal(first.tokens, again.tokens)
    assert torch.equal(first.pooled, again.pooled)
    assert (opening.parts, entered) == (ALL, ["a"])
    asked("b")
    assert (opening.parts, entered) == (ALL * 2, ["a", "b"])


@pytest.mark.parametrize(
    ("quantised", "said"),
    [
        ("8bit", {"load_in_8bit": True, "load_in_4bit": False}),
        ("nf4", {"load_in_8bit": False, "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}),
    ],
)
def test_t5_alone_is_made_smaller(tiny_sd3: Path, quantised: str, said: dict[str, object]) -> None:
    """Only the settings are tested; the quantisation itself needs an NVIDIA GPU."""
    asked: dict[str, dict[str, Any]] = {}

    def opened(kind: Any, folder: Path, part: str, dtype: Any, **options: Any) -> Any:
        asked[part] = options
        return open_part(kind, folder, part, dtype)

    encoder(tiny_sd3, quantised=quantised, opening=opened).encode("a", no_check)
    assert [asked[part] for part in ALL[:2]] == [{}, {}]
    assert asked[ALL[2]]["device_map"] == {"": "cpu"}
    config = asked[ALL[2]]["quantization_config"]
    assert {name: getattr(config, name) for name in said} == said


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
        listening.encode("a cat", check)
    assert asked == after + 1
    assert listening.encode("a cat", no_check).tokens.shape == (1, 589, 48)


@pytest.mark.parametrize("part", ["tokenizer", "tokenizer_3", "text_encoder_2", "text_encoder_3"])
def test_a_broken_part_is_reported_in_a_sentence(tiny_sd3: Path, tmp_path: Path, part: str) -> None:
    folder = Path(shutil.copytree(tiny_sd3, tmp_path / "sd3"))
    for path in (folder / part).iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadInput, match=rf"^The part {part} of .* cannot be loaded \("):
        encoder(folder).encode("a cat", no_check)
