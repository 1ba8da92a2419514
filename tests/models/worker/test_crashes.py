"""Whatever happens to the process: a sentence, another try, and never an endless one."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from cozviewer.config.choice import EngineChoice
from cozviewer.models.context import ModelContext
from cozviewer.models.worker import client, running
from cozviewer.models.worker.client import ModelProcess
from cozviewer.models.worker.remote import RemoteModels
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput, Cancelled, Failure
from tests.models.worker.conftest import Remote
from tests.models.worker.fakes import ROOT, Fake, command, finer
from tests.patience import PATIENCE

RGB = np.random.default_rng(7).integers(0, 256, (30, 40, 3), np.uint8)

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.005)


def gone(pid: int) -> bool:
    """Return whether a process has ended, also if nobody has waited for it."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@posix
def cancelled_at_the_second_look() -> Callable[[], bool]:
    """Return what cancels a call once it has been sent."""
    looks = iter([False])
    return lambda: next(looks, True)


def test_a_crash_is_said_and_the_run_repeated(remote: Callable[[str], Remote]) -> None:
    engine, shares = remote("segv-once"), list[float]()
    fine = engine.upscaler.upscale(RGB, "", 0, never, shares.append)
    np.testing.assert_array_equal(fine, finer(RGB))
    assert shares == sorted(shares)
    (notice,) = engine.notices
    assert "Fake stopped unexpectedly (SIGSEGV)" in notice
    assert "nothing that was drawn is lost" in notice


@posix
def test_a_process_killed_in_the_middle_is_replaced(remote: Callable[[str], Remote]) -> None:
    engine, made = remote("wait"), list[object]()
    thread = threading.Thread(
        target=lambda: made.append(engine.upscaler.upscale(RGB, "", 0, never))
    )
    thread.start()
    wait_until((engine.folder / "waiting").exists)
    first = engine.process.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    (engine.folder / "go").touch()
    thread.join(60)
    np.testing.assert_array_equal(made[0], finer(RGB))
    assert engine.process.pid != first
    assert "memory ran out" in engine.notices[0]


@posix
@pytest.mark.parametrize(
    ("mode", "sentence"),
    [("segv", r"Fake stopped unexpectedly twice \(SIGSEGV\)"), ("killed", "ended Fake twice")],
)
def test_the_second_crash_in_a_row_is_reported(
    remote: Callable[[str], Remote], mode: str, sentence: str
) -> None:
    engine = remote(mode)
    with pytest.raises(Failure, match=sentence):
        engine.upscaler.upscale(RGB, "", 0, never)
    assert len(engine.notices) == 1
    engine.upscaler.load()  # nothing is broken for what follows


@posix
def test_a_draft_is_not_repeated_and_the_next_step_says_why(tmp_path: Path) -> None:
    process = ModelProcess(command("plain", tmp_path))
    models, notices = RemoteModels(process, process), list[str]()
    draft = models.drafts(Fake("plain", tmp_path, ModelContext(), "draft"), None, notices.append)
    draft.load()
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    thread = threading.Thread(target=lambda: os.kill(pid, signal.SIGKILL))

    def cancelled() -> bool:  # called once the request is on its way
        if not thread.ident:
            thread.start()
        return False

    with pytest.raises(Failure, match=r"Fake stopped unexpectedly \(SIGKILL\)\."):
        draft.upscale(RGB, "", 0, cancelled)
    thread.join()
    assert notices == []
    np.testing.assert_array_equal(draft.upscale(RGB, "", 0, never), finer(RGB))
    context = ModelContext(notice=notices.append)
    local = Fake("plain", tmp_path, context, "upscaler")
    models.upscaler(local, EngineChoice(), context).load()
    assert ["The system ended Fake" in notice for notice in notices] == [True]
    models.close()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory")
def test_memory_that_runs_out_there_is_an_error_here(remote: Callable[[str], Remote]) -> None:
    engine = remote("memory")
    with pytest.raises(MemoryError):
        engine.upscaler.upscale(RGB, "", 0, never)
    assert engine.process.pid is not None


