"""The key that a server may want: from the environment or the system's keyring, never from us.

It goes into one header of the requests to the server that it is for and nowhere else: into no
file, log, notice, error or recipe.
"""

import os
from dataclasses import dataclass, field
from importlib import import_module

from cozviewer.models.server.address import Address
from cozviewer.util.errors import BadInput

VARIABLE = "COZVIEWER_SERVER_KEY"
"""Of the environment: the key for the server that the user has named."""

HOST_VARIABLE = "COZVIEWER_SERVER_KEY_HOST"
"""Of the environment: the one host that the key in `VARIABLE` is for; others never receive it."""

OPENAI_VARIABLE, OPENAI_HOST = "OPENAI_API_KEY", "api.openai.com"
"""Set on many machines, and meant for this one host: no other is ever shown it."""

SERVICE = "cozviewer"
"""What a key is kept under in the keyring; the user name there is the server's host."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key.

    Attributes:
        value: The secret itself; in no `repr`.
        origin: Where it was found, for people.
    """

    value: str = field(repr=False)
    origin: str


def find_key(address: Address) -> Key | None:
    """Return the key for a server, or None; may wait for a person to unlock the keyring.

    Raises:
        BadInput: It cannot be sent: it holds strange characters, or others could read it on the
            way.
    """
    key = _from_environment(address) or _from_keyring(address.host)
    if key is None:
        return None
    if not (key.value.isascii() and key.value.isprintable()):
        raise BadInput(f"The key from {key.origin} holds characters that no key has: check it.")
    if not (address.encrypted or address.here):
        raise BadInput(
            f"The key from {key.origin} would go to {address.host} for everybody on the way to "
            f"read: give an address with https://, or take the key away."
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
        # Not everybody has the library, and it fails in as many ways as there are keyrings.
        value = import_module("keyring").get_password(SERVICE, host)
    except Exception:
        return None
    stripped = value.strip() if isinstance(value, str) else ""
    return Key(stripped, "the keyring") if stripped else None
