"""What Chain-of-Zoom needs, from the headers of its files."""

import os
import shutil
from pathlib import Path

import pytest

from cozviewer.models.coz.memory import coz_models, text_dtype
from cozviewer.models.device import Device, Dtype
from cozviewer.models.memory.plan import Model
from cozviewer.util.errors import BadInput
from tests.models.tiny_sd3 import open_transformer, open_vae

CPU = Device("cpu", "CPU")
GPU = Device("cuda", "RTX 3060", "bfloat16", channels_last=True)


def models(
    folder: Path,
    device: Device = CPU,
    *,
    paper: bool = False,
    t5: bool = True,
    quantised: str = "",
) -> dict[str, Model]:
    made = coz_models(folder, device, paper=paper, t5=t5, quantised=quantised)
    return {model.name: model for model in made}


def weights(model: Model) -> dict[str, int]:
    return {part.name: part.weights for part in model.parts}


@pytest.mark.parametrize(("dtype", "each"), [("float32", 4), ("bfloat16", 2)])
def test_the_upscaler_is_in_the_numbers_of_the_device(
    tiny_sd3: Path, dtype: Dtype, each: int
) -> None:
    upscaler = models(tiny_sd3, Device("cpu", "CPU", dtype))["upscaler"]
    networks = {"transformer": open_transformer(tiny_sd3), "vae": open_vae(tiny_sd3)}
    numbers = {
        name: sum(weight.numel() for weight in network.parameters())
        for name, network in networks.items()
    }
    # Where a token lies is not learnt: the transformer makes it, but its files have it, too.
    numbers["transformer"] += networks["transformer"].pos_embed.pos_embed.numel()
    assert weights(upscaler) == {name: each * count for name, count in numbers.items()}
    # Eight times the finest features of a window: 512 x 512 pixels of 8 channels.
    assert upscaler.parts[1].working == 8 * 512 * 512 * 8 * each
    assert upscaler.title == f"Stable Diffusion 3, {'fp32' if each == 4 else 'bf16'}"


def test_encoders_are_loaded_one_by_one(tiny_sd3: Path) -> None:
    encoders = models(tiny_sd3)["text encoders"]
    assert encoders.streamed
    assert list(weights(encoders)) == ["text_encoder", "text_encoder_2", "text_encoder_3"]
    assert "T5" in encoders.instead


def test_t5_can_be_left_out(tiny_sd3: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_sd3, tmp_path / "sd3"))
    shutil.rmtree(folder / "text_encoder_3")
    encoders = models(folder, t5=False)["text encoders"]
    assert list(weights(encoders)) == ["text_encoder", "text_encoder_2"]
    assert encoders.instead == ""


def test_t5_alone_is_made_smaller(tiny_sd3: Path) -> None:
    plain, eight, four = (models(tiny_sd3, GPU, quantised=how) for how in ("", "8bit", "nf4"))
    for smaller in (eight, four):
        assert weights(smaller["upscaler"]) == weights(plain["upscaler"])
        for clip in ("text_encoder", "text_encoder_2"):
            assert weights(smaller["text encoders"])[clip] == weights(plain["text encoders"])[clip]
    sizes = [weights(each["text encoders"])["text_encoder_3"] for each in (plain, eight, four)]
    assert sizes[0] > sizes[1] > sizes[2]


@pytest.mark.parametrize(
    ("device", "paper", "dtype"),
    [
        (CPU, False, "bfloat16"),
        (CPU, True, "float16"),
        (GPU, False, "bfloat16"),
        (GPU.plain(), True, "float16"),
        (Device("cuda", "GTX 1080"), False, "float16"),
        (Device("mps", "Apple GPU"), False, "float16"),
    ],
)
def test_the_encoders_numbers(device: Device, paper: bool, dtype: str) -> None:
    assert text_dtype(device, paper) == dtype


def test_a_broken_file_is_reported_before_anything_is_read(tiny_sd3: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_sd3, tmp_path / "sd3"))
    os.truncate(folder / "text_encoder_3" / "model.safetensors", 100)
    with pytest.raises(
        BadInput, match=r"^The part text_encoder_3 of Stable Diffusion 3 in .* cannot be loaded"
    ):
        models(folder)
