"""What `cozviewer bench` prints, first: every other figure is read beside it."""

import sys

from cozviewer.commands.bench_report import as_text
from cozviewer.commands.bench_run import measure
from cozviewer.commands.common.progress import ProgressLine
from cozviewer.config.choice import EngineChoice
from cozviewer.image.source import open_source
from cozviewer.util.cancel import never
from tests.benchmarks.desk import SAMPLE, show


def test_machine() -> None:
    print("\n0. This machine, as cozviewer bench")
    figures = measure(open_source(SAMPLE), EngineChoice(), False, ProgressLine(sys.stderr), never)
    print(as_text(figures))
    draft, jump = figures.drafts
    show("first piece of a draft at x4", f"{draft.first.seconds:.2f} s", "<= 0.25 s")
    show("the whole draft at x4", f"{draft.whole.seconds:.2f} s", "<= 1 s")
    show("the whole draft after a jump to x64", f"{jump.whole.seconds:.2f} s", "<= 2 s")
    for view in figures.refined:
        if view.over_bare is not None:
            what = f"refined at x{view.magnification} over the bare crop, core-seconds"
            show(what, f"{view.over_bare:.2f}", "<= 1.6")
