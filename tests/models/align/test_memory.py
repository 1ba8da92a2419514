"""The memory plan of a training."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from cozviewer.align.settings import AlignSettings
from cozviewer.models.align.grpo import open_base, training_device
from cozviewer.models.align.memory import (
    Need,
    check_fits,
    lora_parameters,
    plan_sentence,
    training_needs,
)
from cozviewer.models.align.targets import TARGETS
from cozviewer.models.device import Device
from cozviewer.util.errors import BadInput

CUDA = Device("cuda:0", "NVIDIA H100", "bfloat16")


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_the_lora_has_as_many_parameters_as_peft_makes(quick_qwen: Path) -> None:
    from peft import LoraConfig, get_peft_model

    vlm = open_base(quick_qwen, training_device("cpu", AlignSettings()), "")
    shapes = {name: tuple(value.shape) for name, value in vlm.model.state_dict().items()}

    model = get_peft_model(vlm.model, LoraConfig(r=8, target_modules=TARGETS))

    trained = [value for value in model.parameters() if value.requires_grad]
    assert lora_parameters(shapes, 8) == sum(value.numel() for value in trained) > 0
    assert not any("visual" in name for name, value in model.named_parameters()
                   if value.requires_grad)  # fmt: skip


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A folder with the sizes of Qwen2.5-VL-3B, and next to no weights."""
    config = {
        "hidden_size": 2048,
        "intermediate_size": 11008,
        "num_hidden_layers": 36,
        "num_attention_heads": 16,
        "num_key_value_heads": 2,
        "vocab_size": 151936,
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    weights = {
        "model.layers.0.self_attn.q_proj.weight": torch.zeros(100, 100),
        "visual.blocks.0.mlp.up_proj.weight": torch.zeros(50, 100),
    }
    save_file(weights, tmp_path / "model.safetensors")
    return tmp_path


def needs(large: Path, **changed: int | bool | str) -> dict[str, int]:
    found = training_needs(large, AlignSettings(**changed), CUDA, large)  # type: ignore[arg-type]
    return {need.name: need.size for need in found}


def test_each_part_is_counted(large: Path) -> None:
    found = needs(large)

    assert found["base model"] == 2 * 15_000
    assert found["LoRA and its gradients"] == found["optimizer"] == 8 * 8 * 200
    assert 0.9e9 < found["activations"] < 2e9
    assert found["critic"] > 4e8
    assert list(found) == [
        *("base model", "LoRA and its gradients", "optimizer", "activations", "critic"),
        "libraries",
    ]


def test_settings_change_the_need(large: Path) -> None:
    usual = needs(large)

    assert needs(large, checkpointing=False)["activations"] > 10 * usual["activations"]
    assert needs(large, micro_batch=1)["activations"] < usual["activations"]
    assert needs(large, rank=16)["optimizer"] == 2 * usual["optimizer"]
    assert needs(large, quantised="nf4")["base model"] < usual["base model"]


def test_a_configuration_of_another_kind_is_refused(large: Path) -> None:
    (large / "config.json").write_text("[]")

    with pytest.raises(BadInput, match="cannot be loaded"):
        needs(large)


def test_the_plan_is_a_sentence() -> None:
    parts = [Need("base model", 7_500_000_000), Need("critic", 16_500_000_000)]

    assert plan_sentence(parts, "NVIDIA H100", 80_000_000_000) == (
        "Memory plan for the NVIDIA H100: 24.0 GB of 80.0 GB free (base model 7.5 GB, critic "
        "16.5 GB)."
    )


def test_what_does_not_fit_is_refused_with_ways_out() -> None:
    parts = [Need("base model", 7_500_000_000), Need("critic", 16_500_000_000)]

    check_fits(parts, "GPU", 24_500_000_000, AlignSettings())
    with pytest.raises(BadInput, match=r"needs 24\.0 GB .*--critic-server.*nf4.*or a smaller"):
        check_fits(parts, "GPU", 24_499_999_999, AlignSettings())
    with pytest.raises(BadInput, match=r"Use a smaller model \(--qwen\)\.$"):
        check_fits(parts[:1], "GPU", 0, AlignSettings(quantised="nf4", micro_batch=1))
