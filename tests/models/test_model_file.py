"""Model files: which are opened, which are refused and how, and that none runs code."""

import hashlib
import os
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cozviewer.image.pixels import RgbFloat
from cozviewer.models.context import ModelContext
from cozviewer.models.device import Device
from cozviewer.models.model_file import load_network, model_file
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.models.networks import compact_state, esrgan_state, saved


def opened(path: Path) -> Any:
    return model_file(path, ModelContext("cpu", numbers="fp32", notice=pytest.fail))


def picture(width: int, height: int) -> RgbFloat:
    return np.random.default_rng(0).random((height, width, 3), np.float32)


@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ".pt", ".ckpt", ".PTH"])
@pytest.mark.parametrize("make", [esrgan_state, compact_state])
def test_a_4x_model_of_any_kind_enlarges(
    tmp_path: Path, suffix: str, make: Callable[[], dict[str, Any]]
) -> None:
    engine = opened(saved(tmp_path / f"4x-Tiny{suffix}", make()))
    fine = engine.upscale(picture(10, 7), "", 0, never)
    assert engine.name == "4x-Tiny"
    assert fine.shape == (28, 40, 3)
    assert fine.std() > 0
    assert (fine.min() >= 0, fine.max() <= 1) == (True, True)


def test_it_can_be_stopped_before_every_layer(tmp_path: Path) -> None:
    engine, asked = opened(saved(tmp_path / "a.pth", compact_state())), []

    def noted() -> bool:
        asked.append(True)
        return False

    whole = engine.upscale(picture(3, 3), "", 0, noted)
    layers = len(asked)
    assert layers > 5
    for number in (2, layers // 2, layers):
        asked.clear()
        with pytest.raises(Cancelled):
            engine.upscale(picture(3, 3), "", 0, lambda last=number: noted() or len(asked) == last)
    np.testing.assert_array_equal(engine.upscale(picture(3, 3), "", 0, never), whole)


@pytest.mark.parametrize("wrapped", ["params_ema", "state_dict"])
def test_weights_inside_a_training_checkpoint_are_found(tmp_path: Path, wrapped: str) -> None:
    path = saved(tmp_path / "a.pth", {wrapped: esrgan_state(), "epoch": 3})
    assert opened(path).upscale(picture(3, 3), "", 0, never).shape == (12, 12, 3)


def test_the_old_format_of_pth_files_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.pth"
    torch.save(esrgan_state(), path, _use_new_zipfile_serialization=False)
    assert opened(path).upscale(picture(3, 3), "", 0, never).shape == (12, 12, 3)


def test_both_kinds_of_file_give_the_same_pixels(tmp_path: Path) -> None:
    state, rgb = esrgan_state(), picture(8, 8)
    one, two = (
        opened(saved(tmp_path / name, state)).upscale(rgb, "", 0, never)
        for name in ("a.safetensors", "a.pth")
    )
    np.testing.assert_array_equal(one, two)


def test_the_identity_is_the_content_not_the_name(tmp_path: Path) -> None:
    state = esrgan_state()
    one, two = saved(tmp_path / "a.pth", state), tmp_path / "b.pth"
    two.write_bytes(one.read_bytes())
    other = saved(tmp_path / "c.pth", compact_state())
    digest = hashlib.sha256(one.read_bytes()).hexdigest()
    assert opened(one).identity == opened(two).identity
    assert opened(one).identity["weights"] == digest
    assert opened(other).identity != opened(one).identity


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (lambda: esrgan_state(scale=2), "enlarges by 2"),
        (lambda: esrgan_state(scale=1), "enlarges by 1"),
        (lambda: esrgan_state(in_nc=1, out_nc=1), "is not for RGB images"),
        (lambda: compact_state(num_in_ch=4, num_out_ch=4), "is not for RGB images"),
    ],
)
def test_a_model_that_is_not_4x_for_colour_is_refused(
    tmp_path: Path, state: Callable[[], dict[str, Any]], reason: str
) -> None:
    engine = opened(saved(tmp_path / "a.pth", state()))
    with pytest.raises(BadInput, match=rf"^The model in .*a\.pth {reason}: choose a model that"):
        engine.load()


