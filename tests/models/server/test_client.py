"""Network errors on the way to a chat server, as sentences for the user."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from cozviewer.models.server.address import read_address
from cozviewer.models.server.client import connected, connection_error
from cozviewer.util.errors import BadInput, Failure
from tests.models.chat_asking import QUICK, ask, trouble
from tests.models.chat_replies import drips, hangs, refuses, says
from tests.models.chat_server import ChatServer, deaf_address
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("no_keys")


def test_nobody_listens() -> None:
    address = deaf_address()
    error = trouble(address)
    assert isinstance(error, Failure)
    assert str(error) == (
        f"No server is running at http://{address}/v1: start it, or choose another prompter."
    )


def test_a_server_that_starts_meanwhile_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []
    connect = socket.socket.connect

    def connect_in_the_end(self: socket.socket, to: tuple[str, int]) -> None:
        """Refuse the first two calls, as a computer without a server does."""
        calls.append(to)
        if len(calls) <= 2:
            raise ConnectionRefusedError
        connect(self, to)

    with ChatServer(says("fur")) as server:
        monkeypatch.setattr(socket.socket, "connect", connect_in_the_end)
        assert ask(server.address.replace("localhost", "127.0.0.1")) == "fur"
    assert len(calls) == 3


def test_a_name_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    lookups: list[object] = []

    def unknown(host: object, *args: object, **named: object) -> None:
        lookups.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = trouble("http://nobody.test:80")
    assert "Cannot find the server nobody.test" in str(error)
    assert len(lookups) == 1


def test_a_server_that_is_not_encrypted() -> None:
    with ChatServer() as server:
        error = trouble(f"https://{server.address}")
    assert "does not support https: check the address, or try http://" in str(error)
    assert server.requests == []


def test_a_certificate_that_nobody_trusts() -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "self-signed certificate"
    error = httpx2.ConnectError("failed")
    error.__cause__ = cause
    sentence = str(connection_error(error, read_address("https://gpu.test")))
    assert "The security certificate of gpu.test is not valid (self-signed certificate)" in sentence


@pytest.mark.parametrize(
    ("address", "verified"),
    [("http://localhost:1", False), ("https://localhost:1", True), ("http://10.0.0.7:1", True)],
)
def test_certificates_are_verified_except_where_nothing_reads_them(
    address: str, verified: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[object] = []

    class Client(httpx2.AsyncClient):
        def __init__(self, *, verify: bool, **options: Any) -> None:
            found.append(verify)
            super().__init__(verify=verify, **options)

    async def connect() -> None:
        async with connected(read_address(address), None):
            pass

    monkeypatch.setattr(httpx2, "AsyncClient", Client)
    asyncio.run(connect())
    assert found == [verified]


def test_a_server_that_says_nothing() -> None:
    limits = replace(QUICK, silent_seconds=0.05)
    for behaviour in (hangs(), hangs("fur", ", ")):
        with ChatServer(behaviour) as server:
            assert "takes too long" in str(trouble(server.address, limits=limits))
            assert server.left.wait(PATIENCE)
        assert len(server.requests) == 1


def test_a_server_that_talks_for_ever() -> None:
    limits = replace(QUICK, whole_seconds=0.2)
    with ChatServer(drips("fur, whiskers" * 100, 0.02)) as server:
        assert "takes too long" in str(trouble(server.address, limits=limits))


def test_a_server_that_says_too_much() -> None:
    limits = replace(QUICK, answer_bytes=1000)
    for behaviour in (says(*["fur"] * 100), refuses(400, "x" * 2000)):
        with ChatServer(behaviour) as server:
            assert "is too long" in str(trouble(server.address, limits=limits))
        assert len(server.requests) == 1


def test_a_proxy_that_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    with ChatServer() as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        monkeypatch.setenv("no_proxy", "")
        assert "proxy for https://models.test/v1 refused" in str(trouble("https://models.test"))


@pytest.mark.parametrize(
    ("variable", "value"),
    [("all_proxy", "gopher://localhost:1"), ("SSL_CERT_FILE", "/no/such/file.pem")],
)
def test_settings_of_the_computer_that_cannot_be_used(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv(variable, value)
    assert "proxy or certificate settings are not valid" in str(trouble("http://models.test:80"))
    # They do not matter on this machine.
    with ChatServer(says("fur")) as server:
        assert ask(server.address) == "fur"


@pytest.mark.parametrize("host", ["☃..test", "-ü", "ü" * 70])
def test_a_name_that_cannot_be_written(host: str) -> None:
    error = trouble(f"https://{host}")
    assert isinstance(error, BadInput)
    assert f"https://{host}/v1 is not valid" in str(error)


@pytest.mark.parametrize("host", ["a" * 300, "[fe80::1%25nowhere]"])
def test_a_name_that_nobody_can_have(host: str) -> None:
    trouble(f"http://{host}:80")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (httpx2.ConnectTimeout, "No response from http://gpu.test:1/v1"),
        (httpx2.ReadTimeout, "takes too long"),
        (httpx2.WriteTimeout, "takes too long"),
        (httpx2.ConnectError, "cannot be reached"),
        (httpx2.RemoteProtocolError, "closed the connection"),
    ],
)
def test_the_rest(error: Callable[[str], Exception], sentence: str) -> None:
    assert sentence in str(connection_error(error("x"), read_address("gpu.test:1")))
