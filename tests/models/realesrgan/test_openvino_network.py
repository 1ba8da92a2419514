"""Real-ESRGAN in int8: it draws what fp32 draws, any size, and stops when it is to stop."""

import os
import platform
import subprocess
import sys
import threading
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from cozviewer.chain.fidelity import blurred, corrected
from cozviewer.chain.protocols import ignore
from cozviewer.image.pixels import RgbFloat, luma_of, to_8bit, to_float
from cozviewer.models import number_formats, without_torch
from cozviewer.models.context import ModelContext
from cozviewer.models.device import Device, all_threads
from cozviewer.models.network import Network, run_network
from cozviewer.models.number_formats import MOST_DIFFERENCE, probe
from cozviewer.models.realesrgan import openvino_network
from cozviewer.models.realesrgan.converted import convert
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.models.realesrgan.openvino_graphs import BLOCKS
from cozviewer.models.realesrgan.openvino_network import (
    KERNEL_CACHE,
    OpenVinoNetwork,
    bands,
    on_tensors,
)
from cozviewer.models.realesrgan.rrdbnet import layer_names
from cozviewer.models.upscaler import HALO, NetworkUpscaler
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled
from tests.models.computers import computer
from tests.models.conftest import Part
from tests.models.realesrgan.no_core import NoCore, NoPiece
from tests.models.short_network import forbid_compiling, shorten
from tests.packages import Packages

pytest.importorskip("openvino", reason="OpenVINO is not installed")

INT8 = Device("cpu", "CPU", "int8")

MOST_AT_ONCE = 16 * 16
"""Pixels that run in the calling thread, instead of AT_ONCE."""

LARGE = 17
"""The side of an image that does not."""


@pytest.fixture(scope="session")
def forward() -> OpenVinoNetwork:
    """Real-ESRGAN in int8."""
    return OpenVinoNetwork(convert(), torch.get_num_threads)


@pytest.fixture(scope="session")
def opened_short() -> OpenVinoNetwork:
    """What `short` returns; it runs only with `shorten`."""
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        return OpenVinoNetwork(convert(), torch.get_num_threads)


@pytest.fixture
def short(opened_short: OpenVinoNetwork, monkeypatch: pytest.MonkeyPatch) -> OpenVinoNetwork:
    """A short network in int8."""
    shorten(monkeypatch)
    return opened_short


@pytest.fixture(scope="session")
def rough(forward: OpenVinoNetwork) -> Network:
    """The same as torch's other networks."""
    return Network(on_tensors(forward), INT8)


def context(numbers: str = "auto") -> ModelContext:
    """Where a CPU has int8, and torch runs the networks."""
    return ModelContext(
        "cpu", numbers=numbers, notice=pytest.fail, hardware=computer(bf16=True, vnni=True)
    )


def photo(top: int, left: int, height: int, width: int) -> RgbFloat:
    """Return a part of a photo that the steps do not come from."""
    part = data.chelsea()[top : top + height, left : left + width]
    return to_float(np.ascontiguousarray(part))


@pytest.fixture(autouse=True)
def _few_pixels_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images need not be large to run in OpenVINO's threads, nor take long to be stopped."""
    monkeypatch.setattr(openvino_network, "AT_ONCE", MOST_AT_ONCE)
    monkeypatch.setattr(openvino_network, "LOOK_MS", 1)


def test_it_draws_what_fp32_draws(engine: NetworkUpscaler, rough: Network) -> None:
    """Within the context that a step gives to a run."""
    parent, edge = photo(90, 160, 48, 48), STEP_SCALE * HALO
    exact = corrected(engine.upscale(parent, "", 0, never), parent, 1.0)[edge:-edge, edge:-edge]
    fine = corrected(run_network(rough, parent, never), parent, 1.0)[edge:-edge, edge:-edge]
    assert fine.dtype == np.float32
    assert -10 * np.log10(np.mean((fine - exact) ** 2)) > 42  # measured: 45.9
    assert np.abs((fine - exact).mean(axis=(0, 1))).max() * 255 < 0.1


