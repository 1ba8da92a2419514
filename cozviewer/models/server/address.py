"""The address of an OpenAI-compatible server, and the API key for it.

The key comes from the environment or the system's keyring. It is sent in one header of the requests
to its server, and appears in no file, log, notice, error or recipe.
"""

import os
import re
from dataclasses import dataclass, field
from importlib import import_module
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from cozviewer.util.errors import BadInput
from cozviewer.util.translation import translate

COMMON_PATH = "/v1"
"""Path of the API in Ollama, llama.cpp, LM Studio and vLLM."""

PATHS_WITHIN = ("/chat/completions", "/models")
"""Paths of the API's endpoints, which users may copy with the address."""

_URL = re.compile(
    r"(?P<start>\bhttps?://)(?:[^\s/?#@]*@)?(?P<rest>[^\s?#\"'<>]*)(?P<end>[?#][^\s\"'<>]*)?", re.I
)


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a server.

    Attributes:
        base: Base URL of the API: "http://localhost:11434/v1".
        host: Host name or IP address, lower case, IPv6 without brackets.
    """

    base: str
    host: str

    @property
    def encrypted(self) -> bool:
        """Whether the connection is encrypted."""
        return self.base.startswith("https:")

    @property
    def here(self) -> bool:
        """Whether the server is on this computer."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:  # a name
            return False


def read_address(typed: str) -> Address:
    """Return the address for "localhost:11434", "http://10.0.0.7:1234" or "https://host/v1".

    Without "http://" or "https://", http is used for this computer and for addresses with a port,
    as for the usual local servers, and https for all others. Without a path, "/v1" is used.

    Raises:
        BadInput: It is not an address of a server; a password in it is not repeated.
    """
    typed = typed.strip()
    if "@" in typed:
        raise BadInput(
            translate(
                "Error",
                "The server address contains a user name or password: remove them, and set the "
                "environment variable COZVIEWER_SERVER_KEY to the key.",
            )
        )
    parts = _split(typed)
    if parts.scheme not in ("http", "https"):
        raise BadInput(
            translate(
                "Error", "Servers are used with http or https, not {scheme}: {typed}."
            ).format(scheme=parts.scheme, typed=_shown(typed))
        )
    if "?" in typed or "#" in typed:
        raise BadInput(
            translate(
                "Error",
                "The server address {typed} is too long: end it before the ? or #, and set "
                "the environment variable COZVIEWER_SERVER_KEY to a key.",
            ).format(typed=_shown(typed))
        )
    path = parts.path.rstrip("/")
    for within in PATHS_WITHIN:
        path = path.removesuffix(within)
    host = parts.hostname or ""
    return Address(f"{parts.scheme}://{parts.netloc.lower()}{path or COMMON_PATH}", host)


def redacted(text: str) -> str:
    """Return text without the user names, passwords, queries and fragments of URLs, which may
    contain keys."""
    return _URL.sub(lambda url: f"{url['start']}{url['rest']}{'?…' if url['end'] else ''}", text)


def _shown(typed: str) -> str:
    """Return a typed address to quote in a sentence, without parts that may be a key."""
    kept, *rest = re.split(r"[?#]", typed, maxsplit=1)
    return repr(f"{kept}?…" if rest else kept)


def _split(typed: str) -> SplitResult:
    """Return the parts of an address, with a scheme, a host and, if any, a valid port."""
    wrong = BadInput(
        translate(
            "Error",
            "{typed} is not a server address: enter one like localhost:11434 or "
            "https://example.org/v1.",
        ).format(typed=_shown(typed))
    )
    if re.search(r"[\s\x00-\x20\x7f\\]", typed):
        raise wrong
    try:
        parts = urlsplit(typed if "://" in typed else f"http://{typed}")
        host, port = parts.hostname, parts.port  # raises if the port is not a number
    except ValueError:
        raise wrong from None
    if not host or port == 0 or parts.netloc.endswith(":"):
        raise wrong
    if "://" not in typed and port is None and not Address("", host).here:
        parts = parts._replace(scheme="https")
    return parts


VARIABLE = "COZVIEWER_SERVER_KEY"
"""Environment variable: the key for the chosen server."""

HOST_VARIABLE = "COZVIEWER_SERVER_KEY_HOST"
"""Environment variable: the only host that receives the key in `VARIABLE`."""

OPENAI_VARIABLE, OPENAI_HOST = "OPENAI_API_KEY", "api.openai.com"
"""Set on many computers, and sent to no other host."""

SERVICE = "cozviewer"
"""Service name of keys in the keyring; the user name is the server's host."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key.

    Attributes:
        value: The secret; not in the `repr`.
        origin: Where it was found, to display.
    """

    value: str = field(repr=False)
    origin: str


def find_key(address: Address) -> Key | None:
    """Return the key for a server, or None; may block until the user unlocks the keyring.

    Raises:
        BadInput: It has invalid characters, or the connection is not encrypted.
    """
    key = _from_environment(address) or _from_keyring(address.host)
    if key is None:
        return None
    if not (key.value.isascii() and key.value.isprintable()):
        raise BadInput(
            translate(
                "Error", "The key from {origin} contains invalid characters: check it."
            ).format(origin=key.origin)
        )
    if not (address.encrypted or address.here):
        raise BadInput(
            translate(
                "Error",
                "Sending the key from {origin} to {host} over http is not safe: use an "
                "address with https://, or remove the key.",
            ).format(origin=key.origin, host=address.host)
        )
    return key


def _from_environment(address: Address) -> Key | None:
    host = os.environ.get(HOST_VARIABLE, "").strip().lower()
    names = [VARIABLE] * (host in ("", address.host))
    names += [OPENAI_VARIABLE] * (address.host == OPENAI_HOST)
    for name in names:
        value = os.environ.get(name, "").strip()
        if value:
            return Key(value, name)
    return None


def _from_keyring(host: str) -> Key | None:
    try:
        # The library may be missing, and it fails in many ways.
        value = import_module("keyring").get_password(SERVICE, host)
    except Exception:
        return None
    stripped = value.strip() if isinstance(value, str) else ""
    return Key(stripped, translate("Error", "the keyring")) if stripped else None