@posix
def test_a_model_file_that_aborts_the_library_is_a_sentence(
    remote: Callable[[str], Remote],
) -> None:
    with pytest.raises(Failure, match=r"stopped unexpectedly twice \(SIGABRT\): choose"):
        remote("abort").upscaler.load()


def test_a_broken_model_file_is_its_own_sentence(remote: Callable[[str], Remote]) -> None:
    engine = remote("broken")
    with pytest.raises(BadInput, match=r"^The file is broken: choose another one\.$"):
        engine.upscaler.load()
    assert engine.process.pid is not None


FRAME = "from cozviewer.models.worker.frames import Frame, write_frame as write; write"


@pytest.mark.parametrize(
    "answer",
    [
        "print('nonsense' * 99, flush=True)",
        FRAME + "(sys.stdout.buffer, Frame({'kind': 'call'}))",
        FRAME + "(sys.stdout.buffer, Frame({'kind': 'call', 'call': {}}))",
        FRAME + "(sys.stdout.buffer, Frame({'kind': 'translate', 'key': 7}))",
    ],
)
def test_nonsense_in_place_of_answers_ends_the_process(tmp_path: Path, answer: str) -> None:
    code = f"import sys; {answer}; sys.stdin.read()"
    process = ModelProcess([sys.executable, "-c", code])
    engine = RemoteModels(process, process).drafts(
        Fake("plain", tmp_path, ModelContext(), "draft"), None, print
    )
    with pytest.raises(Failure, match=r"stopped unexpectedly \(unreadable answers\)"):
        engine.load()
    process.close()


def test_a_process_that_ends_before_it_is_listened_to_has_an_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Hasty(threading.Thread):
        """A thread that reads everything before the one that has started it goes on."""

        def start(self) -> None:
            super().start()
            if self.name == "engine-answers":
                self.join(PATIENCE)

    monkeypatch.setattr(threading, "Thread", Hasty)
    process = running.RunningProcess([sys.executable, "-c", "print('nonsense' * 99)"])
    assert process.ending is not None
    assert process.ending.fault == "garbled"
    process.end()


def test_what_cannot_be_started_is_a_sentence(tmp_path: Path) -> None:
    process = ModelProcess([str(tmp_path / "missing")])
    engine = RemoteModels(process, process).drafts(
        Fake("plain", tmp_path, ModelContext(), "draft"), None, print
    )
    with pytest.raises(Failure, match="cannot be started"):
        engine.load()


def test_a_process_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        client, "RunningProcess", lambda command: running.RunningProcess(command, 0.1)
    )
    process = ModelProcess([sys.executable, "-c", "import time; time.sleep(3600)"])
    engine = RemoteModels(process, process).drafts(
        Fake("plain", tmp_path, ModelContext(), "draft"), None, print
    )
    with pytest.raises(Failure, match=r"stopped unexpectedly \(no answer in time\)"):
        engine.load()
    process.close()


def test_a_start_that_stalls_can_be_cancelled_and_closed(tmp_path: Path) -> None:
    process = ModelProcess([sys.executable, "-c", "import time; time.sleep(3600)"])
    engine = RemoteModels(process, process).drafts(
        Fake("plain", tmp_path, ModelContext(), "draft"), None, print
    )
    with pytest.raises(Cancelled):
        engine.load(lambda: process.pid is not None)
    pid = process.pid
    assert pid is not None
    process.close()
    wait_until(lambda: gone(pid))


def test_a_run_that_heeds_no_cancellation_holds_nobody_up(
    remote: Callable[[str], Remote],
) -> None:
    engine = remote("stuck")
    with pytest.raises(Cancelled):
        engine.upscaler.upscale(RGB, "", 0, (engine.folder / "waiting").exists)


def test_a_run_is_cancelled_there_and_the_next_one_runs(
    remote: Callable[[str], Remote],
) -> None:
    engine = remote("wait")
    with pytest.raises(Cancelled):
        engine.upscaler.upscale(RGB, "", 0, (engine.folder / "waiting").exists)
    engine.upscaler.load()  # in the same lane, so the run has ended
    assert engine.notices == []


