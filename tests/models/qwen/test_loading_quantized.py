"""Keeping the language model in fewer bits, and what sees and speaks as it is."""

from pathlib import Path

import pytest
import torch

from cozviewer.config.choice import QUANTISED
from cozviewer.models.device import Device
from cozviewer.models.qwen.loading import check_quantised, open_vlm, quantisation
from cozviewer.util.errors import BadInput
from tests.models.tiny_qwen import open_model
from tests.packages import Packages


def test_without_bitsandbytes_it_is_refused(packages: Packages) -> None:
    packages.hide("bitsandbytes")
    for quantised in QUANTISED:
        with pytest.raises(
            BadInput, match=rf"^Loading a model in {quantised} needs an optional component"
        ):
            check_quantised(quantised)
    check_quantised("")


def test_with_bitsandbytes_it_is_let_through(packages: Packages) -> None:
    packages.add("bitsandbytes")
    for quantised in QUANTISED:
        check_quantised(quantised)


def test_another_quantisation_is_refused() -> None:
    with pytest.raises(BadInput, match=r"^Unknown quantisation '2bit': choose 8bit, nf4\.$"):
        check_quantised("2bit")


def test_the_language_model_alone_is_quantised(tiny_qwen: Path) -> None:
    from transformers.quantizers.quantizers_utils import should_convert_module

    untouched = quantisation("nf4").llm_int8_skip_modules
    quantised = {
        name
        for name, layer in open_model(tiny_qwen).named_modules()
        if isinstance(layer, torch.nn.Linear) and should_convert_module(name, untouched)
    }
    assert len(quantised) == 2 * 7
    assert all(name.startswith("model.language_model.layers.") for name in quantised)


@pytest.mark.parametrize(("quantised", "bits"), [("8bit", 8), ("nf4", 4)])
def test_it_takes_as_many_bits_as_its_name_says(quantised: str, bits: int) -> None:
    settings = quantisation(quantised)
    assert (settings.load_in_8bit, settings.load_in_4bit) == (bits == 8, bits == 4)
    if bits == 4:
        assert settings.bnb_4bit_quant_type == "nf4"
        assert settings.bnb_4bit_compute_dtype == torch.bfloat16


@pytest.mark.parametrize("with_adapter", [False, True])
def test_what_is_quantised_is_the_model_with_its_adapter(
    tiny_qwen: Path, tiny_adapter: Path, with_adapter: bool
) -> None:
    pytest.importorskip("bitsandbytes")
    adapter = tiny_adapter if with_adapter else None
    name = "model.language_model.layers.1.mlp.up_proj"
    vlm = open_vlm(tiny_qwen, adapter, Device("cpu", "CPU"), "8bit")
    small = vlm.model.get_submodule(name).weight
    steps = small.SCB.float()[:, None] / 127
    whole = open_vlm(tiny_qwen, adapter, Device("cpu", "CPU"), "").model.get_submodule(name).weight
    assert small.dtype == torch.int8
    assert ((small.float() * steps - whole.float()).abs() <= 0.51 * steps).all()
    assert vlm.model.lm_head.weight.dtype == torch.bfloat16
    assert vlm.label == "CPU, 8bit"
