"""The quick ways on a CPU give what diffusers' own give."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.functional import conv2d, conv_transpose2d, interpolate

from cozviewer.models.coz.cpu_optimizations import doubling_kernel, optimize_vae, prepack
from tests.models.tiny_sd3 import open_transformer, open_vae


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (4, 3)])
def test_one_convolution_does_what_two_steps_did(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    weight, bias = torch.randn(5, 3, 3, 3), torch.randn(5)
    hidden = torch.randn(2, 3, *size)
    wanted = conv2d(interpolate(hidden, scale_factor=2.0, mode="nearest"), weight, bias, padding=1)
    found = conv_transpose2d(hidden, doubling_kernel(weight), bias, stride=2, padding=1)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


@pytest.fixture
def plain(tiny_sd3: Path) -> Any:
    """The VAE as diffusers has it; each block's output differs from its input."""
    return open_vae(tiny_sd3).requires_grad_(False)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_images_come_out_the_same(tiny_sd3: Path, plain: Any, layout: Any) -> None:
    quick = open_vae(tiny_sd3).requires_grad_(False)
    optimize_vae(quick)
    quick.to(memory_format=layout)
    torch.manual_seed(0)
    image, latent = torch.rand(1, 3, 64, 48) * 2 - 1, torch.randn(1, 4, 8, 6)
    given = image.clone(), latent.clone()
    with torch.inference_mode():
        pairs = [
            (vae.encode(image).latent_dist.mean, vae.decode(latent).sample)
            for vae in (plain, quick)
        ]
    for wanted, found in zip(*pairs, strict=True):
        assert wanted.std() > 0.01
        torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)
    # What it overwrites is its own.
    assert torch.equal(image, given[0])
    assert torch.equal(latent, given[1])


def test_every_block_is_changed(tiny_sd3: Path) -> None:
    """That the test above compares two ways at all."""
    quick = open_vae(tiny_sd3)
    kinds = ("ResnetBlock2D", "Upsample2D")
    blocks = [module for module in quick.modules() if type(module).__name__ in kinds]
    optimize_vae(quick)
    assert len(blocks) > 10
    assert all("forward" in vars(block) for block in blocks)


def test_a_block_of_another_kind_is_left_alone(tiny_sd3: Path) -> None:
    quick = open_vae(tiny_sd3)
    odd = quick.decoder.mid_block.resnets[0]
    odd.output_scale_factor = 2.0
    optimize_vae(quick)
    assert "forward" not in vars(odd)


def linears(transformer: Any) -> list[Any]:
    """Return the layers that are worth packing."""
    return [
        layer
        for name, layer in transformer.transformer_blocks.named_modules()
        if isinstance(layer, torch.nn.Linear) and ".norm" not in name
    ]


def said(transformer: Any, tokens: int) -> Any:
    torch.manual_seed(0)
    with torch.inference_mode():
        return transformer(
            hidden_states=torch.randn(1, 4, 8, 6).bfloat16(),
            timestep=torch.tensor([1000.0]).bfloat16(),
            encoder_hidden_states=torch.randn(1, tokens, 48).bfloat16(),
            pooled_projections=torch.randn(1, 40).bfloat16(),
            return_dict=False,
        )[0].float()


def test_packed_layers_give_the_same(tiny_sd3: Path) -> None:
    transformer = open_transformer(tiny_sd3).bfloat16().requires_grad_(False)
    before = [said(transformer, tokens) for tokens in (5, 77)]
    prepack(transformer)
    for tokens, wanted in zip((5, 77), before, strict=True):
        assert wanted.std() > 0.01
        torch.testing.assert_close(said(transformer, tokens), wanted, atol=0.02, rtol=0.02)


def test_a_torch_that_cannot_pack_is_left_as_it_is(
    tiny_sd3: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nothing:
        pass

    monkeypatch.setattr(torch.ops, "mkldnn", Nothing())
    transformer = open_transformer(tiny_sd3).bfloat16().requires_grad_(False)
    prepack(transformer)
    assert all(layer.weight is not None for layer in linears(transformer))


@pytest.mark.skipif(
    not hasattr(torch.ops.mkldnn, "_reorder_linear_weight"), reason="this torch cannot pack"
)
def test_packed_weights_are_not_there_twice(tiny_sd3: Path) -> None:
    transformer = open_transformer(tiny_sd3).bfloat16().requires_grad_(False)
    layers = linears(transformer)
    assert len(layers) > 10
    prepack(transformer)
    assert all(layer.weight is None for layer in layers)
