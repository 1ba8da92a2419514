"""Opening vision-language models as they are downloaded, and refusing what is none."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from cozviewer.config.questions import PHOTO
from cozviewer.models.device import Device
from cozviewer.models.qwen.answer import answer
from cozviewer.models.qwen.loading import open_vlm
from cozviewer.util.errors import BadInput
from tests.models.tiny_qwen import noise, open_model, save_tiny_qwen3

CPU = Device("cpu", "CPU")


@pytest.fixture
def folder(tiny_qwen: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model, to be spoilt."""
    return Path(shutil.copytree(tiny_qwen, tmp_path / "qwen"))


def test_all_weights_are_those_of_the_files_in_bf16(tiny_qwen: Path) -> None:
    vlm = open_vlm(tiny_qwen, None, CPU, "")
    state = vlm.model.state_dict()
    expected = open_model(tiny_qwen).state_dict()
    assert state.keys() == expected.keys()
    for name, tensor in state.items():
        assert tensor.dtype == torch.bfloat16
        assert torch.equal(tensor.float(), expected[name]), name
    assert vlm.label == "CPU, bf16"
    assert not vlm.model.training


def test_an_adapter_is_fused_in_fp32_and_rounded_once(tiny_qwen: Path, tiny_adapter: Path) -> None:
    name = "model.language_model.layers.1.mlp.down_proj"
    vlm = open_vlm(tiny_qwen, tiny_adapter, CPU, "")
    pairs = load_file(tiny_adapter / "adapter_model.safetensors")
    down, up = (pairs[f"base_model.model.{name}.lora_{side}.weight"] for side in "AB")
    weight = open_model(tiny_qwen).get_submodule(name).weight.detach()
    expected = (weight + 32 / 8 * up @ down).to(torch.bfloat16)
    assert torch.equal(vlm.model.get_submodule(name).weight, expected)


def test_another_family_is_opened_and_answers(tmp_path: Path) -> None:
    """Qwen3-VL, in the layout that transformers saves now."""
    vlm = open_vlm(save_tiny_qwen3(tmp_path / "qwen3"), None, CPU, "")
    said = [answer(vlm, PHOTO.one, [noise(seed)], 8, lambda: None) for seed in (1, 2)]
    assert all(words.count(",") == 8 for words in said)
    assert said[0] != said[1]


def test_settings_that_draw_lots_are_not_taken_over(tiny_qwen: Path) -> None:
    file = json.loads((tiny_qwen / "generation_config.json").read_text())
    settings = open_vlm(tiny_qwen, None, CPU, "").model.generation_config.to_diff_dict()
    assert file["do_sample"] is True
    assert not settings.get("do_sample")
    assert "temperature" not in settings
    for name in ("eos_token_id", "pad_token_id", "repetition_penalty"):
        assert settings[name] == file[name]


def change(path: Path, **settings: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


def test_a_model_that_does_not_say_how_to_pad_is_padded(folder: Path) -> None:
    path = folder / "generation_config.json"
    settings = json.loads(path.read_text())
    del settings["pad_token_id"]
    path.write_text(json.dumps(settings))
    vlm = open_vlm(folder, None, CPU, "")
    assert vlm.model.generation_config.pad_token_id == vlm.processor.tokenizer.eos_token_id


def cut(folder: Path) -> None:
    path = folder / "model-00002-of-00002.safetensors"
    os.truncate(path, path.stat().st_size // 2)


def without_a_weight(folder: Path) -> None:
    path = folder / "model-00001-of-00002.safetensors"
    state: dict[str, Any] = load_file(path)
    state.pop(min(state))
    save_file(state, path, {"format": "pt"})


def with_another_shape(folder: Path) -> None:
    path = folder / "model-00001-of-00002.safetensors"
    state = load_file(path)
    state[min(state)] = torch.zeros(3, 3)
    save_file(state, path, {"format": "pt"})


def no_json(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def another_kind(folder: Path) -> None:
    change(folder / "config.json", model_type="bert", architectures=["BertModel"])


def code_of_its_own(folder: Path) -> None:
    own = {"AutoConfig": "evil.Config", "AutoModelForImageTextToText": "evil.Model"}
    change(folder / "config.json", model_type="evil", auto_map=own)
    (folder / "evil.py").write_text(f"open({str(folder / 'was here')!r}, 'w')\n")


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")
    (folder / "tokenizer_config.json").write_text("[]")


@pytest.mark.parametrize(
    "spoil",
    [
        cut,
        without_a_weight,
        with_another_shape,
        no_json,
        another_kind,
        code_of_its_own,
        no_tokenizer,
    ],
)
def test_a_broken_model_is_refused(folder: Path, spoil: Callable[[Path], None]) -> None:
    spoil(folder)
    with pytest.raises(
        BadInput, match=r"^The model in .* cannot be loaded \(.+\): download it again, or choose "
    ):
        open_vlm(folder, None, CPU, "")
    assert not (folder / "was here").exists()


def test_pickled_weights_are_not_read(folder: Path) -> None:
    state: dict[str, Any] = {}
    for path in folder.glob("model*"):
        state |= load_file(path) if path.suffix == ".safetensors" else {}
        path.unlink()
    torch.save(state, folder / "pytorch_model.bin")
    with pytest.raises(BadInput, match=r"cannot be loaded"):
        open_vlm(folder, None, CPU, "")


def test_opening_says_nothing_on_the_terminal(
    tiny_qwen: Path, tiny_adapter: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    open_vlm(tiny_qwen, tiny_adapter, CPU, "")
    assert capfd.readouterr() == ("", "")
