"""The window's side of the process that runs models: starts it, calls it, starts it again."""

import itertools
import logging
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from queue import Empty
from typing import Any

from numpy.typing import NDArray

from cozviewer.chain.protocols import Notice, Progressed, ignore
from cozviewer.chain.stages import report_stage
from cozviewer.models.worker.errors import exception_of
from cozviewer.models.worker.frames import Frame
from cozviewer.models.worker.running import Ending, Inbox, RunningProcess
from cozviewer.util.cancel import STOPPED, IsCancelled, check_cancelled, never
from cozviewer.util.errors import Cancelled, Failure
from cozviewer.util.own_process import command_of
from cozviewer.util.translation import translate, translate_marked

LOOK_SECONDS = 0.02
"""Between looks whether a call is cancelled."""

PATIENCE = (0.0, 0.2, 1.0, 5.0, 20.0)
"""Seconds between the end of a process and the next start, by how often it ended in a row without
an answer in between."""

log = logging.getLogger("cozviewer")


@dataclass(frozen=True)
class Listener:
    """What a call reports meanwhile, in the thread of the call. Stages pass through
    `chain.stages`.

    Attributes:
        progressed: Receives the finished part, never decreasing.
        notice: Receives sentences about trouble, also that the process was started again.
        on_plan: Receives the memory plan.
    """

    progressed: Progressed = ignore
    notice: Notice = ignore
    on_plan: Notice = ignore


@dataclass(frozen=True, eq=False)
class Request:
    """What a call is to do.

    Attributes:
        title: Name of the model, to display.
        header: As `server` takes it.
        arrays: Its pixels.
        retries: How often it is repeated if the process ends meanwhile.
    """

    title: str
    header: Mapping[str, Any]
    arrays: Sequence[NDArray[Any]] = ()
    retries: int = 1


class ModelProcess:
    """Runs models in a process, which is started by the first call, and again by the next one
    after it has ended. Any thread; a call holds up its own thread only."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        """Prepare; nothing is started yet.

        Args:
            command: Starts the process; None is `server`.
        """
        self._command = command or command_of("cozviewer.models.worker.server")
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._running: RunningProcess | None = None
        self._crashes = 0
        self._not_before = 0.0
        self._untold: Ending | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The number of the process; None while there is none."""
        running = self._running
        if running is None or running.retired or running.ending is not None:
            return None
        return running.pid

    def call(
        self,
        request: Request,
        cancelled: IsCancelled = never,
        listener: Listener = Listener(),
    ) -> Frame:
        """Return the answer to a request.

        Args:
            request: Repeated as often as it allows where the process ends meanwhile.
            cancelled: Checked while waiting, whatever the process does.
            listener: Receives what is reported meanwhile.

        Raises:
            Cancelled: `cancelled` returned True, or the program is closing.
            Failure: The process ended again and again, or cannot be started.
            BadInput, Failure, MemoryError, RuntimeError: As the model raised it.
        """
        listener = Listener(_rising(listener.progressed), listener.notice, listener.on_plan)
        crashes = 0
        while True:
            running = self._started(cancelled)
            if request.retries:
                self._notice(request, listener)
            answer = self._answer(running, request, cancelled, listener)
            if answer is None:
                continue
            if isinstance(answer, Frame):
                self._crashes = 0
                return answer
            crashes += 1
            self._note(running, answer)
            if self._closed:
                raise Cancelled(translate("Error", "Stopped: the program is closing."))
            if crashes > request.retries:
                if request.retries:
                    self._untold = None
                raise Failure(_given_up(request, answer))
            report_stage(translate("Status", "Loading {name}").format(name=request.title))

    def forget(self, model: int) -> None:
        """Let the process drop a model. May be called within a finalizer: takes no lock."""
        running = self._running
        if running is not None:
            running.send(Frame({"kind": "forget", "model": model}))

    def close(self) -> None:
        """End the process for good, within about a second; calls raise `Cancelled`."""
        self._closed = True
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.end()

    def _started(self, cancelled: IsCancelled) -> RunningProcess:
        """Return the process; starts it if there is none, after some patience."""
        while True:
            check_cancelled(cancelled)
            with self._lock:
                if self._closed:
                    raise Cancelled(translate("Error", "Stopped: the program is closing."))
                running = self._running
                if running is not None and running.retired:
                    self._running = None
                elif running is not None and running.ending is not None:
                    self._forget_ended(running)
                if self._running is not None:
                    return self._running
                if time.monotonic() >= self._not_before:
                    try:
                        self._running = RunningProcess(self._command)
                    except OSError as error:
                        log.exception("The process for models cannot be started")
                        raise Failure(_no_start(error)) from error
                    return self._running
            time.sleep(LOOK_SECONDS)

    def _answer(
        self,
        running: RunningProcess,
        request: Request,
        cancelled: IsCancelled,
        listener: Listener,
    ) -> Frame | Ending | None:
        """Return the answer of a process, or how it ended; None if it is retired."""
        call = next(self._numbers)
        inbox = running.open_call(call)
        if inbox is None:
            return None
        running.send(Frame({"kind": "call", "call": call, **request.header}, request.arrays))
        over = False
        try:
            while True:
                if cancelled():
                    raise Cancelled(translate_marked("Error", STOPPED))
                received = _next(inbox)
                if received is None:
                    running.check_start()
                    continue
                if isinstance(received, Ending):
                    over = True
                    return received
                if "event" in received.header:
                    _report(received.header, listener)
                    continue
                over = True
                if "error" in received.header:
                    raise exception_of(received.header)
                return received
        finally:
            running.close_call(call)
            if not over:
                running.send(Frame({"kind": "cancel", "call": call}))

    def _notice(self, request: Request, listener: Listener) -> None:
        """Report that the process was started again, once; also if nothing waited for it when it
        ended, or only a draft."""
        ending, self._untold = self._untold, None
        if ending is not None:
            listener.notice(_started_again(request, ending))

    def _note(self, running: RunningProcess, ending: Ending) -> None:
        with self._lock:
            if self._running is running:
                self._forget_ended(running)

    def _forget_ended(self, running: RunningProcess) -> None:
        """Make place for the next process. The lock is held."""
        ending = running.ending
        assert ending is not None
        self._running = None
        self._untold = ending
        self._crashes += 1
        self._not_before = time.monotonic() + PATIENCE[min(self._crashes, len(PATIENCE) - 1)]
        log.error(
            "The process for models ended unexpectedly (%s):\n%s",
            _reason(ending),
            "\n".join(ending.errors),
        )


