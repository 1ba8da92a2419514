"""Finding Stable Diffusion 3 on the disk: whole, from a folder or a hub name, never downloaded."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from cozviewer.models.coz.base import base_digest, base_folder, open_part
from cozviewer.util.errors import BadInput


@pytest.fixture
def base(tiny_sd3: Path, tmp_path: Path) -> Path:
    """A copy of the tiny base, to be spoilt."""
    return Path(shutil.copytree(tiny_sd3, tmp_path / "sd3"))


def open_vae(folder: Path) -> object:
    from diffusers import AutoencoderKL

    return open_part(AutoencoderKL, folder, "vae", torch.float16)


def test_a_folder_is_found(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(base.parent))
    for name in (base, str(base), "~/sd3"):
        assert base_folder(name) == base


@pytest.mark.parametrize(
    "missing",
    ["vae", "transformer/config.json", "text_encoder_3/model.safetensors", "tokenizer_2"],
)
def test_a_folder_that_is_not_whole_is_refused(base: Path, missing: str) -> None:
    path = base / missing
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    with pytest.raises(BadInput, match=rf"its part {missing.partition('/')[0]} is missing: choose"):
        base_folder(base)


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    for name in ("sd3", "a/b/c", str(tmp_path / "sd3"), tmp_path / "sd3"):
        with pytest.raises(BadInput, match=r"^The Stable Diffusion 3 folder .* does not exist"):
            base_folder(name)


def test_a_hub_name_is_not_downloaded_unasked() -> None:
    with pytest.raises(
        BadInput,
        match=r"^nobody/nothing is not on this computer: accept its licence on "
        r"https://huggingface\.co/nobody/nothing and download the model nobody/nothing, or",
    ):
        base_folder("nobody/nothing")


def test_a_hub_name_that_was_downloaded_is_found(base: Path, hub_cache: Path) -> None:
    repo = hub_cache / "models--somebody--sd3"
    commit = "0123456789abcdef0123456789abcdef01234567"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text(commit)
    (repo / "snapshots").mkdir()
    base.rename(repo / "snapshots" / commit)
    assert base_folder("somebody/sd3") == repo / "snapshots" / commit


def test_the_fp16_files_alone_are_enough(base: Path) -> None:
    path = base / "vae" / "diffusion_pytorch_model.safetensors"
    path.rename(path.with_name("diffusion_pytorch_model.fp16.safetensors"))
    assert base_folder(base) == base
    assert open_vae(base) is not None


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def without_a_weight(path: Path) -> None:
    state = load_file(path)
    del state["encoder.conv_in.weight"]
    save_file(state, path, {"format": "pt"})


def with_another_shape(path: Path) -> None:
    state = load_file(path)
    state["encoder.conv_in.weight"] = torch.zeros(3, 3, 3, 3)
    save_file(state, path, {"format": "pt"})


def no_json(path: Path) -> None:
    path.with_name("config.json").write_text("{")


def another_network(path: Path) -> None:
    path.with_name("config.json").write_text(json.dumps({"block_out_channels": "many"}))


@pytest.mark.parametrize(
    "spoil", [cut, without_a_weight, with_another_shape, no_json, another_network]
)
def test_a_broken_part_is_refused(base: Path, spoil: Callable[[Path], None]) -> None:
    spoil(base / "vae" / "diffusion_pytorch_model.safetensors")
    with pytest.raises(BadInput, match=r"^The part vae of .* cannot be loaded \(.*\): "):
        open_vae(base)
    # diffusers itself leaves fp16 behind, which would change all that comes after.
    assert torch.get_default_dtype() == torch.float32


def test_pickled_weights_are_not_read(base: Path) -> None:
    path = base / "vae" / "diffusion_pytorch_model.safetensors"
    torch.save(load_file(path), path.with_suffix(".bin"))
    path.unlink()
    with pytest.raises(BadInput, match="its part vae is missing"):
        base_folder(base)
    with pytest.raises(BadInput, match="The part vae of Stable Diffusion 3"):
        open_vae(base)


def test_opening_a_part_says_nothing(base: Path, capfd: pytest.CaptureFixture[str]) -> None:
    open_vae(base)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "changed",
    ["transformer/config.json", "text_encoder_2/model.safetensors", "tokenizer/tokenizer.json"],
)
def test_everything_that_is_read_is_part_of_the_digest(
    tiny_sd3: Path, base: Path, tmp_path: Path, changed: str
) -> None:
    assert base_digest(base, None) == base_digest(tiny_sd3, tmp_path)
    with (base / changed).open("ab") as file:
        file.write(b" ")
    assert base_digest(base, None) != base_digest(tiny_sd3, tmp_path)


def test_what_is_not_read_is_not(tiny_sd3: Path, base: Path) -> None:
    (base / "README.md").write_text("Hello")
    assert base_digest(base, None) == base_digest(tiny_sd3, None)
