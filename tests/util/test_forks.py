"""Processes that are forked from one with its imports done, or started as usual."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from cozviewer.util.forks import Forks, Process, popen, start

ROOT = Path(__file__).parents[2]

MODULE = """
import os, sys
from glob import glob
def main():
    for line in sys.stdin:
        print(eval(line), flush=True)
"""

THREADED = """
import threading, time
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
"""

SAYS, THREADS, BROKEN = (
    f"cozviewer.util.{name}_for_tests" for name in ("says", "threads", "broken")
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has what it needs")

Make = Callable[..., Forks]


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[Make]:
    """Return what makes a `Forks` whose process knows the modules above: forks(idle)."""
    for name, text in (("says", MODULE), ("threads", THREADED), ("broken", "1 / 0")):
        (tmp_path / f"{name}_for_tests.py").write_text(text)
    made = []

    def make(idle: float = 100.0) -> Forks:
        script = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); import cozviewer.util as util; "
            f"util.__path__.append({str(tmp_path)!r}); from cozviewer.util import forks; "
            f"forks.IDLE_SECONDS = {idle}; forks.main()"
        )
        made.append(Forks(True, [sys.executable, "-P", "-c", script]))
        return made[-1]

    yield make
    for each in made:
        each.close()


def _forked(forks: Forks, *ahead: str) -> Process:
    process = forks.started(SAYS, ahead)
    assert process is not None
    return process


def _answer(process: Process, expression: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{expression}\n".encode())
    process.stdin.flush()
    return process.stdout.readline().decode().strip()


def _end(process: Process) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


@linux
def test_each_is_a_process_of_its_own(forks: Make) -> None:
    one = forks()
    first, second = _forked(one), _forked(one)
    numbers = {int(_answer(each, "os.getpid()")) for each in (first, second)}
    parents = {int(_answer(each, "os.getppid()")) for each in (first, second)}
    assert len(numbers) == 2
    assert len(parents) == 1, "they come from the same process"
    assert os.getpid() not in numbers | parents
    _end(first)
    assert _answer(second, "6 * 7") == "42", "one does not need the other"
    _end(second)


@linux
def test_what_was_imported_ahead_is_there(forks: Make) -> None:
    process = _forked(forks(), "cozviewer.util.units", "json.tool")
    modules = "'cozviewer.util.units' in sys.modules, 'json.tool' in sys.modules"
    assert _answer(process, modules) == "(True, False)", "nothing but parts of this program"
    _end(process)


@linux
def test_a_module_that_cannot_be_imported_ahead_does_not_matter(forks: Make) -> None:
    process = _forked(forks(), BROKEN, "cozviewer.util.is_not_there")
    assert _answer(process, "1 + 1") == "2"
    _end(process)


@linux
def test_the_environment_is_that_of_the_request(
    forks: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = forks()
    monkeypatch.setenv("COZVIEWER_FOR_TESTS", "before")
    _end(_forked(one))
    monkeypatch.setenv("COZVIEWER_FOR_TESTS", "naïve \udcff")
    process = _forked(one)
    assert _answer(process, "ascii(os.environ['COZVIEWER_FOR_TESTS'])") == r"'na\xefve \udcff'"
    assert _answer(process, "'OPENBLAS_NUM_THREADS' in os.environ") == str(
        "OPENBLAS_NUM_THREADS" in os.environ
    )
    _end(process)


@linux
def test_it_can_be_killed_at_any_time_and_more_than_once(forks: Make) -> None:
    process = _forked(forks())
    number = int(_answer(process, "os.getpid()"))
    process.kill()
    process.wait()
    process.kill()
    process.wait()
    assert process.stdout is not None
    assert process.stdout.read() == b""
    _end(process)
    with suppress(psutil.NoSuchProcess):
        assert psutil.Process(number).status() == psutil.STATUS_ZOMBIE


@linux
@pytest.mark.parametrize(
    "ends", ["os._exit(3)", "os.kill(os.getpid(), 11)", "sys.exit(1)", "1 / 0"]
)
def test_one_that_ends_by_itself_is_noticed(forks: Make, ends: str) -> None:
    one = forks()
    process = _forked(one)
    assert _answer(process, ends) == ""
    process.wait()
    _end(process)
    _end(_forked(one))


@linux
def test_a_module_of_others_is_not_run(forks: Make) -> None:
    process = forks().started("json.tool", ())
    assert process is not None
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError), process.stdin as stdin:  # it ends without reading
        stdin.write(b"{}")
    assert process.stdout.read() == b""
    _end(process)


@linux
def test_where_an_import_starts_threads_it_is_not_forked(forks: Make) -> None:
    one = forks()
    assert one.started(SAYS, [THREADS]) is None
    process = _forked(one, "cozviewer.util.units")
    assert _answer(process, f"'{THREADS}' in sys.modules") == "False", "a new process forks"
    assert one.started(SAYS, [THREADS]) is None
    _end(process)


@linux
def test_after_the_end_of_the_one_that_forks_another_one_does(forks: Make) -> None:
    one = forks()
    before = _forked(one)
    parent = int(_answer(before, "os.getppid()"))
    psutil.Process(parent).kill()
    after = _forked(one)
    assert int(_answer(after, "os.getppid()")) != parent
    assert _answer(before, "2 + 2") == "4"
    for each in (before, after):
        _end(each)


@linux
def test_it_ends_when_nothing_is_asked_for(forks: Make) -> None:
    one = forks(idle=0.05)
    process = _forked(one)
    assert one._server is not None
    one._server.wait()
    assert _answer(process, "2 + 2") == "4", "those that it forked go on"
    _end(process)
    _end(_forked(one))


@linux
def test_it_ends_with_the_program(tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cozviewer.util import forks; "
        "forks.start('cozviewer.image.readers.child'); print(forks._FORKS._server.pid)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert not psutil.pid_exists(int(done.stdout))
    assert done.stderr == b""


@linux
def test_no_file_stays_open(forks: Make) -> None:
    one = forks()
    _end(_forked(one))
    before = set(os.listdir("/proc/self/fd"))
    for _ in range(3):
        _end(_forked(one))
    assert set(os.listdir("/proc/self/fd")) == before
    process = _forked(one)
    files = _answer(process, "[*map(os.path.realpath, glob('/proc/self/fd/*'))]")
    assert "pipe" in files
    assert "socket" not in files
    _end(process)


@linux
def test_if_the_one_that_forks_does_not_start_none_is_forked() -> None:
    assert Forks(True, [sys.executable, "-c", "1 / 0"]).started(SAYS, ()) is None
    assert Forks(True, ["/is/not/there"]).started(SAYS, ()) is None


@pytest.mark.parametrize("possible", [True, False])
def test_what_is_not_forked_is_started_as_usual(
    monkeypatch: pytest.MonkeyPatch, possible: bool
) -> None:
    monkeypatch.setattr("cozviewer.util.forks._FORKS", Forks(possible, ["/is/not/there"]))
    process = start("cozviewer.image.readers.child", ["cozviewer.image.readers.raw"])
    assert isinstance(process, subprocess.Popen)
    answer = _answer(process, '{"kind": "RAW", "reader": "raw", "path": "gone", "page": null}')
    assert "damaged" in answer
    _end(process)


def test_what_a_process_writes_to_stderr_is_lost(capfd: pytest.CaptureFixture[str]) -> None:
    process = popen([sys.executable, "-c", "import sys; sys.stderr.write('a'); print('b')"])
    assert process.stdout is not None
    assert process.stdout.read().strip() == b"b"
    _end(process)
    assert capfd.readouterr() == ("", "")
