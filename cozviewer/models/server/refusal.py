"""What chat servers refuse, as sentences that say what to do about it.

Servers agree on the protocol, but not on how to complain: what is wrong is read from their words.
These are quoted, so that a person can see when they were misread.
"""

import re
from collections.abc import Sequence

from cozviewer.models.server.address import Address, read_address, redacted
from cozviewer.models.server.answer import answer_of, complaint_of
from cozviewer.models.server.key import SERVICE, VARIABLE, Key
from cozviewer.models.server.layout import Layout, adapted
from cozviewer.util.errors import BadInput, CozviewerError, Failure

UNKNOWN = re.compile(
    r"model.*(not found|not exist|unknown)|(no such|unknown|invalid|not a valid) model", re.I
)
CONTEXT = re.compile(r"context (length|size|window)|maximum context|too many tokens", re.I)
PICTURES = re.compile(r"image|vision|multi-?modal|mmproj", re.I)
MEMORY = re.compile(r"memory", re.I)

QUOTED = 200
"""Characters of a server's complaint that are quoted at most."""

NAMED, LONGEST_NAME = 8, 80
"""Models of a server that are named at most, and characters of their names."""


def is_passing(status: int, body: bytes) -> bool:
    """Tell whether it is worth while to send a request again as it is that got this reply."""
    if status == 200:  # a stream that broke off
        return body.startswith(b"data:") and not (answer_of(body) or complaint_of(body))
    if status != 429 and status < 500:
        return False
    said = complaint_of(body)
    known = any(pattern.search(said) for pattern in (UNKNOWN, CONTEXT, PICTURES, MEMORY))
    return not known and adapted(Layout(), said) == Layout()


def refused(
    status: int,
    complaint: str,
    location: str,
    *,
    address: Address,
    model: str,
    key: Key | None,
    there: Sequence[str],
) -> CozviewerError:
    """Return the sentence about a request that got no answer.

    Args:
        status: Of HTTP; 200 where the server sent something else than an answer.
        complaint: What it said, as `complaint_of` gives it.
        location: Where else it sends to, or "".
        key: The one that was sent.
        there: The models that it has, as far as is known.
    """
    base = address.base
    if status in (401, 403):
        return _unwelcome(address, key)
    if 300 <= status < 400:
        return _elsewhere(address, location)
    if key is not None:
        complaint = complaint.replace(key.value, "…")
    complaint = redacted(complaint)
    quoted = f" (“{_short(complaint, QUOTED)}”)" if complaint else ""
    if there and model not in there and (status == 404 or UNKNOWN.search(complaint)):
        return BadInput(f"The server at {base} has no model {model!r}: it has {_listed(there)}.")
    if UNKNOWN.search(complaint):
        return BadInput(f"The server at {base} does not know the model {model!r}{quoted}.")
    said = complaint.replace(model, "")  # whose name may well be "vision"
    if status == 413 or CONTEXT.search(said):
        return BadInput(
            f"Question and pictures are too long for {model} at {base}{quoted}: start it with a "
            f"longer context, or ask with fewer words."
        )
    if PICTURES.search(said):
        return BadInput(
            f"The model {model!r} at {base} cannot be shown pictures{quoted}: choose one that "
            f"sees, such as qwen2.5vl."
        )
    if status == 404:
        return BadInput(f"There is no chat server at {base}: check the address.")
    if status == 429:
        return Failure(f"The server at {base} has enough for now{quoted}: try again later.")
    if status == 200:
        says = f"complains{quoted}" if complaint else "sends no whole answer"
        return Failure(f"The server at {base} {says}: check the address, and see its log.")
    if status >= 500:
        return Failure(f"The server at {base} failed{quoted}: see its log, or try again later.")
    return Failure(f"The server at {base} refuses the request{quoted}: try another model.")


def _unwelcome(address: Address, key: Key | None) -> BadInput:
    if key is not None:
        return BadInput(
            f"The server at {address.base} refuses the key from {key.origin}: check it."
        )
    return BadInput(
        f"The server at {address.base} wants a key: give it as {VARIABLE} in the environment, or "
        f"put it into the keyring with “keyring set {SERVICE} {address.host}”."
    )


def _elsewhere(address: Address, location: str) -> BadInput:
    try:
        other = f"sends to {read_address(re.split('[?#]', location)[0]).base}: give that address if"
    except BadInput:
        other = "sends elsewhere: give the right address, or another one that"
    return BadInput(f"The server at {address.base} {other} you trust it.")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(_short(name, LONGEST_NAME) for name in names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED} more"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
