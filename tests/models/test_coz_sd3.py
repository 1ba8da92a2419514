"""Chain-of-Zoom as an engine: sizes, seeds, windows, stopping, and what it tells."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cozviewer.chain.protocols import never
from cozviewer.errors import BadInput, Cancelled, Failure
from cozviewer.models import coz_open, coz_sd3
from cozviewer.models.coz_sd3 import CozSd3
from cozviewer.models.device import Device
from cozviewer.pyramid.pixels import RgbFloat, to_8bit
from tests.models.tiny_sd3 import saved_encoder, saved_lora

Make = Callable[..., CozSd3]


@pytest.fixture(scope="module")
def files(tiny_sd3: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The base and both adapters."""
    folder = tmp_path_factory.mktemp("adapters")
    return {
        "base": tiny_sd3,
        "lora": saved_lora(folder / "lora.pkl", tiny_sd3),
        "vae": saved_encoder(folder / "vae.pt", tiny_sd3),
    }


def made(files: dict[str, Path], **options: Any) -> CozSd3:
    return CozSd3(**{"device": "cpu", "notice": pytest.fail, **files, **options})


@pytest.fixture(scope="module")
def best(files: dict[str, Path]) -> CozSd3:
    return made(files)


@pytest.fixture(scope="module")
def paper(files: dict[str, Path]) -> CozSd3:
    return made(files, setting="paper")


@pytest.fixture(params=["best", "paper"])
def either(request: pytest.FixtureRequest, best: CozSd3, paper: CozSd3) -> CozSd3:
    return {"best": best, "paper": paper}[request.param]


def picture(width: int, height: int) -> RgbFloat:
    return np.random.default_rng(0).random((height, width, 3), np.float32)


@pytest.mark.parametrize("size", [(32, 32), (1, 1), (5, 1), (7, 33), (129, 8)])
def test_any_picture_becomes_4x_finer(either: CozSd3, size: tuple[int, int]) -> None:
    width, height = size
    fine = either.upscale(picture(width, height), "", 0, never)
    assert fine.shape == (4 * height, 4 * width, 3)
    assert fine.dtype == np.float32
    assert fine.flags.c_contiguous
    assert (fine.min() >= 0, fine.max() <= 1) == (True, True)


