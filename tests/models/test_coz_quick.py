"""The VAE in its quick order gives what diffusers' own gives."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.functional import conv2d, conv_transpose2d, interpolate

from cozviewer.models.coz_quick import doubling_kernel, quicken
from tests.models.tiny_sd3 import open_vae


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
def test_pictures_come_out_the_same(tiny_sd3: Path, plain: Any, layout: Any) -> None:
    quick = open_vae(tiny_sd3).requires_grad_(False)
    quicken(quick)
    quick.to(memory_format=layout)
    torch.manual_seed(0)
    picture, latent = torch.rand(1, 3, 64, 48) * 2 - 1, torch.randn(1, 4, 8, 6)
    given = picture.clone(), latent.clone()
    with torch.inference_mode():
        pairs = [
            (vae.encode(picture).latent_dist.mean, vae.decode(latent).sample)
            for vae in (plain, quick)
        ]
    for wanted, found in zip(*pairs, strict=True):
        assert wanted.std() > 0.01
        torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)
    # What it overwrites is its own.
    assert torch.equal(picture, given[0])
    assert torch.equal(latent, given[1])


def test_every_block_is_changed(tiny_sd3: Path) -> None:
    """That the test above compares two ways at all."""
    quick = open_vae(tiny_sd3)
    kinds = ("ResnetBlock2D", "Upsample2D")
    blocks = [module for module in quick.modules() if type(module).__name__ in kinds]
    quicken(quick)
    assert len(blocks) > 10
    assert all("forward" in vars(block) for block in blocks)


def test_a_block_of_another_kind_is_left_alone(tiny_sd3: Path) -> None:
    quick = open_vae(tiny_sd3)
    odd = quick.decoder.mid_block.resnets[0]
    odd.output_scale_factor = 2.0
    quicken(quick)
    assert "forward" not in vars(odd)
