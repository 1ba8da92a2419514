"""A network that was compiled once is taken from its file, if that is its own and undamaged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cozviewer.models.context import ModelContext
from cozviewer.models.realesrgan.compiled import CompiledFile, compiled_name
from cozviewer.models.realesrgan.converted import State, convert
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.models.realesrgan.openvino_graphs import Graphs, read_steps
from cozviewer.models.realesrgan.openvino_network import OpenVinoNetwork
from cozviewer.util.cancel import never
from tests.models.realesrgan.no_core import NoCore
from tests.models.short_network import forbid_compiling, shorten

pytest.importorskip("openvino", reason="OpenVINO is not installed")

PIECES = {"a": b"12345", "b": bytes(1000)}


@pytest.fixture(scope="module")
def state() -> State:
    return convert()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "models" / "compiled.safetensors"


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network with as many pieces, of one block each."""
    shorten(monkeypatch)


def test_pieces_come_back(path: Path) -> None:
    file = CompiledFile(path)
    assert file.read("a") is None
    assert file.write(PIECES)
    assert {name: file.read(name) for name in PIECES} == PIECES
    assert file.read("c") is None


@pytest.mark.parametrize("length", [0, 7, 200, 1100])
def test_what_is_cut_off_is_not_there(path: Path, length: int) -> None:
    file = CompiledFile(path)
    file.write(PIECES)
    path.write_bytes(path.read_bytes()[:length])
    assert file.read("b") is None


def test_a_changed_byte_is_noticed(path: Path) -> None:
    file = CompiledFile(path)
    file.write(PIECES)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert file.read("b") is None
    assert file.read("a") == PIECES["a"]


def test_a_folder_that_cannot_be_made_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("not a folder")
    assert not CompiledFile(tmp_path / "models" / "file").write(PIECES)


def test_a_name_is_of_the_graph_the_cpu_and_the_numbers(state: State) -> None:
    core: Any = NoCore()
    plain = Graphs(state, None)
    name = compiled_name(plain.head(), core, "fp32")
    assert compiled_name(Graphs(state, None).head(), core, "fp32") == name
    doubled = {**state, "conv_first.weight": 2 * state["conv_first.weight"]}
    other: Any = NoCore("another CPU")
    names = {
        name,
        compiled_name(Graphs(doubled, None).head(), core, "fp32"),
        compiled_name(plain.head(), core, "bf16"),
        compiled_name(plain.head(), other, "fp32"),
        compiled_name(plain.body([0]), core, "fp32"),
        compiled_name(plain.body([1]), core, "fp32"),
        compiled_name(Graphs(state, None, open_edges=True).body([0]), core, "fp32"),
        compiled_name(Graphs(state, read_steps()).body([0]), core, "fp32"),
    }
    assert len(names) == 8


def opened(state: State, file: CompiledFile, threads: list[int]) -> tuple[NoCore, OpenVinoNetwork]:
    core: Any = NoCore()
    return core, OpenVinoNetwork(state, lambda: threads[0], "fp32", core=core, file=file)


@pytest.mark.usefixtures("short")
def test_the_second_start_compiles_nothing(state: State, path: Path) -> None:
    threads = [2]
    first, _ = opened(state, CompiledFile(path), threads)
    assert (len(first.compiled), first.imported) == (5, [])
    second, network = opened(state, CompiledFile(path), threads)
    assert (second.compiled, second.imported) == ([], [2] * 5)
    threads[0] = 3
    network._compiled()
    assert (second.compiled, second.imported) == ([], [2] * 5 + [3] * 5)


@pytest.mark.usefixtures("short")
def test_a_format_that_is_timed_is_kept_when_it_is_used(state: State, path: Path) -> None:
    threads = [1]
    _, network = opened(state, CompiledFile(path, lambda: threads == [1]), threads)
    assert not path.exists()
    threads[0] = 2
    network._compiled()
    assert network._exported == {}
    again, _ = opened(state, CompiledFile(path), threads)
    assert again.compiled == []


@pytest.mark.usefixtures("short")
def test_a_file_that_is_damaged_or_cannot_be_imported_is_made_again(
    state: State, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(state, CompiledFile(path), [2])
    path.write_bytes(path.read_bytes()[:-1])
    core, _ = opened(state, CompiledFile(path), [2])
    assert len(core.compiled) == 5
    core, _ = opened(state, CompiledFile(path), [2])
    assert core.compiled == []

    def fail(core: NoCore, *parameters: object) -> None:
        raise RuntimeError("It cannot be imported.")

    monkeypatch.setattr(NoCore, "import_model", fail)
    core, _ = opened(state, CompiledFile(path), [2])
    assert len(core.compiled) == 5


@pytest.mark.usefixtures("short")
def test_pixels_are_those_of_the_network_that_was_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ModelContext("cpu", numbers="fp32", cache_dir=tmp_path, notice=pytest.fail)
    rgb = np.random.default_rng(0).random((24, 30, 3), np.float32)
    first = realesrgan(context).upscale(rgb, "", 0, never)
    forbid_compiling(monkeypatch)
    np.testing.assert_array_equal(realesrgan(context).upscale(rgb, "", 0, never), first)
