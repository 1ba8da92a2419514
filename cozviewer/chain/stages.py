"""Reports the stages of loading a model across layers.

Loading passes through several layers that do not report progress. So the caller registers a
callback for the current thread, and the loading code calls it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cozviewer.chain.protocols import Notice

_report: ContextVar[Notice | None] = ContextVar("report", default=None)


@contextmanager
def reporting_stages(report: Notice) -> Iterator[None]:
    """Receive the stages that begin in this thread within the block.

    Args:
        report: Receives the name of a stage, for display: "Measuring which numbers are fastest".
    """
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


def report_stage(stage: str) -> None:
    """Report that a stage begins, if a callback is registered in this thread."""
    report = _report.get()
    if report is not None:
        report(stage)
