"""Cancellation at any moment, whatever a chat server, name lookup or keyring does."""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from types import ModuleType

import pytest

from cozviewer.models.server.request import ServerLimits
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import Cancelled
from tests.models.chat_asking import CROP, prompter
from tests.models.chat_replies import Behaviour, drips, hangs, refuses, says
from tests.models.chat_server import ChatServer, deaf_address
from tests.packages import Packages
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("no_keys")


class Blocked:
    """A call that does not come back until it is let go.

    Attributes:
        entered: Set while somebody is in it.
    """

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, *args: object, **named: object) -> None:
        self.entered.set()
        self.let_go.wait(PATIENCE)
        raise OSError("too late")


@pytest.fixture
def blocked() -> Iterator[Blocked]:
    call = Blocked()
    yield call
    call.let_go.set()


def test_before_anything_is_sent() -> None:
    with ChatServer() as server, pytest.raises(Cancelled):
        prompter(server.address).prompt(None, CROP, lambda: True)
    assert server.requests == []


@pytest.mark.parametrize(
    "behaviour",
    [
        hangs(),
        hangs("fur", ", "),
        drips("fur, whiskers" * 1000, 0.01),
        refuses(503, Retry_After="9"),
    ],
    ids=["silent", "silent after some words", "slow", "busy"],
)
def test_while_the_server_takes_its_time(behaviour: Behaviour) -> None:
    with ChatServer(behaviour, says("paws")) as server:
        asked = prompter(server.address)
        with pytest.raises(Cancelled):
            asked.prompt(None, CROP, server.asked.is_set)
        assert len(server.requests) == 1
        # The next one is not disturbed by it.
        assert asked.prompt(None, CROP, never) == "paws"


def test_the_server_learns_of_it() -> None:
    with ChatServer(hangs("fur")) as server:
        with pytest.raises(Cancelled):
            prompter(server.address).prompt(None, CROP, server.asked.is_set)
        assert server.left.wait(PATIENCE)


def test_between_two_tries() -> None:
    with pytest.raises(Cancelled):
        prompter(deaf_address(), limits=ServerLimits(pauses=(600.0,))).prompt(None, CROP, after(5))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts on Linux's backlog")
def test_while_nobody_takes_the_call() -> None:
    with ExitStack() as stack, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):  # more than may wait: later calls are neither taken nor refused
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            with pytest.raises(BlockingIOError):
                caller.connect(listener.getsockname())
        with pytest.raises(Cancelled):
            prompter(f"127.0.0.1:{listener.getsockname()[1]}").prompt(None, CROP, after(5))


def test_while_the_name_is_looked_up(blocked: Blocked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", blocked)
    with pytest.raises(Cancelled):
        prompter("http://slow.test:80").prompt(None, CROP, blocked.entered.is_set)
    assert not blocked.let_go.is_set()


def test_while_the_keyring_waits_for_its_password(blocked: Blocked, packages: Packages) -> None:
    keyring = ModuleType("keyring")
    keyring.get_password = blocked  # type: ignore[attr-defined]
    packages.replace(keyring)
    with ChatServer() as server, pytest.raises(Cancelled):
        prompter(server.address).prompt(None, CROP, blocked.entered.is_set)
    assert not blocked.let_go.is_set()
    assert server.requests == []


def after(looks: int) -> IsCancelled:
    """Return a `Cancelled` that returns True after a number of calls."""
    left = iter(range(looks))
    return lambda: next(left, None) is None
