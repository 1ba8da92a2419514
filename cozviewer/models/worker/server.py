"""The process that runs models for the window.

Requests come in through stdin, answers leave through stdout. Each lane runs one call at a time on a
thread of its own: steps and prompts in one, drafts in another, so that a draft does not wait for a
step. The process ends when stdin does, so that none is left behind when the window is killed.

Libraries stay in memory once they are imported: torch takes 0.4 GB. When the last model that needs
it is gone and nothing runs, the process says so, and the window replaces it at the next call.
"""

import faulthandler
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import astuple, dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO
from weakref import WeakValueDictionary

from numpy.typing import NDArray

from cozviewer.chain.protocols import Progressed, Prompter, Upscaler
from cozviewer.chain.stages import reporting_stages
from cozviewer.chain.trust.findings import Find
from cozviewer.models.context import ModelContext
from cozviewer.models.detectors import text_and_face_detector
from cozviewer.models.worker.errors import LONGEST_TRACE, header_of
from cozviewer.models.worker.frames import Frame, read_frame, write_frame
from cozviewer.models.worker.specs import DRAFTS, Spec, context_of, make_model, needs_torch
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.memory import keep_large_apart, return_free_memory, share_heaps
from cozviewer.util.priority import NICENESS, lower_priority
from cozviewer.util.temporary import end_now
from cozviewer.util.translation import install

EVENT_SECONDS = 0.02
"""Least time between two reports of progress."""

IDLE_SECONDS = 1.0
"""Without a call, until the memory of drafts and of models that are gone is returned: others may
end with them. Meanwhile the next draft uses it, without the tens of milliseconds that a return and
new pages take."""

OOM_SCORE = "600"
"""Of 1000: where memory runs out, Linux ends this process rather than the window."""

Make = Callable[[Spec, ModelContext], Upscaler | Prompter]
MakeFind = Callable[[], Find | None]

_call: ContextVar[int | None] = ContextVar("call", default=None)


def main() -> None:
    """Serve the parent process; stdin and stdout belong to it."""
    share_heaps()
    answers = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(2, 1)  # a library that prints must not garble the answers
    faulthandler.enable(2)
    for name in ("SIGINT", "SIGHUP"):  # the window decides when to end
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    _be_expendable()
    serve(os.fdopen(0, "rb", closefd=False), answers)  # a bundle without console has no sys.stdin
    end_now(0)


@dataclass(frozen=True)
class Housekeeping:
    """What the process does with its memory between calls, and its clock.

    Attributes:
        return_memory: Returns free memory to the system.
        keep_large_apart: Has large allocations lie apart from small ones, or no longer.
        clock: Returns seconds, as `time.monotonic`.
        sleep: Waits for seconds.
    """

    return_memory: Callable[[], None] = return_free_memory
    keep_large_apart: Callable[[bool], None] = keep_large_apart
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


USUAL = Housekeeping()


def serve(
    requests: BinaryIO,
    answers: BinaryIO,
    make: Make = make_model,
    make_find: MakeFind = text_and_face_detector,
    house: Housekeeping = USUAL,
) -> None:
    """Serve requests until they end.

    Args:
        requests, answers: Streams of frames.
        make: Makes the models.
        make_find: Makes the detector of text and faces.
        house: Looks after the memory.
    """
    server = _Server(answers, make, make_find, house)
    logger = logging.getLogger("cozviewer")
    logger.addHandler(_LogSender(server))
    logger.propagate = False
    install(server.look_up)
    # While large libraries are imported, the collector runs hundreds of times and finds nothing.
    gc.disable()
    server.send(Frame({"kind": "ready"}))
    while (frame := read_frame(requests)) is not None:
        server.take(frame)


@dataclass(frozen=True)
class _Model:
    """A model, the context that it shares with others, and whether it runs with torch."""

    model: Upscaler | Prompter
    context: ModelContext
    with_torch: bool


@dataclass(frozen=True, eq=False)
class _Job:
    call: int
    frame: Frame
    cancelled: threading.Event


