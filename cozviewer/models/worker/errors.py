"""Exceptions of the process that runs models, as JSON, and as they are raised in the window."""

import traceback
from collections.abc import Mapping
from typing import Any

from cozviewer.util.errors import BadInput, Cancelled, Failure

LONGEST_TRACE = 20_000
"""Characters of a traceback that are kept, its last ones."""


def header_of(error: BaseException) -> Mapping[str, Any]:
    """Return an exception as what JSON can hold, with its traceback if it is unexpected."""
    text = str(error)
    match error:
        case Cancelled():
            return {"error": "cancelled", "text": text}
        case BadInput():
            return {"error": "input", "text": text}
        case Failure():
            return {"error": "failure", "text": text}
        case MemoryError():
            return {"error": "memory", "text": text}
    trace = "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
    return {"error": "other", "text": f"{type(error).__name__}: {text}"[:2_000], "trace": trace}


def exception_of(header: Mapping[str, Any]) -> Exception:
    """Return the exception that a header stands for; what was unexpected there is a RuntimeError
    here, with that traceback as a note."""
    text = str(header.get("text", ""))
    match header.get("error"):
        case "cancelled":
            return Cancelled(text)
        case "input":
            return BadInput(text)
        case "failure":
            return Failure(text)
        case "memory":
            return MemoryError(text)
    error = RuntimeError(text)
    error.add_note(str(header.get("trace", "")))
    return error
