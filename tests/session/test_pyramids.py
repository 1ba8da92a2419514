"""What a session says about its pyramids is followed as far as it is safe."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cozviewer.chain.recipe import Recipe
from cozviewer.config.choice import CozChoice, EngineChoice, PrompterChoice
from cozviewer.config.choice_text import (
    choice_from,
    choice_text,
    chosen_since,
    elsewhere,
    same_engine,
)
from cozviewer.session.pyramids import (
    choice_of,
    lacks_server,
    other_pyramids,
    pyramid_for,
    recipe_from,
)
from cozviewer.session.session import Maker, PyramidInfo, Reference, Session, StoredPyramid

HERE = EngineChoice(device="cuda:1", memory="sequential")

COZ = EngineChoice(
    "coz",
    "cpu",
    7,
    "auto",
    CozChoice("base/name", Path("/a/lora.pkl"), Path("/a/vae.pt"), "paper", t5=False),
    PrompterChoice("server", "ginger cat", server="localhost:11434", server_model="eye"),
    0.5,
)


def kept(choice: EngineChoice | str, digest: str = "d1") -> StoredPyramid:
    text = choice if isinstance(choice, str) else choice_text(choice)
    return StoredPyramid(
        1, PyramidInfo("{}", digest, text, Maker("Some Engine", True, True, "eye")), "", 0
    )


def session(*pyramids: StoredPyramid) -> Session:
    return Session(Path("a.cozview"), Reference("a.png", "5a", 1, 1), pyramids)


def test_it_is_made_as_it_was_but_where_we_compute() -> None:
    offline = replace(COZ, prompter=replace(COZ.prompter, name="qwen", server="", server_model=""))
    assert choice_of(kept(offline), HERE) == replace(offline, device="cuda:1", memory="sequential")
    quantised = replace(COZ, memory="nf4")
    assert choice_of(kept(quantised), HERE).memory == "nf4", "it decides pixels"


SERVERS = [
    "localhost:11434",
    "http://127.0.0.1:8000/v1",
    "http://[::1]:8000/v1",
    "https://example.org/v1",
    "localhost.example.org",
    "http://localhost:80@example.org/v1",
    "192.168.0.2:8000",
]


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("name", ["server", "none", "qwen"])
def test_a_session_never_chooses_a_server(server: str, name: str) -> None:
    planted = replace(COZ, prompter=replace(COZ.prompter, name=name, server=server))
    found = choice_of(kept(planted), HERE)
    assert (found.prompter.server, found.prompter.server_model) == ("", "")
    assert lacks_server(found) == (name == "server")


@pytest.mark.parametrize("server", SERVERS)
def test_the_users_own_server_takes_the_place_of_that_of_a_session(server: str) -> None:
    planted = kept(replace(COZ, prompter=replace(COZ.prompter, server=server)))
    own = PrompterChoice(server="https://mine.example", server_model="mine")
    found = choice_of(planted, replace(HERE, prompter=own))
    assert (found.prompter.server, found.prompter.server_model) == (own.server, own.server_model)
    assert found.prompter.words == COZ.prompter.words
    assert pyramid_for(session(planted), found) is planted
    lacking = replace(HERE, prompter=replace(own, server_model=""))
    assert choice_of(planted, lacking).prompter.server == "", "which model is not known"


def test_a_device_is_not_read_because_a_session_names_it() -> None:
    planted = replace(COZ, coz=replace(COZ.coz, lora=Path("/dev/zero")))
    assert choice_of(kept(planted), HERE).engine == "Some Engine"


@pytest.mark.parametrize(
    "changed",
    [
        {"fidelity": math.nan},
        {"fidelity": -1.0},
        {"fidelity": math.inf},
        {"seed": True},
        {"seed": 10**400},
        {"depth": "bottomless"},
        {"engine": "a\0b"},
        {"engine": "a" * 300 + ".pth"},
        {"engine": "/ab" * 2000 + ".pth"},
        {"engine": "~nobody-here/a.pth"},
        {"coz": replace(COZ.coz, base="\ud800")},
        {"coz": replace(COZ.coz, lora=Path("a" * 300))},
        {"prompter": replace(COZ.prompter, qwen="a" * 300)},
        {"prompter": replace(COZ.prompter, max_tokens=10**9)},
        {"prompter": replace(COZ.prompter, max_tokens=0)},
    ],
)
def test_a_choice_of_what_cannot_be_chosen_is_none(changed: dict[str, Any]) -> None:
    assert choice_from(choice_text(replace(COZ, **changed))) is None


def test_what_was_changed_by_hand_is_the_users_choice() -> None:
    own, of_session = EngineChoice("nearest", seed=1), replace(COZ, seed=5)
    assert chosen_since(own, of_session, replace(of_session, device="mps")) == replace(
        own, device="mps"
    )
    by_hand = replace(of_session, engine="bicubic", prompter=PrompterChoice())
    assert chosen_since(own, of_session, by_hand) == EngineChoice("bicubic", seed=1)


@pytest.mark.parametrize(
    "path",
    [
        r"\\host\share\x.pth",
        "//host/share/x.pth",
        r"/\host\share\x.pth",
        r"\/host/share/x.pth",
        r"\\?\UNC\host\share\x.pth",
    ],
)
def test_files_on_other_machines_are_not_looked_for(path: str) -> None:
    for choice in (
        replace(COZ, engine=path),
        replace(COZ, coz=replace(COZ.coz, base=path)),
        replace(COZ, prompter=replace(COZ.prompter, qwen=path)),
    ):
        assert choice_of(kept(choice), HERE).engine == "Some Engine"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"engine": 3}', "[" * 100_000])
def test_a_choice_that_cannot_be_read_names_no_engine_of_ours(text: str) -> None:
    assert choice_of(kept(text), HERE) == replace(HERE, engine="Some Engine")


def test_a_pyramid_is_found_by_what_was_chosen() -> None:
    bicubic, coz = kept(EngineChoice("bicubic")), kept(COZ)
    both = session(coz, bicubic)
    assert pyramid_for(both, replace(COZ, device="mps")) is coz
    assert pyramid_for(both, EngineChoice("bicubic", device="cuda")) is bicubic
    assert pyramid_for(both, EngineChoice("bicubic", seed=3)) is None
    assert pyramid_for(both, EngineChoice()) is None


def test_a_pyramid_is_found_with_and_without_its_server() -> None:
    far = kept(replace(COZ, prompter=replace(COZ.prompter, server="example.org")))
    assert pyramid_for(session(far), choice_of(far, HERE)) is far
    named = replace(COZ, prompter=replace(COZ.prompter, server="example.org"))
    assert pyramid_for(session(far), named) is far


def test_files_count_wherever_they_are_named_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my.pth").touch()
    monkeypatch.chdir(tmp_path)
    assert same_engine(EngineChoice("my.pth"), EngineChoice(str(tmp_path / "my.pth")))
    assert not same_engine(EngineChoice("my.pth"), EngineChoice("other.pth"))


def test_pyramids_that_are_not_there_are_besides() -> None:
    one, two = kept(COZ, "d1"), kept(COZ, "d2")
    assert other_pyramids(session(one, two), []) == [one, two]
    assert other_pyramids(None, []) == []


RECIPE = Recipe((("name", "x"), ("weights", "1")), (("name", "none"),), 2**60, 0.5, 32)


@pytest.mark.parametrize(
    "recipe",
    [
        RECIPE,
        replace(RECIPE, one_seed=True, fidelity=0.0),
        replace(RECIPE, adaptive_scale=True),
        replace(RECIPE, photo_texture=True),
        replace(RECIPE, photo_texture=True, texture=1),
        replace(RECIPE, method=2),
    ],
)
def test_a_recipe_is_the_same_again(recipe: Recipe) -> None:
    assert recipe_from(recipe.text) == recipe


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        RECIPE.text.replace('"halo":32', '"halo":100000000'),
        RECIPE.text.replace('"fidelity":0.5', '"fidelity":NaN'),
        RECIPE.text.replace('"seed":1', '"seed":9' + "9" * 400),
        RECIPE.text.replace('"upscaler":{', '"upscaler":[{').replace("},", "}],", 1),
    ],
)
def test_what_is_no_recipe_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the reason is for nobody)
        recipe_from(text)


def test_a_choice_as_text_is_the_same_again_and_holds_all() -> None:
    assert choice_from(choice_text(COZ)) == COZ
    assert json.loads(choice_text(COZ))["fidelity"] == 0.5


def test_a_choice_of_before_there_was_one_of_depth_is_soft() -> None:
    words = json.loads(choice_text(EngineChoice()))
    assert words.pop("depth") == "crisp"
    assert choice_from(json.dumps(words)) == EngineChoice(depth="soft")


def test_a_choice_with_an_old_memory_mode_is_read() -> None:
    saved = json.loads(choice_text(EngineChoice(memory="sequential"))) | {"memory": "in-turn"}
    assert choice_from(json.dumps(saved)) == EngineChoice(memory="sequential")
    del saved["memory"]
    assert choice_from(json.dumps(saved)) == EngineChoice()


def test_a_choice_of_before_there_was_one_of_numbers_is_automatic() -> None:
    words = json.loads(choice_text(EngineChoice()))
    assert words.pop("numbers") == "auto"
    assert choice_from(json.dumps(words)) == EngineChoice()


@pytest.mark.parametrize("unknown", ["int4", "", None, 7, ["fp32"]])
def test_numbers_that_are_unknown_are_automatic(unknown: object) -> None:
    words = json.loads(choice_text(EngineChoice(numbers="fp32")))
    assert choice_from(json.dumps(words)) == EngineChoice(numbers="fp32")
    assert choice_from(json.dumps({**words, "numbers": unknown})) == EngineChoice()


def test_numbers_are_those_of_where_it_is_computed() -> None:
    exact = EngineChoice(numbers="fp32")
    assert same_engine(exact, EngineChoice())
    assert elsewhere(EngineChoice(seed=3, numbers="bf16"), exact) == replace(exact, seed=3)


def test_depth_does_not_tell_apart_what_takes_words() -> None:
    assert same_engine(COZ, replace(COZ, depth="soft"))
    assert not same_engine(EngineChoice(), EngineChoice(depth="soft"))
