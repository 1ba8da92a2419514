"""The choice of the device: what there is, what is fastest on it, what is said when it is not."""

import os
from pathlib import Path

import pytest

from cozviewer.models.device import Device, available_devices, pick_device, supported_numbers, ways
from cozviewer.models.hardware import THIS_COMPUTER, Hardware
from cozviewer.util.errors import BadInput
from tests.models.computers import GIGABYTE, computer, torch_on


def test_the_cpu_is_always_there() -> None:
    assert available_devices(computer()) == ["cpu"]
    assert pick_device("auto", computer()).name == "cpu"


def test_without_a_driver_torch_is_not_asked_for_gpus(tmp_path: Path) -> None:
    hardware = Hardware(system="linux", device_files=tmp_path, torch_module=object())
    assert available_devices(hardware) == ["cpu"]


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
    for name in nodes:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path))
    assert Hardware(system=system, device_files=tmp_path).may_have_gpu is there


def test_a_cpu_without_amx_computes_in_fp32() -> None:
    found = pick_device("cpu", computer())
    assert found == Device("cpu", "CPU", "float32", channels_last=True)
    assert found.label == "CPU, fp32"


def test_a_cpu_with_amx_computes_in_bf16() -> None:
    found = pick_device("auto", computer(amx=True))
    assert found == Device("cpu", "CPU", "bfloat16", channels_last=True)
    assert found.label == "CPU, bf16"


def test_a_torch_that_does_not_know_amx_computes_in_fp32() -> None:
    hardware = computer(amx=True)
    del hardware.torch.cpu._is_amx_tile_supported
    assert pick_device("auto", hardware).dtype == "float32"


def test_a_cpu_without_one_dnn_keeps_the_plain_layout() -> None:
    assert not pick_device("auto", computer(one_dnn=False)).channels_last


def test_gpus_are_preferred_and_named() -> None:
    hardware = computer(gpus=2)
    assert available_devices(hardware) == ["cpu", "cuda", "cuda:1"]
    found = pick_device("auto", hardware)
    assert found == Device("cuda", "NVIDIA H100", "bfloat16", channels_last=True)
    assert found.label == "NVIDIA H100, bf16"
    assert pick_device("cuda:1", hardware).name == "cuda:1"
    assert pick_device("cuda:0", hardware).name == "cuda"
    assert pick_device("cpu", hardware).name == "cpu"


def test_a_gpu_without_bf16_computes_in_fp32() -> None:
    assert pick_device("auto", computer(gpus=1, gpu_bf16=False)).label == "NVIDIA H100, fp32"


def test_fp32_is_not_rounded_to_tf32() -> None:
    hardware = computer(gpus=1)
    assert hardware.torch.backends.cudnn.allow_tf32
    pick_device("cuda", hardware)
    assert not hardware.torch.backends.cudnn.allow_tf32


def test_apples_gpu_comes_before_the_cpu() -> None:
    hardware = computer(apple_gpu=True)
    assert available_devices(hardware) == ["cpu", "mps"]
    assert pick_device("auto", hardware) == Device("mps", "Apple GPU")


@pytest.mark.parametrize("wanted", ["cuda:1", "mps", "cuda:0 ", "gpu", "", "CPU"])
def test_a_device_that_is_not_there_is_refused_with_what_is(wanted: str) -> None:
    with pytest.raises(
        BadInput, match=rf"^This computer has no device '{wanted}': choose auto, cpu or cuda\.$"
    ):
        pick_device(wanted, computer(gpus=1))


def test_any_device_can_be_used_plainly() -> None:
    fast = Device("cuda:1", "NVIDIA H100", "bfloat16", channels_last=True)
    assert fast.plain() == Device("cuda:1", "NVIDIA H100")


FP32 = Device("cpu", "CPU", "float32", channels_last=True)
BF16 = Device("cpu", "CPU", "bfloat16", channels_last=True)
INT8 = Device("cpu", "CPU", "int8")


def ways_on(hardware: Hardware, numbers: str = "auto") -> list[Device]:
    return list(ways(pick_device("cpu", hardware), numbers, hardware))


@pytest.mark.parametrize("hardware", [computer(amx=True), computer(bf16=True)])
def test_a_cpu_with_bf16_has_two_ways_to_be_timed(hardware: Hardware) -> None:
    assert ways_on(hardware) == [FP32, BF16]
    assert ways_on(hardware, "fp32") == [FP32]
    assert ways_on(hardware, "bf16") == [BF16]
    assert supported_numbers("cpu", hardware) == ["fp32", "bf16"]


