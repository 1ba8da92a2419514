"""The options of a cluster, as far as no cluster is needed."""

from pathlib import Path

import pytest

from tests.commands.conftest import Run


@pytest.mark.parametrize("command", ["render", "upscale", "chain", "evaluate"])
def test_a_wrong_address_is_refused_before_anything_is_done(
    run: Run, photo: Path, tmp_path: Path, command: str
) -> None:
    out = ["-o", tmp_path / ("out.md" if command == "evaluate" else "out")]
    extra = ["--format", "png"] if command == "render" else []
    ran = run(command, photo, *out, *extra, "--cluster", "here")
    assert ran.code == 2
    assert "'here' is not understood" in ran.sentence
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--workers", "2"], "need --cluster"),
        (["--cluster", "auto", "--workers", "0"], "whole number from 1"),
        (["--cluster", "auto", "--gpus-per-worker", "1.5"], "a part of a GPU"),
    ],
)
def test_options_out_of_range_are_refused(
    run: Run, photo: Path, tmp_path: Path, options: list[str], sentence: str
) -> None:
    ran = run("upscale", photo, "-o", tmp_path / "out", *options)
    assert ran.code == 2
    assert sentence in ran.sentence