class Bomb:
    """What runs a command when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"echo boom > {self.target}",)


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".ckpt"])
@pytest.mark.parametrize("how", ["pickle", "zip", "old"])
def test_code_in_a_model_file_is_not_run(tmp_path: Path, suffix: str, how: str) -> None:
    path, target = tmp_path / f"bad{suffix}", tmp_path / "boom"
    bomb = {**esrgan_state(), "more": Bomb(target)}
    if how == "pickle":
        path.write_bytes(pickle.dumps(bomb, protocol=2))
    else:
        torch.save(bomb, path, _use_new_zipfile_serialization=how == "zip")
    with pytest.raises(BadInput, match=r"contains executable code.*use a \.safetensors version"):
        opened(path).load()
    assert not target.exists()


def test_a_compiled_program_is_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(  # type: ignore[no-untyped-call]
            torch.nn.Upsample(scale_factor=4), torch.rand(1, 3, 4, 4)
        )
        torch.jit.save(traced, tmp_path / "a.pt")
    with pytest.raises(BadInput, match="contains executable code"):
        opened(tmp_path / "a.pt").load()


def cut(path: Path) -> Path:
    os.truncate(path, path.stat().st_size // 2)
    return path


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: saved(folder / "a.pth", [1, 2, 3]),
        lambda folder: saved(folder / "a.pth", {}),
        lambda folder: saved(folder / "a.pth", {1: 2}),
        lambda folder: saved(folder / "a.pth", {"weight": "text"}),
        lambda folder: saved(folder / "a.pth", {"linear.weight": torch.zeros(3, 3)}),
        lambda folder: saved(folder / "a.pth", esrgan_state() | {"model.0.bias": torch.zeros(9)}),
        lambda folder: saved(folder / "a.safetensors", {"linear.weight": torch.zeros(3, 3)}),
        lambda folder: cut(saved(folder / "a.pth", esrgan_state())),
        lambda folder: cut(saved(folder / "a.safetensors", esrgan_state())),
    ],
    ids=[
        "a list",
        "nothing in it",
        "numbers",
        "words",
        "another network",
        "wrong shape",
        "another network in safetensors",
        "cut",
        "cut safetensors",
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(BadInput, match="is not a supported 4× model: choose another"):
        opened(make(tmp_path)).load()


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".ckpt", ".safetensors"])
@pytest.mark.parametrize(
    "content", [b"Hello, I am a text.\n", b"PK\x03\x04", b"\x80\x02}q\x00.", bytes(100)]
)
def test_other_files_under_a_models_name_are_refused(
    tmp_path: Path, suffix: str, content: bytes
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="is not a supported 4× model"):
        opened(path).load()


def test_what_cannot_be_a_model_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "folder.pth").mkdir()
    (tmp_path / "empty.pth").touch()
    (tmp_path / "photo.jpg").write_bytes(b"...")
    for name, reason in {
        "folder.pth": r"folder\.pth is a folder: choose a model file in it",
        "missing.pth": r"The model file .*missing\.pth does not exist: check the path",
        "empty.pth": r"empty\.pth is empty: copy or download it again",
        "photo.jpg": r"photo\.jpg is not a model file: choose one that ends in \.safe",
    }.items():
        with pytest.raises(BadInput, match=reason):
            opened(tmp_path / name)


def test_a_file_that_vanishes_is_reported_in_a_sentence(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pth", {})
    engine = opened(path)
    path.unlink()
    with pytest.raises(BadInput, match="cannot be read"):
        engine.load()
    with pytest.raises(BadInput, match="cannot be read"):
        _ = engine.identity


def test_a_file_that_changes_after_it_was_identified_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pth", esrgan_state())
    engine = opened(path)
    _ = engine.identity
    saved(path, compact_state())
    with pytest.raises(BadInput, match="changed after it was chosen"):
        engine.load()


class Fussy:
    """A descriptor whose network fails if `refuses` returns True, and else repeats pixels."""

    supports_bfloat16 = True

    def __init__(self, refuses: Callable[[torch.Tensor], bool]) -> None:
        self.model = torch.nn.Conv2d(1, 1, 1)
        self._refuses = refuses

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        if self._refuses(image):
            raise RuntimeError("view size is not compatible with input tensor's size and stride")
        return image.repeat_interleave(4, 2).repeat_interleave(4, 3)


FAST = Device("cpu", "CPU", "bfloat16", channels_last=True)


def last(image: torch.Tensor) -> bool:
    return not image.is_contiguous()


def half(image: torch.Tensor) -> bool:
    return image.dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("refuses", "dtype", "channels_last"),
    [
        (lambda image: False, "bfloat16", True),
        (last, "bfloat16", False),
        (half, "float32", False),
    ],
)
def test_a_network_gets_the_fastest_way_that_works_for_it(
    refuses: Any, dtype: str, channels_last: bool
) -> None:
    device = load_network({}, FAST, Path("a.pth"), lambda state, path: Fussy(refuses)).device
    assert (device.dtype, device.channels_last) == (dtype, channels_last)


def test_a_network_that_says_it_cannot_do_bf16_gets_fp32() -> None:
    fussy = Fussy(lambda image: False)
    fussy.supports_bfloat16 = False
    network = load_network({}, FAST, Path("a.pth"), lambda state, path: fussy)
    assert network.device.label == "CPU, fp32"


def test_a_network_that_never_works_is_refused() -> None:
    with pytest.raises(BadInput, match=r"a\.pth does not work on the CPU"):
        load_network({}, FAST, Path("a.pth"), lambda state, path: Fussy(lambda image: True))


def test_a_network_of_another_size_than_it_says_is_refused() -> None:
    class Liar(Fussy):
        def __call__(self, image: torch.Tensor) -> torch.Tensor:
            return image

    with pytest.raises(BadInput, match="returns images of the wrong size"):
        load_network({}, FAST, Path("a.pth"), lambda state, path: Liar(lambda image: False))


def test_a_file_that_does_not_fit_into_memory_fails_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **options: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried ...")

    engine = opened(saved(tmp_path / "a.pth", {}))
    monkeypatch.setattr(torch, "load", full)
    with pytest.raises(Failure, match=r"^a does not fit into memory"):
        engine.load()
