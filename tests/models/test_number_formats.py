"""The choice of the number format by measuring: with a clock that only the networks move."""

import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cozviewer import __version__
from cozviewer.chain.protocols import Progressed
from cozviewer.chain.stages import reporting_stages
from cozviewer.models import number_formats
from cozviewer.models.context import ModelContext
from cozviewer.models.device import Device, all_threads
from cozviewer.models.hardware import Hardware
from cozviewer.models.model_file import model_file
from cozviewer.models.network import Network, run_network
from cozviewer.models.number_formats import (
    FILE_NAME,
    MOST_KEPT,
    SIDE,
    fastest,
    machine_key,
    probe,
    save_device,
    saved_device,
    timed,
)
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput, Cancelled
from tests.models.computers import computer, torch_on
from tests.models.networks import compact_state, saved

FP32 = Device("cpu", "CPU", "float32", channels_last=True)
PLAIN = Device("cpu", "CPU")
BF16 = Device("cpu", "CPU", "bfloat16", channels_last=True)
INT8 = Device("cpu", "CPU", "int8")

IDENTITY = {"name": "repeater", "weights": "12ab"}

LAYERS = 10

MEASURING = "Measuring which number format is fastest"


class Machine:
    """A computer on which a run takes the seconds that a test sets.

    Attributes:
        seconds: Of a run, by format.
        result: Changes what comes out, by format.
        broken: Formats that the network does not have.
        runs: The formats of the runs that were begun.
        now: What the clock shows.
    """

    def __init__(self, seconds: Mapping[Device, float]) -> None:
        self.seconds = seconds
        self.result: dict[Device, Callable[[torch.Tensor], torch.Tensor]] = {}
        self.broken: set[Device] = set()
        self.runs: list[Device] = []
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    def open(self, device: Device) -> Network:
        if device in self.broken:
            raise BadInput("It does not work in this format.")

        def forward(
            image: torch.Tensor, cancelled: IsCancelled, progressed: Progressed
        ) -> torch.Tensor:
            self.runs.append(device)
            for _ in range(LAYERS):
                if cancelled():
                    raise Cancelled("Stopped.")
                self.now += self.seconds[device] / LAYERS
            fine: torch.Tensor = image.repeat_interleave(4, 2).repeat_interleave(4, 3)
            change = self.result.get(device)
            return fine if change is None else change(fine)

        return Network(forward, device)

    def timed(self, *candidates: Device, cancelled: IsCancelled = never) -> Device:
        return timed(candidates, self.open, clock=self.clock, cancelled=cancelled).device

    def fastest(self, folder: Path | None, identity: Mapping[str, str] = IDENTITY) -> Device:
        return fastest(
            [FP32, BF16], self.open, identity=identity, folder=folder, clock=self.clock
        ).device


@pytest.mark.parametrize(
    ("fp32", "bf16", "winner"),
    [
        (0.4, 0.2, BF16),
        (0.4, 0.35, BF16),
        (0.4, 0.37, FP32),
        (0.4, 0.4, FP32),
        (0.4, 0.5, FP32),
        (0.4, 4.0, FP32),
        (3.0, 1.0, BF16),
    ],
)
def test_the_faster_format_wins_by_a_margin(fp32: float, bf16: float, winner: Device) -> None:
    assert Machine({FP32: fp32, BF16: bf16}).timed(FP32, BF16) == winner


def test_the_margin_counts_from_the_best_format_so_far() -> None:
    machine = Machine({FP32: 0.4, PLAIN: 0.3, BF16: 0.28})
    assert machine.timed(FP32, PLAIN, BF16) == PLAIN


def test_each_format_runs_twice_unless_that_takes_long() -> None:
    machine = Machine({FP32: 0.4, BF16: 0.2})
    machine.timed(FP32, BF16)
    assert machine.runs == [FP32, FP32, BF16, BF16]
    slow = Machine({FP32: 3.0, BF16: 1.0})
    slow.timed(FP32, BF16)
    assert slow.runs == [FP32, BF16]


def test_a_format_that_is_clearly_slower_is_stopped() -> None:
    machine = Machine({FP32: 0.4, BF16: 100.0})
    assert machine.timed(FP32, BF16) == FP32
    assert machine.runs == [FP32, FP32, BF16]
    assert machine.now < 100 + 2 * 0.4 + 2 * 10


