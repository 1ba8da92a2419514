"""The authors' two files: fused as they work, and refused where they are something else."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from cozviewer.models.coz.adapters import fused_encoder, fused_transformer, modulation
from cozviewer.util.errors import BadInput
from tests.models.tiny_sd3 import (
    lora_list,
    open_transformer,
    open_vae,
    peft_encoder,
    saved_encoder,
    saved_lora,
)


@pytest.fixture(scope="module")
def transformer(tiny_sd3: Path) -> Any:
    return open_transformer(tiny_sd3)


@pytest.fixture(scope="module")
def encoder(tiny_sd3: Path) -> Any:
    return open_vae(tiny_sd3).encoder


def fused_lora(path: Path, transformer: Any) -> dict[str, torch.Tensor]:
    return dict(fused_transformer(path.read_bytes(), path, transformer))


def test_the_list_counts_the_modulation_in_the_order_of_modules(transformer: Any) -> None:
    assert list(modulation(transformer)) == [
        "transformer_blocks.0.norm1.linear",
        "transformer_blocks.0.norm1_context.linear",
        "transformer_blocks.1.norm1.linear",
    ]


def test_sd3_medium_has_47_of_them() -> None:
    from diffusers import SD3Transformer2DModel

    with torch.device("meta"):
        medium = SD3Transformer2DModel(
            num_layers=24,
            num_attention_heads=24,
            attention_head_dim=64,
            caption_projection_dim=1536,
        )
    assert len(modulation(medium)) == 47


def test_fused_weights_work_as_the_lora_beside_them(
    tiny_sd3: Path, transformer: Any, tmp_path: Path
) -> None:
    path = saved_lora(tmp_path / "lora.pkl", tiny_sd3)
    pairs = lora_list(tiny_sd3)
    with torch.inference_mode():
        for index, (name, weight) in enumerate(fused_lora(path, transformer).items()):
            linear = transformer.get_submodule(name.removesuffix(".weight"))
            rows = torch.randn(5, weight.shape[1])
            beside = linear(rows) + (rows @ pairs[2 * index + 1].T) @ pairs[2 * index].T
            torch.testing.assert_close(rows @ weight.T + linear.bias, beside)


def test_the_fused_encoder_works_as_peft(tiny_sd3: Path, encoder: Any, tmp_path: Path) -> None:
    path = saved_encoder(tmp_path / "vae.pt", tiny_sd3)
    before = encoder.state_dict()
    fused = fused_encoder(path.read_bytes(), path, before)
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        plain = encoder(image)
        encoder.load_state_dict(fused)
        ours, theirs = encoder(image), peft_encoder(tiny_sd3)(image)
        encoder.load_state_dict(before)
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
    assert (ours - plain).abs().max() > 0.1


def cut(path: Path) -> Path:
    os.truncate(path, path.stat().st_size // 2)
    return path


class Bomb:
    """What runs a command when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"echo boom > {self.target}",)


Change = Callable[[list[torch.Tensor]], Any]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda values: values[:-2], "it has 2 layers where the base has 3"),
        (lambda values: values + values[:2], "it has 4 layers where the base has 3"),
        (lambda values: values[:-1], "it has 5 tensors, an odd number"),
        (lambda values: values[::-1], "its tensors are not pairs of rank 4"),
        (
            lambda values: [tensor[:, :3] for tensor in values],
            "its tensors are not pairs of rank 4",
        ),
        (
            lambda values: [values[0][:-1], *values[1:]],
            r"it has 95 × 16 weights for transformer_blocks\.0\.norm1\.linear where the base has "
            "96 × 16",
        ),
        (lambda values: [values[0] / 0, *values[1:]], "it is not a list of tensors"),
        (lambda values: [values[0].int(), *values[1:]], "it is not a list of tensors"),
        (lambda values: dict(enumerate(values)), "it is not a list of tensors"),
        (lambda values: [], "it is not a list of tensors"),
        (lambda values: ["words"] * 6, "it is not a list of tensors"),
        (lambda values: values[0], "it is not a list of tensors"),
    ],
)
def test_another_lora_is_refused(
    tiny_sd3: Path, transformer: Any, tmp_path: Path, change: Change, why: str
) -> None:
    path = tmp_path / "lora.pkl"
    torch.save(change(lora_list(tiny_sd3)), path)
    with pytest.raises(
        BadInput,
        match=rf"^The file .*lora\.pkl does not fit this base, {why}: "
        r"get model_20001\.pkl from ",
    ):
        fused_lora(path, transformer)


@pytest.fixture(scope="module")
def encoder_state(tiny_sd3: Path) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = peft_encoder(tiny_sd3).state_dict()
    return state


