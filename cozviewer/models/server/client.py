"""The HTTP client for a chat server, with retries, cancellation and errors for the user.

The coroutines run in the event loop of `run_cancellable`, so they can be cancelled at any await.
"""

import asyncio
import socket
import ssl
import threading
from asyncio import CancelledError, Future, Runner, SelectorEventLoop
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar, TypeVarTuple

import httpx2

from cozviewer.models.server.address import Address, Key
from cozviewer.models.server.reply import Reply, is_transient, model_names
from cozviewer.models.server.request import USUAL, ServerLimits
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput, Cancelled, CozviewerError, Failure
from cozviewer.util.translation import translate

CONNECT_SECONDS = 5.0
"""Timeout for the connection."""

LONGEST_PAUSE = 10.0
"""Maximum seconds of a Retry-After header that are waited for."""

LAST_EVENT = b"data: [DONE]\r\n\r\n"


@asynccontextmanager
async def connected(
    address: Address, key: Key | None, limits: ServerLimits = USUAL
) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client for one server; network errors become errors for the user.

    Raises:
        BadInput, Failure: See `connection_error`.
    """
    headers = {"User-Agent": "cozviewer", "Accept-Encoding": "identity"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key.value}"
    try:
        base = httpx2.URL(address.base)
    except httpx2.InvalidURL as error:
        raise connection_error(error, address) from error
    try:
        client = httpx2.AsyncClient(
            base_url=base,
            headers=headers,
            timeout=httpx2.Timeout(limits.silent_seconds, connect=CONNECT_SECONDS),
            follow_redirects=False,  # the images and the key are for this server only
            trust_env=not address.here,  # no proxy reaches this computer
            # Loading certificates takes 50 ms, and nothing reads them without encryption.
            verify=address.encrypted or not address.here,
        )
    except (ImportError, OSError, ValueError, httpx2.InvalidURL) as error:
        raise Failure(
            translate(
                "Error",
                "Cannot connect to {host}: this computer's proxy or certificate settings are "
                "not valid, see HTTP_PROXY, ALL_PROXY and SSL_CERT_FILE.",
            ).format(host=address.host)
        ) from error
    async with client:
        try:
            async with asyncio.timeout(limits.whole_seconds):
                yield client
        except (httpx2.HTTPError, TimeoutError) as error:
            raise connection_error(error, address) from error


async def post(
    client: httpx2.AsyncClient, request: Mapping[str, Any], limits: ServerLimits = USUAL
) -> Reply:
    """Return the reply to a request for an answer, after up to three attempts.

    Raises:
        Failure: The reply is too long.
        httpx2.HTTPError: The network failed.
    """
    most = limits.answer_bytes
    for pause in limits.pauses:
        try:
            reply = await _once(client, "POST", "/chat/completions", most, request)
        except httpx2.TransportError as error:
            if not is_transient_error(error):
                raise
        else:
            pause = pause if reply.pause is None else reply.pause
            if not is_transient(reply) or pause > LONGEST_PAUSE:
                return reply
        await asyncio.sleep(pause)
    return await _once(client, "POST", "/chat/completions", most, request)


async def list_models(client: httpx2.AsyncClient) -> list[str]:
    """Return the names of a server's models; none if it does not list them."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reply = await _once(client, "GET", "/models", USUAL.answer_bytes)
    except (httpx2.HTTPError, Failure, TimeoutError):
        return []
    return model_names(reply.body) if reply.status == 200 else []


