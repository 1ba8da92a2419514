"""Evaluates on several devices: each makes a share of the images in its own process.

The results meet in the cache, from which the report is then made; so an interruption loses no more
than with one device.
"""

import multiprocessing
import queue
import sys
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from multiprocessing.managers import SyncManager
from threading import Event
from typing import TextIO

from cozviewer.commands.common.progress import ProgressLine
from cozviewer.commands.evaluate.run import EvaluateOptions, evaluate
from cozviewer.util.cancel import IsCancelled, check_cancelled
from cozviewer.util.errors import BadInput

LOOK_SECONDS = 0.2
"""Interval in which progress is shown and a stop is noticed."""


def evaluate_shares(
    options: EvaluateOptions, devices: Sequence[str], line: ProgressLine, cancelled: IsCancelled
) -> None:
    """Fill the cache with the results of all images.

    Args:
        options: What to evaluate; its device is not used.
        devices: torch device names, one for each process: "cuda:0", "cuda:1".
        line: Shows what the devices do.
        cancelled: Checked repeatedly.

    Raises:
        BadInput, Cancelled, Failure: As `evaluate`; or there is no cache.
    """
    if options.cache is None:
        raise BadInput("Several devices share their results in the cache: leave out --no-cache.")
    context = multiprocessing.get_context("spawn")
    with (
        SyncManager(ctx=context) as shared,
        ProcessPoolExecutor(len(devices), mp_context=context) as pool,
    ):
        stop, reports = shared.Event(), shared.Queue()
        futures = [
            pool.submit(_share, _part(options, device, index, len(devices)), reports, stop)
            for index, device in enumerate(devices)
        ]
        try:
            _follow(futures, reports, line, cancelled)
        finally:
            stop.set()


def _part(options: EvaluateOptions, device: str, index: int, count: int) -> EvaluateOptions:
    choice = replace(options.choice, device=device)
    return replace(options, choice=choice, share=(index, count))


def _follow(
    futures: "Sequence[Future[None]]",
    reports: "queue.Queue[tuple[str, bool]]",
    line: ProgressLine,
    cancelled: IsCancelled,
) -> None:
    """Show what the processes do until all are done; raise what one of them raises."""
    waiting, noticed = set(futures), set[str]()
    while waiting:
        done, waiting = wait(waiting, LOOK_SECONDS, FIRST_COMPLETED)
        while not reports.empty():
            text, is_notice = reports.get()
            if not is_notice:
                line.show(text)
            elif text not in noticed:
                noticed.add(text)
                line.notice(text)
        for future in done:
            future.result()
        check_cancelled(cancelled)


class _ReportedLine(ProgressLine):
    """A progress line that another process shows, after the name of the device."""

    def __init__(
        self, reports: "queue.Queue[tuple[str, bool]]", device: str, stream: TextIO
    ) -> None:
        super().__init__(stream)
        self._reports, self._device = reports, device

    def show(
        self,
        stage: str,
        done: int = 0,
        total: int = 0,
        seconds_left: float | None = None,
        note: str = "",
        fraction: float | None = None,
    ) -> None:
        self._reports.put((f"{self._device}: {stage}", False))

    def notice(self, text: str) -> None:
        self._reports.put((text, True))


def _share(options: EvaluateOptions, reports: "queue.Queue[tuple[str, bool]]", stop: Event) -> None:
    """Evaluate a share; runs in its own process."""
    with _ReportedLine(reports, options.choice.device, sys.stderr) as line:
        evaluate(options, line, stop.is_set)