LORA_A = "conv_in.lora_A.default_encoder.weight"
LORA_B = "conv_in.lora_B.default_encoder.weight"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda state: {}, r"conv_in\.weight is missing"),
        (lambda state: list(state.values()), "it is not a dictionary of tensors"),
        (lambda state: {1: state[LORA_A]}, "it is not a dictionary of tensors"),
        (lambda state: {"a": "words"}, "it is not a dictionary of tensors"),
        (lambda state: {LORA_A: state[LORA_A] / 0}, "it is not a dictionary of tensors"),
        (lambda state: state | {"more": state[LORA_A]}, "weights that the base lacks: more"),
        (
            lambda state: {name: state[name] for name in state if name != LORA_A},
            r"the LoRA of conv_in is missing",
        ),
        (
            lambda state: state | {LORA_B: state[LORA_B][:, :3]},
            "the LoRA of conv_in does not fit",
        ),
        (
            lambda state: state | {LORA_B: state[LORA_B].squeeze()},
            "the LoRA of conv_in does not fit",
        ),
        (
            lambda state: state | {LORA_B: state[LORA_B].expand(-1, -1, 3, 3)},
            "the LoRA of conv_in does not fit",
        ),
        (
            lambda state: state | {LORA_A: state[LORA_A][:, :2]},
            "the LoRA of conv_in does not fit",
        ),
        (
            lambda state: state | {"conv_norm_out.weight": torch.zeros(9)},
            r"conv_norm_out\.weight has a different shape in the base",
        ),
        (
            lambda state: {
                name.replace("default_encoder", "default"): state[name] for name in state
            },
            "the LoRA of conv_in is missing",
        ),
    ],
)
def test_another_encoder_is_refused(
    encoder: Any,
    encoder_state: dict[str, torch.Tensor],
    tmp_path: Path,
    change: Callable[[Any], Any],
    why: str,
) -> None:
    path = tmp_path / "vae.pt"
    torch.save(change(encoder_state), path)
    with pytest.raises(
        BadInput,
        match=rf"^The file .*vae\.pt does not fit this base, .*{why}: "
        r"get vae_encoder_20001\.pt from ",
    ):
        fused_encoder(path.read_bytes(), path, encoder.state_dict())


Fuse = Callable[[Path], object]


@pytest.fixture(params=["lora", "encoder"])
def fuse(request: pytest.FixtureRequest, transformer: Any, encoder: Any) -> Fuse:
    """Read a file as one of the two."""
    if request.param == "lora":
        return lambda path: fused_lora(path, transformer)
    return lambda path: fused_encoder(path.read_bytes(), path, encoder.state_dict())


@pytest.mark.parametrize("how", ["pickle", "zip", "old"])
def test_code_in_a_file_is_not_run(fuse: Fuse, tmp_path: Path, how: str) -> None:
    path, target = tmp_path / "bad.pkl", tmp_path / "boom"
    bomb = [torch.zeros(4, 4), Bomb(target)]
    if how == "pickle":
        path.write_bytes(pickle.dumps(bomb, protocol=2))
    else:
        torch.save(bomb, path, _use_new_zipfile_serialization=how == "zip")
    with pytest.raises(BadInput, match=r"^The file .*bad\.pkl contains executable code"):
        fuse(path)
    assert not target.exists()


@pytest.mark.parametrize(
    "content", [b"", b"Hello, I am a text.\n", b"PK\x03\x04", b"\x80\x02}q\x00.", bytes(100)]
)
def test_other_files_are_refused(fuse: Fuse, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.pt"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"^The file .*other\.pt does not fit this base, it is"):
        fuse(path)


def test_half_a_file_is_refused(
    tiny_sd3: Path, transformer: Any, encoder: Any, tmp_path: Path
) -> None:
    lora = cut(saved_lora(tmp_path / "lora.pkl", tiny_sd3))
    vae = cut(saved_encoder(tmp_path / "vae.pt", tiny_sd3))
    with pytest.raises(BadInput, match=r"lora\.pkl does not fit this base, it is damaged"):
        fused_lora(lora, transformer)
    with pytest.raises(BadInput, match=r"vae\.pt does not fit this base, it is damaged"):
        fused_encoder(vae.read_bytes(), vae, encoder.state_dict())


def test_the_two_files_are_not_mixed_up(
    tiny_sd3: Path, transformer: Any, encoder: Any, tmp_path: Path
) -> None:
    lora = saved_lora(tmp_path / "lora.pkl", tiny_sd3)
    vae = saved_encoder(tmp_path / "vae.pt", tiny_sd3)
    with pytest.raises(BadInput, match=r"vae\.pt .*it is not a list"):
        fused_lora(vae, transformer)
    with pytest.raises(BadInput, match=r"lora\.pkl .*it is not a dictionary of tensors"):
        fused_encoder(lora.read_bytes(), lora, encoder.state_dict())