def test_what_is_soft_is_drawn_as_crisp_as_in_fp32(engine: NetworkUpscaler, rough: Network) -> None:
    """Fur at twice its size, as a level that was generated may show it."""
    fur = Image.fromarray(to_8bit(photo(120, 110, 24, 24)))
    parent = to_float(np.asarray(fur.resize((48, 48), Image.Resampling.BICUBIC)))
    edge = STEP_SCALE * HALO
    exact, fine = (
        contrast(drawn[edge:-edge, edge:-edge])
        for drawn in (engine.upscale(parent, "", 0, never), run_network(rough, parent, never))
    )
    assert 0.75 < fine / exact < 1.33  # measured: 0.90; 0.25 with fixed means beyond the edges


def contrast(pixels: RgbFloat) -> float:
    """Return the standard deviation of what a blur of two pixels takes away."""
    luma = luma_of(pixels)
    return float((luma - blurred(luma, 2)).std())


def test_strong_colours_do_not_run_out_of_bytes(engine: NetworkUpscaler, rough: Network) -> None:
    colours = np.random.default_rng(5).random((5, 5, 3))
    parent = np.ascontiguousarray(np.kron(colours, np.ones((8, 8, 1))), np.float32)
    exact = corrected(engine.upscale(parent, "", 0, never), parent, 1.0)
    fine = corrected(run_network(rough, parent, never), parent, 1.0)
    assert -10 * np.log10(np.mean((fine - exact) ** 2)) > 37  # measured: 41


def test_measuring_finds_it_exact_enough(engine: NetworkUpscaler, rough: Network) -> None:
    """Also at the edges of the test image, which are a large part of it."""
    difference = run_network(rough, probe(), never) - engine.network().run(probe(), never)
    assert np.abs(difference).mean() < 0.5 * MOST_DIFFERENCE["int8"]  # measured: 0.33


def test_a_crop_drawn_alone_is_like_the_whole_as_edges_are_open(part: Part, rough: Network) -> None:
    opened = part.difference(run_network(rough, to_float(part.pixels), never))
    assert opened < 0.4 * part.closed  # measured: 1.0 and 3.3 grey levels


def test_all_layers_but_the_first_and_the_last_multiply_bytes(forward: OpenVinoNetwork) -> None:
    if "int8" not in without_torch.formats():
        pytest.skip("this processor has no VNNI")
    found = list[str]()
    for piece in forward._compiled():
        for layer in piece.get_runtime_model().get_ordered_ops():
            info = layer.get_rt_info()
            kind, precision = (info[key].astype(str) for key in ("layerType", "runtimePrecision"))
            # Kernels of one pixel are for the means of features.
            if kind == "Convolution" and layer.input(1).get_shape()[-1] == 3:
                found.append(precision)
    assert found == ["f32", *["u8"] * (len(layer_names(BLOCKS)) - 2), "f32"]


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 3), (13, 7), (18, 17), (1, 300)])
def test_any_size_works(engine: NetworkUpscaler, rough: Network, size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 0.5, np.float32)
    fine = run_network(rough, image, never)
    assert fine.shape == (4 * size[0], 4 * size[1], 3)
    # Measured: 0.09 for six pixels, less than 0.04 for other sizes.
    assert np.abs(fine - engine.upscale(image, "", 0, never)).max() < 0.13


def test_channels_may_lie_side_by_side_or_apart(rough: Network) -> None:
    image = torch.from_numpy(photo(90, 160, 12, 20)).permute(2, 0, 1)[None]
    assert not image.is_contiguous()
    apart, beside = (rough.forward(pixels, never, ignore) for pixels in (image.contiguous(), image))
    assert torch.equal(apart, beside)


