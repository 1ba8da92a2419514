"""The checkpoints of RAM and DAPE: read without trust, and fused as loralib does."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

from cozviewer.models.ram.checkpoint import fuse_dape, read_ram
from cozviewer.util.errors import BadInput
from tests.models.tiny_ram import RANK, dape_state, ram_state

QKV = "visual_encoder.layers.1.blocks.1.attn.qkv"
KEY = "tagging_head.encoder.layer.1.crossattention.self.key"


class Code:
    """Is called when a file with it is read by pickle."""

    def __reduce__(self) -> Any:
        return (print, ("it ran",))


def saved(path: Path, content: Any, **options: Any) -> Path:
    torch.save(content, path, **options)
    return path


@pytest.mark.parametrize("zipped", [True, False])
def test_the_weights_for_tagging_are_read_from_both_formats(tmp_path: Path, zipped: bool) -> None:
    state = ram_state()
    state["label_embed"] = state["label_embed"].half()
    path = saved(tmp_path / "a.pth", {"model": state}, _use_new_zipfile_serialization=zipped)
    weights = read_ram(path)
    assert torch.equal(weights["label_embed"], state["label_embed"].float())
    assert not [name for name in weights if name.startswith(("text_decoder", "tag_encoder"))]
    assert not [name for name in weights if name.endswith(("attn_mask", "position_index"))]
    assert all(tensor.dtype == torch.float32 for tensor in weights.values())


def test_the_former_name_of_the_head_is_known(tmp_path: Path) -> None:
    state = {
        name.replace("tagging_head", "vision_multi"): value for name, value in ram_state().items()
    }
    assert f"{KEY}.weight" in read_ram(saved(tmp_path / "a.pth", {"model": state}))


def test_a_lora_is_added_to_queries_and_values_and_to_keys(tiny_ram: Path) -> None:
    before, weights = (read_ram(tiny_ram / "ram_swin_large_14m.pth") for _ in range(2))
    fuse_dape(weights, tiny_ram / "DAPE.pth")
    lora = dape_state()
    down, up = lora[f"{QKV}.lora_A"], lora[f"{QKV}.lora_B"]
    query, key, value = (weights[f"{QKV}.weight"] - before[f"{QKV}.weight"]).chunk(3)
    rows = len(up) // 2
    torch.testing.assert_close(query, up[:rows] @ down[:RANK] / RANK, atol=1e-5, rtol=0)
    assert key.abs().max() == 0
    torch.testing.assert_close(value, up[rows:] @ down[RANK:] / RANK, atol=1e-5, rtol=0)
    added = weights[f"{KEY}.weight"] - before[f"{KEY}.weight"]
    whole = lora[f"{KEY}.lora_B"] @ lora[f"{KEY}.lora_A"] / RANK
    torch.testing.assert_close(added, whole, atol=1e-5, rtol=0)


def test_code_in_a_checkpoint_does_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path / "a.pth", {"model": Code()})
    with pytest.raises(BadInput, match=r"a\.pth contains executable code and was blocked"):
        read_ram(path)
    with pytest.raises(BadInput, match=r"a\.pth contains executable code and was blocked"):
        fuse_dape({}, path)
    program = tmp_path / "b.pth"
    with zipfile.ZipFile(program, "w") as archive:
        archive.writestr("b/constants.pkl", b"")  # as in TorchScript
    with pytest.raises(BadInput, match=r"b\.pth contains executable code and was blocked"):
        read_ram(program)
    assert "it ran" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([], "it has no model"),
        ({"model": []}, "it has no model"),
        ({"params": {}}, "it has no model"),
        ({"model": {"label_embed": "text"}}, "label_embed is missing or damaged"),
        (
            {"model": {"label_embed": torch.tensor([torch.nan])}},
            "label_embed is missing or damaged",
        ),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: Any, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read_ram(saved(tmp_path / "a.pth", content))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x02", b"text"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="it is damaged or not a checkpoint: download it again"):
        read_ram(path)


def test_a_lora_that_does_not_fit_is_refused(tiny_ram: Path, tmp_path: Path) -> None:
    weights = read_ram(tiny_ram / "ram_swin_large_14m.pth")
    path = tmp_path / "a.pth"
    for change, reason in (
        ({f"{QKV}.lora_A": torch.zeros(2 * RANK, 3)}, f"the LoRA of {QKV} does not fit"),
        ({f"{KEY}.lora_B": torch.zeros(3, RANK)}, f"the LoRA of {KEY} does not fit"),
        ({f"{KEY}.lora_A": torch.zeros(())}, f"the LoRA of {KEY} does not fit"),
        ({f"{KEY}.lora_B": None}, f"{KEY}.lora_B is missing or damaged"),
    ):
        with pytest.raises(BadInput, match=reason):
            fuse_dape(weights, saved(path, {**dape_state(), **change}))
    with pytest.raises(BadInput, match="it has no LoRA for RAM"):
        fuse_dape(weights, saved(path, {"a": torch.zeros(1)}))
    with pytest.raises(BadInput, match="it is not a dictionary of tensors"):
        fuse_dape(weights, saved(path, [torch.zeros(1)]))
