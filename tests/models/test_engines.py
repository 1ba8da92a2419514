"""The catalogue: every name makes its engine, every other gets a sentence."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cozviewer.config.choice import CozChoice, PisaChoice, PrompterChoice
from cozviewer.models.context import ModelContext
from cozviewer.models.engines import ENGINES, Engine, is_path, make_prompter, make_upscaler
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import install
from tests.models.chat_server import ChatServer
from tests.models.networks import esrgan_state, saved
from tests.models.tiny_qwen import save_tiny_qwen
from tests.models.tiny_sd3 import saved_encoder, saved_lora

INSTALLED = [entry for entry in ENGINES if not entry.own_files]


@pytest.mark.parametrize("entry", INSTALLED, ids=lambda entry: entry.name)
def test_every_engine_can_be_made_and_is_named_as_announced(entry: Engine) -> None:
    engine = make_upscaler(entry.name)
    assert engine.name == entry.maker == entry.title
    assert engine.identity["name"] == entry.name


@pytest.mark.parametrize("entry", ENGINES, ids=lambda entry: entry.name)
def test_descriptions_are_translated_when_they_are_asked_for(entry: Engine) -> None:
    install(lambda context, text, disambiguation, n: f"{context}: {text}")
    try:
        translated = entry.description
    finally:
        install(None)
    assert translated == f"Engine: {entry.description}"


def test_only_models_invent_detail() -> None:
    assert [entry.name for entry in INSTALLED if make_upscaler(entry.name).generative] == [
        "realesrgan"
    ]
    assert [entry.name for entry in ENGINES if entry.licence] == [
        "realesrgan",
        "coz",
        "pisa",
    ]


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
    with pytest.raises(BadInput, match=r"^The model file .* does not exist"):
        make_upscaler(engine)


@pytest.mark.parametrize("engine", ["", "esrgan", "Bicubic", "photo.jpg"])
def test_an_unknown_engine_gets_the_names_of_all(engine: str) -> None:
    with pytest.raises(
        BadInput,
        match=f"^Unknown engine '{engine}': choose realesrgan, bicubic, nearest, coz, pisa or the ",
    ):
        make_upscaler(engine)


@pytest.mark.parametrize("setting", ["paper", "best"])
def test_the_engine_of_the_paper_is_made_from_files(
    tiny_sd3: Path, tmp_path: Path, setting: str
) -> None:
    lora = saved_lora(tmp_path / "lora.pkl", tiny_sd3)
    vae = saved_encoder(tmp_path / "vae.pt", tiny_sd3)
    engine = make_upscaler("coz", coz=CozChoice(str(tiny_sd3), lora, vae, setting))
    assert engine.name == next(entry.title for entry in ENGINES if entry.name == "coz")
    assert (engine.identity["name"], engine.identity["setting"]) == ("coz", setting)


def test_the_engine_of_the_paper_says_what_it_wants(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.touch()
    with pytest.raises(BadInput, match=r"get model_20001\.pkl and vae_encoder.* of git"):
        make_upscaler("coz", coz=CozChoice(lora=file))
    with pytest.raises(BadInput, match=r"^Unknown setting 'good': choose paper or best\.$"):
        make_upscaler("coz", coz=CozChoice(lora=file, vae=file, setting="good"))
    with pytest.raises(BadInput, match=r"stable-diffusion-3-medium-diffusers is not on this comp"):
        make_upscaler("coz", coz=CozChoice(lora=file, vae=file))


def test_pisa_is_made_from_files(tiny_sd2: Path, tiny_pisa: Path) -> None:
    engine = make_upscaler("pisa", pisa=PisaChoice(str(tiny_sd2), tiny_pisa, 0.5, 1.25))
    assert engine.name == next(entry.title for entry in ENGINES if entry.name == "pisa")
    identity = engine.identity
    assert (identity["name"], identity["pixel"], identity["semantic"]) == ("pisa", "0.5", "1.25")


def test_pisa_finds_its_file_in_the_folder_of_models(tiny_sd2: Path, tmp_path: Path) -> None:
    choice = PisaChoice(str(tiny_sd2))
    with pytest.raises(BadInput, match=r"get pisa_sr\.pkl from github\.com/csslc/PiSA-SR, and ch"):
        make_upscaler("pisa", ModelContext("cpu", cache_dir=tmp_path), pisa=choice)
    (tmp_path / "pisa").mkdir()
    (tmp_path / "pisa" / "pisa_sr.pkl").touch()
    assert make_upscaler("pisa", ModelContext("cpu", cache_dir=tmp_path), pisa=choice).generative
    with pytest.raises(BadInput, match=r"2-1-base is not on this computer: download the model pis"):
        make_upscaler("pisa", ModelContext("cpu", cache_dir=tmp_path))


CROP = np.zeros((4, 4, 3), np.uint8)


def test_the_prompter_none_says_nothing() -> None:
    prompter = make_prompter(PrompterChoice("none", "words that nobody asked for"))
    assert prompter.name == "none"
    assert prompter.prompt(None, CROP, never) == ""


def test_the_prompter_text_says_the_users_words() -> None:
    prompter = make_prompter(PrompterChoice("text", " a dandelion \n"))
    assert prompter.name == "text"
    assert prompter.prompt(CROP, CROP, never) == "a dandelion"
    assert prompter.identity == make_prompter(PrompterChoice("text", "a dandelion")).identity
    assert prompter.identity != make_prompter(PrompterChoice("text", "a daisy")).identity


@pytest.mark.parametrize("text", ["", "  \n"])
def test_the_prompter_text_wants_words(text: str) -> None:
    with pytest.raises(BadInput, match="needs a prompt: enter one"):
        make_prompter(PrompterChoice("text", text))


def test_the_prompter_qwen_is_made_from_a_folder_and_adds_the_users_words(tmp_path: Path) -> None:
    choice = PrompterChoice("qwen", qwen=str(save_tiny_qwen(tmp_path / "qwen")))
    alone, added = make_prompter(choice), make_prompter(replace(choice, words="ginger cat"))
    assert alone.name == added.name
    said = alone.prompt(None, CROP, never)
    assert added.prompt(None, CROP, never) == (f"{said}, ginger cat," if said else "ginger cat")
    assert added.identity == {**alone.identity, "words": "ginger cat"}


def test_the_prompter_server_asks_its_server(tmp_path: Path) -> None:
    with ChatServer() as server:
        prompter = make_prompter(
            PrompterChoice("server", server=server.address, server_model="sees")
        )
        assert prompter.prompt(None, CROP, never)
        assert len(server.requests) == 1


def test_unknown_prompters_get_the_names_of_all() -> None:
    with pytest.raises(
        BadInput, match=r"^Unknown prompter 'gpt': choose none, text, qwen, tags or server\.$"
    ):
        make_prompter(PrompterChoice("gpt"))
