"""The prompter "server" against a real server on this machine: what goes there, what comes back."""

import logging
from collections.abc import Mapping

import numpy as np
import pytest
from PIL import Image

from cozviewer.chain.protocols import Notice, Prompter
from cozviewer.config.questions import Questions
from cozviewer.image.pixels import Rgb8
from cozviewer.models.server.prompter import ServerPrompter
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput
from tests.models.chat_exchange import Exchange
from tests.models.chat_replies import Behaviour, drips, events, refuses, says, says_whole, sends
from tests.models.chat_server import ChatServer

QUESTIONS = Questions("What is it?", "What is it, nearer?")

random = np.random.default_rng(11)
CROP: Rgb8 = random.integers(0, 256, (128, 128, 3), np.uint8)
WIDE: Rgb8 = random.integers(0, 256, (512, 384, 3), np.uint8)


@pytest.fixture(autouse=True)
def _key_of_another(no_keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key but the test's own, and one that is for OpenAI alone."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-openai-alone")


def prompter(server: ChatServer, notice: Notice = pytest.fail) -> Prompter:
    return ServerPrompter(
        server.address, server.model, questions=QUESTIONS, max_tokens=32, notice=notice
    )


def test_one_image() -> None:
    with ChatServer(says("fur", ", ", "whiskers")) as server:
        assert prompter(server).prompt(None, CROP, never) == "fur, whiskers"
    (request,) = server.requests
    assert request.question == "What is it?"
    assert request.body["model"] == server.model
    assert request.body["max_tokens"] == 32
    assert request.body["temperature"] == 0
    (shown,) = request.images
    bicubic = Image.fromarray(CROP).resize((512, 512), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(shown, np.asarray(bicubic))


def test_two_images_the_wider_first() -> None:
    with ChatServer() as server:
        assert prompter(server).prompt(WIDE, CROP, never) == "fur, whiskers"
    (request,) = server.requests
    assert request.question == "What is it, nearer?"
    wide, crop = request.images
    np.testing.assert_array_equal(wide, WIDE)
    assert crop.shape == (512, 512, 3)


def test_the_question_is_the_system_message_and_images_are_all_of_the_users() -> None:
    with ChatServer() as server:
        prompter(server).prompt(WIDE, CROP, never)
    system, user = server.requests[0].body["messages"]
    assert system == {"role": "system", "content": "What is it, nearer?"}
    assert user["role"] == "user"
    assert [part["type"] for part in user["content"]] == ["image_url", "image_url"]


@pytest.mark.parametrize(
    "behaviour",
    [
        says("fur, whiskers"),
        says_whole("fur, whiskers"),
        says("<think>A", " cat.</think>", "\n\nfur, whiskers"),
        sends(b": wait\n\n" + events("fur, ", "whiskers"), kind="text/event-stream; charset=utf-8"),
        drips("fur, whiskers", 0.0),
    ],
    ids=["stream", "whole", "thoughts", "signs of life", "drops"],
)
def test_however_it_is_said(behaviour: Behaviour) -> None:
    with ChatServer(behaviour) as server:
        assert prompter(server).prompt(None, CROP, never) == "fur, whiskers"


def test_a_stream_that_stays_open_after_its_end() -> None:
    def behave(exchange: Exchange) -> None:
        says("fur")(exchange)
        exchange.hang()

    with ChatServer(behave) as server:
        assert prompter(server).prompt(None, CROP, never) == "fur"


def test_words_of_any_alphabet() -> None:
    with ChatServer(says("piel, ", "毛皮, ", "усы")) as server:
        assert prompter(server).prompt(None, CROP, never) == "piel, 毛皮, усы"


def test_what_is_said_twice_is_heard_once() -> None:
    with ChatServer(says("fur, whiskers", ", fur, fur, whiskers")) as server:
        assert prompter(server).prompt(None, CROP, never) == "fur, whiskers"


def test_an_answer_without_words_is_noticed_once() -> None:
    notices: list[str] = []
    with ChatServer(says(""), says("<think>Hm"), says("..."), says("fur")) as server:
        asked = prompter(server, notices.append)
        assert [asked.prompt(None, CROP, never) for _ in range(4)] == ["", "", "", "fur"]
    assert notices == [
        "tiny-vl at localhost gave an empty answer, so detail is generated without a prompt."
    ]


def test_thoughts_that_use_up_all_tokens_are_reported() -> None:
    notices: list[str] = []
    with ChatServer(says("<think>I see a", finish="length")) as server:
        assert prompter(server, notices.append).prompt(None, CROP, never) == ""
    assert "within the maximum answer length" in notices[0]


@pytest.mark.parametrize(
    ("refusal", "change"),
    [
        ("System role not supported", {"question": "What is it, nearer?", "pictures": 2}),
        ("At most 1 image(s) may be provided", {"question": "What is it?", "pictures": 1}),
    ],
)
def test_a_server_that_wants_another_layout_gets_it_and_is_remembered(
    refusal: str, change: Mapping[str, object]
) -> None:
    notices: list[str] = []
    with ChatServer(refuses(400, refusal), says("fur")) as server:
        asked = prompter(server, notices.append)
        assert asked.prompt(WIDE, CROP, never) == "fur"
        assert asked.prompt(WIDE, CROP, never) == "fur"
    refused, *taken = server.requests
    assert len(refused.images) == 2
    assert len(taken) == 2
    for request in taken:
        assert {"question": request.question, "pictures": len(request.images)} == change
    # Less is shown than was meant to be: that is reported, once.
    assert len(notices) == (1 if change["pictures"] == 1 else 0)


def test_the_key_goes_to_the_server_and_into_no_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "sk-mine")
    with ChatServer() as server, caplog.at_level(logging.DEBUG):
        asked = prompter(server)
        asked.prompt(None, CROP, never)
    assert server.requests[0].headers["authorization"] == "Bearer sk-mine"
    assert caplog.records
    assert "sk-mine" not in caplog.text
    assert "sk-mine" not in repr(asked) + repr(vars(asked)) + repr(asked.identity)


def test_without_a_key_there_is_no_header_for_one_nor_any_about_the_user() -> None:
    with ChatServer() as server:
        prompter(server).prompt(None, CROP, never)
    headers = server.requests[0].headers
    assert headers["user-agent"] == "cozviewer"
    assert set(headers) == {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_server_on_this_machine_is_never_asked_through_a_proxy(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChatServer() as proxy, ChatServer(says("fur")) as server:
        monkeypatch.setenv(variable, f"http://{proxy.address}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert prompter(server).prompt(None, CROP, never) == "fur"
    assert proxy.requests == []


def test_another_is_asked_through_the_users_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with ChatServer(says("fur")) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
        monkeypatch.setenv("no_proxy", "")
        asked = ServerPrompter(
            "http://models.test:80", "vl", questions=QUESTIONS, max_tokens=32, notice=pytest.fail
        )
        assert asked.prompt(None, CROP, never) == "fur"
    assert proxy.requests[0].path == "http://models.test/v1/chat/completions"


def test_nothing_is_sent_before_a_prompt_is_wanted() -> None:
    with ChatServer() as server:
        asked = prompter(server)
        assert asked.name == "tiny-vl at localhost"
        assert asked.identity
    assert server.requests == []


def test_all_that_decides_the_words_is_in_the_recipe() -> None:
    def identity(**other: object) -> Mapping[str, str]:
        usual = {"address": "localhost:1", "model": "vl", "questions": QUESTIONS, "max_tokens": 32}
        return ServerPrompter(**{**usual, **other, "notice": pytest.fail}).identity  # type: ignore[arg-type]

    first = identity()
    assert first == {
        "name": "server",
        "address": "http://localhost:1/v1",
        "model": "vl",
        "one": "What is it?",
        "two": "What is it, nearer?",
        "max_tokens": "32",
    }
    assert identity(address="http://LOCALHOST:1/v1/", model=" vl ") == first
    for other in (
        {"address": "localhost:2"},
        {"model": "vl2"},
        {"questions": Questions("What?", "What is it, nearer?")},
        {"questions": Questions("What is it?", "What?")},
        {"max_tokens": 33},
    ):
        assert identity(**other) != first


@pytest.mark.parametrize(
    ("address", "model", "sentence"),
    [
        ("", "", "the address of a server and the name of a model"),
        (" ", "vl", "the address of a server and the name of a model"),
        ("localhost:1", "", r"the name of a model.*http://localhost:1/v1/models"),
        ("localhost:one", "vl", "is not a server address"),
    ],
)
def test_it_is_off_until_server_and_model_are_named(
    address: str, model: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        ServerPrompter(address, model, questions=QUESTIONS, max_tokens=32, notice=pytest.fail)
