"""`cozviewer bench` measures what a machine does, and leaves nothing behind."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from cozviewer.assembly import Models, chain_in_memory
from cozviewer.chain.recipe import recipe_of
from cozviewer.commands.bench_report import (
    Bare,
    Drafted,
    Figures,
    RefinedView,
    Taken,
    as_json,
    as_text,
)
from cozviewer.commands.bench_run import Networks, measure
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.config.choice import EngineChoice
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.image.source import source_from_pixels
from cozviewer.models.context import ModelContext
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import BadInput, Cancelled
from tests.chain.fakes import DetailUpscaler, FakeUpscaler, Silent
from tests.commands.conftest import Run
from tests.pyramid.images import smooth

SOURCE = source_from_pixels(smooth(400, 300), "photo.png")

NUMBERS = ("fp32", "bf16", "int8")

FIGURES = Figures(
    machine={
        "cozviewer": "1.2.3",
        "torch": "2.14.1",
        "system": "Linux x86_64",
        "cpu": "Some CPU",
        "cores": "2",
        "threads": "2",
        "instructions": "AVX512 avx512_bf16",
    },
    load=0.12,
    engine="Real-ESRGAN",
    device="CPU, bf16",
    chosen="timed when loaded: the fastest that is exact enough",
    view=(1280, 800),
    crop=(320, 200),
    quick=False,
    loading=Taken(3.0, 2.5),
    bare=[
        Bare("fp32", "CPU, fp32", Taken(6.0, 12.0)),
        Bare("bf16", "CPU, bf16", Taken(3.0, 5.0), 0.468),
        Bare("int8", trouble="This network has no int8."),
    ],
    drafts=[Drafted(4, Taken(0.1, 0.2), Taken(0.3, 0.5))],
    refined=[
        RefinedView(4, "nothing", Taken(5.0, 8.0), 1.6),
        RefinedView(4, "all its tiles", Taken(0.02, 0.03), None),
    ],
)

TEXT = """\
cozviewer 1.2.3, torch 2.14.1, Linux x86_64
Some CPU: 2 cores, 2 threads, AVX512 avx512_bf16; load 0.1
Real-ESRGAN on CPU, bf16 (timed when loaded: the fastest that is exact enough)

                                               seconds  core-seconds
load the engine, choose a number format           3.00          2.50
bare crop of 320 × 200, fp32                      6.00         12.00
bare crop of 320 × 200, bf16                      3.00          5.00   used, differs by 0.47 grey \
levels
bare crop of 320 × 200, int8                  This network has no int8.
draft at ×4, first piece                          0.10          0.20
draft at ×4, whole view                           0.30          0.50
refined at ×4, from nothing                       5.00          8.00
refined at ×4, from all its tiles                 0.02          0.03

