"""The address of an OpenAI-compatible server, as people type it and as it is used.

Like `server_key`, it is read before anything goes over the network, by `server_prompter`.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from cozviewer.util.errors import BadInput

COMMON_PATH = "/v1"
"""Where Ollama, llama.cpp, LM Studio and vLLM have the protocol."""

PATHS_WITHIN = ("/chat/completions", "/models")
"""Paths of the protocol itself, which people copy along with the address."""


_URL = re.compile(
    r"(?P<start>\bhttps?://)(?:[^\s/?#@]*@)?(?P<rest>[^\s?#\"'<>]*)(?P<end>[?#][^\s\"'<>]*)?", re.I
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is.

    Attributes:
        base: What the protocol's paths are put behind: "http://localhost:11434/v1".
        host: Name or number of the machine, lower case, IPv6 without brackets.
    """

    base: str
    host: str

    @property
    def encrypted(self) -> bool:
        """Whether nobody can listen on the way."""
        return self.base.startswith("https:")

    @property
    def here(self) -> bool:
        """Whether the server is on this machine."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:  # a name
            return False


def read_address(typed: str) -> Address:
    """Return what "localhost:11434", "http://10.0.0.7:1234" or "https://host/v1" mean.

    Without "http://" or "https://", a machine that is named with a port, or is this one, is spoken
    to in the clear, as the usual local servers are, and any other encrypted. Without a path, the
    common one is taken.

    Raises:
        BadInput: It is no address of a server; a password in it is not repeated.
    """
    typed = typed.strip()
    if "@" in typed:
        raise BadInput(
            "The address of the server holds a name or password: leave them out, and give the key "
            "as COZVIEWER_SERVER_KEY in the environment."
        )
    parts = _split(typed)
    if parts.scheme not in ("http", "https"):
        raise BadInput(
            f"A server is spoken to by http or https, not {parts.scheme}: {_shown(typed)}."
        )
    if "?" in typed or "#" in typed:
        raise BadInput(
            f"The address {_shown(typed)} is too long: end it before the ? or #, and give a key as "
            f"COZVIEWER_SERVER_KEY in the environment."
        )
    path = parts.path.rstrip("/")
    for within in PATHS_WITHIN:
        path = path.removesuffix(within)
    host = parts.hostname or ""
    return Address(f"{parts.scheme}://{parts.netloc.lower()}{path or COMMON_PATH}", host)


def redacted(text: str) -> str:
    """Return text in which addresses have no user name, password, query or fragment any more: keys
    may be in them."""
    return _URL.sub(lambda url: f"{url['start']}{url['rest']}{'?…' if url['end'] else ''}", text)


def _shown(typed: str) -> str:
    """Return what was typed as a sentence quotes it, without what may be a key."""
    kept, *rest = re.split(r"[?#]", typed, maxsplit=1)
    return repr(f"{kept}?…" if rest else kept)


def _split(typed: str) -> SplitResult:
    """Return the parts of an address, at least a scheme, a host and, if any, a valid port."""
    wrong = BadInput(
        f"{_shown(typed)} is no address of a server: give one like localhost:11434 or "
        f"https://example.org/v1."
    )
    if re.search(r"[\s\x00-\x20\x7f\\]", typed):
        raise wrong
    try:
        parts = urlsplit(typed if "://" in typed else f"http://{typed}")
        host, port = parts.hostname, parts.port  # a port that is no number raises here
    except ValueError:
        raise wrong from None
    if not host or port == 0 or parts.netloc.endswith(":"):
        raise wrong
    if "://" not in typed and port is None and not Address("", host).here:
        parts = parts._replace(scheme="https")
    return parts
