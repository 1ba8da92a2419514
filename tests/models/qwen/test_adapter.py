"""An adapter changes a model as peft would, whatever its layers were called when it was saved."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from cozviewer.models.qwen.adapter import check_adapter, fuse, read_adapter
from cozviewer.util.errors import BadInput
from tests.models.tiny_qwen import merged_by_peft, open_model, save_adapter

WEIGHTS = "adapter_model.safetensors"


@pytest.fixture
def folder(tiny_adapter: Path, tmp_path: Path) -> Path:
    """A copy of the tiny adapter, to be spoilt."""
    return Path(shutil.copytree(tiny_adapter, tmp_path / "adapter"))


def change(folder: Path, **settings: object) -> None:
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


def fused(base: Path, folder: Path) -> dict[str, torch.Tensor]:
    check_adapter(folder)
    model = open_model(base)
    fuse(read_adapter(folder), model)
    state: dict[str, torch.Tensor] = model.state_dict()
    return state


def assert_equal(state: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert state.keys() == other.keys()
    for name, tensor in state.items():
        torch.testing.assert_close(tensor, other[name], atol=1e-6, rtol=0, msg=name)


def test_it_is_fused_as_peft_merges_it(tiny_qwen: Path, tiny_adapter: Path) -> None:
    before = open_model(tiny_qwen).state_dict()
    after = fused(tiny_qwen, tiny_adapter)
    assert_equal(after, merged_by_peft(tiny_qwen, tiny_adapter).state_dict())
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    layers = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    assert len(changed) == 2 * len(layers)
    assert all(name.startswith("model.language_model.layers.") for name in changed)


def test_rank_and_alpha_are_its_own(tiny_qwen: Path, tmp_path: Path) -> None:
    folder = save_adapter(tmp_path / "other", tiny_qwen, r=4, lora_alpha=5, use_rslora=True)
    after = fused(tiny_qwen, folder)
    assert_equal(after, merged_by_peft(tiny_qwen, folder).state_dict())


def renamed(path: Path, rename: Callable[[str], str]) -> None:
    save_file({rename(name): tensor for name, tensor in load_file(path).items()}, path)


@pytest.mark.parametrize(
    ("now", "older"),
    [
        ("model.language_model.layers.", "model.layers."),
        ("model.language_model.layers.", "language_model.model.layers."),
        (".weight", ".default.weight"),
        ("base_model.model.", ""),
    ],
)
def test_older_names_are_known(
    tiny_qwen: Path, tiny_adapter: Path, folder: Path, now: str, older: str
) -> None:
    renamed(folder / WEIGHTS, lambda name: name.replace(now, older))
    assert load_file(folder / WEIGHTS).keys() != load_file(tiny_adapter / WEIGHTS).keys()
    assert_equal(fused(tiny_qwen, folder), fused(tiny_qwen, tiny_adapter))


def test_layers_that_see_have_older_names_too(tiny_qwen: Path, tmp_path: Path) -> None:
    folder = save_adapter(tmp_path / "seeing", tiny_qwen, target_modules=["qkv"])
    expected = fused(tiny_qwen, folder)
    renamed(folder / WEIGHTS, lambda name: name.replace("model.visual.", "visual."))
    assert_equal(fused(tiny_qwen, folder), expected)


def test_another_layer_with_the_same_weights_stays(tiny_qwen: Path, tiny_adapter: Path) -> None:
    model = open_model(tiny_qwen)
    layer = model.model.language_model.layers[0].self_attn.q_proj
    shared = layer.weight
    before = shared.clone()
    fuse(read_adapter(tiny_adapter), model)
    assert torch.equal(shared, before)
    assert not torch.equal(layer.weight, before)


def test_an_adapter_for_another_model_is_refused(tiny_qwen: Path, folder: Path) -> None:
    def deeper(name: str) -> str:
        return name.replace("layers.1.", "layers.2.")

    renamed(folder / WEIGHTS, deeper)
    with pytest.raises(
        BadInput,
        match=r"does not fit the model \(there is no layer model\.language_model\.layers\.2\..*\): "
        "choose the model that it was trained for",
    ):
        fused(tiny_qwen, folder)


def test_an_adapter_for_a_larger_model_is_refused(tiny_qwen: Path, folder: Path) -> None:
    state = load_file(folder / WEIGHTS)
    for name in state:
        if "q_proj.lora_A" in name:
            state[name] = torch.zeros(8, 64)
    save_file(state, folder / WEIGHTS)
    with pytest.raises(BadInput, match=r"q_proj has 32 × 64 weights instead of 32 × 32"):
        fused(tiny_qwen, folder)


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def no_config(folder: Path) -> None:
    (folder / "adapter_config.json").unlink()


def no_weights(folder: Path) -> None:
    (folder / WEIGHTS).unlink()


def pickled(folder: Path) -> None:
    torch.save(load_file(folder / WEIGHTS), folder / "adapter_model.bin")
    (folder / WEIGHTS).unlink()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (no_folder, r"^The adapter folder .* does not exist: check the path\.$"),
        (no_config, r"has no adapter_config\.json: choose the folder of an adapter\.$"),
        (no_weights, r"has no adapter_model\.safetensors: choose"),
        (pickled, r"is a pickle file \(adapter_model\.bin\), which can run code"),
    ],
)
def test_a_folder_that_is_no_adapter_is_refused_at_once(
    folder: Path, spoil: Callable[[Path], None], sentence: str
) -> None:
    spoil(folder)
    with pytest.raises(BadInput, match=sentence):
        check_adapter(folder)


def cut(state: dict[str, Any], path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def no_json(state: dict[str, Any], path: Path) -> None:
    path.with_name("adapter_config.json").write_text("{")


def not_a_number(state: dict[str, Any], path: Path) -> None:
    next(iter(state.values()))[0, 0] = torch.nan
    save_file(state, path)


def half(state: dict[str, Any], path: Path) -> None:
    del state[next(iter(state))]
    save_file(state, path)


def empty(state: dict[str, Any], path: Path) -> None:
    save_file({}, path)


def whole_layers(state: dict[str, Any], path: Path) -> None:
    state["base_model.model.lm_head.weight"] = torch.zeros(2, 2)
    save_file(state, path)


@pytest.mark.parametrize("spoil", [cut, no_json, not_a_number, half, empty, whole_layers])
def test_a_broken_adapter_is_refused(
    folder: Path, spoil: Callable[[dict[str, Any], Path], None]
) -> None:
    spoil(load_file(folder / WEIGHTS), folder / WEIGHTS)
    with pytest.raises(BadInput, match=r"^The adapter in .* (be read|supported) \(.*\): choose"):
        read_adapter(folder)


@pytest.mark.parametrize(
    "settings",
    [
        {"peft_type": "IA3"},
        {"bias": "all"},
        {"use_dora": True},
        {"alpha_pattern": {"q_proj": 1}},
        {"modules_to_save": ["lm_head"]},
        {"lora_alpha": None},
    ],
)
def test_what_would_be_added_otherwise_than_here_is_refused(
    folder: Path, settings: dict[str, object]
) -> None:
    change(folder, **settings)
    with pytest.raises(BadInput, match=r"^The adapter in .* (cannot be read|is not supported)"):
        read_adapter(folder)
