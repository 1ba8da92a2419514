"""`cozviewer evaluate` measures methods on images, and goes on where it was stopped."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cozviewer.assembly import Models
from cozviewer.chain.paper import first_state
from cozviewer.chain.recipe import recipe_of
from cozviewer.config.choice import EngineChoice
from cozviewer.evaluate.enlarged import enlarged_middle
from cozviewer.evaluate.niqe import niqe
from cozviewer.evaluate.tally import mean_and_error
from tests.chain.fakes import ListeningUpscaler, Silent
from tests.commands.conftest import Ran, Run
from tests.commands.small_states import SIDE
from tests.pyramid.images import encoded, noise, smooth

pytestmark = pytest.mark.usefixtures("small_states")

METHODS = ("--methods", "nearest,bicubic,onestep,realesrgan")
FIGURES = ["niqe", "lr_psnr", "drift", "blocks"]


@pytest.fixture(autouse=True)
def _no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be no weights for learned figures, whatever this machine has."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


@pytest.fixture
def upscaler(monkeypatch: pytest.MonkeyPatch) -> ListeningUpscaler:
    """What stands behind every engine: repeats pixels, darker, and notes what it is asked."""
    upscaler = ListeningUpscaler()

    def make_models(choice: EngineChoice, *rest: object) -> Models:
        return Models(upscaler, Silent(), recipe_of(upscaler, Silent(), seed=choice.seed))

    monkeypatch.setattr("cozviewer.commands.evaluate.methods.make_models", make_models)
    return upscaler


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images, a damaged one, and what is none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    whole = encoded(noise(60, 80), "PNG")
    (folder / "fur.png").write_bytes(whole)
    (folder / "sky.png").write_bytes(encoded(smooth(64, 48), "PNG"))
    (folder / "half.png").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("no image")
    return folder


def strict(ran: Ran) -> dict[str, Any]:
    """Return the report; fail where it holds what is no JSON (NaN)."""
    assert ran.code == 0, ran.err
    report: dict[str, Any] = json.loads(ran.out, parse_constant=pytest.fail)
    return report


def test_the_report_has_means_for_each_level_and_figures_for_each_image(
    run: Run, folder: Path, upscaler: ListeningUpscaler
) -> None:
    report = strict(run("evaluate", folder, *METHODS, "--levels", "2", "--json"))
    assert report["levels"] == [4, 16]
    assert report["pictures"] == ["fur", "sky"]
    assert list(report["methods"]) == ["nearest", "bicubic", "onestep", "realesrgan"]
    for found in report["methods"].values():
        assert list(found["per_picture"]) == ["fur", "sky"]
        for figure in FIGURES:
            per_picture = [found["per_picture"][name][figure] for name in ("fur", "sky")]
            for level in range(2):
                values = [each[level] for each in per_picture if each[level] is not None]
                mean, error = mean_and_error(values)
                assert found[figure][level] == mean
                assert found["interval"][figure][level] == error
                assert found["undefined"][figure][level] == 2 - len(values)
    assert sorted(Path(path).name for path in report["left_out"]) == ["half.png", "notes.txt"]
    assert list(report["skipped"])[-3:] == ["musiq", "maniqa", "clipiqa"]
    assert report["methods"]["realesrgan"]["title"] == "Fake"


def test_the_figures_are_those_of_the_states(run: Run, photo: Path) -> None:
    photo.write_bytes(encoded(noise(90, 60), "PNG"))
    first = first_state(noise(90, 60)).pixels
    report = strict(run("evaluate", photo, "--methods", "bicubic,nearest", "--json"))
    states = [first, *(enlarged_middle(first, SIDE / 4**k, SIDE, "bicubic") for k in range(1, 5))]
    bicubic, nearest = report["methods"]["bicubic"], report["methods"]["nearest"]
    assert report["levels"] == [4, 16, 64, 256]
    assert bicubic["niqe"] == [niqe(state) for state in states[1:]]
    for level in range(4):
        parent = states[level][96:160, 96:160].astype(float)
        shrunk = states[level + 1].reshape(64, 4, 64, 4, 3).mean(axis=(1, 3))
        psnr = 10 * np.log10(255**2 / ((shrunk - parent) ** 2).mean())
        assert bicubic["lr_psnr"][level] == pytest.approx(psnr)
    assert nearest["lr_psnr"] == [100] * 4
    assert nearest["drift"] == nearest["blocks"] == [0] * 4


def test_one_step_is_a_step_from_the_first_state_and_a_chain_one_after_the_other(
    run: Run, folder: Path, upscaler: ListeningUpscaler
) -> None:
    words = ("--methods", "onestep,realesrgan", "--levels", "2")
    report = strict(run("evaluate", folder, *words, "--json"))
    one_step, chain = report["methods"].values()
    assert len(upscaler.asked) == 2 * 2 * 2
    assert {asked.shape for asked in upscaler.asked} == {(96, 96, 3)}, "halo included"
    for figure in FIGURES:
        assert one_step[figure][0] == chain[figure][0], "at 4x they are the same"
        assert one_step[figure][1] != chain[figure][1]


def test_an_image_without_structure_has_no_niqe_and_one_says_so(run: Run, tmp_path: Path) -> None:
    grey = tmp_path / "grey.png"
    grey.write_bytes(encoded(np.full((40, 40, 3), 90, np.uint8), "PNG"))
    report = strict(run("evaluate", grey, "--methods", "bicubic", "--levels", "2", "--json"))
    assert report["methods"]["bicubic"]["niqe"] == [None, None]
    assert report["methods"]["bicubic"]["undefined"]["niqe"] == [1, 1]
    assert report["methods"]["bicubic"]["interval"]["drift"] == [None, None], "one picture"
    text = run("evaluate", grey, "--methods", "bicubic", "--levels", "2").out
    assert "leaves them out: bicubic at ×4 for 1; bicubic at ×16 for 1 of 1." in text
    assert [row[2] for row in table(text)[1:]] == ["–", "–"]


def table(markdown: str) -> list[list[str]]:
    """Return the cells of the one table, its head first."""
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    assert set(rows[1]) == {"|", "-"}
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[:1] + rows[2:]]


def test_the_table_says_what_json_says(
    run: Run, folder: Path, tmp_path: Path, upscaler: ListeningUpscaler
) -> None:
    words = ("evaluate", folder, "--methods", "nearest,realesrgan", "--levels", "2")
    markdown, report = run(*words), strict(run(*words, "--json"))
    head, *rows = table(markdown.out)
    assert head == ["Scale", "Method", "NIQE ↓", "LR-PSNR (dB) ↑", "Drift ↓", "Block drift ↓"]
    assert [row[:2] for row in rows] == [
        [scale, name] for scale in ("×4", "×16") for name in report["methods"]
    ]
    for index, row in enumerate(rows):
        found, level = report["methods"][row[1]], index // 2
        for figure, digits, cell in zip(FIGURES, (2, 1, 2, 2), row[2:], strict=True):
            mean, error = found[figure][level], found["interval"][figure][level]
            shown = "–" if mean is None else f"{mean:.{digits}f}"
            assert cell == (shown if error is None else f"{shown} ± {error:.{digits}f}")
    assert "Skipped: MUSIQ needs" in markdown.out
    assert "Skipped: half.png" in markdown.out


def test_a_second_run_computes_nothing(run: Run, folder: Path, upscaler: ListeningUpscaler) -> None:
    methods = "bicubic,onestep,realesrgan"
    words = ("evaluate", folder, "--methods", methods, "--levels", "1", "--json")
    first = strict(run(*words))
    asked, loads = len(upscaler.asked), upscaler.loads
    assert asked == 4
    assert strict(run(*words)) == first
    assert (len(upscaler.asked), upscaler.loads) == (asked, loads)


def test_what_is_added_later_is_all_that_is_computed(
    run: Run, folder: Path, upscaler: ListeningUpscaler
) -> None:
    run("evaluate", folder, "--methods", "realesrgan", "--levels", "1")
    assert len(upscaler.asked) == 2
    run("evaluate", folder, "--methods", "realesrgan", "--levels", "3")
    assert len(upscaler.asked) == 6, "two more levels of two pictures"
    run("evaluate", folder, "--methods", "realesrgan,onestep", "--levels", "3")
    assert len(upscaler.asked) == 12
    run("evaluate", folder, "--methods", "realesrgan", "--levels", "1", "--seed", "7")
    assert len(upscaler.asked) == 14, "another recipe"


def ctrl_c_at(call: int) -> Callable[[int], None]:
    def before(number: int) -> None:
        if number == call:
            os.kill(os.getpid(), signal.SIGINT)

    return before


def test_an_interrupted_run_goes_on(
    run: Run, folder: Path, tmp_path: Path, upscaler: ListeningUpscaler
) -> None:
    words = ("evaluate", folder, "--methods", "onestep,realesrgan", "--levels", "2", "--json")
    uninterrupted = strict(run(*words, "--cache", tmp_path / "other"))
    upscaler.asked.clear()
    upscaler.before = ctrl_c_at(4)
    stopped = run(*words)
    assert (stopped.code, stopped.out) == (130, "")
    assert stopped.sentence == "Stopped; the same command goes on from there."
    before = len(upscaler.asked)
    assert before == 5
    assert strict(run(*words)) == uninterrupted
    assert len(upscaler.asked) == 8


def test_without_a_cache_nothing_is_kept(
    run: Run, folder: Path, cache_folder: Path, upscaler: ListeningUpscaler
) -> None:
    words = ("evaluate", folder, "--methods", "realesrgan", "--levels", "2", "--no-cache")
    run(*words)
    run(*words)
    assert len(upscaler.asked) == 8
    assert not cache_folder.exists()
    upscaler.before = ctrl_c_at(8)
    assert run(*words).sentence == "Stopped; with --no-cache nothing is kept."


def test_what_was_kept_and_is_damaged_is_made_anew(
    run: Run, photo: Path, cache_folder: Path, upscaler: ListeningUpscaler
) -> None:
    words = ("evaluate", photo, "--methods", "realesrgan", "--levels", "3", "--json")
    first = strict(run(*words))
    (kept,) = (cache_folder / "evaluations").iterdir()
    assert sorted(path.name for path in kept.iterdir()) == [
        f"{level}.{suffix}" for level in (1, 2, 3) for suffix in ("json", "png")
    ]
    (kept / "2.png").write_bytes((kept / "2.png").read_bytes()[:1000])
    (kept / "1.json").write_text("[NaN")
    assert strict(run(*words)) == first
    assert len(upscaler.asked) == 5, "levels 2 and 3 once more"


def test_a_cache_that_cannot_be_written_costs_a_notice_only(
    run: Run, photo: Path, cache_folder: Path, upscaler: ListeningUpscaler
) -> None:
    cache_folder.mkdir()
    (cache_folder / "evaluations").write_text("in the way")
    ran = run("evaluate", photo, "--methods", "realesrgan", "--levels", "2", "--json")
    assert strict(ran)["methods"]["realesrgan"]["niqe"][0] > 0
    assert ran.err.count("cannot be kept") == 1


def test_progress_names_method_image_and_scale(
    run: Run, folder: Path, upscaler: ListeningUpscaler
) -> None:
    upscaler.generative = True
    err = run("evaluate", folder, "--methods", "onestep,realesrgan", "--levels", "2").err
    assert "realesrgan, fur (1 of 2): generating ×4\n" in err
    assert "realesrgan, sky (2 of 2): generating ×16, about 1 s left\n" in err
    assert "onestep, fur (1 of 2): loading Fake, one step\n" in err


def test_interpolation_is_measured_without_torch(photo: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from cozviewer.cli import main; code = main(sys.argv[1:]); "
        "heavy = {'PySide6', 'torch', 'lpips', 'spandrel', 'transformers'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    words = ["evaluate", photo, "--methods", "nearest,bicubic", "--levels", "1"]
    words += ["-o", tmp_path / "report.md"]
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.md").exists()