@pytest.mark.parametrize("rows", [1, 2, 5, 30])
def test_bands_of_the_enlargement_join_exactly(
    rough: Network, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    picture = photo(90, 160, 12, 20)
    whole = run_network(rough, picture, never)
    monkeypatch.setattr(openvino_network, "BAND", rows * 20)
    np.testing.assert_allclose(run_network(rough, picture, never), whole, atol=1e-5)


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [
        (1, 1, [(0, 1)]),
        (10, 8, [(0, 4), (4, 8), (8, 10)]),
        (3, 32, [(0, 1), (1, 2), (2, 3)]),
        (2, 99, [(0, 1), (1, 2)]),
        (4, 8, [(0, 4)]),
    ],
)
def test_bands_cover_all_rows_once(
    height: int, width: int, expected: list[tuple[int, int]]
) -> None:
    assert list(bands(height, width, 32)) == expected


@pytest.mark.parametrize("side", [8, LARGE])
def test_progress_grows_to_all(forward: OpenVinoNetwork, side: int) -> None:
    parts: list[float] = []
    image = np.full((1, 3, side, side), 0.5, np.float32)
    forward(image, never, parts.append)
    assert len(parts) >= 3
    assert parts == sorted(parts)
    assert 0 < parts[0] < 0.5
    assert parts[-1] == pytest.approx(1)


def test_progress_moves_within_a_piece(forward: OpenVinoNetwork) -> None:
    image = np.full((1, 3, LARGE, LARGE), 0.5, np.float32)
    forward._pace = 0.0
    first, second = list[float](), list[float]()
    forward(image, never, first.append)
    forward(image, never, second.append)
    assert second == sorted(second)
    assert {12 / 25, 23 / 25} < set(second)
    assert 0 < second[0] < first[0] == 12 / 25