class _Server:
    """Models by their number, and the lanes that run them. It has more than 12 attributes, as all
    lanes share what is known of models, calls and texts."""

    def __init__(
        self,
        answers: BinaryIO,
        make: Make,
        make_find: MakeFind,
        house: Housekeeping = USUAL,
    ) -> None:
        self._house = house
        self._answers, self._make, self._make_find = answers, make, make_find
        self._sending, self._making = threading.Lock(), threading.Lock()
        self._models: dict[int, _Model] = {}
        self._contexts: WeakValueDictionary[int, ModelContext] = WeakValueDictionary()
        self._find: Find | None = None
        self._lanes: dict[str, SimpleQueue[_Job]] = {}
        self._jobs: dict[int, threading.Event] = {}
        self._texts: dict[tuple[str, str, str, int], threading.Event] = {}
        self._known: dict[tuple[str, str, str, int], str] = {}
        self._trimmed = threading.Event()
        self._trimmed.set()
        self._moved = house.clock()
        self._torch_used = False

    def send(self, frame: Frame) -> None:
        """Send a frame. Any thread."""
        with self._sending:
            write_frame(self._answers, frame)

    def take(self, frame: Frame) -> None:
        """Handle what the window sent; never waits for a model."""
        header = frame.header
        match header["kind"]:
            case "call":
                job = _Job(int(header["call"]), frame, threading.Event())
                self._jobs[job.call] = job.cancelled
                self._moved = self._house.clock()
                self._lane(str(header["lane"])).put(job)
            case "cancel":
                cancelled = self._jobs.get(int(header["call"]))
                if cancelled is not None:
                    cancelled.set()
            case "forget":
                with self._making:
                    gone = self._models.pop(int(header["model"]), None)
                if gone is not None:
                    self._torch_used |= gone.with_torch
                    del gone
                    self._trim_soon()
            case "translated":
                key = tuple(header["key"])
                self._known[key] = header["text"]
                if key in self._texts:
                    self._texts[key].set()

    def look_up(self, context: str, text: str, disambiguation: str, n: int) -> str:
        """Return the window's translation of a text. Any thread but the one that reads."""
        key = (context, text, disambiguation, n)
        if key not in self._known:
            known = self._texts.setdefault(key, threading.Event())  # several threads may ask
            self.send(Frame({"kind": "translate", "key": key}))
            known.wait()
        return self._known[key]

    def report(self, event: str, value: str | float) -> None:
        """Send what belongs to the call of this thread; what belongs to none is logged."""
        call = _call.get()
        if call is None:
            self.send(Frame({"kind": "log", "level": logging.INFO, "text": str(value)}))
        else:
            self.send(Frame({"kind": "call", "call": call, "event": event, "value": value}))

    def _lane(self, name: str) -> "SimpleQueue[_Job]":
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = SimpleQueue()
            threading.Thread(target=self._run_lane, args=[lane], name=name, daemon=True).start()
        return lane

    def _trim_soon(self) -> None:
        """Return free memory to the system once nothing has run for a moment."""
        self._moved = self._house.clock()
        if self._trimmed.is_set():
            self._trimmed.clear()
            threading.Thread(target=self._trim, name="memory", daemon=True).start()

    def _trim(self) -> None:
        house = self._house
        while (left := self._moved + IDLE_SECONDS - house.clock()) > 0 or self._jobs:
            house.sleep(max(left, IDLE_SECONDS / 10))
        self._trimmed.set()
        gc.collect()
        house.return_memory()
        with self._making:
            needed = any(each.with_torch for each in self._models.values())
        if self._torch_used and not needed and "torch" in sys.modules:
            self.send(Frame({"kind": "spent"}))

    def _run_lane(self, lane: "SimpleQueue[_Job]") -> None:
        lower_priority()
        while True:
            self._run(lane.get())

    def _run(self, job: _Job) -> None:
        token = _call.set(job.call)
        header: Mapping[str, Any]
        arrays: Sequence[NDArray[Any]] = ()
        is_draft = job.frame.header["lane"] == DRAFTS
        if not is_draft:
            self._house.keep_large_apart(True)  # drafts are quicker without, and need less
        try:
            with reporting_stages(lambda stage: self.report("stage", stage)):
                header, arrays = self._done(job)
        except BaseException as error:  # also of Rust's panics
            header = header_of(error)
        finally:
            if not is_draft:
                self._house.keep_large_apart(False)
        _collect_again()
        self._jobs.pop(job.call, None)
        _call.reset(token)
        self.send(Frame({"kind": "call", "call": job.call, **header}, arrays))
        if job.frame.header["do"] == "upscale":
            # Else the heaps of the C library keep the features of networks, 0.3 GB after a step.
            arrays = ()
            if is_draft:
                self._trim_soon()
            else:
                self._house.return_memory()

    def _done(self, job: _Job) -> tuple[Mapping[str, Any], Sequence[NDArray[Any]]]:
        header, arrays, cancelled = job.frame.header, job.frame.arrays, job.cancelled.is_set
        match header["do"]:
            case "devices":
                return _devices(), ()
            case "find":
                return {"found": self._found(arrays[0])}, ()
        model: Any = self._model(int(header["model"]), header["spec"], cancelled)
        match header["do"]:
            case "load":
                model.load(cancelled)
                return {"device": model.device}, ()
            case "upscale":
                if header["lane"] != DRAFTS:
                    self._house.return_memory()  # of the drafts before it
                prompt, seed = str(header["prompt"]), int(header["seed"])
                fine = model.upscale(arrays[0], prompt, seed, cancelled, self._progress())
                return {"device": model.device}, [fine]
            case "prompt":
                *previous, crop = arrays
                text = model.prompt(previous[0] if previous else None, crop, cancelled)
                return {"text": text}, ()
        raise ValueError(header["do"])

    def _model(self, number: int, spec: Spec, cancelled: IsCancelled) -> Upscaler | Prompter:
        """Return the model with a number, made if there is none.

        Raises:
            Cancelled: The call is. The model may have been forgotten since, and made again it would
                stay: `cancel` comes before `forget`.
        """
        with self._making:
            check_cancelled(cancelled)
            found = self._models.get(number)
            if found is None:
                shared = int(spec["context"])
                context = self._contexts.get(shared)
                if context is None:
                    context = context_of(
                        spec,
                        lambda text: self.report("notice", text),
                        lambda text: self.report("plan", text),
                    )
                    self._contexts[shared] = context
                model = self._make(spec, context)
                found = self._models[number] = _Model(model, context, needs_torch(spec))
            return found.model

    def _found(self, rgb: NDArray[Any]) -> Sequence[Sequence[Any]]:
        if self._find is None:
            self._find = self._make_find()
        if self._find is None:
            raise RuntimeError("no detector is installed")
        findings = self._find(rgb)
        return [[each.kind, *astuple(each.box)] for each in findings]

    def _progress(self) -> Progressed:
        """Return what reports progress, not more often than a person sees."""
        reported = 0.0

        def report(share: float) -> None:
            nonlocal reported
            now = time.monotonic()
            if now - reported >= EVENT_SECONDS:
                reported = now
                self.report("progress", share)

        return report


class _LogSender(logging.Handler):
    """Sends what is logged here to the log of the window."""

    def __init__(self, server: _Server) -> None:
        super().__init__(logging.INFO)
        self._server = server

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)[:LONGEST_TRACE]
            self._server.send(Frame({"kind": "log", "level": record.levelno, "text": text}))
        except (OSError, ValueError):
            self.handleError(record)


def _devices() -> Mapping[str, Any]:
    """Return the devices there are, and the number formats of each. Imports torch if installed."""
    from cozviewer.models.device import AUTO, available_devices
    from cozviewer.models.number_formats import supported_formats

    devices = available_devices()
    numbers = {name: list(supported_formats(name)) for name in (AUTO, *devices)}
    return {"devices": devices, "numbers": numbers}


def _collect_again() -> None:
    """Let the collector run again, over new objects only, once libraries are imported."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _be_expendable() -> None:
    """Have the system end this process first where memory runs out; on macOS lower its priority,
    which Linux has for each thread and Windows inherits from the parent."""
    if sys.platform == "linux":
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
    elif sys.platform == "darwin":
        os.nice(NICENESS)