def fail(fine: torch.Tensor) -> torch.Tensor:
    raise RuntimeError("not implemented for 'BFloat16'")


@pytest.mark.parametrize(
    "change",
    [
        lambda fine: fine + torch.nan,
        lambda fine: fine.index_fill(2, torch.tensor(5), torch.nan),
        lambda fine: fine * torch.inf,
        lambda fine: fine + 1.5 / 255,
        fail,
    ],
)
def test_a_format_that_is_not_exact_enough_is_not_used(
    change: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    machine = Machine({FP32: 0.4, BF16: 0.1})
    machine.result[BF16] = change
    assert machine.timed(FP32, BF16) == FP32


def test_a_difference_of_half_a_grey_level_is_exact_enough() -> None:
    machine = Machine({FP32: 0.4, BF16: 0.1})
    machine.result[BF16] = lambda fine: fine + 0.5 / 255
    assert machine.timed(FP32, BF16) == BF16


@pytest.mark.parametrize(
    ("bf16", "int8", "winner"),
    [
        (0.2, 0.1, INT8),
        (0.2, 0.14, INT8),
        (0.2, 0.16, BF16),
        (0.2, 0.19, BF16),
        (0.5, 0.1, INT8),
        (0.5, 0.32, FP32),
        (0.5, 9.0, FP32),
    ],
)
def test_bytes_are_timed_with_the_others(bf16: float, int8: float, winner: Device) -> None:
    assert Machine({FP32: 0.4, BF16: bf16, INT8: int8}).timed(FP32, BF16, INT8) == winner


@pytest.mark.parametrize(("levels", "winner"), [(2, INT8), (5, FP32)])
def test_bytes_may_differ_by_a_few_grey_levels(levels: float, winner: Device) -> None:
    machine = Machine({FP32: 0.4, INT8: 0.1})
    machine.result[INT8] = lambda fine: fine + levels / 255
    assert machine.timed(FP32, INT8) == winner


def test_a_format_that_a_network_does_not_have_is_passed_over() -> None:
    machine = Machine({FP32: 0.4, BF16: 0.2, INT8: 0.1})
    machine.broken = {INT8}
    assert machine.timed(FP32, BF16, INT8) == BF16
    machine.broken = {FP32}
    with pytest.raises(BadInput):
        machine.timed(FP32, BF16, INT8)


def test_a_kept_format_that_does_not_work_any_more_is_measured_again(tmp_path: Path) -> None:
    machine = Machine({FP32: 0.4, BF16: 0.2})
    assert machine.fastest(tmp_path) == BF16
    machine.broken = {BF16}
    assert machine.fastest(tmp_path) == machine.fastest(tmp_path) == FP32
    assert len(machine.runs) == 6
    machine.broken = {FP32}
    with pytest.raises(BadInput):
        machine.fastest(tmp_path)


def test_a_network_that_falls_back_to_the_exact_format_is_not_run_again() -> None:
    machine = Machine({FP32: 0.4})
    network = timed([FP32, BF16], lambda device: machine.open(FP32), clock=machine.clock)
    assert network.device == FP32
    assert machine.runs == [FP32, FP32]


def test_an_exact_format_that_fails_is_an_error() -> None:
    machine = Machine({FP32: 0.4, BF16: 0.1})
    machine.result[FP32] = fail
    with pytest.raises(RuntimeError, match="not implemented"):
        machine.timed(FP32, BF16)


@pytest.mark.parametrize("asked", [1, 2, LAYERS + 3, 2 * LAYERS + 2, 3 * LAYERS])
def test_it_can_be_stopped_at_any_layer(tmp_path: Path, asked: int) -> None:
    machine, questions = Machine({FP32: 0.4, BF16: 0.2}), []

    def cancelled() -> bool:
        questions.append(True)
        return len(questions) >= asked

    threads = torch.get_num_threads()
    with pytest.raises(Cancelled):
        fastest(
            [FP32, BF16],
            machine.open,
            identity=IDENTITY,
            folder=tmp_path,
            clock=machine.clock,
            cancelled=cancelled,
        )
    assert len(questions) <= asked + 1
    assert torch.get_num_threads() == threads
    assert list(tmp_path.iterdir()) == []


def test_the_probe_shows_an_image() -> None:
    picture = probe()
    assert picture.shape == (SIDE, SIDE, 3)
    assert picture.dtype == np.float32
    assert (picture.min() >= 0, picture.max() <= 1) == (True, True)
    assert picture.std() > 0.1
    np.testing.assert_array_equal(picture, probe())


def test_the_result_is_kept_for_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    machine = Machine({FP32: 0.4, BF16: 0.2})
    assert machine.fastest(folder) == BF16
    assert len(machine.runs) == 4
    assert machine.fastest(folder) == BF16
    assert len(machine.runs) == 4
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]
    if os.name != "nt":
        assert (folder / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_without_a_folder_it_is_timed_at_every_start() -> None:
    machine = Machine({FP32: 0.4, BF16: 0.2})
    assert machine.fastest(None) == machine.fastest(None) == BF16
    assert len(machine.runs) == 8


def test_who_waits_is_reported_that_it_is_timed(tmp_path: Path) -> None:
    machine, reported = Machine({FP32: 0.4, BF16: 0.2}), list[str]()
    with reporting_stages(reported.append):
        machine.fastest(tmp_path)
        machine.fastest(tmp_path)
    assert reported == [MEASURING]


def test_another_network_is_timed_as_well(tmp_path: Path) -> None:
    machine = Machine({FP32: 0.4, BF16: 0.2})
    machine.fastest(tmp_path)
    machine.seconds = {FP32: 0.2, BF16: 0.4}
    assert machine.fastest(tmp_path, {**IDENTITY, "weights": "34cd"}) == FP32
    assert machine.fastest(tmp_path) == BF16
    assert len(machine.runs) == 7


@pytest.mark.parametrize(
    "other",
    [
        {"__version__": "99.0"},
        {"threads": 99},
        {"amx": True},
        {"capability": "NONE"},
        {"cores": 99},
        {"machine": "riscv64"},
        {"cpu_name": "Another CPU"},
        {"openvino": "99.0"},
    ],
)
def test_another_machine_or_version_measures_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: Mapping[str, Any]
) -> None:
    def key(**changed: Any) -> Mapping[str, str]:
        torch = torch_on(amx=changed.get("amx", False))
        torch.__version__ = changed.get("__version__", "2.6")
        monkeypatch.setattr(number_formats, "all_threads", lambda: changed.get("threads", 2))
        torch.backends.cpu.get_cpu_capability = lambda: changed.get("capability", "AVX2")
        (tmp_path / "cpuinfo").write_text(f"model name : {changed.get('cpu_name', 'A CPU')}\n")
        if "openvino" in changed:
            installed = tmp_path / "installed" / f"openvino-{changed['openvino']}.dist-info"
            installed.mkdir(parents=True)
            (installed / "METADATA").write_text(f"Name: openvino\nVersion: {changed['openvino']}")
            monkeypatch.syspath_prepend(tmp_path / "installed")
        hardware = Hardware(
            system="linux",
            machine=changed.get("machine", "x86_64"),
            cores=changed.get("cores", 2),
            cpu_info=tmp_path / "cpuinfo",
            torch_module=torch,
        )
        return {**machine_key(with_torch=True, hardware=hardware), "network": "a"}

    save_device(tmp_path / FILE_NAME, key(), BF16)
    assert saved_device(tmp_path / FILE_NAME, key(), [BF16]) == BF16
    assert saved_device(tmp_path / FILE_NAME, key(**other), [BF16]) is None


