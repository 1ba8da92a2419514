"""What goes wrong on the way to a chat server, as sentences that say what to do about it."""

import socket
import ssl
from collections.abc import Iterator

import httpx2

from cozviewer.models.server.address import Address
from cozviewer.util.errors import BadInput, CozviewerError, Failure


def network_trouble(error: Exception, address: Address) -> CozviewerError:
    """Return the sentence about a call that failed on the way."""
    base, causes = address.base, list(_causes(error))
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return Failure(
                f"There is no machine called {address.host}: check the address of the server, and "
                f"the network."
            )
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure(
                f"The server at {base} does not prove that it is {address.host} "
                f"({cause.verify_message}): check the address, or let this computer trust its "
                f"certificate."
            )
        if isinstance(cause, ssl.SSLError):
            return Failure(
                f"The server at {base} cannot be spoken to encrypted: check the address, perhaps "
                f"it wants http:// instead of https://."
            )
        if isinstance(cause, ConnectionRefusedError):
            return Failure(f"There is no server at {base}: start it, or choose another prompter.")
    if isinstance(error, httpx2.InvalidURL):
        return BadInput(f"The address of the server, {base}, is not valid: check it.")
    if isinstance(error, httpx2.ProxyError):
        return Failure(f"The proxy on the way to {base} lets nothing through: check its settings.")
    if isinstance(error, httpx2.ConnectTimeout):
        return Failure(
            f"Nobody answers at {base}: check the address, and whether the server is running."
        )
    if isinstance(error, httpx2.TimeoutException | TimeoutError):
        return Failure(
            f"The server at {base} takes too long: wait until it has loaded its model and try "
            f"again, or choose a smaller one."
        )
    if isinstance(error, httpx2.ConnectError):
        return Failure(f"The server at {base} cannot be reached: check the network.")
    return Failure(f"The server at {base} broke off: see what it says itself, and try again.")


def may_pass(error: Exception) -> bool:
    """Tell whether it is worth while to try again after an error of the network."""
    kinds = httpx2.ConnectError | httpx2.ReadError | httpx2.WriteError | httpx2.RemoteProtocolError
    lasting = (socket.gaierror, ssl.SSLError)
    return isinstance(error, kinds) and not any(isinstance(c, lasting) for c in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that lie beneath it."""
    yield error
    beneath = list(error.exceptions) if isinstance(error, BaseExceptionGroup) else []
    below = error.__cause__ or error.__context__
    for cause in [*beneath, below] if below is not None else beneath:
        yield from _causes(cause)
