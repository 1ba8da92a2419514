"""Chain-of-Zoom as an engine: sizes, seeds, windows, cancellation and messages."""

import shutil
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cozviewer.chain.fidelity import enlarged
from cozviewer.image.pixels import RgbFloat, to_8bit
from cozviewer.models.context import ModelContext
from cozviewer.models.coz import components as coz_models
from cozviewer.models.coz import engine as coz_sd3
from cozviewer.models.coz import loading as coz_open
from cozviewer.models.coz import prompt_encoding as coz_text
from cozviewer.models.coz.base import open_part
from cozviewer.models.coz.engine import CozSd3
from cozviewer.models.coz.tiled_diffusion import noise_of
from cozviewer.models.hardware import Hardware
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.models.computers import computer
from tests.models.tiny_sd3 import saved_encoder, saved_lora

Make = Callable[..., CozSd3]


UseStep = Callable[[Callable[..., RgbFloat]], None]


PLAIN = computer()
"""A computer with a CPU that is fastest in fp32, whatever this one is."""


@pytest.fixture(scope="module")
def files(tiny_sd3: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The base and both adapters."""
    folder = tmp_path_factory.mktemp("adapters")
    return {
        "base": tiny_sd3,
        "lora": saved_lora(folder / "lora.pkl", tiny_sd3),
        "vae": saved_encoder(folder / "vae.pt", tiny_sd3),
    }


def made(files: dict[str, Path], context: ModelContext | None = None, **options: Any) -> CozSd3:
    """Return the engine with options of its own or, without a `context`, of a `ModelContext`."""
    of_context = ("memory", "cache_dir", "notice", "hardware")
    own = {key: options.pop(key) for key in of_context if key in options}
    context = context or ModelContext("cpu", **{"notice": pytest.fail, "hardware": PLAIN, **own})
    return CozSd3(context=context, **{**files, **options})


@pytest.fixture(scope="module")
def best(files: dict[str, Path]) -> CozSd3:
    return made(files)


@pytest.fixture(scope="module")
def paper(files: dict[str, Path]) -> CozSd3:
    return made(files, setting="paper")


@pytest.fixture(params=["best", "paper"])
def either(request: pytest.FixtureRequest, best: CozSd3, paper: CozSd3) -> CozSd3:
    return {"best": best, "paper": paper}[request.param]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> UseStep:
    """Return a function that puts another step in the place of the network's."""
    return lambda step: monkeypatch.setattr(coz_sd3, "one_step", step)


def image(width: int, height: int) -> RgbFloat:
    return np.random.default_rng(0).random((height, width, 3), np.float32)


@pytest.mark.parametrize("size", [(32, 32), (1, 1), (5, 1), (7, 33), (129, 8)])
def test_any_image_becomes_4x_finer(either: CozSd3, size: tuple[int, int]) -> None:
    width, height = size
    fine = either.upscale(image(width, height), "", 0, never)
    assert fine.shape == (4 * height, 4 * width, 3)
    assert fine.dtype == np.float32
    assert fine.flags.c_contiguous
    assert (fine.min() >= 0, fine.max() <= 1) == (True, True)


def test_the_seed_and_the_prompt_decide(either: CozSd3) -> None:
    rgb = image(16, 16)
    one, same = (either.upscale(rgb, "a cat", 1, never) for _ in range(2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(either.upscale(rgb, "a cat", 2, never) - one).max() > 1e-3
    assert np.abs(either.upscale(rgb, "a dog", 1, never) - one).max() > 1e-3


def test_the_seed_does_not_touch_or_hear_others(either: CozSd3) -> None:
    rgb = image(16, 16)
    first = either.upscale(rgb, "", 1, never)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    np.testing.assert_array_equal(either.upscale(rgb, "", 1, never), first)
    assert torch.equal(torch.get_rng_state(), state)


def test_bytes_and_floats_are_the_same_image(either: CozSd3) -> None:
    rgb = to_8bit(image(16, 16))
    floats = rgb.astype(np.float32) / np.float32(255)
    one, two = (either.upscale(pixels, "", 1, never) for pixels in (rgb, floats))
    np.testing.assert_allclose(one, two, atol=1e-5)


def levels(fine: RgbFloat) -> RgbFloat:
    return fine * np.float32(255)


def test_paper_gives_whole_levels_that_rounding_keeps(best: CozSd3, paper: CozSd3) -> None:
    rgb = image(16, 16)
    eight, floats = (levels(each.upscale(rgb, "", 1, never)) for each in (paper, best))
    np.testing.assert_allclose(eight, eight.round(), atol=1e-4)
    assert np.abs(floats - floats.round()).mean() > 0.2


def test_paper_truncates(paper: CozSd3, steps: UseStep) -> None:
    steps(lambda sd3, pixels, *_: np.full_like(pixels, 100.7 / 255))
    fine = paper.upscale(image(4, 4), "", 0, never)
    assert (to_8bit(fine) == 100).all()


def test_paper_enlarges_in_8_bits(paper: CozSd3, steps: UseStep) -> None:
    steps(lambda sd3, pixels, *_: pixels + np.float32(1e-4))
    rgb = to_8bit(image(32, 32))
    near = Image.fromarray(rgb).resize((128, 128), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(to_8bit(paper.upscale(rgb, "", 0, never)), np.asarray(near))


def test_paper_takes_the_authors_crop_in_one_window(paper: CozSd3, steps: UseStep) -> None:
    shapes = []

    def step(sd3: Any, pixels: RgbFloat, words: Any, noise: Any, check: Any) -> RgbFloat:
        shapes.append((pixels.shape, tuple(noise.shape)))
        return pixels

    steps(step)
    paper.upscale(image(128, 128), "", 0, never)
    assert shapes == [((512, 512, 3), (1, 4, 64, 64))]


def test_the_halo_is_that_of_the_setting(best: CozSd3, paper: CozSd3) -> None:
    assert (best.halo, paper.halo) == (32, 0)


def test_each_window_gets_its_part_of_the_noise(best: CozSd3, steps: UseStep) -> None:
    best.load()
    whole = noise_of(best._models.networks(), 768, 640, 3)
    parts = []

    def step(sd3: Any, pixels: RgbFloat, words: Any, noise: Any, check: Any) -> RgbFloat:
        parts.append(noise)
        return pixels

    steps(step)
    best.upscale(image(192, 160), "", 3, never)
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


def test_windows_without_fading_would_not_join(best: CozSd3, steps: UseStep) -> None:
    """That the measure above can fail: windows that disagree show at their borders."""
    calls = []

    def step(sd3: Any, pixels: RgbFloat, *_: Any) -> RgbFloat:
        calls.append(1)
        return pixels + np.float32(0.05 * len(calls))

    steps(step)
    rgb = np.full((64, 192, 3), 0.5, np.float32)
    rises = np.abs(np.diff(best.upscale(rgb, "", 0, never), axis=1)).mean((0, 2))
    assert rises.max() < 0.05 / 100  # 0.05 spread over the 256 pixels in common


@pytest.mark.parametrize(
    ("hardware", "device"),
    [
        (computer(amx=True), "CPU, bf16"),
        (computer(bf16=True), "CPU, bf16"),
        (computer(one_dnn=False), "CPU, fp32"),
    ],
    ids=["AMX", "AVX512-BF16", "without oneDNN"],
)
def test_the_fast_numbers_give_nearly_the_same(
    files: dict[str, Path], best: CozSd3, hardware: Hardware, device: str
) -> None:
    rgb = image(32, 32)
    fast = made(files, hardware=hardware)
    difference = fast.upscale(rgb, "a cat", 0, never) - best.upscale(rgb, "a cat", 0, never)
    assert np.abs(difference).mean() < 2 / 255
    assert fast.device == device


def test_paper_keeps_to_fp32(files: dict[str, Path]) -> None:
    engine = made(files, setting="paper", hardware=computer(amx=True))
    assert engine.device == ""
    engine.load()
    assert engine.device == "CPU, fp32"


class Stop:
    """A `Cancelled` that returns True at its n-th call, and records what had run by then."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


@contextmanager
def before_each_run(network: Any, act: Callable[..., None]) -> Iterator[None]:
    """Call a function with the arguments of a network before each of its runs."""
    handle = network.register_forward_pre_hook(
        lambda _, args, options: act(*args, **options), with_kwargs=True
    )
    try:
        yield
    finally:
        handle.remove()


@pytest.mark.parametrize("after", range(8))
def test_it_stops_in_every_stage(best: CozSd3, after: int) -> None:
    """At the start, before each of three encoders, before the networks are read, and before each
    of three runs of them."""
    ran: list[str] = []
    new = f"cat number {after}"  # which is not encoded yet
    sd3 = best._models.networks()
    with (
        before_each_run(sd3.transformer, lambda *_, **__: ran.append("transformer")),
        before_each_run(sd3.vae.decoder, lambda *_, **__: ran.append("decode")),
        pytest.raises(Cancelled),
    ):
        best.upscale(image(8, 8), new, 0, Stop(after))
    assert ran == (["transformer"] if after == 7 else [])
    assert best.upscale(image(8, 8), new, 0, never).shape == (32, 32, 3)


def test_it_stops_between_windows(best: CozSd3) -> None:
    best.upscale(image(8, 8), "", 0, never)  # encodes the prompt, so that no encoder runs later
    decoded: list[int] = []
    decoder = best._models.networks().vae.decoder
    with (
        before_each_run(decoder, lambda *_, **__: decoded.append(1)),
        pytest.raises(Cancelled),
    ):
        best.upscale(image(192, 16), "", 0, lambda: bool(decoded))
    assert len(decoded) == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("CUDA out of memory. Tried to allocate", "^Not enough memory on the CPU for Chain-of-"),
        ("something odd\nand more", r"^The CPU reported an error \(something odd\): try again"),
    ],
)
def test_a_device_that_fails_is_reported_in_a_sentence(
    best: CozSd3, error: str, sentence: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(error)

    encoder = best._models.networks().vae.encoder
    with before_each_run(encoder, fail), pytest.raises(Failure, match=sentence):
        best.upscale(image(4, 4), "", 0, never)


def step_for(largest: int, tried: list[int]) -> Any:
    """Return a step with memory for windows of so many pixels a side."""

    def step(sd3: Any, pixels: RgbFloat, *_: Any) -> RgbFloat:
        tried.append(max(pixels.shape[:2]))
        if tried[-1] > largest:
            raise MemoryError
        return pixels

    return step


@pytest.mark.parametrize(("largest", "tries"), [(400, [512, 384]), (256, [512, 384, 256])])
def test_windows_become_smaller_when_memory_runs_out(
    files: dict[str, Path], steps: UseStep, largest: int, tries: list[int]
) -> None:
    reported: list[str] = []
    engine, tried = made(files, notice=reported.append), list[int]()
    steps(step_for(largest, tried))
    rgb = image(160, 160)
    fine = engine.upscale(rgb, "", 0, never)
    np.testing.assert_allclose(fine, enlarged(rgb).clip(0, 1), atol=1e-5)
    assert tried[: len(tries)] == tries
    assert set(tried[len(tries) - 1 :]) == {tries[-1]}
    tried.clear()
    engine.upscale(rgb, "", 0, never)
    assert set(tried) == {tries[-1]}  # it keeps to what fitted
    assert reported == [
        "Chain-of-Zoom ran out of memory and continues in smaller windows, a little slower."
    ]


def test_when_even_small_windows_do_not_fit_it_fails(
    files: dict[str, Path], steps: UseStep
) -> None:
    tried: list[int] = []
    steps(step_for(100, tried))
    with pytest.raises(Failure, match=r"^Not enough memory on the CPU for Chain-of-Zoom: close"):
        made(files, notice=lambda sentence: None).upscale(image(160, 160), "", 0, never)
    assert tried == [512, 384, 256]


def test_a_small_image_is_not_tried_again_in_larger_windows(
    files: dict[str, Path], steps: UseStep
) -> None:
    tried: list[int] = []
    steps(step_for(100, tried))
    with pytest.raises(Failure):
        made(files, notice=lambda sentence: None).upscale(image(80, 80), "", 0, never)
    assert tried == [320, 256]


def test_paper_would_rather_fail_than_differ(files: dict[str, Path], steps: UseStep) -> None:
    tried: list[int] = []
    steps(step_for(400, tried))
    with pytest.raises(Failure, match="Not enough memory on the CPU for Chain-of-Zoom"):
        made(files, setting="paper").upscale(image(128, 128), "", 0, never)
    assert tried == [512]


def test_a_step_that_ran_out_of_memory_can_be_tried_again(
    files: dict[str, Path], best: CozSd3
) -> None:
    """With the real networks: the error of the first window leads to smaller ones."""
    engine = made(files, notice=lambda sentence: None)

    def full(**options: Any) -> None:
        if options["hidden_states"].shape[-1] > 32:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate")

    with before_each_run(engine._models.networks().transformer, full):
        fine = engine.upscale(image(96, 64), "", 0, never)
    assert fine.shape == (256, 384, 3)


def test_in_a_sequential_plan_networks_are_released_for_encoders_and_the_prompter(
    files: dict[str, Path], best: CozSd3, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[str] = []
    context = ModelContext(
        "cpu", "sequential", notice=pytest.fail, on_plan=reported.append, hardware=PLAIN
    )
    engine, manager = made(files, context), context.memory_manager
    left: list[str] = []
    opened = watched(monkeypatch)
    engine.load()
    assert (len(reported), opened, engine.device) == (1, [], "CPU, fp32")  # others come first
    manager.acquire("prompter", lambda: left.append("prompter"))
    first = engine.upscale(image(8, 8), "a cat", 0, never)
    assert left == ["prompter"]
    assert len(opened) == 1
    engine.upscale(image(8, 8), "a cat", 0, never)
    assert len(opened) == 1  # the prompt is cached, so nothing was released
    engine.upscale(image(8, 8), "a dog", 0, never)
    assert len(opened) == 2
    manager.acquire("prompter", lambda: None)
    assert [network() for network in opened] == [None, None]
    np.testing.assert_array_equal(first, best.upscale(image(8, 8), "a cat", 0, never))


def watched(monkeypatch: pytest.MonkeyPatch) -> list["weakref.ref[Any]"]:
    """Return the transformers that will have been opened, as far as they are still there."""
    opened: list[weakref.ref[Any]] = []

    def open_sd3(*args: Any, **options: Any) -> Any:
        assert [network() for network in opened] == [None] * len(opened)
        sd3 = coz_open.open_sd3(*args, **options)
        opened.append(weakref.ref(sd3.transformer))
        return sd3

    monkeypatch.setattr(coz_models, "open_sd3", open_sd3)
    return opened


def test_together_nothing_is_opened_twice(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ModelContext("cpu", "together", notice=pytest.fail, hardware=PLAIN)
    engine, manager = made(files, context), context.memory_manager
    opened = watched(monkeypatch)
    engine.load()
    manager.acquire("prompter", pytest.fail)
    for prompt in ("a cat", "a dog"):
        engine.upscale(image(8, 8), prompt, 0, never)
    assert len(opened) == 1


def test_embeddings_on_disk_are_used_at_the_next_start(
    files: dict[str, Path], best: CozSd3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rgb = image(8, 8)
    first = made(files, cache_dir=tmp_path).upscale(rgb, "a cat", 0, never)
    assert len(list((tmp_path / "words").iterdir())) == 1
    opened: list[str] = []

    def counted(kind: Any, folder: Path, part: str, dtype: Any) -> Any:
        opened.append(part)
        return open_part(kind, folder, part, dtype)

    monkeypatch.setattr(coz_text, "open_part", counted)
    again = made(files, cache_dir=tmp_path).upscale(rgb, "a cat", 0, never)
    np.testing.assert_array_equal(again, first)
    assert opened == []
    # Without T5, in the authors' numbers, and with another base, the embeddings differ.
    made(files, cache_dir=tmp_path, t5=False).upscale(rgb, "a cat", 0, never)
    assert opened == ["text_encoder", "text_encoder_2"]
    made(files, cache_dir=tmp_path, setting="paper").upscale(rgb, "a cat", 0, never)
    assert len(opened) == 5
    other = Path(shutil.copytree(files["base"], tmp_path / "base"))
    with (other / "tokenizer" / "tokenizer_config.json").open("ab") as file:
        file.write(b" ")
    made(files, cache_dir=tmp_path, base=other).upscale(rgb, "a cat", 0, never)
    assert len(opened) == 8
    assert len(list((tmp_path / "words").iterdir())) == 4


def test_without_t5_the_base_may_lack_it(
    files: dict[str, Path], best: CozSd3, tmp_path: Path
) -> None:
    ignore = shutil.ignore_patterns("text_encoder_3", "tokenizer_3")
    base = Path(shutil.copytree(files["base"], tmp_path / "sd3", ignore=ignore))
    with pytest.raises(BadInput, match="its part text_encoder_3 is missing"):
        made(files, base=base)
    lacking, whole = made(files, base=base, t5=False), made(files, t5=False)
    assert dict(lacking.identity) == dict(whole.identity)
    assert lacking.identity["t5"] == "left out"
    assert "t5" not in best.identity
    rgb = image(8, 8)
    fine = lacking.upscale(rgb, "a cat", 0, never)
    np.testing.assert_array_equal(fine, whole.upscale(rgb, "a cat", 0, never))
    assert np.abs(fine - best.upscale(rgb, "a cat", 0, never)).max() > 1e-3


def test_smaller_numbers_by_hand_are_part_of_the_identity(
    files: dict[str, Path], best: CozSd3
) -> None:
    for memory in ("together", "sequential"):
        assert dict(made(files, memory=memory).identity) == dict(best.identity)
    assert dict(made(files, memory="nf4").identity) == {**best.identity, "quantised": "nf4"}


def test_paper_refuses_smaller_numbers(files: dict[str, Path]) -> None:
    with pytest.raises(BadInput, match=r"^The setting paper cannot be combined with the memory"):
        made(files, setting="paper", memory="8bit")


def test_too_little_memory_is_reported_before_anything_is_read(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = watched(monkeypatch)
    for work in (CozSd3.load, lambda engine: engine.upscale(image(8, 8), "", 0, never)):
        with pytest.raises(
            BadInput, match=r"would need .* GB of memory on the CPU, and only 1\.0 GB are"
        ):
            work(made(files, hardware=computer(memory=1)))
    assert opened == []


def test_an_encoder_that_does_not_fit_is_reported_in_a_sentence(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> Any:
        raise RuntimeError("CUDA out of memory. Tried to allocate 9.00 GiB")

    monkeypatch.setattr(coz_text, "open_part", full)
    with pytest.raises(Failure, match=r"^Chain-of-Zoom does not fit into memory: close other"):
        made(files).upscale(image(8, 8), "", 0, never)


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
    rgb = image(16, 16)
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
    rgb = image(8, 8)
    np.testing.assert_array_equal(again.upscale(rgb, "", 0, never), best.upscale(rgb, "", 0, never))


@pytest.mark.parametrize("key", ["lora", "vae"])
def test_a_missing_file_is_refused_at_once(files: dict[str, Path], key: str) -> None:
    gone = Path("gone.pkl")
    with pytest.raises(BadInput, match=r"^The Chain-of-Zoom file gone\.pkl does not exist: check"):
        made({**files, key: gone})


def test_a_missing_base_is_refused_at_once(files: dict[str, Path]) -> None:
    with pytest.raises(BadInput, match=r"^The Stable Diffusion 3 folder gone does not exist"):
        made(files, base="gone")


def test_a_file_that_changes_after_it_was_identified_is_refused(
    files: dict[str, Path], tmp_path: Path
) -> None:
    lora = Path(shutil.copy(files["lora"], tmp_path))
    engine = made(files, lora=lora)
    _ = engine.identity
    lora.write_bytes(b"other")
    with pytest.raises(BadInput, match="changed after it was chosen"):
        engine.load()


def test_a_wrong_file_is_named_in_the_error(files: dict[str, Path]) -> None:
    engine = made(files, lora=files["vae"])
    with pytest.raises(BadInput, match=r"vae\.pt does not fit this base"):
        engine.load()


def test_building_one_imports_nothing_heavy(files: dict[str, Path]) -> None:
    import subprocess
    import sys

    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cozviewer.models.context import ModelContext\n"
        "from cozviewer.models.coz.engine import CozSd3\n"
        f"paths = {[str(path) for path in files.values()]!r}\n"
        "engine = CozSd3(*map(Path, paths), ModelContext())\n"
        "engine.identity, engine.halo, engine.name, engine.device\n"
        "heavy = {'torch', 'diffusers', 'transformers', 'safetensors'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or None)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[3])
