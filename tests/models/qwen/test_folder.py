"""Finding a vision-language model on the disk: whole, from a folder or a hub name, never
downloaded."""

import shutil
from pathlib import Path

import pytest

from cozviewer.models.qwen.folder import QWEN, qwen_files, qwen_folder, qwen_name
from cozviewer.util.errors import BadInput
from tests.models.tiny_qwen import write_json

INDEX = "model.safetensors.index.json"


@pytest.fixture
def folder(tiny_qwen: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model, to be spoilt."""
    return Path(shutil.copytree(tiny_qwen, tmp_path / "my qwen"))


def put_into_hub(folder: Path, name: str, hub: Path) -> Path:
    """Move a model to where a download would have put it."""
    repo = hub / f"models--{name.replace('/', '--')}"
    commit = "0123456789abcdef0123456789abcdef01234567"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text(commit)
    (repo / "snapshots").mkdir()
    return folder.rename(repo / "snapshots" / commit)


def test_a_folder_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    for model in (str(folder), "~/my qwen"):
        assert qwen_folder(model) == folder
        assert qwen_name(model) == "my qwen"


def test_without_a_name_it_is_the_model_of_the_authors(folder: Path, hub_cache: Path) -> None:
    there = put_into_hub(folder, QWEN, hub_cache)
    assert qwen_folder("") == qwen_folder(QWEN) == there
    assert qwen_name("") == qwen_name(QWEN) == "Qwen2.5-VL-3B-Instruct"


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("", "download the model qwen"),
        (QWEN, "download the model qwen"),
        ("Qwen/Qwen3-VL-4B-Instruct", "download the model Qwen/Qwen3-VL-4B-Instruct"),
    ],
)
def test_a_hub_name_is_not_downloaded_unasked(name: str, command: str) -> None:
    with pytest.raises(
        BadInput,
        match=rf"^{name or QWEN} is not on this computer: {command}, or choose a folder "
        r"that has it\.$",
    ):
        qwen_folder(name)


def test_a_download_that_was_broken_off_is_refused(folder: Path, hub_cache: Path) -> None:
    there = put_into_hub(folder, QWEN, hub_cache)
    (there / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(BadInput, match=r"download the model qwen again\.$"):
        qwen_folder("")


def test_what_is_neither_a_folder_nor_a_hub_name_is_refused(tmp_path: Path) -> None:
    for model in ("qwen", str(tmp_path / "qwen"), "a/b/c"):
        with pytest.raises(BadInput, match=r"^The folder .* does not exist: choose another folder"):
            qwen_folder(model)


@pytest.mark.parametrize(
    "missing",
    [
        "config.json",
        "tokenizer.json",
        "preprocessor_config.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
    ],
)
def test_a_folder_that_is_not_whole_is_refused(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(
        BadInput, match=rf"my qwen is incomplete, {missing} is missing: choose another folder\.$"
    ):
        qwen_folder(str(folder))


def test_a_folder_without_weights_is_refused(folder: Path) -> None:
    for path in folder.glob("model*"):
        path.unlink()
    with pytest.raises(BadInput, match=r"model\.safetensors is missing"):
        qwen_folder(str(folder))


def test_pickled_weights_are_refused(folder: Path) -> None:
    for path in folder.glob("model*"):
        path.unlink()
    (folder / "pytorch_model.bin").write_bytes(b"PK")
    with pytest.raises(BadInput, match=r"pickle files \(\*\.bin\), which can run code"):
        qwen_folder(str(folder))


@pytest.mark.parametrize(
    "index",
    [
        [],
        {},
        {"weight_map": 1},
        {"weight_map": {"a": 1}},
        {"weight_map": {"a": "../elsewhere.safetensors"}},
        {"weight_map": {"a": "/elsewhere.safetensors"}},
    ],
)
def test_a_broken_index_is_refused(folder: Path, index: object) -> None:
    write_json(folder / INDEX, index)
    with pytest.raises(BadInput, match=rf"{INDEX} is damaged: download the model again"):
        qwen_folder(str(folder))


def test_everything_that_is_read_is_listed_and_nothing_else(folder: Path) -> None:
    for name in ("README.md", "LICENSE", "other.safetensors"):
        (folder / name).write_text("not read")
    assert [path.name for path in qwen_files(folder)] == [
        "chat_template.json",
        "config.json",
        "generation_config.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        INDEX,
        "preprocessor_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
