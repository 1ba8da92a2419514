"""RRDBNet: its layers, and that it computes what spandrel's does."""

from typing import Any

import numpy as np
import pytest

from cozviewer.models.realesrgan import rrdbnet
from cozviewer.models.realesrgan.ncnn_format import Convolution
from cozviewer.models.realesrgan.rrdbnet import (
    _mean,
    _open_edges,
    check_layers,
    expected_layers,
    forward,
    layer_names,
    named_state,
)
from cozviewer.util.errors import BadInput, Cancelled
from tests.models.networks import random_weights


def test_the_full_network_has_351_convolutions() -> None:
    names = layer_names(23)
    assert len(names) == len(expected_layers(64, 32, 23)) == 351
    assert names[:3] == ["conv_first", "body.0.rdb1.conv1", "body.0.rdb1.conv2"]
    assert names[5:7] == ["body.0.rdb1.conv5", "body.0.rdb2.conv1"]
    assert names[-6:] == [
        "body.22.rdb3.conv5",
        "conv_body",
        "conv_up1",
        "conv_up2",
        "conv_hr",
        "conv_last",
    ]


def test_each_convolution_of_a_dense_block_sees_all_before_it() -> None:
    inputs = [layer.inputs for layer in expected_layers(64, 32, 1)]
    assert inputs == [3] + [64, 96, 128, 160, 192] * 3 + [64] * 5


@pytest.mark.parametrize("blocks", [1, 2, 6, 23])
def test_the_number_of_blocks_is_found(blocks: int) -> None:
    assert check_layers(expected_layers(8, 4, blocks)) == blocks


GOOD = expected_layers(8, 4, 2)


@pytest.mark.parametrize(
    "layers",
    [
        [],
        GOOD[:-1],
        [*GOOD, GOOD[-1]],
        GOOD[:1] + GOOD[6:],
        [Convolution(1, 8, None), *GOOD[1:]],
        [*GOOD[:-1], Convolution(8, 1, None)],
        [GOOD[0], Convolution(8, 4, 0.1), *GOOD[2:]],
        [*GOOD[:5], Convolution(24, 8, 0.2), *GOOD[6:]],
        expected_layers(8, 4, 0),
    ],
    ids=[
        "nothing",
        "one less",
        "one more",
        "a dense block less",
        "grey in",
        "grey out",
        "another slope",
        "an activation too many",
        "no body",
    ],
)
def test_another_network_is_refused(layers: list[Convolution]) -> None:
    with pytest.raises(BadInput, match="not a 4x RRDBNet"):
        check_layers(layers)


def random_state(layers: list[Convolution]) -> dict[str, Any]:
    """Return tensors by name for a network of `layers`."""
    import torch

    state = {}
    for name, weights in named_state(layers, random_weights(layers, "<f4")).items():
        state[f"{name}.weight"] = torch.tensor(np.asarray(weights.kernel))
        state[f"{name}.bias"] = torch.tensor(weights.bias)
    return state


def test_it_stops_between_blocks() -> None:
    import torch

    layers = expected_layers(4, 4, 3)
    state = random_state(layers)
    answers = iter([False, False, True])
    with torch.inference_mode(), pytest.raises(Cancelled):
        forward(state, 3, torch.zeros((1, 3, 4, 4)), lambda: next(answers))
    assert list(answers) == []


@pytest.mark.parametrize("after", range(9, 9 + 4))
def test_the_large_convolutions_at_the_end_can_be_stopped_too(after: int) -> None:
    import torch

    state = random_state(expected_layers(8, 4, 3))
    answers = iter([False] * after + [True])
    with torch.inference_mode(), pytest.raises(Cancelled):
        forward(state, 3, torch.zeros((1, 3, 4, 4)), lambda: next(answers))


def test_it_computes_what_spandrel_computes() -> None:
    import spandrel
    import torch

    layers = expected_layers(8, 32, 2)
    state = random_state(layers)
    image = torch.rand((1, 3, 7, 5), generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        ours = forward(state, 2, image)
        theirs = spandrel.ModelLoader().load_from_state_dict(state).model(image)
    assert ours.shape == (1, 3, 28, 20)
    assert theirs.std() > 0.01
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("size", [(7, 5), (1, 4), (1, 1)])
def test_open_edges_are_padded_with_the_mean_of_each_channel(size: tuple[int, int]) -> None:
    import torch
    from torch.nn.functional import conv2d

    generator = torch.Generator().manual_seed(2)
    features, kernel = (
        torch.randn(shape, generator=generator) for shape in ((2, 6, *size), (4, 6, 3, 3))
    )
    means = _mean(features)
    framed = means[:, :, None, None].repeat(1, 1, size[0] + 2, size[1] + 2)
    framed[:, :, 1:-1, 1:-1] = features
    convolved = conv2d(features, kernel, padding=1)
    _open_edges(convolved, kernel, means)
    torch.testing.assert_close(convolved, conv2d(framed, kernel), atol=1e-4, rtol=1e-4)


def test_the_mean_is_taken_over_every_fourth_row() -> None:
    import torch

    features = torch.arange(2 * 9 * 2, dtype=torch.float32).view(1, 2, 9, 2)
    assert _mean(features).tolist() == [[8.5, 26.5]]


def test_open_edges_are_those_of_all_convolutions_in_the_blocks_and_the_one_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    seen = []

    def note(convolved: torch.Tensor, kernel: torch.Tensor, means: torch.Tensor) -> None:
        seen.append((convolved.shape[1], kernel.shape[1], means.shape[1]))

    monkeypatch.setattr(rrdbnet, "_open_edges", note)
    state, image = random_state(expected_layers(8, 4, 2)), torch.full((1, 3, 5, 6), 0.5)
    with torch.inference_mode():
        forward(state, 2, image)
        assert seen == []
        forward(state, 2, image, open_edges=True)
    dense = [(4, 8, 8), (4, 12, 12), (4, 16, 16), (4, 20, 20), (8, 24, 24)]
    assert seen == dense * 6 + [(8, 8, 8)]
