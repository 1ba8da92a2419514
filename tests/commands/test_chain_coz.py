"""`cozviewer chain --engine coz`: from the options to the images, in both settings."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cozviewer.image.pixels import Rgb8
from tests.commands.conftest import Run
from tests.models.coz_reference import FOLDER, assert_state_agrees, first_picture
from tests.models.tiny_qwen import save_adapter, save_tiny_qwen
from tests.models.tiny_ram import TAGS, saved_ram
from tests.models.tiny_sd3 import save_tiny_sd3, saved_encoder, saved_lora


def state(folder: Path, index: int) -> Rgb8:
    with Image.open(folder / f"{index}.png") as image:
        return np.asarray(image.convert("RGB"))


Words = tuple[str | Path, ...]


@pytest.fixture(scope="module")
def tiny_coz(tmp_path_factory: pytest.TempPathFactory) -> Words:
    """The options for a tiny Chain-of-Zoom with random weights."""
    folder = tmp_path_factory.mktemp("coz")
    base = save_tiny_sd3(folder / "sd3")
    lora, vae = saved_lora(folder / "lora.pkl", base), saved_encoder(folder / "vae.pt", base)
    return ("--engine", "coz", "--coz-base", base, "--coz-lora", lora, "--coz-vae", vae)


def test_the_authors_chain_is_repeated(run: Run, tmp_path: Path) -> None:
    files = ("--coz-lora", FOLDER / "sr_lora.pkl", "--coz-vae", FOLDER / "vae_encoder.pt")
    words = ("--prompter", "text", "--prompt", "rocket, launch pad, sky", "--seed", "42")
    done = run(
        "chain",
        FOLDER / "chain" / "0.png",
        *("-o", tmp_path, "--levels", "2", "--device", "cpu"),
        *("--engine", "coz", "--setting", "paper", "--coz-base", FOLDER / "sd3"),
        *files,
        *words,
    )
    assert done.code == 0
    folder = tmp_path / "per-sample" / "0"
    assert np.array_equal(state(folder, 0), first_picture())
    for index in (1, 2):
        assert_state_agrees(state(folder, index), index)


@pytest.mark.parametrize("setting", ["paper", "best"])
def test_a_chain_is_drawn_and_its_settings_are_kept_apart(
    run: Run, photo: Path, tmp_path: Path, tiny_coz: Words, setting: str
) -> None:
    words = ("chain", photo, "--levels", "1", "--device", "cpu", "--json", "--setting", setting)
    reports = []
    for name in ("one", "two"):
        done = run(*words, *tiny_coz, "-o", tmp_path / name, "--prompt", "a cat")
        assert done.code == 0
        reports.append(json.loads(done.out))
    assert reports[0]["engine"] == "Chain-of-Zoom"
    assert reports[0]["recipe"] == reports[1]["recipe"]
    one, two = (next((tmp_path / name).glob("per-sample/*/1.png")) for name in ("one", "two"))
    assert np.array_equal(state(one.parent, 1), state(two.parent, 1))
    assert state(one.parent, 1).std() > 1


def test_a_vision_model_says_what_is_there_and_the_user_adds_to_it(
    run: Run, photo: Path, tmp_path: Path, tiny_coz: Words
) -> None:
    qwen = save_tiny_qwen(tmp_path / "qwen")
    adapter = save_adapter(tmp_path / "grpo", qwen)
    words = ("--prompter", "qwen", "--qwen", qwen, "--qwen-adapter", adapter)
    done = run(
        *("chain", photo, "-o", tmp_path / "out", "--levels", "1", "--device", "cpu"),
        *(*tiny_coz, *words, "--prompt", "ginger cat"),
    )
    assert done.code == 0, done.err
    assert "Models on the CPU" in done.err
    said = (tmp_path / "out" / "per-sample" / "photo" / "txt" / "0.txt").read_text()
    assert said.endswith(", ginger cat,")
    assert len(said) > len(", ginger cat,")
    assert state(tmp_path / "out" / "per-sample" / "photo", 1).std() > 1


def test_a_tagger_names_what_is_there(run: Run, tmp_path: Path) -> None:
    tags = saved_ram(tmp_path / "tags")
    files = ("--coz-lora", FOLDER / "sr_lora.pkl", "--coz-vae", FOLDER / "vae_encoder.pt")
    words = ("--prompter", "tags", "--ram", tags / "ram_swin_large_14m.pth")
    done = run(
        "chain",
        FOLDER / "chain" / "0.png",
        *("-o", tmp_path / "out", "--levels", "1", "--device", "cpu"),
        *("--engine", "coz", "--setting", "paper", "--coz-base", FOLDER / "sd3", *files),
        *(*words, "--dape", tags / "DAPE.pth"),
    )
    assert done.code == 0, done.err
    said = (tmp_path / "out" / "per-sample" / "0" / "txt" / "0.txt").read_text()
    found = said.split(", ")
    assert len(found) > 1
    assert set(found) < set(TAGS)


def test_missing_files_are_told_before_anything_is_made(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    done = run("chain", photo, "-o", tmp_path / "out", "--engine", "coz")
    assert done.code == 2
    assert "get model_20001.pkl and vae_encoder_20001.pt from the folder ckpt" in done.err
    assert not (tmp_path / "out").exists()