@pytest.mark.parametrize(("side", "released"), [(8, 0), (LARGE, 2)])
def test_the_memory_of_large_pieces_is_released(
    forward: OpenVinoNetwork, side: int, released: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned = list[None]()
    monkeypatch.setattr(openvino_network, "return_free_memory", lambda: returned.append(None))
    image = np.random.default_rng(0).random((1, 3, side, side), np.float32)
    first = forward(image, never)
    assert len(returned) == released
    np.testing.assert_array_equal(forward(image, never), first)


@pytest.mark.parametrize("side", [8, LARGE])
@pytest.mark.parametrize("asked", [1, 2, 4])
def test_it_stops_on_the_way(short: OpenVinoNetwork, side: int, asked: int) -> None:
    questions: list[bool] = []

    def cancelled() -> bool:
        questions.append(True)
        return len(questions) >= asked

    parts: list[float] = []
    with pytest.raises(Cancelled):
        short(np.full((1, 3, side, side), 0.5, np.float32), cancelled, parts.append)
    assert len(questions) <= asked + 1
    assert not parts or parts[-1] < 1
    assert short(np.full((1, 3, 3, 3), 0.5, np.float32), never).shape == (1, 3, 12, 12)


def test_after_a_stop_images_of_any_size_are_drawn_as_before(
    short: OpenVinoNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenVINO takes a piece that ended early for one that has been through the whole image."""
    forbid_compiling(monkeypatch)
    network = Network(on_tensors(short), INT8)
    pictures = [photo(0, 0, side, side) for side in (3, 20, 80)]
    expected = [run_network(network, picture, never) for picture in pictures]
    run_network(network, pictures[0], never)
    for asked in (4, 8, 20):
        questions: list[bool] = []

        def cancelled(asked: int = asked, questions: list[bool] = questions) -> bool:
            questions.append(True)
            return len(questions) >= asked

        with suppress(Cancelled):  # a fast machine may be done before
            run_network(network, pictures[2], cancelled)
        for index in (0, 2, 1, 0):  # the one before the stop and after it are alike
            fine = run_network(network, pictures[index], never)
            np.testing.assert_array_equal(fine, expected[index])


def test_a_piece_is_stopped_before_it_ends(forward: OpenVinoNetwork) -> None:
    parts: list[float] = []

    def cancelled() -> bool:
        # Asked before the head and before the first piece; then, while that runs.
        asked.append(True)
        return len(asked) > 2

    asked: list[bool] = []
    with pytest.raises(Cancelled):
        forward(np.full((1, 3, 300, 300), 0.5, np.float32), cancelled, parts.append)
    assert parts == []


def test_runs_of_several_threads_do_not_mix(rough: Network) -> None:
    pictures = [photo(60 * index, 90 * index, 12, 12 + index) for index in range(4)]
    expected = [run_network(rough, picture, never) for picture in pictures]
    found: dict[int, RgbFloat] = {}

    def run(index: int) -> None:
        found[index] = run_network(rough, pictures[index], never)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index in range(4):
        np.testing.assert_array_equal(found[index], expected[index])


def test_it_computes_with_the_threads_that_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch)
    core, threads = NoCore(), [1]
    network = OpenVinoNetwork(convert(), lambda: threads[0], "fp32", core=core)
    count = len(network._compiled())
    assert network._compiled() == [NoPiece(1)] * count
    for number in (3, 4):
        threads[0] = number
        assert network._compiled() == network._compiled() == [NoPiece(number, False)] * count
    assert core.compiled == [1] * count
    assert core.imported == [3] * count + [4] * count


def test_a_piece_that_cannot_be_exported_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(piece: NoPiece, file: BytesIO) -> None:
        raise RuntimeError("It cannot be exported.")

    shorten(monkeypatch)
    monkeypatch.setattr(NoPiece, "export_model", fail)
    core, threads = NoCore(), [1]
    network = OpenVinoNetwork(convert(), lambda: threads[0], "fp32", core=core)
    threads[0] = 2
    pieces = network._compiled()
    assert pieces == [NoPiece(2)] * len(pieces)
    assert core.compiled == [1] * len(pieces) + [2] * len(pieces)
    assert core.imported == []


def test_a_piece_for_other_threads_draws_the_same_without_being_compiled(
    forward: OpenVinoNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [photo(0, 0, *size).transpose(2, 0, 1)[None] for size in ((9, 12), (40, 7))]
    expected = [forward(image, never) for image in images]
    threads = all_threads()
    try:
        forbid_compiling(monkeypatch)
        torch.set_num_threads(1)
        for image, fine in zip(images, expected, strict=True):
            np.testing.assert_array_equal(forward(image, never), fine)
        for piece in forward._pieces:
            assert piece.get_property("INFERENCE_NUM_THREADS") == 1
    finally:
        torch.set_num_threads(threads)
        monkeypatch.undo()
    np.testing.assert_array_equal(forward(images[0], never), expected[0])


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("Exception from src/x.cpp:1:\nstd::bad_alloc")]
)
def test_too_little_memory_is_reported_as_everywhere(
    rough: Network, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(self: object, *inputs: object) -> None:
        raise error

    monkeypatch.setattr(openvino_network.Run, "__call__", fail)
    with pytest.raises(MemoryError):
        run_network(rough, photo(0, 0, 3, 3), never)


def test_the_engine_can_be_asked_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch)  # which is compiled sooner
    engine = realesrgan(context("int8"))
    assert engine.upscale(photo(0, 0, 5, 4), "", 0, never).shape == (20, 16, 3)
    assert engine.device == "CPU, int8"


def test_an_openvino_that_does_not_work_is_bad_input(packages: Packages) -> None:
    packages.hide("openvino")
    engine = realesrgan(context("int8"))
    with pytest.raises(BadInput, match=r"^The int8 number format does not work on this computer"):
        engine.load()


def test_without_steps_another_format_is_taken(
    tmp_path: Path, packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(number_formats, "SIDE", 8)
    packages.add_folder("cozviewer.resources", tmp_path)
    engine = realesrgan(context())
    engine.load()
    assert engine.device in ("CPU, fp32", "CPU, bf16")
    named = realesrgan(context("int8"))
    with pytest.raises(BadInput, match="is damaged"):
        named.load()


def test_nothing_is_reported_printed_or_written(tmp_path: Path) -> None:
    script = (
        "import sys; from cozviewer.models.realesrgan.openvino_network import open_core;"
        "core = open_core();"
        "print(core.available_devices, [name for name in sys.modules if 'telemetry' in name"
        " and not name.startswith('openvino.tools')])"
    )
    environment = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert (done.stdout.strip(), done.stderr) == ("['CPU'] []", "")
    assert list(tmp_path.iterdir()) == []


def test_openvino_is_imported_only_when_it_is_used() -> None:
    script = (
        "import sys; from cozviewer.models.engines import make_upscaler;"
        "from cozviewer.models.device import supported_numbers;"
        "from tests.models.computers import computer;"
        "supported_numbers('cpu', computer(bf16=True, vnni=True));"
        "make_upscaler('realesrgan'); print('openvino' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("False", "")


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="OpenVINO runs networks on x86, and Linux takes free memory back",
)
def test_kernels_of_networks_that_are_gone_take_no_memory() -> None:
    code = """
        import gc, psutil, numpy as np
        from cozviewer.models.context import ModelContext
        from cozviewer.models.realesrgan.compact import compact
        from cozviewer.util.cancel import never
        from cozviewer.util.memory import return_free_memory

        def memory_after(sizes):
            network = compact(cache_dir=None, notice=print)
            for side in sizes:
                network.upscale(np.zeros((side, side, 3), np.float32), "", 0, never)
            del network
            gc.collect()
            return_free_memory()
            return psutil.Process().memory_info().rss

        first = memory_after([40])
        print(memory_after(range(5, 35)) - first)
    """
    plain = {name: value for name, value in os.environ.items() if name != KERNEL_CACHE}
    grown = [
        int(subprocess.check_output([sys.executable, "-c", dedent(code)], env=environment))
        for environment in (plain, {**plain, KERNEL_CACHE: "1024"})
    ]
    assert grown[0] < 0.3 * grown[1], grown


def test_devices_are_opened_by_several_threads_at_once() -> None:
    code = """
        import os
        from concurrent.futures import ThreadPoolExecutor
        from cozviewer.models.realesrgan.openvino_network import KERNEL_CACHE, open_core

        os.environ.pop(KERNEL_CACHE, None)
        with ThreadPoolExecutor(4) as pool:
            cores = [future.result() for future in [pool.submit(open_core) for _ in range(4)]]
        print(len(cores), KERNEL_CACHE in os.environ)
    """
    done = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("4 False\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_signals_arrive_after_devices_are_dropped_in_any_order() -> None:
    code = """
        import os, signal
        from cozviewer.models.realesrgan.openvino_network import open_core

        signal.signal(signal.SIGUSR1, lambda number, frame: print("arrived"))
        cores = [open_core() for _ in range(2)]
        for core in cores:
            core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        del core
        while cores:
            del cores[0]
        os.kill(os.getpid(), signal.SIGUSR1)
    """
    command = [sys.executable, "-c", dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "arrived\n"), done.stderr


def test_threads_import_openvino_one_after_the_other() -> None:
    """Else one would look for what the other has put back already."""
    entered, name = threading.Event(), "openvino_telemetry"
    before = sys.modules.get(name)

    def enter() -> None:
        with openvino_network._no_telemetry():
            entered.set()

    thread = threading.Thread(target=enter)
    with openvino_network._no_telemetry():
        thread.start()
        assert not entered.wait(0.05)
        assert sys.modules[name] is None
    thread.join()
    assert entered.is_set()
    assert sys.modules.get(name) is before
