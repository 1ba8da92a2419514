"""The inputs and answers of a vision-language model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cozviewer.config.questions import PHOTO
from cozviewer.image.pixels import Rgb8
from cozviewer.models.device import Device
from cozviewer.models.qwen.answer import SIDE, THINNEST, answer, as_shown
from cozviewer.models.qwen.loading import Vlm, open_vlm
from tests.models.tiny_qwen import WORDS, noise

CPU = Device("cpu", "CPU")

TOKENS_OF_AN_IMAGE = (504 // 28) ** 2
"""The processor makes 512 pixels into the nearest multiple of 28."""


@pytest.fixture(scope="module")
def vlm(tiny_qwen: Path) -> Vlm:
    return open_vlm(tiny_qwen, None, CPU, "")


@pytest.fixture
def seen(vlm: Vlm, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `generate` is called with, filled by `answer`."""
    called: dict[str, Any] = {}
    generate = vlm.model.generate

    def noted(**inputs: Any) -> Any:
        called.update(inputs)
        return generate(**inputs)

    monkeypatch.setattr(vlm.model, "generate", noted)
    return called


def grey(value: int, width: int = SIDE, height: int = SIDE) -> Rgb8:
    return np.full((height, width, 3), value, np.uint8)


def ask(vlm: Vlm, pictures: list[Rgb8], question: str = PHOTO.one, max_tokens: int = 12) -> str:
    return answer(vlm, question, pictures, max_tokens, lambda: None)


@pytest.mark.parametrize(("count", "question"), [(1, PHOTO.one), (2, PHOTO.two)])
def test_the_question_is_the_system_message_and_the_user_shows_images_alone(
    vlm: Vlm, seen: dict[str, Any], count: int, question: str
) -> None:
    ask(vlm, [grey(99)] * count, question, max_tokens=1)
    text = vlm.processor.tokenizer.decode(seen["input_ids"][0])
    image = f"<|vision_start|>{'<|image_pad|>' * TOKENS_OF_AN_IMAGE}<|vision_end|>"
    assert text == (
        f"<|im_start|>system\n{question}<|im_end|>\n"
        f"<|im_start|>user\n{image * count}<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_the_wider_view_comes_before_the_crop(vlm: Vlm, seen: dict[str, Any]) -> None:
    ask(vlm, [grey(0), grey(255)], PHOTO.two, max_tokens=1)
    first, second = seen["pixel_values"].float().chunk(2)
    assert first.max() < -1
    assert second.min() > 1


def test_the_inputs_are_those_of_the_authors_code(vlm: Vlm, seen: dict[str, Any]) -> None:
    # It gives the system message as a string, and images beside the rendered text.
    pictures = [noise(1), noise(2)]
    rendered = vlm.processor.apply_chat_template(
        [
            {"role": "system", "content": PHOTO.two},
            {"role": "user", "content": [{"type": "image"}, {"type": "image"}]},
        ],
        tokenize=False,
        add_generation_prompt=True,
    )
    expected = vlm.processor(
        text=[rendered], images=[Image.fromarray(each) for each in pictures], return_tensors="pt"
    )
    ask(vlm, pictures, PHOTO.two, max_tokens=1)
    assert torch.equal(seen["input_ids"], expected["input_ids"])
    assert torch.equal(seen["pixel_values"], expected["pixel_values"].to(torch.bfloat16))


def test_an_image_of_the_authors_size_is_shown_as_it_is() -> None:
    image = noise(1)
    assert np.array_equal(np.asarray(as_shown(image)), image)


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((128, 128), (512, 512)),
        ((256, 128), (512, 256)),
        ((100, 300), (171, 512)),
        ((1, 1), (512, 512)),
        ((512, 3), (512, THINNEST)),
        ((800, 600), (800, 600)),
    ],
)
def test_a_small_crop_is_enlarged(size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert as_shown(grey(9, *size)).size == shown


def test_it_is_enlarged_bicubically() -> None:
    crop = noise(1)[:128, :128]
    expected = Image.fromarray(crop).resize((512, 512), Image.Resampling.BICUBIC)
    assert np.array_equal(np.asarray(as_shown(crop)), np.asarray(expected))


def test_the_thinnest_image_can_be_shown(vlm: Vlm) -> None:
    assert ask(vlm, [grey(9, width=512, height=1)], max_tokens=2)


def test_the_answer_is_words_without_special_tokens(vlm: Vlm) -> None:
    said = ask(vlm, [noise(1)])
    assert {word.strip() for word in said.strip(", ").split(",")} <= set(WORDS)
    assert said.count(",") == 12


def test_it_depends_on_every_image_and_their_order(vlm: Vlm) -> None:
    pairs = [[noise(1), grey(0)], [noise(1), grey(255)], [grey(0), noise(1)]]
    assert len({ask(vlm, pair) for pair in pairs}) == 3


def test_it_is_the_likeliest_whatever_the_model_s_own_settings(
    vlm: Vlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ask(vlm, [noise(1)])
    for seed in range(3):
        torch.manual_seed(seed)
        assert ask(vlm, [noise(1)]) == expected
    # Its file says that lots are drawn; with this much chance they would differ.
    monkeypatch.setattr(vlm.model.generation_config, "do_sample", True)
    monkeypatch.setattr(vlm.model.generation_config, "temperature", 9.0)
    torch.manual_seed(0)
    assert ask(vlm, [noise(1)]) != expected


@pytest.mark.parametrize("max_tokens", [1, 5])
def test_an_answer_without_end_is_cut_off(vlm: Vlm, max_tokens: int) -> None:
    assert ask(vlm, [noise(1)], max_tokens=max_tokens).count(",") == max_tokens


def test_it_can_be_stopped_at_every_layer_of_every_token(vlm: Vlm) -> None:
    """Of the tiny one: 2 layers that see, and for every token 2 that think."""

    class Stop(Exception):
        pass

    def calls(tokens: int, most: float = float("inf")) -> int:
        done = 0

        def check() -> None:
            nonlocal done
            if done == most:
                raise Stop
            done += 1

        try:
            answer(vlm, PHOTO.one, [grey(9)], tokens, check)
        except Stop:
            assert done == most
        return done

    assert calls(1) == 2 + 2
    assert calls(3) == 2 + 3 * 2
    assert [calls(3, most) for most in range(6)] == list(range(6))
    # Nothing of it is left behind.
    assert not any(module._forward_pre_hooks for module in vlm.model.modules())


def test_asking_says_nothing_on_the_terminal(vlm: Vlm, capfd: pytest.CaptureFixture[str]) -> None:
    ask(vlm, [noise(1)])
    assert capfd.readouterr() == ("", "")
