"""What a soak complains about, and that it runs."""

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.soaking.images import COMMON, RARE, make
from tests.benchmarks.soaking.measures import FEWEST, Sample, complaints, growth, slope

REST = Sample(
    minute=0.0,
    rss_mib=1000.0,
    threads=22,
    handles=35,
    models_mib=500.0,
    models_threads=20,
    models_handles=30,
    children_mib=0.0,
    children=0,
    window_objects=600,
    top_levels=29,
    python_objects=300_000,
    tiles_mib=5.0,
    opened=10,
    errors=0,
)


def samples(**growing: float) -> list[Sample]:
    """Return an hour in which some figures grow by so much a minute, and memory swings."""
    return [
        replace(
            REST,
            minute=float(minute),
            **{name: getattr(REST, name) + by * minute for name, by in growing.items()},
        )
        for minute in range(60)
    ]


def test_an_hour_at_rest_is_fine() -> None:
    assert complaints(samples()) == []


@pytest.mark.parametrize(
    ("growing", "words"),
    [
        ({"rss_mib": 5.0}, "Memory (MiB) grew"),
        ({"models_mib": 2.0}, "memory of the processes for models (MiB) grew"),
        ({"models_threads": 0.2}, "threads of the processes for models grew"),
        ({"window_objects": 2.0}, "objects of the window grew"),
        ({"python_objects": 1500.0}, "Python objects grew"),
        ({"handles": 0.2}, "open handles grew"),
        ({"threads": 0.2}, "threads grew"),
        ({"top_levels": 0.2}, "top-level widgets grew"),
        ({"errors": 1}, "59 errors were logged"),
    ],
)
def test_what_grows_is_named(growing: dict[str, float], words: str) -> None:
    (sentence,) = complaints(samples(**growing))
    assert words in sentence


def test_what_comes_and_goes_does_not_count() -> None:
    chance = random.Random(1)
    noisy = [
        replace(
            each,
            rss_mib=each.rss_mib + chance.choice((0, 0, 0, 300)),
            threads=each.threads + chance.choice((0, 0, 3)),
        )
        for each in samples()
    ]
    assert complaints(noisy) == []


def test_only_the_second_half_counts_and_few_samples_do_not() -> None:
    filling = [replace(each, rss_mib=min(2000, 1000 + 50 * each.minute)) for each in samples()]
    assert complaints(filling) == []
    assert complaints(samples(rss_mib=500.0)[: FEWEST - 1]) == []


def test_growth_is_a_line_through_most_points() -> None:
    assert slope([0, 1, 2, 3], [0, 2, 400, 6]) == pytest.approx(2, abs=1)
    assert growth(samples(handles=1.0), "handles") == pytest.approx(29)


def test_the_same_seed_makes_the_same_images(tmp_path: Path) -> None:
    for number in range(9):
        paths = [tmp_path / name for name in ("a", "b")]
        for path in paths:
            path.mkdir(exist_ok=True)
        first, again = (make(path, 4, number) for path in paths)
        assert first.read_bytes() == again.read_bytes()
        assert first.name.endswith((*COMMON, *RARE))


def test_a_soak_of_a_few_seconds_runs() -> None:
    file = Path(__file__).parent / "benchmarks" / "soak.py"
    options = ["--minutes", "0.05", "--seed", "3", "--images", "5", "--json"]
    done = subprocess.run(
        [sys.executable, str(file), *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert '"complaints": []' in done.stdout
    assert done.stdout.count('"rss_mib"') == 1
