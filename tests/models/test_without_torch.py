"""Without torch, the built-in networks run as with it, and all else says what it needs."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data

from cozviewer.config.choice import PrompterChoice
from cozviewer.image.pixels import RgbFloat, to_float
from cozviewer.models import without_torch
from cozviewer.models.context import ModelContext
from cozviewer.models.engines import make_prompter, make_upscaler
from cozviewer.models.hardware import THIS_COMPUTER, Hardware
from cozviewer.models.number_formats import FILE_NAME, machine_key, supported_formats
from cozviewer.models.realesrgan.compact import compact, compact_weights
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.models.realesrgan.openvino_compact import OpenVinoCompact
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled
from tests.models.short_network import shorten
from tests.packages import Packages

pytest.importorskip("openvino", reason="OpenVINO is not installed")


@pytest.fixture
def no_torch(packages: Packages) -> None:
    packages.hide("torch")


def photo(height: int = 24, width: int = 32) -> RgbFloat:
    return to_float(np.ascontiguousarray(data.chelsea()[90 : 90 + height, 160 : 160 + width]))


WITH_TORCH = replace(THIS_COMPUTER, machine="riscv64")
"""This computer, as if only torch could compute on it."""


def context(numbers: str = "auto", hardware: Hardware = THIS_COMPUTER) -> ModelContext:
    return ModelContext("cpu", numbers=numbers, notice=pytest.fail, hardware=hardware)


def opened_without_torch(shared: NetworkUpscaler, *, open_edges: bool = True) -> NetworkUpscaler:
    """Return a network of other tests if torch is not needed for it, else one without torch."""
    if without_torch.suffices("cpu"):
        return shared
    with pytest.MonkeyPatch.context() as patch:
        Packages(patch).hide("torch")
        own = realesrgan(context("fp32"), open_edges=open_edges)
        own.load()
    return own


@pytest.fixture(scope="module")
def alone(engine: NetworkUpscaler) -> NetworkUpscaler:
    """Real-ESRGAN in fp32, opened without torch."""
    return opened_without_torch(engine)


@pytest.fixture(scope="module")
def alone_as_trained(reference: NetworkUpscaler) -> NetworkUpscaler:
    """The same with zeros beyond its edges."""
    return opened_without_torch(reference, open_edges=False)


def test_the_numbers_are_those_of_torch(
    alone_as_trained: NetworkUpscaler, packages: Packages
) -> None:
    engine = realesrgan(context("fp32", WITH_TORCH), open_edges=False)
    with_torch = engine.upscale(photo(), "", 0, never)
    packages.hide("torch")
    fine = alone_as_trained.upscale(photo(), "", 0, never)
    np.testing.assert_allclose(fine, with_torch, atol=1e-4)


def test_edges_are_as_open_as_with_torch(alone: NetworkUpscaler, packages: Packages) -> None:
    rgb = photo(40, 56)
    with_torch = realesrgan(context("fp32", WITH_TORCH)).upscale(rgb, "", 0, never)
    packages.hide("torch")
    fine = alone.upscale(rgb, "", 0, never)
    assert np.abs(fine - with_torch).mean() < 0.3 / 255  # torch takes the mean of fewer rows


def test_int8_is_the_same_to_the_bit(packages: Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    if "int8" not in without_torch.formats():
        pytest.skip("this processor has no VNNI")
    shorten(monkeypatch)  # which is compiled sooner
    monkeypatch.setenv("OMP_NUM_THREADS", str(torch.get_num_threads()))
    with_torch = realesrgan(context("int8", WITH_TORCH)).upscale(photo(), "", 0, never)
    packages.hide("torch")
    engine = realesrgan(context("int8"))
    fine = engine.upscale(photo(), "", 0, never)
    assert engine.device == "CPU, int8"
    np.testing.assert_array_equal(fine, with_torch)


def test_drafts_are_those_of_torch(packages: Packages) -> None:
    def drafted(hardware: Hardware) -> RgbFloat:
        engine = compact(cache_dir=None, notice=pytest.fail, hardware=hardware)
        return engine.upscale(photo(), "", 0, never)

    with_torch = drafted(WITH_TORCH)
    packages.hide("torch")
    fine = drafted(THIS_COMPUTER)
    assert np.abs(fine - with_torch).mean() < 0.5 / 255
    assert np.abs(fine - with_torch).max() < 4 / 255


@pytest.mark.usefixtures("no_torch")
def test_the_fastest_number_format_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(without_torch, "formats", lambda: ["fp32", "int8"])
    drafts = compact(cache_dir=tmp_path, notice=pytest.fail)
    drafts.load()
    (entry,) = json.loads((tmp_path / FILE_NAME).read_bytes())["fastest"]
    assert f"CPU, {entry['numbers']}" == drafts.device == "CPU, fp32"  # it has no int8
    assert entry["key"]["torch"] == ""


def test_a_network_that_is_timed_gets_all_threads_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    network = OpenVinoCompact(compact_weights(), without_torch.threads, "fp32")
    with without_torch.one_thread():
        assert network._compiled().get_property("INFERENCE_NUM_THREADS") == 1
    assert network._compiled().get_property("INFERENCE_NUM_THREADS") == 2


@pytest.mark.parametrize(
    ("wanted", "machine", "gpu", "torch", "openvino", "expected"),
    [
        ("auto", "x86_64", False, True, True, True),
        ("cpu", "AMD64", True, True, True, True),
        ("auto", "x86_64", True, True, True, False),
        ("cuda", "x86_64", False, True, True, False),
        ("cpu", "arm64", False, True, True, False),
        ("cpu", "x86_64", False, True, False, False),
        ("cpu", "arm64", False, False, True, True),
    ],
)
def test_on_x86_without_a_gpu_torch_is_not_needed(
    tmp_path: Path,
    wanted: str,
    machine: str,
    gpu: bool,
    torch: bool,
    openvino: bool,
    expected: bool,
) -> None:
    there = {"torch": torch, "openvino": openvino}
    if gpu:
        (tmp_path / "nvidia0").touch()
    hardware = Hardware("linux", machine, device_files=tmp_path, installed=there.__getitem__)
    assert without_torch.suffices(wanted, hardware) is expected


def test_torch_is_not_imported_where_it_is_not_needed(tmp_path: Path) -> None:
    if not without_torch.suffices("cpu"):
        pytest.skip("torch is needed on this processor")
    script = (
        "import sys; from pathlib import Path;"
        "from cozviewer.models.context import ModelContext;"
        "from cozviewer.models.number_formats import supported_formats;"
        "from cozviewer.models.realesrgan import openvino_network;"
        "from cozviewer.models.realesrgan.compact import compact;"
        "from cozviewer.models.realesrgan.engine import realesrgan;"
        "openvino_network.BLOCKS = 1;"
        "compact(cache_dir=Path(sys.argv[1]), notice=print).load();"
        "realesrgan(ModelContext('cpu', numbers='fp32', notice=print)).load();"
        "print(supported_formats('cpu')[0], 'torch' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["fp32", "False"]


@pytest.mark.usefixtures("no_torch")
def test_a_run_stops_on_the_way(alone: NetworkUpscaler) -> None:
    assert alone.device == "CPU, fp32"
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        alone.upscale(photo(), "", 0, cancelled)


@pytest.mark.usefixtures("no_torch")
def test_devices_and_number_formats_that_are_not_there_are_named() -> None:
    with pytest.raises(BadInput, match=r"has no device 'cuda': choose auto or cpu"):
        realesrgan(ModelContext("cuda", notice=pytest.fail)).load()
    with pytest.raises(BadInput, match=r"does not support the number format 'fp8'"):
        realesrgan(context("fp8")).load()


@pytest.mark.usefixtures("no_torch")
def test_models_of_torch_need_the_full_edition(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(b"content")
    with pytest.raises(BadInput, match=r"^mine.safetensors needs PyTorch.*full edition"):
        make_upscaler(str(path), context())
    with pytest.raises(BadInput, match=r"^Chain-of-Zoom needs PyTorch"):
        make_upscaler("coz", context())
    with pytest.raises(BadInput, match=r"^Qwen needs PyTorch"):
        make_prompter(PrompterChoice("qwen"), context())


@pytest.mark.usefixtures("no_torch")
def test_the_machine_is_described_by_openvino() -> None:
    assert supported_formats() == without_torch.formats()
    key = machine_key(with_torch=False)
    assert key["torch"] == ""
    assert "fp32" in key["instructions"]


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("0", 1)])
def test_openmp_sets_the_threads(text: str, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", text)
    assert without_torch.threads() == expected


def test_otherwise_there_is_a_thread_for_each_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert without_torch.threads() >= 1
