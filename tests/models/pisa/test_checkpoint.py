"""The checkpoint of PiSA-SR: read without trust."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from cozviewer.models.pisa.checkpoint import PIXEL, SEMANTIC, DualLora, read_dual_lora
from cozviewer.util.errors import BadInput
from tests.models.tiny_sd2 import RANKS, pisa_checkpoint, tiny_unet

LAYER = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
DOWN, UP = (f"{LAYER}.lora_{half}.default_encoder_pix.weight" for half in "AB")


class Code:
    """Is called when a file with it is read by pickle."""

    def __reduce__(self) -> Any:
        return (print, ("it ran",))


def read(path: Path, content: Any) -> DualLora:
    torch.save(content, path)
    return read_dual_lora(path.read_bytes(), path)


def changed(**weights: Any) -> dict[str, Any]:
    """Return the checkpoint with other weights; None removes one."""
    content = pisa_checkpoint()
    state = {**content["state_dict_unet"], **weights}
    content["state_dict_unet"] = {name: value for name, value in state.items() if value is not None}
    return content


def test_both_adapters_are_added_with_pefts_scale(tiny_pisa: Path) -> None:
    lora = read_dual_lora(tiny_pisa.read_bytes(), tiny_pisa)
    before = tiny_unet().state_dict()
    after = {name: tensor.clone() for name, tensor in before.items()}
    lora.add(PIXEL, after, 0.5)
    state = pisa_checkpoint()["state_dict_unet"]
    for layer, part in ((LAYER, "encoder"), ("conv_out", "decoder")):
        down, up = (state[f"{layer}.lora_{half}.default_{part}_pix.weight"] for half in "AB")
        product = (up.flatten(1) @ down.flatten(1)).reshape(before[f"{layer}.weight"].shape)
        wanted = before[f"{layer}.weight"] + 0.5 * 8 / RANKS[PIXEL] * product
        torch.testing.assert_close(after[f"{layer}.weight"], wanted)
    assert set(lora.layers[PIXEL]) == set(lora.layers[SEMANTIC])
    assert torch.equal(before["conv_in.bias"], after["conv_in.bias"])


def test_code_in_it_does_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        BadInput, match=r"contains executable code and was blocked: get pisa_sr\.pk"
    ):
        read(tmp_path / "a.pkl", {"state_dict_unet": Code()})
    assert "it ran" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: [], "it has no LoRA for the UNet"),
        (lambda: {"state_dict_unet": {}}, "it has no LoRA for the UNet"),
        (lambda: changed(other=torch.zeros(1)), "it has unknown weights: other"),
        (lambda: changed(**{DOWN: torch.tensor([[torch.inf]])}), f"{DOWN} is missing or damaged"),
        (lambda: changed(**{DOWN: None}), f"the LoRA of {LAYER} does not fit"),
        (lambda: changed(**{DOWN: torch.zeros(3, 8)}), f"the LoRA of {LAYER} does not fit"),
        (lambda: changed(**{DOWN: torch.zeros(())}), f"the LoRA of {LAYER} does not fit"),
        (lambda: {**changed(), "lora_rank_unet_pix": "4"}, "the LoRA of .* does not fit"),
        (lambda: {**changed(), "lora_rank_unet_sem": 0}, "the LoRA of .* does not fit"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: Callable[[], Any], reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read(tmp_path / "a.pkl", content())


def test_a_file_with_one_adapter_is_refused(tmp_path: Path) -> None:
    content = pisa_checkpoint()
    state = content["state_dict_unet"]
    content["state_dict_unet"] = {name: state[name] for name in state if "_sem" not in name}
    with pytest.raises(BadInput, match="it has only one of the two LoRAs"):
        read(tmp_path / "a.pkl", content)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"text"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput, match="it is damaged or not a checkpoint"):
        read_dual_lora(content, tmp_path / "a.pkl")


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({UP: torch.zeros(9, 4)}, f"the LoRA of {LAYER} does not fit"),
        ({UP: torch.zeros(0, 4)}, f"the LoRA of {LAYER} does not fit"),
        ({DOWN: torch.zeros(4, 9)}, f"the LoRA of {LAYER} does not fit"),
        (
            {
                "conv_new.lora_A.default_others_pix.weight": torch.zeros(4, 8),
                "conv_new.lora_B.default_others_pix.weight": torch.zeros(8, 4),
            },
            "the base has no layer conv_new",
        ),
    ],
)
def test_a_file_for_another_unet_is_refused(
    tmp_path: Path, weights: dict[str, Any], reason: str
) -> None:
    lora = read(tmp_path / "a.pkl", changed(**weights))
    with pytest.raises(BadInput, match=reason):
        lora.add(PIXEL, tiny_unet().state_dict())
