"""Ctrl-C asks once and insists the second time."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cozviewer.app import resource
from cozviewer.commands.common.stopping import ending_in_order, stoppable
from cozviewer.util import temporary
from cozviewer.util.cancel import check_cancelled
from cozviewer.util.errors import Cancelled, Interrupted

PATIENCE = 300
"""Seconds for whatever a process is waited for; only a failure takes as long."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_ctrl_c_asks_to_stop() -> None:
    with stoppable(PATIENCE) as cancelled:
        check_cancelled(cancelled)
        press_ctrl_c()
        assert cancelled()
        with pytest.raises(Cancelled):
            check_cancelled(cancelled)


def test_the_second_stops_at_once() -> None:
    with stoppable(PATIENCE):
        press_ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            press_ctrl_c()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_are_like_ctrl_c_with_their_own_exit_code(number: int) -> None:
    with pytest.raises(Cancelled) as caught, stoppable(PATIENCE) as cancelled:  # noqa: PT012
        os.kill(os.getpid(), number)
        check_cancelled(cancelled)
    assert caught.value.exit_code == 128 + number
    with pytest.raises(Interrupted) as insisted, stoppable(PATIENCE):  # noqa: PT012
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
    assert insisted.value.exit_code == 128 + number


def test_a_library_that_keeps_the_main_thread_still_sees_it() -> None:
    """Its callbacks may come from a thread of its own."""
    asked = threading.Event()
    with stoppable(PATIENCE) as cancelled:

        def work() -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            while not cancelled():
                time.sleep(0.001)
            asked.set()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join(PATIENCE)  # may be interrupted, but goes on
    assert asked.is_set()


def test_sigterm_between_the_works_raises_too() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Interrupted), ending_in_order():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_in_order(), stoppable(PATIENCE) as cancelled:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not cancelled()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_afterwards_ctrl_c_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable(PATIENCE):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_job_in_the_background_stays_deaf() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stoppable(PATIENCE) as cancelled:
            press_ctrl_c()
            assert not cancelled()
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_can_work_too() -> None:
    seen = []

    def work() -> None:
        with stoppable(PATIENCE) as cancelled:
            seen.append(cancelled())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]


SLOW = """
import sys, time
from cozviewer.cli import main
from cozviewer.export import replacing

write = replacing._Watched.write

def slow_write(self, data):
    count = write(self, data)
    self.flush()
    print("writing", flush=True)
    time.sleep(0.02)
    return count

replacing._Watched.write = slow_write
sys.exit(main(sys.argv[1:]))
"""
"""A render whose disk is so slow that no test has to hit the right moment."""

STUCK = """
import sys, threading
from pathlib import Path
from cozviewer.commands.common.stopping import stoppable
from cozviewer.export.replacing import replacing

class Stuck:
    # Like a library that comes back neither for signals nor for exceptions.
    def __del__(self):
        print("writing", flush=True)
        while True:
            try:
                threading.Event().wait()
            except BaseException:
                pass

with stoppable() as cancelled, replacing(Path(sys.argv[1]), cancelled) as file:
    file.write(b"half")
    del (stuck := [Stuck()])[0]
"""


@contextmanager
def writing(script: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is in the middle of writing a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        if not process.stdout.readline():
            raise AssertionError(process.stderr.read())
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE)
        process.stdout.close()
        process.stderr.close()


def render(output: Path) -> list[str]:
    sample = str(resource("dandelion.jpg"))
    words = ["render", sample, "-o", str(output), "--zoom", "1", "--size", "1000x1000"]
    return [*words, "--engine", "nearest", "--no-cache"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_part_of_a_file(tmp_path: Path, number: signal.Signals) -> None:
    with writing(SLOW, *render(tmp_path / "view.png")) as process:
        assert list(tmp_path.glob(".cozviewer-*.part"))
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number, err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_the_second_signal_ends_what_cannot_be_interrupted(tmp_path: Path) -> None:
    with writing(STUCK, str(tmp_path / "view.png")) as process:
        assert list(tmp_path.iterdir())
        end = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < end:
            process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
    assert process.returncode == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_after_a_crash_the_next_save_into_that_folder_cleans_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporary, "_swept", {})
    monkeypatch.setattr(temporary, "MIN_AGE", -3600.0)
    with writing(SLOW, *render(tmp_path / "one.png")):
        (part,) = tmp_path.iterdir()
        with temporary.part_beside(tmp_path / "two.png"):
            assert list(tmp_path.iterdir()) == [part]  # its process lives
    temporary._swept.clear()
    with temporary.part_beside(tmp_path / "three.png"):
        assert list(tmp_path.iterdir()) == []
