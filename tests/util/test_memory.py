"""The heaps of the C library."""

import subprocess
import sys

import pytest

from cozviewer.util.memory import HEAPS

PROGRAM = """
import ctypes, sys, threading
if sys.argv[1] == "share":
    from cozviewer.util.memory import share_heaps
    share_heaps()
library = ctypes.CDLL(None)
library.fopen.restype = library.malloc.restype = ctypes.c_void_p
begin = threading.Barrier(6)
def work():
    begin.wait()
    library.malloc(ctypes.c_size_t(5000))
    begin.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
out = ctypes.c_void_p(library.fopen(b"/dev/stdout", b"w"))
library.malloc_info(0, out)
library.fflush(out)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="heaps of glibc")
@pytest.mark.parametrize(("word", "few"), [("share", True), ("leave", False)])
def test_threads_share_heaps(word: str, few: bool) -> None:
    command = [sys.executable, "-c", PROGRAM, word]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "malloc_info" in done.stderr:
        pytest.skip("the C library is not glibc")
    assert done.returncode == 0, done.stderr
    assert (0 < done.stdout.count("<heap nr=") <= HEAPS) == few
