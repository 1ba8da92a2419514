"""The paper's setting against what the authors' code gave on the same files."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cozviewer.chain.paper import first_state, later_states
from cozviewer.chain.recipe import recipe_of
from cozviewer.models.context import ModelContext
from cozviewer.models.coz.base import base_folder
from cozviewer.models.coz.engine import CozSd3
from cozviewer.models.coz.fused import FusedCache
from cozviewer.models.coz.loading import Adapter, open_sd3
from cozviewer.models.coz.network import Sd3, one_step
from cozviewer.models.coz.prompt_encoding import Encoder, EncoderFiles
from cozviewer.models.coz.tiled_diffusion import noise_of
from cozviewer.models.device import Device
from cozviewer.models.prompters import TextPrompter
from cozviewer.util.cancel import never
from tests.models.coz_reference import (
    FOLDER,
    STRIDE,
    assert_state_agrees,
    case_arrays,
    first_picture,
)

CPU = Device("cpu", "CPU")


def opened(lora: str, vae: str, cache: Path | None = None) -> Sd3:
    first, second = (
        Adapter(FOLDER / name, (FOLDER / name).read_bytes()) if name else None
        for name in (lora, vae)
    )
    return open_sd3(
        base_folder(FOLDER / "sd3"),
        first,
        second,
        CPU,
        FusedCache(cache, "0" * 64, pytest.fail),
    )


@cache
def opened_without_one(lora: str, vae: str) -> Sd3:
    """Return the networks with one of the two adapters."""
    return opened(lora, vae)


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Sd3:
    """Opened twice: the second time from the weights that the first one fused and kept."""
    cache = tmp_path_factory.mktemp("cache")
    opened("sr_lora.pkl", "vae_encoder.pt", cache)
    return opened("sr_lora.pkl", "vae_encoder.pt", cache)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(EncoderFiles(FOLDER / "sd3", "float16"), CPU)


@pytest.fixture(params=[0, 1, 2])
def case(request: pytest.FixtureRequest) -> Any:
    return case_arrays(request.param)


def test_prompts_are_encoded_as_theirs(case: Any, encoder: Encoder) -> None:
    words = encoder.encode(str(case["prompt"]), lambda: None)
    assert words.tokens.shape == case["prompt_embeds"].shape
    tokens, pooled = (tensor.float().numpy() for tensor in (words.tokens, words.pooled))
    assert np.abs(tokens - case["prompt_embeds"].astype(np.float32)).max() < 5e-3
    assert np.abs(pooled - case["pooled"]).max() < 5e-3


def deviation(case: Any, networks: Sd3, encoder: Encoder) -> float:
    """Return by how much a step differs from theirs at most, in units of -1..1."""
    height, width = case["image"].shape[:2]
    fine = one_step(
        networks,
        case["image"].astype(np.float32) / 255,
        encoder.encode(str(case["prompt"]), lambda: None),
        noise_of(networks, width, height, int(case["seed"])),
        lambda: None,
    )
    compared = (fine * 2 - 1)[::STRIDE, ::STRIDE]
    return float(np.abs(compared - case["output"].transpose(1, 2, 0)).max())


def test_a_step_is_theirs(case: Any, networks: Sd3, encoder: Encoder) -> None:
    assert deviation(case, networks, encoder) < 1e-3


@pytest.mark.parametrize("left", [("sr_lora.pkl", ""), ("", "vae_encoder.pt")])
def test_it_takes_both_adapters(case: Any, left: tuple[str, str], encoder: Encoder) -> None:
    assert deviation(case, opened_without_one(*left), encoder) > 1e-3


def test_a_chain_is_theirs() -> None:
    upscaler = CozSd3(
        FOLDER / "sd3",
        FOLDER / "sr_lora.pkl",
        FOLDER / "vae_encoder.pt",
        ModelContext("cpu", notice=pytest.fail),
        setting="paper",
    )
    prompter = TextPrompter("rocket, launch pad, sky")
    recipe = recipe_of(upscaler, prompter, seed=42, fidelity=0, one_seed=True)
    first = first_state(first_picture())
    np.testing.assert_array_equal(first.pixels, first_picture())
    for made in later_states(first, 2, upscaler, prompter, recipe, never):
        assert_state_agrees(made.pixels, made.index)