async def _once(
    client: httpx2.AsyncClient,
    method: str,
    path: str,
    most: int,
    request: Mapping[str, Any] | None = None,
) -> Reply:
    async with client.stream(method, path, json=request) as response:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > most:
                raise Failure(
                    translate(
                        "Error",
                        "The answer of {host} is too long: it is not a chat server, "
                        "or ignores the token limit.",
                    ).format(host=client.base_url.host)
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
    """Return the seconds of a Retry-After header; its other form, a date, is ignored."""
    return float(text) if text.strip().isdecimal() else None


def connection_error(error: Exception, address: Address) -> CozviewerError:
    """Return the error for the user for a failed request."""
    base, causes = address.base, list(_causes(error))
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return Failure(
                translate(
                    "Error", "Cannot find the server {host}: check its address and the network."
                ).format(host=address.host)
            )
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure(
                translate(
                    "Error",
                    "The security certificate of {host} is not valid "
                    "({verify_message}): check the address {base}, or make this computer trust "
                    "the certificate.",
                ).format(host=address.host, verify_message=cause.verify_message, base=base)
            )
        if isinstance(cause, ssl.SSLError):
            return Failure(
                translate(
                    "Error",
                    "The server at {base} does not support https: check the address, or try http://.",
                ).format(base=base)
            )
        if isinstance(cause, ConnectionRefusedError):
            return Failure(
                translate(
                    "Error", "No server is running at {base}: start it, or choose another prompter."
                ).format(base=base)
            )
    if isinstance(error, httpx2.InvalidURL):
        return BadInput(
            translate("Error", "The server address {base} is not valid: check it.").format(
                base=base
            )
        )
    if isinstance(error, httpx2.ProxyError):
        return Failure(
            translate(
                "Error", "The proxy for {base} refused the connection: check its settings."
            ).format(base=base)
        )
    if isinstance(error, httpx2.ConnectTimeout):
        return Failure(
            translate(
                "Error",
                "No response from {base}: check the address, and whether the server is running.",
            ).format(base=base)
        )
    if isinstance(error, httpx2.TimeoutException | TimeoutError):
        return Failure(
            translate(
                "Error",
                "The server at {base} takes too long: try again when it has loaded its model, or "
                "choose a smaller one.",
            ).format(base=base)
        )
    if isinstance(error, httpx2.ConnectError):
        return Failure(
            translate("Error", "The server at {base} cannot be reached: check the network.").format(
                base=base
            )
        )
    return Failure(
        translate(
            "Error", "The server at {base} closed the connection: check its log, and try again."
        ).format(base=base)
    )


def is_transient_error(error: Exception) -> bool:
    """Return whether a retry may succeed after a network error."""
    kinds = httpx2.ConnectError | httpx2.ReadError | httpx2.WriteError | httpx2.RemoteProtocolError
    permanent = (socket.gaierror, ssl.SSLError)
    return isinstance(error, kinds) and not any(isinstance(c, permanent) for c in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all its causes."""
    yield error
    beneath = list(error.exceptions) if isinstance(error, BaseExceptionGroup) else []
    below = error.__cause__ or error.__context__
    for cause in [*beneath, below] if below is not None else beneath:
        yield from _causes(cause)


T = TypeVar("T")
Ts = TypeVarTuple("Ts")

LOOK_SECONDS = 0.1
"""Interval of checks for cancellation."""


def run_cancellable(work: Coroutine[Any, Any, T], cancelled: IsCancelled) -> T:
    """Run a coroutine in a new event loop of the calling thread and return its result.

    Raises:
        Cancelled: `cancelled` returned True; `work` was cancelled at an await and has cleaned up.
        Exception: Any exception of `work`.
    """
    with Runner(loop_factory=_Loop) as runner:
        return runner.run(_polled(work, cancelled))


async def _polled(work: Coroutine[Any, Any, T], cancelled: IsCancelled) -> T:
    task = asyncio.ensure_future(work)
    while not task.done():
        if cancelled():
            task.cancel()
        await asyncio.wait({task}, timeout=LOOK_SECONDS)
    try:
        return task.result()
    except CancelledError:
        raise Cancelled(translate("Error", "Stopped.")) from None


class _Loop(SelectorEventLoop):
    """An event loop that does not wait for blocking calls (name lookup, keyring) when it ends.

    Such calls cannot be interrupted, and asyncio waits for the threads of its own executor. Here
    each call has a daemon thread, whose result is dropped if it comes too late.
    """

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> "Future[T]":
        future: Future[T] = self.create_future()

        def call() -> None:
            try:
                result = func(*args)
            except Exception as error:
                self._settle(future, future.set_exception, error)
            else:
                self._settle(future, future.set_result, result)

        threading.Thread(target=call, name="blocking call", daemon=True).start()
        return future

    def _settle(self, future: "Future[Any]", setter: Callable[[Any], None], value: object) -> None:
        """Settle a future from another thread, unless it is cancelled or the loop has ended."""

        def settle() -> None:
            if not future.done():
                setter(value)

        with suppress(RuntimeError):  # the loop is closed
            self.call_soon_threadsafe(settle)
