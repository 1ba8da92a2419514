"""The heaps of the C library."""

import subprocess
import sys

import pytest

from cozviewer.util.memory import HEAPS, LARGE

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


LARGE_ONE = """
import ctypes, sys
from cozviewer.util.memory import keep_large_apart
if sys.argv[1] != "leave":
    keep_large_apart(True)
if sys.argv[1] == "together":
    keep_large_apart(False)
class Used(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("heap", "free", "fast", "apart", *"abcdef")]
library = ctypes.CDLL(None)
library.malloc.restype, library.mallinfo2.restype = ctypes.c_void_p, Used
library.free(ctypes.c_void_p(library.malloc(ctypes.c_size_t(8 << 20))))  # raises glibc's own bound
before = library.mallinfo2().apart
library.malloc(ctypes.c_size_t(int(sys.argv[2])))
print(library.mallinfo2().apart - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="heaps of glibc")
@pytest.mark.parametrize(
    ("word", "size", "apart"),
    [("apart", LARGE, 1), ("apart", LARGE // 2, 0), ("together", LARGE, 0), ("leave", LARGE, 0)],
)
def test_what_is_large_has_memory_of_its_own(word: str, size: int, apart: int) -> None:
    command = [sys.executable, "-c", LARGE_ONE, word, str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "mallinfo2" in done.stderr:
        pytest.skip("the C library is not glibc, or an old one")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == apart