of a view of 1280 × 800, over the bare crop, in core-seconds
refined at ×4, from nothing                       1.60"""


class Ticking:
    """A clock that moves only while a fake model works: a second an image, three core-seconds."""

    def __init__(self) -> None:
        self.images = 0

    def __call__(self) -> Taken:
        return Taken(float(self.images), 3.0 * self.images)

    def tick(self, number: int) -> None:
        self.images += 1


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


def networks(clock: Ticking) -> Networks:
    """Return fakes in the place of all networks, of which a number format makes no other."""
    fake = DetailUpscaler(before=clock.tick, accepts_prompt=False, device="CPU, bf16")

    def made(name: str, context: ModelContext) -> FakeUpscaler:
        numbers = context.numbers
        if numbers == "int8":
            raise BadInput("This network has no int8.")
        if numbers == "auto":
            return fake
        return DetailUpscaler(before=clock.tick, device=f"CPU, {numbers}")

    def run(upscaler: FakeUpscaler, rgb: Rgb8, cancelled: IsCancelled) -> RgbFloat:
        return upscaler.upscale(rgb, "", 0, cancelled)

    models = Models(fake, Silent(), recipe_of(fake, Silent()))
    return Networks(
        lambda source, choice, notice, cancelled: chain_in_memory(source, models, notice),
        made,
        FakeUpscaler,
        run,
        lambda notice: DetailUpscaler(before=clock.tick),
        lambda device: NUMBERS,
    )


def measured(
    clock: Ticking,
    *,
    quick: bool = False,
    choice: EngineChoice = EngineChoice(),  # noqa: B008 (it is frozen)
    cancelled: IsCancelled = never,
) -> Figures:
    line = ProgressLine(sys.stderr)
    return measure(SOURCE, choice, quick, line, cancelled, clock, networks(clock))


@pytest.fixture(scope="module")
def usual() -> Figures:
    """What is measured without --quick."""
    return measured(Ticking())


def test_the_text_says_what_took_how_long() -> None:
    assert as_text(FIGURES) == TEXT


def test_the_json_holds_the_same() -> None:
    report = json.loads(json.dumps(as_json(FIGURES)))
    assert report["machine"]["cpu"] == "Some CPU"
    assert report["bare"][0] == {
        "numbers": "fp32",
        "device": "CPU, fp32",
        "used": False,
        "seconds": 6.0,
        "core_seconds": 12.0,
        "difference": None,
        "trouble": "",
    }
    assert [each["used"] for each in report["bare"]] == [False, True, False]
    assert "seconds" not in report["bare"][2]
    assert report["drafts"] == [
        {
            "magnification": 4,
            "first": {"seconds": 0.1, "core_seconds": 0.2},
            "whole": {"seconds": 0.3, "core_seconds": 0.5},
        }
    ]
    assert report["refined"][0]["over_bare"] == 1.6
    assert report["refined"][1]["over_bare"] is None


def test_every_format_is_tried_and_the_one_in_use_is_what_views_are_compared_with(
    usual: Figures,
) -> None:
    assert [each.numbers for each in usual.bare] == list(NUMBERS)
    assert [each.taken for each in usual.bare] == [Taken(1.0, 3.0), Taken(1.0, 3.0), None]
    assert usual.bare[1].difference == 0
    assert usual.bare[2].trouble == "This network has no int8."
    assert usual.crop == (320, 200)
    cold, warm, deeper = usual.refined
    assert [view.magnification for view in usual.refined] == [4, 4, 16]
    assert cold.taken.core_seconds == 3 * cold.taken.seconds > 0
    assert cold.over_bare == cold.taken.core_seconds / 3
    assert (warm.taken, warm.over_bare) == (Taken(0, 0), None)
    assert deeper.over_bare == deeper.taken.core_seconds / 3 > 0
    assert "fastest" in usual.chosen


def test_a_draft_begins_with_its_first_piece_and_goes_through_all_levels(usual: Figures) -> None:
    near, far = usual.drafts
    assert (near.magnification, far.magnification) == (4, 64)
    assert (near.first.seconds, near.whole.seconds) == (1, 2)
    assert far.whole.seconds == 4


def test_a_short_run_draws_a_smaller_view_once(clock: Ticking) -> None:
    figures = measured(clock, quick=True)
    assert (figures.view, figures.crop) == ((640, 400), (160, 100))
    assert [view.had for view in figures.refined] == ["nothing", "all its tiles"]
    assert "A short run" in as_text(figures)


def test_a_format_that_was_asked_for_is_said_to_be(clock: Ticking) -> None:
    figures = measured(clock, quick=True, choice=EngineChoice(numbers="bf16"))
    assert figures.chosen == "asked for with --numbers"


def test_other_work_on_the_machine_is_told(clock: Ticking, monkeypatch: pytest.MonkeyPatch) -> None:
    for load in (99.0, 0.0):
        monkeypatch.setattr("psutil.getloadavg", lambda load=load: (load, 0.0, 0.0))
        told = "Other programs were at work" in as_text(measured(clock, quick=True))
        assert told == (load > 0)


@pytest.mark.parametrize("limit", range(10))
def test_it_can_be_stopped_between_any_two_images(clock: Ticking, limit: int) -> None:
    with pytest.raises(Cancelled, match="nothing is kept"):
        measured(clock, quick=True, cancelled=lambda: clock.images > limit)
    assert clock.images == limit + 1


def test_interpolation_has_neither_formats_nor_drafts(run: Run, photo: Path) -> None:
    ran = run("bench", photo, "--engine", "bicubic", "--json")
    assert ran.code == 0
    report = ran.report
    assert report["engine"] == "Bicubic"
    assert [each["numbers"] for each in report["bare"]] == [""]
    assert report["drafts"] == []
    assert [view["magnification"] for view in report["refined"]] == [4, 4, 16]


@pytest.mark.usefixtures("short_network")
def test_a_real_run_of_a_small_image_leaves_nothing_behind(
    run: Run, quick: Sequence[str], photo: Path, cache_folder: Path
) -> None:
    ran = run("bench", photo, "--quick", *quick, "--json")
    assert ran.code == 0, ran.err
    report = ran.report
    assert report["crop"] == [60, 40]
    assert report["device"] in [each["device"] for each in report["bare"]]
    assert all(each["core_seconds"] > 0 for each in report["bare"])
    assert all((each["difference"] or 0) < 4 for each in report["bare"])
    assert report["drafts"][0]["whole"]["core_seconds"] > 0
    assert report["refined"][0]["over_bare"] > 0
    assert not cache_folder.exists()
    assert str(photo.parent) not in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_it(photo: Path) -> None:
    script = (
        "import sys; from cozviewer.models.realesrgan import openvino_network; "
        "openvino_network.BLOCKS = 2; from cozviewer.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, "bench", photo, "--quick", "--numbers", "fp32"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Running the bare crop"):
            process.send_signal(signal.SIGINT)
            break
    out, rest = process.communicate(timeout=300)
    assert process.returncode == 130, rest
    assert re.fullmatch("cozviewer: Stopped; nothing is kept.", rest.strip().splitlines()[-1])
    assert out == ""