def _next(inbox: Inbox) -> Frame | Ending | None:
    try:
        return inbox.get(timeout=LOOK_SECONDS)
    except Empty:
        return None


def _report(header: Mapping[str, Any], listener: Listener) -> None:
    match header["event"]:
        case "progress":
            listener.progressed(float(header["value"]))
        case "stage":
            report_stage(str(header["value"]))
        case "notice":
            listener.notice(str(header["value"]))
        case "plan":
            listener.on_plan(str(header["value"]))


def _rising(progressed: Progressed) -> Progressed:
    """Return what never reports less than before: a repeated run begins anew."""
    reached = 0.0

    def report(share: float) -> None:
        nonlocal reached
        reached = max(reached, share)
        progressed(reached)

    return report


def _reason(ending: Ending) -> str:
    """Return why a process ended, for the log."""
    if ending.fault:
        return ending.fault
    if ending.code >= 0:
        return f"exit code {ending.code}"
    try:
        return signal.Signals(-ending.code).name
    except ValueError:
        return f"signal {-ending.code}"


def _shown_reason(ending: Ending) -> str:
    """Return why a process ended, to display."""
    match ending.fault:
        case "late":
            return translate("Error", "no answer in time")
        case "garbled":
            return translate("Error", "unreadable answers")
    if ending.code >= 0:
        return translate("Error", "exit code {code}").format(code=ending.code)
    return _reason(ending)


def _killed(ending: Ending) -> bool:
    """Return whether the system ended it, as it does where memory runs out."""
    return not ending.fault and ending.code == -9


def _started_again(request: Request, ending: Ending) -> str:
    if _killed(ending):
        text = translate(
            "Error",
            "The system ended {name}, probably because memory ran out. It was started again, and "
            "nothing that was drawn is lost; closing other programs helps.",
        )
    else:
        text = translate(
            "Error",
            "{name} stopped unexpectedly ({reason}). It was started again, and nothing that was "
            "drawn is lost.",
        )
    return text.format(name=request.title, reason=_shown_reason(ending))


def _given_up(request: Request, ending: Ending) -> str:
    if not request.retries:
        text = translate("Error", "{name} stopped unexpectedly ({reason}).")
    elif _killed(ending):
        text = translate(
            "Error",
            "The system ended {name} twice, probably because memory ran out: close other programs, "
            "make the window smaller, or choose another device or engine. Nothing that was drawn "
            "is lost.",
        )
    else:
        text = translate(
            "Error",
            "{name} stopped unexpectedly twice ({reason}): choose another device, number format or "
            "engine. Nothing that was drawn is lost; the log has the details.",
        )
    return text.format(name=request.title, reason=_shown_reason(ending))


def _no_start(error: OSError) -> str:
    return translate(
        "Error",
        "The process that runs models cannot be started ({reason}): close other programs, or "
        "reinstall cozviewer.",
    ).format(reason=error.strerror or type(error).__name__)
