"""`cozviewer models`: what it lists, where things lie, and that nothing must be downloaded."""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from cozviewer.commands import models
from cozviewer.models.realesrgan import weights
from cozviewer.models.realesrgan.converted import FILE_NAME
from cozviewer.models.realesrgan.weights import wheel_files
from cozviewer.util.errors import BadInput
from tests.models.hub_server import HubServer
from tests.models.tiny_sd2 import save_tiny_sd2
from tests.models.tiny_sd3 import save_tiny_sd3
from tests.packages import Packages


def run(*words: str) -> int:
    parser = argparse.ArgumentParser(prog="cozviewer")
    models.add_parser(parser.add_subparsers())
    return models.run(parser.parse_args(["models", *words]))


def output(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(*words) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def report(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(output(capsys, *words, "--json"))


@pytest.fixture
def without_weights(packages: Packages) -> None:
    packages.hide(weights.MODULE)


@pytest.mark.parametrize("words", [[], ["list"]])
def test_the_list_says_what_is_ready_and_under_which_licence(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    text = output(capsys, *words)
    assert "realesrgan  Real-ESRGAN: ready, 34 MB, licence of the weights: BSD-3-Clause" in text
    assert "bicubic     Bicubic: ready" in text
    assert "nearest     Nearest: ready" in text
    assert str(wheel_files().bin) in text
    assert "model file" in text


def test_the_list_as_json_has_every_engine(capsys: pytest.CaptureFixture[str]) -> None:
    entries = report(capsys)
    assert [entry["name"] for entry in entries] == [
        "realesrgan",
        "bicubic",
        "nearest",
        "coz",
        "pisa",
    ]
    assert all(entry["ready"] and not entry["problem"] for entry in entries[:3])
    assert "download the model coz" in entries[3]["problem"]
    needs = {need["name"]: need for need in entries[3]["needs"]}
    assert list(needs) == ["coz", "coz-files", "qwen", "tags"]
    assert all(need["licence"] and need["page"] and need["problem"] for need in needs.values())
    own = {need["name"]: need for need in entries[4]["needs"]}
    assert list(own) == ["pisa", "pisa-file"]
    assert all(need["licence"] and need["page"] and need["problem"] for need in own.values())
    assert all("not yet with the published weights" in need["checked"] for need in own.values())
    assert "download the model pisa" in entries[4]["problem"]
    assert "download the model qwen" in needs["qwen"]["problem"]
    assert entries[0]["files"] == [str(path) for path in wheel_files()]
    assert entries[0]["bytes"] == sum(path.stat().st_size for path in wheel_files())
    assert entries[1]["files"] == []


def test_a_base_that_was_downloaded_makes_coz_ready(
    capsys: pytest.CaptureFixture[str],
    cache_folder: Path,
    hub_cache: Path,
) -> None:
    repo = hub_cache / "models--stabilityai--stable-diffusion-3-medium-diffusers"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text("0" * 40)
    base = save_tiny_sd3(repo / "snapshots" / ("0" * 40))
    fused = cache_folder / "models" / "coz-0123456789abcdef.safetensors"
    fused.parent.mkdir(parents=True)
    fused.write_bytes(b"...")
    capsys.readouterr()  # what saving said
    coz = report(capsys)[3]
    assert (coz["ready"], coz["problem"]) == (True, "")
    assert str(base / "vae" / "diffusion_pytorch_model.safetensors") in coz["files"]
    assert str(fused) in coz["files"]


def test_a_base_and_the_authors_file_make_pisa_ready(
    capsys: pytest.CaptureFixture[str],
    cache_folder: Path,
    hub_cache: Path,
) -> None:
    repo = hub_cache / "models--sd2-community--stable-diffusion-2-1-base"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text("0" * 40)
    base = save_tiny_sd2(repo / "snapshots" / ("0" * 40))
    capsys.readouterr()  # what saving said
    pisa = report(capsys)[4]
    assert (pisa["ready"], "pisa_sr.pkl is missing in" in pisa["problem"]) == (False, True)
    own = cache_folder / "models" / "pisa" / "pisa_sr.pkl"
    own.parent.mkdir(parents=True)
    own.touch()
    pisa = report(capsys)[4]
    assert (pisa["ready"], pisa["problem"]) == (True, "")
    assert str(base / "unet" / "diffusion_pytorch_model.safetensors") in pisa["files"]
    assert pisa["files"][-1] == str(own)
    assert not any(need["problem"] for need in pisa["needs"])


@pytest.mark.usefixtures("without_weights")
def test_missing_weights_are_listed_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    text = output(capsys)
    assert "Real-ESRGAN: not ready, licence" in text
    assert "The built-in model is missing: reinstall cozviewer." in text
    assert not report(capsys)[0]["ready"]


def test_where_names_the_folder_and_the_files_that_exist(
    capsys: pytest.CaptureFixture[str], cache_folder: Path
) -> None:
    folder = cache_folder / "models"
    assert report(capsys, "where") == {
        "folder": str(folder),
        "files": [str(path) for path in wheel_files()],
        "own_files": str(folder / "coz"),
        "downloads": {
            "coz": "",
            "coz-files": "",
            "qwen": "",
            "tags": "",
            "pisa": "",
            "pisa-file": "",
        },
    }
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_bytes(b"...")
    assert str(folder / FILE_NAME) in report(capsys, "where")["files"]
    lines = output(capsys, "where").splitlines()
    assert lines[0] == f"Converted weights are kept in {folder}"
    assert lines[1:4] == [*map(str, wheel_files()), str(folder / FILE_NAME)]
    assert lines[4] == f"The files of Chain-of-Zoom's authors are looked for in {folder / 'coz'}"


def test_the_authors_files_are_found_where_the_list_says(
    capsys: pytest.CaptureFixture[str], cache_folder: Path
) -> None:
    folder = cache_folder / "models" / "coz"
    assert f"Put both files into {folder}" in output(capsys)
    folder.mkdir(parents=True)
    for name in ("model_20001.pkl", "vae_encoder_20001.pt"):
        (folder / name).touch()
    assert report(capsys, "where")["downloads"]["coz-files"] == str(folder)


def test_a_download_wants_a_name() -> None:
    with pytest.raises(BadInput, match="Name what is to be downloaded"):
        run("download")
    with pytest.raises(BadInput, match="Unknown model 'gpt': choose coz, qwen, pisa or a hub name"):
        run("download", "gpt")
    with pytest.raises(BadInput, match="list takes no names"):
        run("list", "qwen")


def test_a_model_is_downloaded_with_its_size_and_licence_named(
    capsys: pytest.CaptureFixture[str], hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    files = {"config.json": b"{}", "model.safetensors": bytes(30_000)}
    with HubServer("someone/model", files) as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.endpoint)
        template = server.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        assert run("download", "someone/model") == 0
        captured = capsys.readouterr()
        assert "someone/model has 30 kB; its licence is on https://" in captured.err
        folder = Path(captured.out.strip().removeprefix("someone/model is in "))
        assert (folder / "model.safetensors").read_bytes() == bytes(30_000)
        server.gets.clear()
        assert report_of_download(capsys) == {"downloaded": {"someone/model": str(folder)}}
        assert server.gets == []


def report_of_download(capsys: pytest.CaptureFixture[str]) -> Any:
    assert run("download", "someone/model", "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_broken_weights_are_not_ready(
    tmp_path: Path, packages: Packages, capsys: pytest.CaptureFixture[str]
) -> None:
    stem = tmp_path / "models" / "REALESRGAN_X4PLUS_UP4X"
    stem.parent.mkdir(parents=True)
    stem.with_suffix(".param").write_bytes(wheel_files().param.read_bytes())
    stem.with_suffix(".bin").write_bytes(b"half")
    packages.add_folder(weights.MODULE, tmp_path)
    assert "is damaged: reinstall cozviewer" in report(capsys)[0]["problem"]


def test_nothing_heavy_is_imported() -> None:
    script = (
        "import argparse, sys; from cozviewer.commands import models;"
        "light = sorted({'numpy', 'PIL'} & sys.modules.keys());"
        "models.run(argparse.Namespace(action='list', names=[], json=True));"
        "print(light, sorted({'torch', 'spandrel', 'PySide6'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == ["[] []"], done.stderr