def test_a_cpu_without_bf16_has_one_way() -> None:
    assert ways_on(computer()) == ways_on(computer(), "fp32") == [FP32]
    plain = computer(bf16=True, one_dnn=False)
    assert ways_on(plain) == [Device("cpu", "CPU")]
    assert supported_numbers("cpu", plain) == ["fp32"]


def test_a_cpu_that_multiplies_bytes_has_int8() -> None:
    hardware = computer(vnni=True)
    assert ways_on(hardware) == [FP32, INT8]
    assert ways_on(hardware, "int8") == [INT8]
    assert ways_on(computer(bf16=True, vnni=True)) == [FP32, BF16, INT8]
    hardware = computer(bf16=True, avx_vnni=True)
    assert supported_numbers("cpu", hardware) == ["fp32", "bf16", "int8"]
    del hardware.torch.cpu.get_capabilities
    assert supported_numbers("cpu", hardware) == ["fp32", "bf16"]


def test_without_openvino_there_is_no_int8() -> None:
    hardware = computer(vnni=True, lacking=("openvino",))
    assert ways_on(hardware) == [FP32]
    sentence = r"^The CPU does not support the number format 'int8': choose auto or fp32\.$"
    with pytest.raises(BadInput, match=sentence):
        ways_on(hardware, "int8")


def test_images_for_a_network_in_bytes_are_floats() -> None:
    assert [way.pixels for way in (FP32, BF16, INT8)] == ["float32", "bfloat16", "float32"]
    assert INT8.label == "CPU, int8"


def test_a_gpu_keeps_its_rule_unless_fp32_is_named() -> None:
    hardware = computer(gpus=1)
    gpu = pick_device("auto", hardware)
    assert ways(gpu, "auto", hardware) == ways(gpu, "bf16", hardware) == [gpu]
    assert ways(gpu, "fp32", hardware) == [Device("cuda", "NVIDIA H100")]
    assert supported_numbers("auto", hardware) == ["fp32", "bf16"]
    assert supported_numbers("mps", hardware) == []


@pytest.mark.parametrize("numbers", ["bf16", "int8", ""])
def test_numbers_that_a_device_does_not_support_are_refused(numbers: str) -> None:
    sentence = rf"^The CPU does not support the number format '{numbers}': choose auto or fp32"
    with pytest.raises(BadInput, match=sentence):
        ways_on(computer(), numbers)
    apple = computer(apple_gpu=True)
    with pytest.raises(BadInput, match=r"^The Apple GPU does not .*: choose auto or fp"):
        ways(pick_device("mps", apple), numbers, apple)


def test_large_networks_take_bf16_where_the_cpu_has_it() -> None:
    assert pick_device("cpu", computer()).for_large(computer()).dtype == "float32"
    hardware = computer(bf16=True)
    found = pick_device("cpu", hardware)
    assert found.dtype == "float32"
    assert found.for_large(hardware) == Device("cpu", "CPU", "bfloat16", channels_last=True)
    plain = computer(bf16=True, one_dnn=False)  # nothing here would make use of it
    assert pick_device("cpu", plain).for_large(plain).dtype == "float32"
    del hardware.torch.cpu._is_avx512_bf16_supported
    assert found.for_large(hardware).dtype == "float32"


def test_other_devices_are_as_fast_for_large_networks() -> None:
    for device in (Device("cuda", "NVIDIA H100", "bfloat16", True), Device("mps", "Apple GPU")):
        assert device.for_large() == device


def test_free_memory_is_that_of_the_device() -> None:
    import psutil

    hardware = Hardware(torch_module=torch_on(gpus=2, gpu_memory=5))
    assert hardware.free_memory("cuda:1") == 5 * GIGABYTE
    assert 0 < hardware.free_memory("cpu") <= psutil.virtual_memory().total


def test_the_threads_of_torch_sleep_while_they_wait_unless_the_user_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    pick_device("cpu", computer())
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    monkeypatch.delenv("OMP_WAIT_POLICY")
    pick_device("cpu", computer())
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_torch_itself_is_asked_for_what_this_computer_has() -> None:
    found = pick_device("cpu", THIS_COMPUTER)
    assert found.hardware == "CPU"
    assert THIS_COMPUTER.has_one_dnn is found.channels_last or found.dtype == "bfloat16"
    assert "fp32" in supported_numbers("cpu", THIS_COMPUTER)
