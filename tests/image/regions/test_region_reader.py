"""A library that crashes or hangs in a region takes nothing with it; what is around it is read."""

import gc
import sys
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.image.rect import Rect
from cozviewer.image.regions.reader import ProcessReader, RegionProcess
from cozviewer.image.tiled.protocol import RegionRequest
from cozviewer.util.errors import BadInput, Cancelled
from cozviewer.util.forks import popen
from tests.patience import PATIENCE

MODULE = """
import ctypes, os, time
import numpy as np
from cozviewer.image.regions.opened import OpenedRegions

def open_regions(request):
    path = request.path
    def act(what):
        with open(path + ".log", "a") as log:
            log.write(what + " ")
        if what == "crash":
            ctypes.string_at(0)
        if what == "once" and open(path + ".log").read().count("once") == 1:
            ctypes.string_at(0)
        if what == "hang":
            time.sleep(600)
        if what == "eat":
            np.ones(1 << 34, np.uint8)
        if what == "error":
            raise OSError(f"{path}: bad tile for Jane Doe")
        if what == "print":
            os.write(1, b"noise"); os.write(2, b"noise"); print("noise", flush=True)
    words = open(path).read().split()
    act(words[0])
    def read(level, region):
        if region.x == 100:
            act(words[1])
        return np.full((region.height, region.width, 3), region.x, np.uint8)
    return OpenedRegions(((1000, 1000),), read, needed=1 << 28)
"""

GOOD, BAD = Rect(7, 0, 5, 4), Rect(100, 0, 5, 4)


class Acting:
    """A file whose reader does what the file says."""

    def __init__(self, folder: Path, process: RegionProcess) -> None:
        self.path, self.process = folder / "a.svs", process

    def opened(self, acts: str, *, private: bool = False, **options: object) -> ProcessReader:
        self.path.write_text(acts)
        request = RegionRequest(self.path, "TIFF", "a.svs", **options)  # type: ignore[arg-type]
        return ProcessReader("whole slide", request, replace(self.process, private=private))

    @property
    def acts(self) -> str:
        return Path(f"{self.path}.log").read_text()


@pytest.fixture
def acting(tmp_path: Path) -> Acting:
    (tmp_path / "acting_for_tests.py").write_text(MODULE)
    start = (
        "import sys; sys.path.insert(0, sys.argv[1]); import cozviewer.image.regions as regions; "
        f"regions.__path__.append({str(tmp_path)!r}); "
        "from cozviewer.image.regions.child import main; main()"
    )
    command = [sys.executable, "-P", "-c", start, str(Path(__file__).parents[3])]
    process = RegionProcess(
        "acting_for_tests",
        started=lambda _: popen(command),
        header_seconds=PATIENCE,
        region_seconds=PATIENCE,
    )
    return Acting(tmp_path, process)


def test_whoever_opened_it_is_not_kept(acting: Acting) -> None:
    """What is called may hold the photo that ends the process when it goes."""

    class Opening:
        def is_cancelled(self) -> bool:
            return False

    opening = Opening()
    reader = acting.opened("good good", cancelled=opening.is_cancelled)
    gone = weakref.ref(opening)
    del opening
    gc.collect()
    try:
        assert gone() is None
        assert reader.read(0, GOOD).shape == (4, 5, 3)
    finally:
        reader.close()


def test_what_a_library_prints_is_no_answer(
    acting: Acting, capfd: pytest.CaptureFixture[str]
) -> None:
    reader = acting.opened("print print")
    assert (reader.read(0, BAD) == 100).all()
    reader.close()
    assert capfd.readouterr() == ("", "")


def test_a_crash_is_a_sentence_and_the_rest_is_read(acting: Acting) -> None:
    reader = acting.opened("- crash")
    assert (reader.read(0, GOOD) == 7).all()
    with pytest.raises(BadInput, match=r"^A part of a\.svs cannot be read: the decoder of whole"):
        reader.read(0, BAD)
    tried = acting.acts.count("crash")
    assert (reader.read(0, GOOD) == 7).all()
    with pytest.raises(BadInput, match="cannot be read"):
        reader.read(0, BAD)
    reader.close()
    assert tried == acting.acts.count("crash") == 2


def test_a_process_that_ended_once_is_started_anew(acting: Acting) -> None:
    reader = acting.opened("- once")
    assert (reader.read(0, BAD) == 100).all()
    reader.close()
    assert acting.acts.count("once") == 2


def test_a_region_that_hangs_is_given_up(acting: Acting) -> None:
    reader = acting.opened("- hang")
    reader._process = replace(acting.process, region_seconds=0.2)
    with pytest.raises(BadInput, match=r"^A part of a\.svs takes too long to be read"):
        reader.read(0, BAD)
    reader._process = acting.process
    assert (reader.read(0, GOOD) == 7).all()
    reader.close()


@pytest.mark.skipif("sys.platform != 'linux'", reason="no limit of memory elsewhere")
def test_more_memory_than_promised_is_refused(acting: Acting) -> None:
    reader = acting.opened("- eat")
    with pytest.raises(BadInput, match="takes more memory"):
        reader.read(0, BAD)
    assert (reader.read(0, GOOD) == 7).all()
    reader.close()


def test_errors_name_no_folder(acting: Acting) -> None:
    reader = acting.opened("- error")
    with pytest.raises(BadInput) as caught:
        reader.read(0, BAD)
    said = "A part of a.svs is damaged (a.svs: bad tile for Jane Doe): get a fresh copy of it."
    assert str(caught.value) == said
    assert (reader.read(0, GOOD) == 7).all()
    reader.close()


def test_errors_about_patients_quote_nothing(acting: Acting) -> None:
    reader = acting.opened("- error", private=True)
    with pytest.raises(BadInput, match=r"^A part of a\.svs is damaged \(OSError\)"):
        reader.read(0, BAD)
    reader.close()


@pytest.mark.parametrize("act", ["crash", "hang"])
def test_opening_fails_with_a_sentence(acting: Acting, act: str) -> None:
    if act == "hang":
        acting.process = replace(acting.process, header_seconds=0.3)
    with pytest.raises(BadInput, match=r"a\.svs"):
        acting.opened(f"{act} -")


def test_opening_can_be_cancelled(acting: Acting) -> None:
    with pytest.raises(Cancelled):
        acting.opened("hang -", cancelled=lambda: True)


def test_nothing_is_read_after_it_was_closed(acting: Acting) -> None:
    reader = acting.opened("- -")
    reader.close()
    with pytest.raises(BadInput):
        reader.read(0, GOOD)