def test_a_model_forgotten_before_its_turn_is_not_made(remote: Callable[[str], Remote]) -> None:
    engine, context = remote("wait"), ModelContext()
    thread = threading.Thread(target=lambda: engine.upscaler.upscale(RGB, "", 0, never))
    thread.start()
    wait_until((engine.folder / "waiting").exists)
    local = Fake("plain", engine.folder, context, "upscaler")
    other = engine.models.upscaler(local, EngineChoice(), context)
    with pytest.raises(Cancelled):
        other.load(cancelled_at_the_second_look())
    del other
    draft = Fake("wait", engine.folder, context, "draft")
    engine.models.drafts(draft, None, engine.notices.append).load()  # all before it was read
    (engine.folder / "go").touch()
    thread.join(60)
    engine.upscaler.load()  # in the same lane, so the other one's turn is over
    assert (engine.folder / "made").read_text() == "xx", "the engine in use and the draft"


def test_a_draft_does_not_wait_for_a_step(remote: Callable[[str], Remote]) -> None:
    engine, made = remote("wait"), list[object]()
    draft = engine.models.drafts(
        Fake("wait", engine.folder, ModelContext(), "draft"), None, engine.notices.append
    )
    thread = threading.Thread(
        target=lambda: made.append(engine.upscaler.upscale(RGB, "", 0, never))
    )
    thread.start()
    wait_until((engine.folder / "waiting").exists)
    np.testing.assert_array_equal(draft.upscale(RGB, "", 0, never), finer(RGB))
    assert not made
    (engine.folder / "go").touch()
    thread.join(60)
    assert made


def test_closing_ends_calls_and_the_process(remote: Callable[[str], Remote]) -> None:
    engine, raised = remote("stuck"), list[Exception]()

    def run() -> None:
        try:
            engine.upscaler.upscale(RGB, "", 0, never)
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    wait_until((engine.folder / "waiting").exists)
    pid = engine.process.pid
    assert pid is not None
    engine.models.close()
    thread.join(60)
    assert isinstance(raised[0], Cancelled)
    assert gone(pid)
    with pytest.raises(Cancelled):
        engine.upscaler.load()


@posix
def test_no_process_is_left_behind_by_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from cozviewer.models.context import ModelContext
from cozviewer.models.worker.client import ModelProcess
from cozviewer.models.worker.remote import RemoteModels
from tests.models.worker.fakes import Fake, command
folder = Path({str(tmp_path)!r})
process = ModelProcess(command("plain", folder))
RemoteModels(process).drafts(Fake("plain", folder, ModelContext(), "draft"), None, print).load()
print(process.pid, flush=True)
time.sleep(3600)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert not gone(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: gone(pid))


def test_a_model_that_is_gone_here_is_dropped_there(remote: Callable[[str], Remote]) -> None:
    engine, context = remote("drop"), ModelContext()
    local = Fake("plain", engine.folder, context, "upscaler")
    other = engine.models.upscaler(local, EngineChoice(), context)
    other.load()
    assert not (engine.folder / "dropped").exists()
    del other
    wait_until((engine.folder / "dropped").exists)
    wait_until((engine.folder / "trimmed").exists)


def test_a_process_with_a_library_that_nothing_needs_is_replaced(
    remote: Callable[[str], Remote], caplog: pytest.LogCaptureFixture
) -> None:
    engine, context = remote("spent"), ModelContext()
    local = Fake("plain", engine.folder, context, "upscaler")
    draft = engine.models.drafts(local, None, pytest.fail)
    draft.load()
    other = engine.models.upscaler(local, EngineChoice(), context)
    other.load()
    first = engine.process.pid
    assert first is not None
    engine.upscaler.load()
    del other  # one is left
    assert not gone(first)
    engine.upscaler = draft
    wait_until(lambda: engine.process.pid is None)
    wait_until(lambda: gone(first))
    draft.load()
    assert engine.process.pid not in (None, first)
    assert (engine.notices, caplog.records) == ([], [])
