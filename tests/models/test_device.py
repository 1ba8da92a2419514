"""The choice of the device: what there is, what is fastest on it, what is said when it is not."""

import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch

from cozviewer.models import device as module
from cozviewer.models.device import (
    Device,
    available_devices,
    free_memory,
    pick_device,
    supported_numbers,
    ways,
)
from cozviewer.util.errors import BadInput
from tests.packages import Packages


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine with nothing but a CPU, without AMX; tests add to it. It may have a GPU."""
    monkeypatch.setattr(module, "may_have_gpu", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    with_amx(monkeypatch, False)
    with_bf16(monkeypatch, False)
    with_vnni(monkeypatch, False)
    return monkeypatch


def with_amx(machine: pytest.MonkeyPatch, there: bool) -> None:
    machine.setattr(torch.cpu, "_is_amx_tile_supported", lambda: there, raising=False)


def with_bf16(machine: pytest.MonkeyPatch, there: bool) -> None:
    machine.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: there, raising=False)


def with_vnni(
    machine: pytest.MonkeyPatch, there: bool, *, avx: bool = False, openvino: bool = True
) -> None:
    machine.setattr(torch.cpu, "_is_vnni_supported", lambda: there, raising=False)
    machine.setattr(torch.cpu, "get_capabilities", lambda: {"avx_vnni": avx}, raising=False)
    Packages(machine).put(openvino, "openvino")


def with_gpus(machine: pytest.MonkeyPatch, count: int, *, bf16: bool = True) -> None:
    machine.setattr(torch.cuda, "is_available", lambda: True)
    machine.setattr(torch.cuda, "device_count", lambda: count)
    machine.setattr(torch.cuda, "get_device_name", lambda name: "NVIDIA H100")
    machine.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bf16)
    machine.setattr(torch.cuda, "device", lambda name: nullcontext())


def with_apple_gpu(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(torch.backends.mps, "is_available", lambda: True)


def test_the_cpu_is_always_there() -> None:
    assert available_devices() == ["cpu"]
    assert pick_device().name == "cpu"


def test_without_a_driver_torch_is_not_asked_for_gpus(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(module, "may_have_gpu", lambda: False)
    machine.setitem(sys.modules, "torch", None)
    machine.setattr(module, "has_torch", lambda: True)
    assert available_devices() == ["cpu"]


@pytest.mark.parametrize(
    ("system", "nodes", "there"),
    [
        ("linux", [], False),
        ("linux", ["null", "nvidia-modeset"], False),
        ("linux", ["nvidia0"], True),
        ("linux", ["kfd"], True),
        ("linux", ["dxg"], True),
        ("win32", [], False),
        ("win32", ["System32/nvcuda.dll"], True),
        ("darwin", [], True),
    ],
)
def test_drivers_are_the_sign_of_a_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, nodes: list[str], there: bool
) -> None:
    monkeypatch.undo()
    for name in nodes:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(module, "DEVICE_NODES", tmp_path)
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path))
    assert module.may_have_gpu() is there


def test_a_cpu_without_amx_computes_in_fp32() -> None:
    assert pick_device("cpu") == Device("cpu", "CPU", "float32", channels_last=True)
    assert pick_device("cpu").label == "CPU, fp32"


def test_a_cpu_with_amx_computes_in_bf16(machine: pytest.MonkeyPatch) -> None:
    with_amx(machine, True)
    assert pick_device() == Device("cpu", "CPU", "bfloat16", channels_last=True)
    assert pick_device().label == "CPU, bf16"


def test_a_torch_that_does_not_know_amx_computes_in_fp32(machine: pytest.MonkeyPatch) -> None:
    machine.delattr(torch.cpu, "_is_amx_tile_supported")
    assert pick_device().dtype == "float32"


def test_a_cpu_without_one_dnn_keeps_the_plain_layout(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert not pick_device().channels_last


def test_gpus_are_preferred_and_named(machine: pytest.MonkeyPatch) -> None:
    with_gpus(machine, 2)
    assert available_devices() == ["cpu", "cuda", "cuda:1"]
    assert pick_device() == Device("cuda", "NVIDIA H100", "bfloat16", channels_last=True)
    assert pick_device().label == "NVIDIA H100, bf16"
    assert pick_device("cuda:1").name == "cuda:1"
    assert pick_device("cuda:0").name == "cuda"
    assert pick_device("cpu").name == "cpu"


def test_a_gpu_without_bf16_computes_in_fp32(machine: pytest.MonkeyPatch) -> None:
    with_gpus(machine, 1, bf16=False)
    assert pick_device().label == "NVIDIA H100, fp32"


def test_apples_gpu_comes_before_the_cpu(machine: pytest.MonkeyPatch) -> None:
    with_apple_gpu(machine)
    assert available_devices() == ["cpu", "mps"]
    assert pick_device() == Device("mps", "Apple GPU")


@pytest.mark.parametrize("wanted", ["cuda:1", "mps", "cuda:0 ", "gpu", "", "CPU"])
def test_a_device_that_is_not_there_is_refused_with_what_is(
    machine: pytest.MonkeyPatch, wanted: str
) -> None:
    with_gpus(machine, 1)
    with pytest.raises(
        BadInput, match=rf"^This computer has no device '{wanted}': choose auto, cpu or cuda\.$"
    ):
        pick_device(wanted)


def test_any_device_can_be_used_plainly() -> None:
    fast = Device("cuda:1", "NVIDIA H100", "bfloat16", channels_last=True)
    assert fast.plain() == Device("cuda:1", "NVIDIA H100")


FP32 = Device("cpu", "CPU", "float32", channels_last=True)
BF16 = Device("cpu", "CPU", "bfloat16", channels_last=True)
INT8 = Device("cpu", "CPU", "int8")


@pytest.mark.parametrize("add", [with_amx, with_bf16])
def test_a_cpu_with_bf16_has_two_ways_to_be_timed(
    machine: pytest.MonkeyPatch, add: Callable[[pytest.MonkeyPatch, bool], None]
) -> None:
    add(machine, True)
    assert ways(pick_device("cpu")) == [FP32, BF16]
    assert ways(pick_device("cpu"), "fp32") == [FP32]
    assert ways(pick_device("cpu"), "bf16") == [BF16]
    assert supported_numbers("cpu") == ["fp32", "bf16"]


def test_a_cpu_without_bf16_has_one_way(machine: pytest.MonkeyPatch) -> None:
    assert ways(pick_device("cpu")) == ways(pick_device("cpu"), "fp32") == [FP32]
    machine.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    with_bf16(machine, True)
    assert ways(pick_device("cpu")) == [Device("cpu", "CPU")]
    assert supported_numbers("cpu") == ["fp32"]


def test_a_cpu_that_multiplies_bytes_has_int8(machine: pytest.MonkeyPatch) -> None:
    with_vnni(machine, True)
    assert ways(pick_device("cpu")) == [FP32, INT8]
    assert ways(pick_device("cpu"), "int8") == [INT8]
    with_bf16(machine, True)
    assert ways(pick_device("cpu")) == [FP32, BF16, INT8]
    assert supported_numbers("cpu") == ["fp32", "bf16", "int8"]
    with_vnni(machine, False, avx=True)
    assert supported_numbers("cpu") == ["fp32", "bf16", "int8"]
    machine.delattr(torch.cpu, "get_capabilities")
    assert supported_numbers("cpu") == ["fp32", "bf16"]


def test_without_openvino_there_is_no_int8(machine: pytest.MonkeyPatch) -> None:
    with_vnni(machine, True, openvino=False)
    assert ways(pick_device("cpu")) == [FP32]
    sentence = r"^The CPU does not support the number format 'int8': choose auto or fp32\.$"
    with pytest.raises(BadInput, match=sentence):
        ways(pick_device("cpu"), "int8")


def test_pictures_for_a_network_in_bytes_are_floats() -> None:
    assert [way.pixels for way in (FP32, BF16, INT8)] == ["float32", "bfloat16", "float32"]
    assert INT8.label == "CPU, int8"


def test_a_gpu_keeps_its_rule_unless_fp32_is_named(machine: pytest.MonkeyPatch) -> None:
    with_gpus(machine, 1)
    gpu = pick_device()
    assert ways(gpu) == ways(gpu, "bf16") == [gpu]
    assert ways(gpu, "fp32") == [Device("cuda", "NVIDIA H100")]
    assert supported_numbers() == ["fp32", "bf16"]
    assert supported_numbers("mps") == []


@pytest.mark.parametrize("numbers", ["bf16", "int8", ""])
def test_numbers_that_a_device_does_not_support_are_refused(
    machine: pytest.MonkeyPatch, numbers: str
) -> None:
    sentence = rf"^The CPU does not support the number format '{numbers}': choose auto or fp32"
    with pytest.raises(BadInput, match=sentence):
        ways(pick_device("cpu"), numbers)
    with_apple_gpu(machine)
    with pytest.raises(BadInput, match=r"^The Apple GPU does not .*: choose auto or fp"):
        ways(pick_device("mps"), numbers)


def test_large_networks_take_bf16_where_the_cpu_has_it(machine: pytest.MonkeyPatch) -> None:
    assert pick_device("cpu").for_large().dtype == "float32"
    with_bf16(machine, True)
    assert pick_device("cpu").dtype == "float32"
    assert pick_device("cpu").for_large() == Device("cpu", "CPU", "bfloat16", channels_last=True)
    machine.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert pick_device("cpu").for_large().dtype == "float32"  # nothing here would make use of it
    machine.delattr(torch.cpu, "_is_avx512_bf16_supported")
    assert pick_device("cpu").for_large().dtype == "float32"


def test_other_devices_are_as_fast_for_large_networks() -> None:
    for device in (Device("cuda", "NVIDIA H100", "bfloat16", True), Device("mps", "Apple GPU")):
        assert device.for_large() == device


def test_free_memory_is_that_of_the_device(machine: pytest.MonkeyPatch) -> None:
    import psutil

    machine.setattr(torch.cuda, "mem_get_info", lambda name: {"cuda:1": (5, 8)}[name])
    assert free_memory("cuda:1") == 5
    assert 0 < free_memory("cpu") <= psutil.virtual_memory().total


def test_the_threads_of_torch_sleep_while_they_wait_unless_the_user_decides(
    machine: pytest.MonkeyPatch,
) -> None:
    machine.setenv("OMP_WAIT_POLICY", "ACTIVE")
    pick_device("cpu")
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    machine.delenv("OMP_WAIT_POLICY")
    pick_device("cpu")
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
