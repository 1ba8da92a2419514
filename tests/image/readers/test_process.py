"""A decoder that crashes, hangs or wants too much takes nothing with it."""

import sys
from pathlib import Path

import pytest

from cozviewer.image import formats
from cozviewer.image.readers import process
from cozviewer.image.readers.table import Format
from cozviewer.image.source import open_source
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.forks import popen

ROOT = Path(__file__).parents[3]

READER = """
import ctypes, os, time
import numpy as np
from cozviewer.image.readers.opened import Opened, Pixels

def act(what):
    if what == "crash":
        ctypes.string_at(0)
    if what == "hang":
        time.sleep(600)
    if what == "eat":
        np.ones(1 << 33, np.uint8)
    if what == "print":
        os.write(1, b"noise"); os.write(2, b"noise"); print("noise", flush=True)
    if what == "lie":
        return np.zeros((4000, 4000, 3), np.uint8)
    if what == "panic":
        raise BaseException("panicked\\nat line 3")
    return np.full((4, 6, 3), 77, np.uint8)

def open_image(path, page):
    first, then = open(path).read().split()[1:]
    act(first)
    return Opened(6, 4, 1000, lambda: Pixels(act(then)))
"""


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file whose decoder does what the file says."""
    (tmp_path / "reader_for_tests.py").write_text(READER)
    start = (
        "import sys; sys.path.insert(0, sys.argv[1]); import cozviewer.image.readers as readers; "
        f"readers.__path__.append({str(tmp_path)!r}); "
        "from cozviewer.image.readers.child import main; main()"
    )
    command = [sys.executable, "-P", "-c", start, str(ROOT)]
    monkeypatch.setattr(process, "started", lambda reader: popen(command))
    acting = Format("Radiance", (), "", None, "reader_for_tests")
    monkeypatch.setitem(formats._BY_NAME, "Radiance", acting)
    return tmp_path / "a.hdr"


def test_what_a_library_prints_is_no_answer(photo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    photo.write_text("#?RGBE print print")
    assert (open_source(photo).levels[0] == 77).all()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("acts", ["crash -", "- crash"])
def test_a_crash_is_a_sentence(photo: Path, acts: str) -> None:
    photo.write_text(f"#?RGBE {acts}")
    with pytest.raises(BadInput, match=r"a\.hdr cannot be read: the decoder of Radiance stopped"):
        open_source(photo)


def test_a_panic_is_a_sentence(photo: Path) -> None:
    photo.write_text("#?RGBE - panic")
    with pytest.raises(BadInput, match=r"a\.hdr is damaged \(panicked at line 3\)"):
        open_source(photo)


@pytest.mark.parametrize(
    ("acts", "limit"), [("hang -", "HEADER_SECONDS"), ("- hang", "DECODE_SECONDS")]
)
def test_a_decoder_that_hangs_is_ended(
    photo: Path, monkeypatch: pytest.MonkeyPatch, acts: str, limit: str
) -> None:
    monkeypatch.setattr(process, limit, 0.2)
    photo.write_text(f"#?RGBE {acts}")
    with pytest.raises(BadInput, match="takes too long"):
        open_source(photo)


@pytest.mark.parametrize("acts", ["hang -", "- hang"])
def test_a_decoder_that_hangs_is_cancelled(photo: Path, acts: str) -> None:
    photo.write_text(f"#?RGBE {acts}")
    asked: list[None] = []

    def cancelled() -> bool:
        asked.append(None)
        return len(asked) > 10

    with pytest.raises(Cancelled):
        open_source(photo, cancelled=cancelled)


@pytest.mark.skipif(sys.platform != "linux", reason="no limit of memory elsewhere")
@pytest.mark.parametrize("acts", ["eat -", "- eat"])
def test_more_memory_than_promised_is_refused(photo: Path, acts: str) -> None:
    photo.write_text(f"#?RGBE {acts}")
    with pytest.raises(BadInput, match="takes more memory"):
        open_source(photo)


def test_another_size_than_promised_is_refused(photo: Path) -> None:
    photo.write_text("#?RGBE - lie")
    with pytest.raises(BadInput, match="is damaged"):
        open_source(photo)
