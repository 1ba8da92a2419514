"""Talking to a chat server: one request, tried again where that may help.

Everything here runs in the event loop of `interruptible`, so that it can be stopped at any await.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from cozviewer.models.server.address import Address
from cozviewer.models.server.answer import names_of
from cozviewer.models.server.connection_errors import may_pass, network_trouble
from cozviewer.models.server.key import Key
from cozviewer.models.server.refusal import is_passing
from cozviewer.util.errors import Failure

CONNECT_SECONDS = 5.0
"""Longest wait for a server to take the call."""

SILENT_SECONDS = 120.0
"""Longest wait for its next byte: a large model is loaded before the first word."""

WHOLE_SECONDS = 600.0
"""Longest wait for all of an answer."""

PAUSES = (0.5, 2.0)
"""Seconds before the second and the third try."""

LONGEST_PAUSE = 10.0
"""Seconds that a server may ask to be left alone before it is tried again."""

ANSWER_BYTES = 1 << 20
"""No list of words is longer, not even as single events."""


LAST_EVENT = b"data: [DONE]\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes:
        status: Of HTTP.
        body: All of it.
        location: Where else it sends to, or "".
        pause: Seconds that it wants to be left alone, where it says so.
    """

    status: int
    body: bytes
    location: str = ""
    pause: float | None = None


@asynccontextmanager
async def connected(address: Address, key: Key | None) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client for one server; what goes wrong with the network becomes a sentence.

    Raises:
        BadInput, Failure: See `network_trouble`.
    """
    headers = {"User-Agent": "cozviewer", "Accept-Encoding": "identity"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key.value}"
    try:
        base = httpx2.URL(address.base)
    except httpx2.InvalidURL as error:
        raise network_trouble(error, address) from error
    try:
        client = httpx2.AsyncClient(
            base_url=base,
            headers=headers,
            timeout=httpx2.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,  # the pictures and the key are for this server alone
            trust_env=not address.here,  # no proxy knows the way to this machine
        )
    except (ImportError, OSError, ValueError, httpx2.InvalidURL) as error:
        raise Failure(
            f"The way to {address.host} is not clear: this computer's proxy or certificate "
            f"settings cannot be used, see HTTP_PROXY, ALL_PROXY and SSL_CERT_FILE."
        ) from error
    async with client:
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                yield client
        except (httpx2.HTTPError, TimeoutError) as error:
            raise network_trouble(error, address) from error


async def post(client: httpx2.AsyncClient, request: Mapping[str, Any]) -> Reply:
    """Return what a server replies to a request for an answer, after up to three tries.

    Raises:
        Failure: It never ends.
        httpx2.HTTPError: The network failed.
    """
    for pause in PAUSES:
        try:
            reply = await _once(client, "POST", "/chat/completions", request)
        except httpx2.TransportError as error:
            if not may_pass(error):
                raise
        else:
            pause = pause if reply.pause is None else reply.pause
            if not is_passing(reply.status, reply.body) or pause > LONGEST_PAUSE:
                return reply
        await asyncio.sleep(pause)
    return await _once(client, "POST", "/chat/completions", request)


async def models_there(client: httpx2.AsyncClient) -> list[str]:
    """Return the names of a server's models; none if it does not say."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reply = await _once(client, "GET", "/models")
    except (httpx2.HTTPError, Failure, TimeoutError):
        return []
    return names_of(reply.body) if reply.status == 200 else []


async def _once(
    client: httpx2.AsyncClient, method: str, path: str, request: Mapping[str, Any] | None = None
) -> Reply:
    async with client.stream(method, path, json=request) as response:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > ANSWER_BYTES:
                raise Failure(
                    f"What {client.base_url.host} answers does not end: it is no chat server, or "
                    f"does not keep to the limit of tokens."
                )
            # Some servers keep the connection open after the last event of a stream.
            if body[-len(LAST_EVENT) :].rstrip().endswith(LAST_EVENT.rstrip()):
                break
        return Reply(
            response.status_code,
            bytes(body),
            response.headers.get("Location", ""),
            _seconds(response.headers.get("Retry-After", "")),
        )


def _seconds(text: str) -> float | None:
    """Return the seconds of a Retry-After header; its other form, a date, is not read."""
    return float(text) if text.strip().isdecimal() else None