def test_another_version_of_the_program_measures_again() -> None:
    assert machine_key(with_torch=True)["cozviewer"] == __version__


KEY = {"cpu": "one"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"7",
        b"[" * 5000,
        b'{"fastest": 7}',
        b'{"fastest": {"key": 1}}',
        b'{"fastest": [7, null, [], {}]}',
        b'{"fastest": [{"key": {"cpu": "one"}}]}',
        b'{"fastest": [{"key": {"cpu": "one"}, "numbers": "int8", "channels_last": true}]}',
        b'{"fastest": [{"key": {"cpu": "one"}, "numbers": [], "channels_last": {}}]}',
        b'{"fastest": [{"key": "one", "numbers": "bf16", "channels_last": true}]}',
        b'{"fastest": [{"key": {"cpu": "one"}, "numbers": "bf16", "channels_last": false}]}',
        b" " * 300_000 + b"{}",
    ],
)
def test_a_broken_file_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    assert saved_device(path, KEY, [FP32, BF16]) is None
    save_device(path, KEY, BF16)
    assert saved_device(path, KEY, [FP32, BF16]) == BF16
    assert saved_device(path, KEY, [FP32]) is None


def test_the_oldest_results_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    for number in range(MOST_KEPT + 1):
        save_device(path, {"cpu": str(number)}, BF16)
    assert saved_device(path, {"cpu": "0"}, [BF16]) is None
    assert saved_device(path, {"cpu": "1"}, [BF16]) == BF16
    assert len(json.loads(path.read_bytes())["fastest"]) == MOST_KEPT


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    machine = Machine({FP32: 0.4, BF16: 0.2})
    assert machine.fastest(tmp_path / "file") == BF16


