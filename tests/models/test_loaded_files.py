"""The files of models, found here and used elsewhere."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.assembly import node_models, node_work
from cozviewer.cluster.parcels import parcel_of
from cozviewer.cluster.receiving import Receiver
from cozviewer.config.choice import CozChoice, EngineChoice, PisaChoice, PrompterChoice
from cozviewer.models.loaded_files import PICKLES, loaded_files
from tests.cluster.transfers import Node, far_digest, send
from tests.models.tiny_qwen import save_adapter
from tests.models.tiny_sd2 import saved_pisa
from tests.models.tiny_sd3 import saved_encoder, saved_lora


@pytest.fixture
def coz(tiny_sd3: Path, tiny_qwen: Path, tmp_path: Path) -> EngineChoice:
    """Return Chain-of-Zoom with Qwen and an adapter, in copies that can be hidden."""
    here = tmp_path / "here"
    base, qwen = here / "sd3", here / "qwen"
    shutil.copytree(tiny_sd3, base)
    shutil.copytree(tiny_qwen, qwen)
    (base / "vae" / "diffusion_pytorch_model.bin").write_bytes(b"pickle")
    (qwen / "pytorch_model.bin").write_bytes(b"pickle")
    lora, vae = saved_lora(here / "lora.pkl", base), saved_encoder(here / "vae.pkl", base)
    prompter = PrompterChoice("qwen", qwen=str(qwen), adapter=save_adapter(here / "adapter", qwen))
    return EngineChoice("coz", "cpu", coz=CozChoice(str(base), lora, vae), prompter=prompter)


@pytest.fixture
def tags(tiny_ram: Path, tiny_sd2: Path, tmp_path: Path) -> EngineChoice:
    """Return PiSA-SR with the tagger."""
    here = tmp_path / "here"
    shutil.copytree(tiny_ram, here / "tags")
    shutil.copytree(tiny_sd2, here / "sd2")
    ram = here / "tags"
    prompter = PrompterChoice(
        "tags",
        ram=ram / "ram_swin_large_14m.pth",
        dape=ram / "DAPE.pth",
        ram_tags=ram / "ram_tag_list.txt",
    )
    pisa = PisaChoice(str(here / "sd2"), saved_pisa(here / "pisa.pkl"))
    return EngineChoice("pisa", "cpu", pisa=pisa, prompter=prompter)


@pytest.mark.parametrize("name", ["coz", "tags"])
def test_models_work_where_only_their_files_were_sent(
    request: pytest.FixtureRequest, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice: EngineChoice = request.getfixturevalue(name)
    work = node_work(choice, tmp_path / "cache")
    recipe = node_models(choice, {}, "", pytest.fail).recipe
    parcels = {key: parcel_of(*files, work.digest) for key, files in work.files.items()}
    node = Node(Receiver(tmp_path / "far" / "received", far_digest))
    for parcel in parcels.values():
        send(parcel, [node])
    shutil.rmtree(tmp_path / "here")
    monkeypatch.setenv("COZVIEWER_CACHE", str(tmp_path / "far"))
    paths = {key: node.receiver.path(parcel) for key, parcel in parcels.items()}
    models = work.make_models(paths, "", lambda sentence: None)
    assert models.recipe.text == recipe.text
    if name == "coz":
        models.upscaler.load(lambda: False)
    folders = [path for path in paths.values() if path.is_dir()]
    assert folders
    for folder in folders:
        assert not [path for path in folder.rglob("*") if path.suffix in PICKLES]


def test_a_large_text_encoder_that_is_left_out_is_not_sent(coz: EngineChoice) -> None:
    without = replace(coz, coz=replace(coz.coz, t5=False))
    parts = {path.parent.name for path in loaded_files(without, None)["base"][1]}
    assert "text_encoder_2" in parts
    assert "text_encoder_3" not in parts


def test_a_model_file_is_sent_alone(tmp_path: Path) -> None:
    path = tmp_path / "sharp.safetensors"
    assert loaded_files(EngineChoice(str(path)), None) == {"engine": (path, [])}
    assert loaded_files(EngineChoice(), None) == {}
