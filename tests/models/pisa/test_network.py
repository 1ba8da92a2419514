"""The networks of PiSA-SR against what its authors' code gave on the same files."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from cozviewer.image.pixels import Rgb8
from cozviewer.models.coz.tiled_diffusion import noise_of
from cozviewer.models.device import Device
from cozviewer.models.pisa import network
from cozviewer.models.pisa.checkpoint import read_dual_lora
from cozviewer.models.pisa.components import encoded
from cozviewer.models.pisa.network import Sd2, Strengths, one_step, open_sd2
from cozviewer.util.errors import BadInput, Cancelled, Failure

REFERENCE = Path(__file__).parents[2] / "data" / "pisa-tiny" / "reference.npz"

STRIDE, SEED = 8, 5

CPU = Device("cpu", "CPU")

KINDS = {
    "default": Strengths(),
    "adjusted": Strengths(0.7, 1.3),
    "pixel": Strengths(1.0, 0.0),
}


def image() -> Rgb8:
    """Return the image of the reference, (128, 192, 3)."""
    y, x = np.mgrid[:128, :192]
    red, green = (x * 3 + y) % 256, (x * y // 16) % 256
    blue = ((x - 96) ** 2 + (y - 64) ** 2) // 32 % 256
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def opened(base: Path, weights: Path, strengths: Strengths, device: Device = CPU) -> Sd2:
    return open_sd2(base, read_dual_lora(weights.read_bytes(), weights), strengths, device)


def made(base: Path, sd2: Sd2) -> np.ndarray:
    """Return the result of a step, (H, W, 3) in -1..1."""
    pixels = image().astype(np.float32) / np.float32(255)
    tokens = encoded(base, "cpu").tokens
    fine = one_step(sd2, pixels, tokens, noise_of(sd2, 192, 128, SEED), lambda: None)
    return (fine * 2 - 1).clip(-1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_theirs(tiny_sd2: Path, tiny_pisa: Path, kind: str) -> None:
    fine = made(tiny_sd2, opened(tiny_sd2, tiny_pisa, KINDS[kind]))
    with np.load(REFERENCE) as arrays:
        wanted = arrays[kind]
    assert np.abs(fine[::STRIDE, ::STRIDE] - wanted).max() < 1e-4


def test_the_strengths_matter() -> None:
    with np.load(REFERENCE) as arrays:
        default, adjusted, pixel = (arrays[kind] for kind in KINDS)
    for one, other in ((default, adjusted), (default, pixel), (adjusted, pixel)):
        assert np.abs(one - other).mean() > 0.05


def test_bf16_gives_about_the_same(tiny_sd2: Path, tiny_pisa: Path) -> None:
    exact = made(tiny_sd2, opened(tiny_sd2, tiny_pisa, Strengths()))
    device = Device("cpu", "CPU", "bfloat16", channels_last=True)
    close = made(tiny_sd2, opened(tiny_sd2, tiny_pisa, Strengths(), device))
    assert 0 < np.abs(exact - close).mean() < 0.02


@pytest.mark.parametrize(
    ("strengths", "both", "pixel"),
    [
        (Strengths(1, 1), True, False),
        (Strengths(0.5, 0.5), True, False),
        (Strengths(1, 0), False, True),
        (Strengths(0.5, 1), True, True),
        (Strengths(0, 0), False, True),
    ],
)
def test_only_the_unets_that_are_needed_are_loaded(
    tiny_sd2: Path, tiny_pisa: Path, strengths: Strengths, both: bool, pixel: bool
) -> None:
    sd2 = opened(tiny_sd2, tiny_pisa, strengths)
    assert (sd2.both is not None, sd2.pixel is not None) == (both, pixel)
    assert strengths.passes == both + pixel
    assert (sd2.cell, sd2.multiple) == (8, 16)


def test_it_can_be_stopped_between_networks(tiny_sd2: Path, tiny_pisa: Path) -> None:
    sd2 = opened(tiny_sd2, tiny_pisa, Strengths())
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Cancelled

    pixels = np.zeros((16, 16, 3), np.float32)
    with pytest.raises(Cancelled):
        one_step(sd2, pixels, encoded(tiny_sd2, "cpu").tokens, noise_of(sd2, 16, 16, 0), check)
    assert calls == 3


@pytest.mark.parametrize(
    ("error", "kind"),
    [(RuntimeError("CUDA out of memory"), MemoryError), (RuntimeError("device lost"), Failure)],
)
def test_a_device_that_fails_is_reported(
    tiny_sd2: Path,
    tiny_pisa: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    kind: type[Exception],
) -> None:
    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr(network, "_step", fail)
    with pytest.raises(kind):
        made(tiny_sd2, opened(tiny_sd2, tiny_pisa, Strengths()))


def test_a_broken_base_is_refused(tiny_sd2: Path, tmp_path: Path) -> None:
    base = Path(shutil.copytree(tiny_sd2, tmp_path / "sd2"))
    (base / "tokenizer" / "tokenizer.json").write_text("{")
    with pytest.raises(BadInput, match=r"The part tokenizer of Stable Diffusion 2\.1 in .* cannot"):
        encoded(base, "cpu")
    (base / "text_encoder" / "config.json").write_text("{")
    with pytest.raises(BadInput, match=r"The part t\w+ of Stable Diffusion 2\.1 in .* cannot"):
        encoded(base, "cpu")