def test_the_seed_and_the_words_decide(either: CozSd3) -> None:
    rgb = picture(16, 16)
    one, same = (either.upscale(rgb, "a cat", 1, never) for _ in range(2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(either.upscale(rgb, "a cat", 2, never) - one).max() > 1e-3
    assert np.abs(either.upscale(rgb, "a dog", 1, never) - one).max() > 1e-3


def test_the_seed_does_not_touch_or_hear_others(either: CozSd3) -> None:
    rgb = picture(16, 16)
    first = either.upscale(rgb, "", 1, never)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    np.testing.assert_array_equal(either.upscale(rgb, "", 1, never), first)
    assert torch.equal(torch.get_rng_state(), state)


def test_bytes_and_floats_are_the_same_picture(either: CozSd3) -> None:
    rgb = to_8bit(picture(16, 16))
    floats = rgb.astype(np.float32) / np.float32(255)
    one, two = (either.upscale(pixels, "", 1, never) for pixels in (rgb, floats))
    np.testing.assert_allclose(one, two, atol=1e-5)


def levels(fine: RgbFloat) -> RgbFloat:
    return fine * np.float32(255)


def test_paper_gives_whole_levels_that_rounding_keeps(best: CozSd3, paper: CozSd3) -> None:
    rgb = picture(16, 16)
    eight, floats = (levels(each.upscale(rgb, "", 1, never)) for each in (paper, best))
    np.testing.assert_allclose(eight, eight.round(), atol=1e-4)
    assert np.abs(floats - floats.round()).mean() > 0.2


def test_paper_truncates(paper: CozSd3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        coz_sd3, "one_step", lambda sd3, pixels, *_: np.full_like(pixels, 100.7 / 255)
    )
    fine = paper.upscale(picture(4, 4), "", 0, never)
    assert (to_8bit(fine) == 100).all()


def test_paper_enlarges_in_8_bits(paper: CozSd3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coz_sd3, "one_step", lambda sd3, pixels, *_: pixels + np.float32(1e-4))
    rgb = to_8bit(picture(32, 32))
    near = Image.fromarray(rgb).resize((128, 128), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(to_8bit(paper.upscale(rgb, "", 0, never)), np.asarray(near))


def test_paper_takes_the_authors_crop_in_one_window(
    paper: CozSd3, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = []

    def step(sd3: Any, pixels: RgbFloat, words: Any, noise: Any, check: Any) -> RgbFloat:
        shapes.append((pixels.shape, tuple(noise.shape)))
        return pixels

    monkeypatch.setattr(coz_sd3, "one_step", step)
    paper.upscale(picture(128, 128), "", 0, never)
    assert shapes == [((512, 512, 3), (1, 4, 64, 64))]


def test_the_halo_is_that_of_the_setting(best: CozSd3, paper: CozSd3) -> None:
    assert (best.halo, paper.halo) == (32, 0)


def test_each_window_gets_its_part_of_the_noise(
    best: CozSd3, monkeypatch: pytest.MonkeyPatch
) -> None:
    best.load()
    assert best._ready is not None
    whole = best._ready[0].noise(768, 640, 3)
    parts = []

    def step(sd3: Any, pixels: RgbFloat, words: Any, noise: Any, check: Any) -> RgbFloat:
        parts.append(noise)
        return pixels

    monkeypatch.setattr(coz_sd3, "one_step", step)
    best.upscale(picture(192, 160), "", 3, never)
    for part, (x, y) in zip(parts, [(0, 0), (32, 0), (0, 16), (32, 16)], strict=True):
        assert torch.equal(part, whole[:, :, y : y + 64, x : x + 64])


def test_windows_join(best: CozSd3) -> None:
    """A smooth gradient through two windows: no step where they meet is larger than elsewhere."""
    ramp = np.linspace(0.2, 0.8, 192, dtype=np.float32)
    rgb = np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (64, 192, 3)))
    fine = best.upscale(rgb, "", 0, never)
    steps = np.abs(np.diff(fine, axis=1)).mean((0, 2))  # between neighbouring columns
    # The windows are 0..512 and 256..768; they begin and end in the middle of the other.
    for border in (256, 512):
        # The VAE's cells of 8 pixels have steps of their own, so both sides hold whole cells.
        near, inside = steps[border - 8 : border + 8], steps[border - 72 : border + 72]
        assert near.mean() <= 1.1 * inside.mean()


def test_windows_without_fading_would_not_join(
    best: CozSd3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the measure above can fail: windows that disagree show at their borders."""
    calls = []

    def step(sd3: Any, pixels: RgbFloat, *_: Any) -> RgbFloat:
        calls.append(1)
        return pixels + np.float32(0.05 * len(calls))

    monkeypatch.setattr(coz_sd3, "one_step", step)
    rgb = np.full((64, 192, 3), 0.5, np.float32)
    steps = np.abs(np.diff(best.upscale(rgb, "", 0, never), axis=1)).mean((0, 2))
    assert steps.max() < 0.05 / 100  # 0.05 spread over the 256 pixels in common


@pytest.mark.parametrize(
    ("dtype", "last"), [("bfloat16", True), ("bfloat16", False), ("float32", True)]
)
def test_the_fast_numbers_give_nearly_the_same(
    files: dict[str, Path],
    best: CozSd3,
    monkeypatch: pytest.MonkeyPatch,
    dtype: Any,
    last: bool,
) -> None:
    monkeypatch.setattr(coz_sd3, "pick_device", lambda wanted: Device("cpu", "CPU", dtype, last))
    rgb = picture(32, 32)
    fast = made(files)
    difference = fast.upscale(rgb, "a cat", 0, never) - best.upscale(rgb, "a cat", 0, never)
    assert np.abs(difference).mean() < 2 / 255
    assert fast.device == {"bfloat16": "CPU, bf16", "float32": "CPU, fp32"}[dtype]


def test_paper_keeps_to_fp32(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        coz_sd3, "pick_device", lambda wanted: Device("cpu", "CPU", "bfloat16", True)
    )
    engine = made(files, setting="paper")
    assert engine.device == ""
    engine.load()
    assert engine.device == "CPU, fp32"


class Stop:
    """A `Cancelled` that says so at its n-th question, and remembers what had run by then."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("after", range(7))
def test_it_stops_in_every_stage(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """At the start, before each of three encoders, and before each of three networks."""
    ran: list[str] = []
    networks = {"transformer": "transformer", "decode": "vae"}
    engine = made(files)
    engine.load()
    assert engine._ready is not None
    for method, owner in networks.items():
        target = getattr(engine._ready[0], owner)
        called = target.forward if method == "transformer" else target.decode

        def counted(*args: Any, _name: str = method, _called: Any = called, **more: Any) -> Any:
            ran.append(_name)
            return _called(*args, **more)

        monkeypatch.setattr(target, "forward" if method == "transformer" else "decode", counted)
    with pytest.raises(Cancelled):
        engine.upscale(picture(8, 8), "a cat", 0, Stop(after))
    assert ran == (["transformer"] if after == 6 else [])
    assert engine.upscale(picture(8, 8), "a cat", 0, never).shape == (32, 32, 3)


def test_it_stops_between_windows(best: CozSd3, monkeypatch: pytest.MonkeyPatch) -> None:
    best.upscale(picture(8, 8), "", 0, never)  # encodes the words, so that none are asked about
    decoded: list[int] = []
    assert best._ready is not None
    vae = best._ready[0].vae
    decode = vae.decode

    def counted(*args: Any, **more: Any) -> Any:
        decoded.append(1)
        return decode(*args, **more)

    monkeypatch.setattr(vae, "decode", counted)
    with pytest.raises(Cancelled):
        best.upscale(picture(192, 16), "", 0, lambda: bool(decoded))
    assert len(decoded) == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("CUDA out of memory. Tried to allocate", "^The CPU has too little memory for Stable"),
        ("something odd\nand more", r"^The CPU failed \(something odd\): try again"),
    ],
)
def test_a_device_that_fails_is_told_in_a_sentence(
    best: CozSd3, monkeypatch: pytest.MonkeyPatch, error: str, sentence: str
) -> None:
    best.load()
    assert best._ready is not None

    def fail(*args: Any, **more: Any) -> Any:
        raise RuntimeError(error)

    monkeypatch.setattr(best._ready[0].vae, "encode", fail)
    with pytest.raises(Failure, match=sentence):
        best.upscale(picture(4, 4), "", 0, never)


def test_the_identity_is_the_content_and_the_setting(
    files: dict[str, Path], best: CozSd3, paper: CozSd3, tmp_path: Path
) -> None:
    identity = dict(best.identity)
    assert identity["name"] == "coz"
    assert dict(paper.identity) == identity | {"setting": "paper"}
    moved = {key: tmp_path / key for key in files}
    shutil.copytree(files["base"], moved["base"])
    shutil.copy(files["lora"], moved["lora"])
    shutil.copy(files["vae"], moved["vae"])
    assert dict(made(moved).identity) == identity
    for key in ("lora", "vae"):
        with moved[key].open("ab") as file:
            file.write(b" ")
        assert dict(made(moved).identity)[key] != identity[key]
    with (moved["base"] / "vae" / "config.json").open("ab") as file:
        file.write(b" ")
    assert dict(made(moved).identity)["base"] != identity["base"]


def test_without_adapters_it_is_the_base(files: dict[str, Path], best: CozSd3) -> None:
    plain = made({**files}, lora=None, vae=None)
    rgb = picture(16, 16)
    assert (plain.identity["lora"], plain.identity["vae"]) == ("", "")
    assert np.abs(plain.upscale(rgb, "", 0, never) - best.upscale(rgb, "", 0, never)).max() > 0.01


def test_fused_weights_are_kept_for_both_settings(
    files: dict[str, Path], best: CozSd3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(files, setting="paper", cache_dir=tmp_path).load()
    assert len(list(tmp_path.glob("coz-*.safetensors"))) == 1

    def refuse(*_: Any) -> Any:
        raise AssertionError("fused once more")

    monkeypatch.setattr(coz_open, "fused_transformer", refuse)
    monkeypatch.setattr(coz_open, "fused_encoder", refuse)
    again = made(files, cache_dir=tmp_path)
    rgb = picture(8, 8)
    np.testing.assert_array_equal(again.upscale(rgb, "", 0, never), best.upscale(rgb, "", 0, never))


@pytest.mark.parametrize("key", ["lora", "vae"])
def test_a_missing_file_is_refused_at_once(files: dict[str, Path], key: str) -> None:
    gone = Path("gone.pkl")
    with pytest.raises(BadInput, match=r"^There is no file gone\.pkl of Chain-of-Zoom: check the"):
        made(files, **{key: gone})


def test_a_missing_base_is_refused_at_once(files: dict[str, Path]) -> None:
    with pytest.raises(BadInput, match=r"^There is no folder gone with Stable Diffusion 3"):
        made(files, base="gone")


def test_a_file_that_changes_after_it_was_identified_is_refused(
    files: dict[str, Path], tmp_path: Path
) -> None:
    lora = Path(shutil.copy(files["lora"], tmp_path))
    engine = made(files, lora=lora)
    _ = engine.identity
    lora.write_bytes(b"other")
    with pytest.raises(BadInput, match="was changed meanwhile"):
        engine.load()


def test_a_wrong_file_is_told_by_its_name(files: dict[str, Path]) -> None:
    engine = made(files, lora=files["vae"])
    with pytest.raises(BadInput, match=r"vae\.pt is not what fits this base"):
        engine.load()


def test_building_one_imports_nothing_heavy(files: dict[str, Path]) -> None:
    import subprocess
    import sys

    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cozviewer.models.coz_sd3 import CozSd3\n"
        f"paths = {[str(path) for path in files.values()]!r}\n"
        "engine = CozSd3(*map(Path, paths), notice=print)\n"
        "engine.identity, engine.halo, engine.name, engine.device\n"
        "heavy = {'torch', 'diffusers', 'transformers', 'safetensors'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or None)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])