def test_networks_run_in_one_thread_only_while_they_are_timed() -> None:
    machine, seen = Machine({FP32: 0.4, BF16: 0.2}), []
    machine.result[BF16] = lambda fine: seen.append(torch.get_num_threads()) or fine  # type: ignore[func-returns-value]
    threads = all_threads()
    machine.fastest(None)
    assert seen == [1, 1]
    assert torch.get_num_threads() == threads


def test_a_thread_that_begins_meanwhile_computes_with_all_threads() -> None:
    seen: list[int] = []

    def forward(
        image: torch.Tensor, cancelled: IsCancelled, progressed: Progressed
    ) -> torch.Tensor:
        seen.append(torch.get_num_threads())
        return image

    threads = all_threads()
    torch.set_num_threads(1)
    try:
        pixels = np.zeros((2, 2, 3), np.float32)
        other = threading.Thread(target=run_network, args=(Network(forward, PLAIN), pixels, never))
        other.start()
        other.join()
    finally:
        torch.set_num_threads(threads)
    assert seen == [threads]


WITH_BF16 = computer(bf16=True)


@pytest.mark.parametrize(("numbers", "label"), [("fp32", "CPU, fp32"), ("bf16", "CPU, bf16")])
def test_a_format_that_is_named_is_not_timed(tmp_path: Path, numbers: str, label: str) -> None:
    path = saved(tmp_path / "a.pth", compact_state())
    context = ModelContext("cpu", numbers=numbers, notice=pytest.fail, hardware=WITH_BF16)
    stages: list[str] = []
    with reporting_stages(stages.append):
        for engine in (realesrgan(context), model_file(path, context)):
            engine.load()
            assert engine.device == label
    assert MEASURING not in stages


def test_a_model_file_is_timed_once_and_kept(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pth", compact_state())
    for _ in range(2):
        engine = model_file(
            path,
            ModelContext(
                "cpu", cache_dir=tmp_path / "models", notice=pytest.fail, hardware=WITH_BF16
            ),
        )
        engine.load()
        assert engine.device in ("CPU, fp32", "CPU, bf16")
        (entry,) = json.loads((tmp_path / "models" / FILE_NAME).read_bytes())["fastest"]
        assert f"CPU, {entry['numbers']}" == engine.device
        assert entry["key"]["network weights"] == engine.identity["weights"]


def test_loading_can_be_stopped_while_a_network_is_timed(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pth", compact_state())
    engine = model_file(
        path,
        ModelContext("cpu", cache_dir=tmp_path / "models", notice=pytest.fail, hardware=WITH_BF16),
    )
    with pytest.raises(Cancelled):
        engine.load(lambda: True)
    with pytest.raises(Cancelled):
        engine.upscale(np.zeros((2, 2, 3), np.float32), "", 0, lambda: True)
    assert engine.device == ""
    assert not (tmp_path / "models").exists()


def test_a_model_that_does_not_work_in_the_named_format_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spandrel.architectures.Compact import CompactArch

    path = saved(tmp_path / "a.pth", compact_state())
    load = CompactArch.load

    def without_bf16(self: CompactArch, state: Mapping[str, object]) -> object:
        descriptor = load(self, state)
        descriptor.supports_bfloat16 = False
        return descriptor

    monkeypatch.setattr(CompactArch, "load", without_bf16)
    engine = model_file(
        path, ModelContext("cpu", numbers="bf16", notice=pytest.fail, hardware=WITH_BF16)
    )
    with pytest.raises(
        BadInput, match=r"^a does not support the number format bf16: choose auto or fp32\.$"
    ):
        engine.load()
