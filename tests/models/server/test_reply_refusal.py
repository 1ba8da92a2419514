"""Refusals of chat servers: retried if that helps, and turned into sentences for the user."""

import pytest

from cozviewer.util.errors import BadInput, CozviewerError, Failure
from tests.models.chat_asking import ask, trouble
from tests.models.chat_replies import Behaviour, drops, events, refuses, says, sends
from tests.models.chat_server import ChatServer

pytestmark = pytest.mark.usefixtures("no_keys")


@pytest.mark.parametrize(
    ("behaviours", "tries"),
    [
        ([refuses(503, "Loading model"), says("fur")], 2),
        ([refuses(500), refuses(502, "Bad gateway"), says("fur")], 3),
        ([refuses(429, "Slow down", Retry_After="0"), says("fur")], 2),
        ([drops(), drops(), says("fur")], 3),
        ([sends(events("fur")[:40], kind="text/event-stream"), says("fur")], 2),
    ],
    ids=["loading", "failing", "busy", "hanging up", "breaking off"],
)
def test_what_may_pass_is_tried_again(behaviours: list[Behaviour], tries: int) -> None:
    with ChatServer(*behaviours) as server:
        assert ask(server.address) == "fur"
    assert len(server.requests) == tries
    assert len({str(request.body) for request in server.requests}) == 1


@pytest.mark.parametrize(
    ("behaviour", "tries", "kind", "sentence"),
    [
        (refuses(500, "oops"), 3, Failure, "failed (“oops”): check its log"),
        (refuses(503), 3, Failure, "failed: check its log"),
        (refuses(429, "quota"), 3, Failure, "is busy (“quota”)"),
        (drops(), 3, Failure, "closed the connection"),
        (refuses(400, "bad seed"), 1, Failure, "refused the request (“bad seed”)"),
        (refuses(418), 1, Failure, "refused the request: try another model"),
        (refuses(429, "later", Retry_After="3600"), 1, Failure, "is busy"),
        (
            refuses(500, "image input is not supported - hint: you may need to provide the mmproj"),
            1,
            BadInput,
            "does not accept images (“image input is not supported",
        ),
        (
            refuses(400, "Model does not support images. Please use a model that does."),
            1,
            BadInput,
            "does not accept images",
        ),
        (
            refuses(400, "At most 0 image(s) may be provided in one request."),
            1,
            BadInput,
            "does not accept images",
        ),
        (
            refuses(400, "the request exceeds the available context size, try increasing it"),
            1,
            BadInput,
            "too long for tiny-vl",
        ),
        (
            refuses(400, "This model's maximum context length is 512 tokens (image: 700)."),
            1,
            BadInput,
            "start it with a longer context",
        ),
        (refuses(413), 1, BadInput, "too long for tiny-vl"),
        (
            refuses(500, "model requires more system memory (5.5 GiB) than is available"),
            1,
            Failure,
            "failed (“model requires more system memory",
        ),
        (sends(b"<html>Hello</html>", kind="text/html"), 1, Failure, "incomplete answer"),
        (sends(b"{"), 1, Failure, "incomplete answer"),
        (sends(b'{"choices": []}'), 1, Failure, "incomplete answer"),
        (sends(b""), 1, Failure, "incomplete answer"),
        (sends(b'{"error": "no slot"}'), 1, Failure, "reported an error (“no slot”)"),
        (
            sends(b'data: {"error": {"message": "cannot decode image"}}\n\n'),
            1,
            BadInput,
            "does not accept images (“cannot decode image”)",
        ),
    ],
)
def test_what_a_server_says_becomes_a_sentence(
    behaviour: Behaviour, tries: int, kind: type[CozviewerError], sentence: str
) -> None:
    with ChatServer(behaviour) as server:
        error = trouble(server.address)
    assert type(error) is kind
    assert sentence in str(error)
    assert f"http://{server.address}/v1" in str(error)
    assert len(server.requests) == tries


def test_an_unknown_model_is_reported_with_those_that_are_known() -> None:
    models = [f"m{number}" for number in range(10)]
    with ChatServer(refuses(404, "model 'vl' not found"), models=models) as server:
        error = trouble(server.address, "vl")
    assert isinstance(error, BadInput)
    assert "has no model 'vl': it has m0, m1, m2, m3, m4, m5, m6, m7 and 2 more." in str(error)
    with ChatServer(refuses(400, "vl is not a valid model ID"), models=["a", "b"]) as server:
        assert "has no model 'vl': it has a, b." in str(trouble(server.address, "vl"))


def test_an_unknown_model_of_a_server_that_does_not_tell_its_own() -> None:
    with ChatServer(refuses(404, "The model `vl` does not exist."), models=None) as server:
        error = trouble(server.address, "vl")
    assert "does not have the model 'vl' (“The model `vl` does not exist.”)" in str(error)


def test_a_model_called_vision_is_not_taken_for_a_complaint_about_images() -> None:
    with ChatServer(refuses(400, "llama-vision: bad seed"), models=["llama-vision"]) as server:
        assert "refused the request" in str(trouble(server.address, "llama-vision"))


def test_an_address_without_a_chat_server() -> None:
    with ChatServer() as server:
        error = trouble(f"http://{server.address}/elsewhere")
    assert isinstance(error, BadInput)
    assert f"http://{server.address}/elsewhere is not a chat server" in str(error)


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_wants_a_key_is_reported_where_to_put_it(status: int) -> None:
    with ChatServer(refuses(status, "Unauthorised")) as server:
        error = trouble(server.address)
    assert isinstance(error, BadInput)
    assert "COZVIEWER_SERVER_KEY" in str(error)
    assert "(service cozviewer, user localhost)" in str(error)


@pytest.mark.parametrize("status", [401, 403, 400, 429, 500])
def test_a_key_is_not_repeated_even_if_the_server_does(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "sk-mine")
    with ChatServer(refuses(status, "Incorrect key: sk-mine")) as server:
        error = trouble(server.address)
    assert "sk-mine" not in str(error)
    assert ("key from COZVIEWER_SERVER_KEY" in str(error)) == (status in (401, 403))


def test_a_key_that_others_could_read_on_the_way_is_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "sk-mine")
    error = trouble("http://10.0.0.7:8000")
    assert "to 10.0.0.7 over http is not safe" in str(error)


def test_nothing_is_sent_where_a_server_sends_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "sk-mine")
    with ChatServer() as other:
        location = f"http://{other.address}/v1/chat/completions?from=here"
        for status in (301, 307, 308):
            with ChatServer(refuses(status, Location=location)) as server:
                error = trouble(server.address)
            assert isinstance(error, BadInput)
            assert f"redirects to http://{other.address}/v1: enter that address" in str(error)
    assert other.requests == []


def test_a_server_that_sends_nowhere() -> None:
    with ChatServer(refuses(302, Location="/login")) as server:
        assert "redirects to another page" in str(trouble(server.address))
