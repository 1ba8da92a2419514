"""PiSA-SR as an engine: its files, its pixels, and how it comes and goes."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cozviewer.image.pixels import Rgb8
from cozviewer.models.context import ModelContext
from cozviewer.models.coz.tiled_diffusion import Windows
from cozviewer.models.pisa import components, engine, network
from cozviewer.models.pisa.engine import PisaSr
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.models.pisa.test_network import image

CROP: Rgb8 = image()[:20, :26]


def made(base: Path, weights: Path, context: ModelContext | None = None, **options: Any) -> PisaSr:
    context = context or ModelContext("cpu", numbers="fp32", notice=pytest.fail)
    return PisaSr(base, weights, context, **options)


@pytest.fixture
def pisa(tiny_sd2: Path, tiny_pisa: Path) -> PisaSr:
    return made(tiny_sd2, tiny_pisa)


def test_it_enlarges_by_four_and_repeats_itself(pisa: PisaSr) -> None:
    assert pisa.device == ""
    fine = pisa.upscale(CROP, "", 3, never)
    assert fine.shape == (80, 104, 3)
    assert fine.dtype == np.float32
    assert 0 <= fine.min() < fine.max() <= 1
    assert pisa.device == "CPU, fp32"
    assert np.array_equal(fine, pisa.upscale(CROP, "not used", 3, never))
    assert not np.array_equal(fine, pisa.upscale(CROP, "", 4, never))


def test_its_files_and_strengths_are_its_identity(tiny_sd2: Path, tiny_pisa: Path) -> None:
    one, other = made(tiny_sd2, tiny_pisa), made(tiny_sd2, tiny_pisa, semantic=0.5)
    assert one.identity["name"] == "pisa"
    differing = {name for name, value in one.identity.items() if other.identity[name] != value}
    assert differing == {"semantic"}
    assert not one.accepts_prompt


def test_the_strengths_change_the_pixels(tiny_sd2: Path, tiny_pisa: Path) -> None:
    plain, weak = (
        made(tiny_sd2, tiny_pisa, semantic=semantic).upscale(CROP, "", 0, never)
        for semantic in (1.0, 0.2)
    )
    assert np.abs(plain - weak).mean() > 0.01


def test_large_images_are_blended_from_windows(tiny_sd2: Path, tiny_pisa: Path) -> None:
    shares: list[float] = []
    pisa = made(tiny_sd2, tiny_pisa, windows=Windows((160, 128), 32))
    fine = pisa.upscale(image()[:48, :64], "", 0, never, shares.append)
    assert shares == [0.25, 0.5, 0.75, 1]
    assert fine.shape == (192, 256, 3)
    assert np.isfinite(fine).all()


def test_windows_shrink_when_memory_runs_out(
    tiny_sd2: Path, tiny_pisa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, sizes, notices = network.one_step, list[int](), list[str]()

    def short(sd2: Any, pixels: Any, *rest: Any) -> Any:
        sizes.append(max(pixels.shape))
        if sizes[-1] > 128:
            raise MemoryError
        return real(sd2, pixels, *rest)

    monkeypatch.setattr(engine, "one_step", short)
    context = ModelContext("cpu", numbers="fp32", notice=notices.append)
    pisa = made(tiny_sd2, tiny_pisa, context, windows=Windows((160, 128), 32))
    assert pisa.upscale(image()[:32, :64], "", 0, never).shape == (128, 256, 3)
    assert sizes[0] == 160
    assert set(sizes[1:]) == {128}
    assert notices == [
        "PiSA-SR ran out of memory and continues in smaller windows, a little slower."
    ]
    pisa = made(tiny_sd2, tiny_pisa, windows=Windows((160,), 32))
    with pytest.raises(Failure, match="Not enough memory on the CPU for PiSA-SR"):
        pisa.upscale(image()[:64, :64], "", 0, never)


def test_the_prompt_is_encoded_once_and_kept(
    tiny_sd2: Path, tiny_pisa: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ModelContext("cpu", numbers="fp32", cache_dir=tmp_path, notice=pytest.fail)
    before = made(tiny_sd2, tiny_pisa, context).upscale(CROP, "", 0, never)
    monkeypatch.setattr(components, "encoded", lambda *args: pytest.fail("it was encoded again"))
    after = made(tiny_sd2, tiny_pisa, context).upscale(CROP, "", 0, never)
    np.testing.assert_allclose(before, after, atol=1e-5)


def test_it_can_be_stopped_and_continues_afterwards(pisa: PisaSr) -> None:
    with pytest.raises(Cancelled):
        pisa.upscale(CROP, "", 0, lambda: True)
    assert pisa.upscale(CROP, "", 0, never).any()


def test_it_makes_room_for_other_models_and_comes_back(tiny_sd2: Path, tiny_pisa: Path) -> None:
    context = ModelContext("cpu", "sequential", "fp32", notice=pytest.fail)
    pisa = made(tiny_sd2, tiny_pisa, context)
    pisa.load()
    assert pisa._models._sd2 is None
    fine = pisa.upscale(CROP, "", 0, never)
    context.memory_manager.acquire("prompter", lambda: None)
    assert pisa._models._sd2 is None
    np.testing.assert_allclose(pisa.upscale(CROP, "", 0, never), fine, atol=1e-5)


def test_two_strengths_need_two_unets(tiny_sd2: Path, tiny_pisa: Path) -> None:
    plans = []
    for semantic in (1.0, 0.5):
        context = ModelContext("cpu", numbers="fp32", notice=pytest.fail)
        made(tiny_sd2, tiny_pisa, context, semantic=semantic)
        plans.append(context.memory_manager.plan())
    one, two = (plan.models[-1].parts[0] for plan in plans)
    assert (one.name, 2 * one.weights) == ("unet", two.weights)
    assert [model.name for model in plans[0].models] == ["text encoders", "upscaler"]


def test_int8_is_refused(tiny_sd2: Path, tiny_pisa: Path) -> None:
    pisa = made(tiny_sd2, tiny_pisa, ModelContext("cpu", numbers="int8", notice=pytest.fail))
    with pytest.raises(BadInput, match="PiSA-SR does not support int8"):
        pisa.load()


@pytest.mark.parametrize("strength", [-0.1, 2.1, float("nan")])
def test_a_strength_has_a_range(tiny_sd2: Path, tiny_pisa: Path, strength: float) -> None:
    with pytest.raises(BadInput, match="is not between 0 and 2"):
        made(tiny_sd2, tiny_pisa, pixel=strength)


def test_missing_files_are_named(tiny_sd2: Path, tiny_pisa: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.pkl does not exist: check the path"):
        made(tiny_sd2, tmp_path / "none.pkl")
    with pytest.raises(BadInput, match=r"The Stable Diffusion 2\.1 folder .* does not exist"):
        made(tmp_path / "none", tiny_pisa)
    base = Path(shutil.copytree(tiny_sd2, tmp_path / "sd2"))
    (base / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(BadInput, match=r"is not a complete .*, its part unet is missing: choose a"):
        made(base, tiny_pisa)


def test_a_file_that_changes_after_it_was_chosen_is_refused(
    tiny_sd2: Path, tiny_pisa: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(tiny_pisa, tmp_path / "a.pkl"))
    pisa = made(tiny_sd2, path)
    assert pisa.identity["weights"]
    path.write_bytes(b"other")
    with pytest.raises(BadInput, match=r"a\.pkl changed after it was chosen"):
        pisa.load()
