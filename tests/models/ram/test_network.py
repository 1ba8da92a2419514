"""The network of RAM against what its authors' code gave on the same files."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cozviewer.image.pixels import Rgb8
from cozviewer.models.device import Device
from cozviewer.models.ram.network import open_ram, probabilities
from cozviewer.util.errors import BadInput, Cancelled
from tests.models.tiny_ram import ram_state

CPU = Device("cpu", "CPU")

REFERENCE = Path(__file__).parents[2] / "data" / "ram-tiny" / "reference.json"


def image() -> Rgb8:
    """Return the image of the reference, (512, 512, 3)."""
    y, x = np.mgrid[:512, :512]
    red, green = (x * 3 + y) % 256, (x * y // 64) % 256
    blue = ((x - 256) ** 2 + (y - 256) ** 2) // 128 % 256
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def reference(kind: str) -> Any:
    return json.loads(REFERENCE.read_text(encoding="utf-8"))[kind]


@pytest.mark.parametrize("kind", ["ram", "dape"])
def test_probabilities_are_those_of_the_authors_code(tiny_ram: Path, kind: str) -> None:
    dape = tiny_ram / "DAPE.pth" if kind == "dape" else None
    ram = open_ram(tiny_ram / "ram_swin_large_14m.pth", dape, CPU)
    found = probabilities(ram, image(), lambda: None)
    wanted = 1 / (1 + np.exp(-np.array(reference(kind)["logits"])))
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 1e-5
    assert np.ptp(wanted) > 0.1


def test_the_checkpoints_agree_only_with_their_own_reference() -> None:
    plain, tuned = (np.array(reference(kind)["logits"]) for kind in ("ram", "dape"))
    assert np.abs(plain - tuned).max() > 0.1


def test_it_can_be_stopped_between_layers(tiny_ram: Path) -> None:
    ram = open_ram(tiny_ram / "ram_swin_large_14m.pth", None, CPU)
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        probabilities(ram, image()[:64, :48], check)
    assert calls == 4


@pytest.mark.parametrize(
    "name",
    [
        "label_embed",
        "fc.bias",
        "visual_encoder.norm.weight",
        "visual_encoder.layers.1.blocks.0.attn.qkv.weight",
        "visual_encoder.layers.0.blocks.0.attn.relative_position_bias_table",
        "tagging_head.encoder.layer.1.output.LayerNorm.bias",
        "tagging_head.encoder.layer.0.crossattention.self.key.weight",
    ],
)
def test_a_checkpoint_without_one_of_its_weights_is_refused(tmp_path: Path, name: str) -> None:
    state = ram_state()
    del state[name]
    torch.save({"model": state}, tmp_path / "a.pth")
    with pytest.raises(BadInput, match=r"a\.pth cannot be used by the prompter tags, .*: downl"):
        open_ram(tmp_path / "a.pth", None, CPU)


def test_a_checkpoint_of_other_sizes_is_refused(tmp_path: Path) -> None:
    state = ram_state()
    state["image_proj.weight"] = torch.zeros(8, 8)
    torch.save({"model": state}, tmp_path / "a.pth")
    with pytest.raises(BadInput, match="cannot be used by the prompter tags"):
        open_ram(tmp_path / "a.pth", None, CPU)
