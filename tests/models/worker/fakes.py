"""A process like `cozviewer.models.worker.server` whose models do what a test wants of them.

    python -c CODE MODE FOLDER

What it has done already is kept in the folder, so that it does the rest when it is started again.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cozviewer.chain.protocols import Progressed, ignore
from cozviewer.chain.stages import report_stage
from cozviewer.chain.trust.findings import Find, Finding
from cozviewer.image.pixels import Rgb8, RgbFloat, to_float
from cozviewer.image.rect import Rect
from cozviewer.models.context import ModelContext
from cozviewer.models.worker import server
from cozviewer.models.worker.specs import Spec
from cozviewer.util.cancel import IsCancelled, check_cancelled, never
from cozviewer.util.errors import BadInput
from cozviewer.util.temporary import end_now
from cozviewer.util.translation import translate

ROOT = Path(__file__).parents[3]

LIMIT = 256 << 20
"""Bytes that the process gets in addition, in the mode "memory"."""


def command(mode: str, folder: Path) -> Sequence[str]:
    """Return what starts the process."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        "from tests.models.worker.fakes import main; main()"
    )
    return [sys.executable, "-P", "-c", code, mode, str(folder)]


def finer(rgb: Rgb8 | RgbFloat) -> RgbFloat:
    """Return what the fake engine makes of an image: enlarged, with stripes."""
    fine = to_float(rgb).repeat(4, axis=0).repeat(4, axis=1)
    fine[:, ::4] *= np.float32(0.6)
    return fine


def crash(number: int) -> None:
    """End the process by a signal; it may reach another thread first, so this one waits."""
    os.kill(os.getpid(), number)
    time.sleep(60)


class Fake:
    """An upscaler and a prompter."""

    name = "Fake"
    halo = 4
    generative = True
    accepts_prompt = False

    def __init__(self, mode: str, folder: Path, context: ModelContext, kind: str) -> None:
        self.mode, self.folder, self.context, self.kind = mode, folder, context, kind
        self.identity = {"name": "fake"}
        self.device = ""

    def __del__(self) -> None:
        if self.mode == "drop":
            (self.folder / "dropped").touch()

    def load(self, cancelled: IsCancelled = never) -> None:
        self.device = "fake"
        if self.kind == "draft":
            return
        match self.mode:
            case "abort":
                os.abort()
            case "broken":
                raise BadInput(translate("Error", "The file is broken: choose another one."))
            case "strange":
                raise KeyError("strange")
            case "talk":
                report_stage("Measuring")
                self.context.on_plan("All fits.")
                self.context.notice("Take care.")
                print("a library prints")

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        self.device = "fake"
        if self.kind == "draft":
            return finer(rgb)
        progressed(0.25)
        match self.mode:
            case "segv":
                crash(signal.SIGSEGV)
            case "segv-once" if self.first():
                crash(signal.SIGSEGV)
            case "killed":
                crash(signal.SIGKILL)
            case "memory":
                import resource  # not on Windows

                used = int(Path("/proc/self/statm").read_text().split()[0]) * 4096
                resource.setrlimit(resource.RLIMIT_AS, (used + LIMIT, used + LIMIT))
                np.ones(4 * LIMIT, np.uint8)
            case "wait":
                (self.folder / "waiting").touch()
                while not (self.folder / "go").exists():
                    check_cancelled(cancelled)
                    time.sleep(0.005)
            case "stuck" if self.first():
                (self.folder / "waiting").touch()
                time.sleep(3600)
        progressed(0.75)
        return finer(rgb)

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        return f"{None if previous is None else previous.shape} {crop.shape} {crop.sum()}"

    def first(self) -> bool:
        """Return whether this is the first time in this folder."""
        mark = self.folder / "done"
        if mark.exists():
            return False
        mark.touch()
        return True


def find(rgb: Rgb8) -> Sequence[Finding]:
    """A detector that finds a face as large as the image."""
    return [Finding("face", Rect(0, 0, rgb.shape[1], rgb.shape[0]))]


def main() -> None:
    """Serve with fakes."""
    mode, folder = sys.argv[1], Path(sys.argv[2])
    answers = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(2, 1)

    def make(spec: Spec, context: ModelContext) -> Any:
        with (folder / "made").open("a") as marks:
            marks.write("x")
        return Fake(mode, folder, context, spec["kind"])

    def make_find() -> Find:
        return find

    house = server.USUAL
    if mode == "spent":
        server.IDLE_SECONDS = 0.0
        sys.modules["torch"] = sys  # it is imported
        vars(server)["needs_torch"] = lambda spec: spec["kind"] == "upscaler"
    if mode == "drop":
        server.IDLE_SECONDS = 0.0
        house = server.Housekeeping(return_memory=(folder / "trimmed").touch)
    server.serve(sys.stdin.buffer, answers, make, make_find, house)
    end_now(0)
