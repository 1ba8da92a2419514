"""The catalogue: every name makes its engine, every other gets a sentence."""

from pathlib import Path

import numpy as np
import pytest

from cozviewer.chain.protocols import never
from cozviewer.errors import BadInput
from cozviewer.models.engines import ENGINES, is_path, make_prompter, make_upscaler
from tests.models.networks import esrgan_state, saved


@pytest.mark.parametrize("entry", ENGINES, ids=lambda entry: entry.name)
def test_every_engine_can_be_made_and_is_named_as_announced(entry: object) -> None:
    engine = make_upscaler(entry.name)  # type: ignore[attr-defined]
    assert engine.name == entry.title  # type: ignore[attr-defined]
    assert engine.identity["name"] == entry.name  # type: ignore[attr-defined]


def test_only_models_invent_detail() -> None:
    assert [entry.name for entry in ENGINES if make_upscaler(entry.name).generative] == [
        "realesrgan"
    ]
    assert [entry.name for entry in ENGINES if entry.licence] == ["realesrgan"]


def test_a_path_makes_the_engine_in_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "4x-Tiny.safetensors", esrgan_state())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for engine in (str(path), path.name, f"./{path.name}", f"~/{path.name}"):
        assert make_upscaler(engine).name == "4x-Tiny"


@pytest.mark.parametrize("engine", ["a.pth", "a.PT", "a.ckpt", "a.safetensors", "./a", "/models/a"])
def test_what_looks_like_a_path_is_one(engine: str) -> None:
    assert is_path(engine)
    with pytest.raises(BadInput, match="There is no model file"):
        make_upscaler(engine)


@pytest.mark.parametrize("engine", ["", "esrgan", "Bicubic", "photo.jpg"])
def test_an_unknown_engine_gets_the_names_of_all(engine: str) -> None:
    with pytest.raises(
        BadInput,
        match=f"^There is no engine '{engine}': choose realesrgan, bicubic, nearest or the path",
    ):
        make_upscaler(engine)


def test_the_engine_of_the_paper_is_announced_for_later() -> None:
    with pytest.raises(BadInput, match=r"^coz \(Chain-of-Zoom .*\) is not part of this version: "):
        make_upscaler("coz")


CROP = np.zeros((4, 4, 3), np.uint8)


def test_the_prompter_none_says_nothing() -> None:
    prompter = make_prompter("none", "words that nobody asked for")
    assert prompter.name == "none"
    assert prompter.prompt(None, CROP, never) == ""


def test_the_prompter_text_says_the_users_words() -> None:
    prompter = make_prompter("text", " a dandelion \n")
    assert prompter.name == "text"
    assert prompter.prompt(CROP, CROP, never) == "a dandelion"
    assert prompter.identity == make_prompter("text", "a dandelion").identity
    assert prompter.identity != make_prompter("text", "a daisy").identity


@pytest.mark.parametrize("text", ["", "  \n"])
def test_the_prompter_text_wants_words(text: str) -> None:
    with pytest.raises(BadInput, match="wants words: give them with --prompt"):
        make_prompter("text", text)


def test_unknown_prompters_get_the_names_of_all() -> None:
    with pytest.raises(BadInput, match=r"^There is no prompter 'gpt': choose none or text"):
        make_prompter("gpt")
    with pytest.raises(
        BadInput, match=r"^qwen .* is not part of this version: choose none or text"
    ):
        make_prompter("qwen")
