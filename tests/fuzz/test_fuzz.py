"""A few cases of each target, and a runner that notices every fault."""

import sys
import time
import warnings
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from cozviewer.image.readers.table import FORMATS
from tests.fuzz.faulty import FAULTS
from tests.fuzz.images import formats_without_sample
from tests.fuzz.runner import SECONDS, START_SECONDS, Ended, fuzzed, main, report
from tests.fuzz.target import Cases, outcome
from tests.fuzz.targets import FAULTY, PLACES, target

CASES = {
    **{"images": 120, "sessions": 40, "stores": 25, "models": 150},
    **{"metadata": 300, "settings": 100, "servers": 300},
}
"""How many are read here."""

SEED = 17


@pytest.mark.parametrize("name", PLACES)
def test_a_few_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # some targets change it
    found = target(name)
    kinds = frozenset(found.samples) - found.slow
    cases = Cases(found, SEED, kinds)
    ends = set[str]()
    for number in range(CASES[name]):
        case, folder = cases.case(number), tmp_path / str(number)
        folder.mkdir()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ends.add(outcome(found, case.kind, case.content, folder))
    assert "read" in ends
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", PLACES)
def test_whole_samples_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Else the cases would not get further than the first check."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    found = target(name)

    for kind, make in found.samples.items():
        if kind in found.slow:
            continue
        folder = tmp_path / kind.replace(" ", "-")
        folder.mkdir()
        content = make()
        content += b" " if len(content) % 16 == 0 and name == "images" else b""
        assert outcome(found, kind, content, folder) == "read", kind


def test_every_format_that_pillow_reads_has_a_sample() -> None:
    here = {format.name for format in FORMATS if format.plugin is not None}
    assert not here & set(formats_without_sample())


def test_the_same_seed_makes_the_same_cases() -> None:
    first, again, other = (Cases(target("metadata"), seed) for seed in (3, 3, 4))
    assert [first.case(n) for n in range(9)] == [again.case(8 - n) for n in range(9)][::-1]
    assert first.case(0) != other.case(0)


def ended_of(*kinds: str, seconds: float = SECONDS) -> list[Ended]:
    """Run the faulty target once over kinds."""
    until = time.monotonic() + START_SECONDS
    return list(fuzzed(FAULTY, 1, list(kinds), until, len(kinds), seconds))


def test_faults_of_a_process_that_lives_on_are_noticed() -> None:
    kinds = [kind for kind in FAULTS if kind not in ("crash", "hang", "memory")]
    assert {each.kind: each.end for each in ended_of(*kinds)} == {
        "raise": "raised",
        "print": "printed",
        "exit": "raised",
        "words": "raised",
        "refuse": "refused",
        "fine": "read",
    }


def test_after_a_crash_and_a_hang_it_continues_in_a_new_process() -> None:
    found = ended_of("crash", "hang", "fine", seconds=2)
    assert [(each.kind, each.end) for each in found] == [
        ("crash", "crash"),
        ("hang", "hang"),
        ("fine", "read"),
    ]
    assert [each.content for each in found] == [b"crash", b"hang", None]


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_too_much_memory_is_noticed() -> None:
    (found,) = ended_of("memory")
    assert found.end in ("memory", "raised")  # a small machine does not have it
    assert found.content == b"memory"


def test_a_finding_is_kept_with_the_line_that_repeats_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Ended(7, "raise", "raised", "Traceback\nIndexError: out of range", b"bytes")
    text = report(FAULTY, 3, found, tmp_path)
    path = tmp_path / "faulty-3-7.bin"
    assert path.read_bytes() == b"bytes"
    assert f"python -m tests.fuzz.runner faulty --kind 'raise' --file {path}" in text
    assert "IndexError: out of range" in text
    with pytest.raises(IndexError):
        main([FAULTY, "--kind", "raise", "--file", str(path)])


def test_the_exit_code_says_whether_there_was_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--seed", "1", "--cases", "1", "--minutes", "1", "--out", str(tmp_path / "out")]
    assert main([FAULTY, "--kind", "fine", *options]) == 0
    assert main([FAULTY, "--kind", "raise", *options]) == 1
    assert len(list((tmp_path / "out").iterdir())) == 1
    printed = capsys.readouterr().out
    assert "RAISED" in printed
    assert "{'read': 1}" in printed


@pytest.fixture(autouse=True)
def _settings_stay_in_place(tmp_path: Path) -> None:
    """Forget where the target of settings has them."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
