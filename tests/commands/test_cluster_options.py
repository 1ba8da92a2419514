"""The options of a cluster, and what is reported; the workers are in this process."""

from pathlib import Path

import pytest

from tests.cluster.in_process import InProcess
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


def test_the_report_says_what_was_done_and_a_second_run_resumes(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cozviewer.cluster.link.Link", InProcess)
    whole = ("--engine", "bicubic", "--whole", "--level", "x16", "--json")
    alone = run("render", photo, "-o", tmp_path / "alone.png", *whole, "--cache", tmp_path / "one")
    on_nodes = (*whole, "--cache", tmp_path / "two", "--cluster", "ray://head:10001")
    many = run("render", photo, "-o", tmp_path / "many.png", *on_nodes)
    assert (alone.code, many.code) == (0, 0)
    assert (tmp_path / "many.png").read_bytes() == (tmp_path / "alone.png").read_bytes()
    assert "The dashboard of the cluster is at 127.0.0.1:8265." in many.err
    report = many.report["cluster"]
    assert (report["address"], report["dashboard"]) == ("ray://head:10001", "127.0.0.1:8265")
    assert report["units"] == 2
    again = run("render", photo, "-o", tmp_path / "again.png", *on_nodes)
    assert (again.report["tiles_computed"], again.report["cluster"]["units"]) == (0, 0)
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "alone.png").read_bytes()
