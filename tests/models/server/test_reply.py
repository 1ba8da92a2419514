"""Answers of chat servers, in the forms that they come in."""

import json

import pytest

from cozviewer.models.server.reply import Answer, error_text, model_names, parse_answer
from tests.models.chat_replies import events, whole


@pytest.mark.parametrize(
    "body",
    [
        whole("fur, whiskers"),
        whole(" fur, whiskers\n"),
        events("fur", ", ", "whiskers"),
        events("fur, whiskers").replace(b"\n", b"\r\n"),
        events("fur, whiskers").replace(b"data: ", b"data:"),
        # Signs of life, other kinds of lines, an event about the bill.
        b": waiting\n\nevent: message\nid: 3\n" + events("fur, ", "whiskers"),
        events("fur, whiskers") + b'data: {"choices": [], "usage": {"total_tokens": 5}}\n\n',
        # Text in parts, thoughts beside it, whole messages in a stream.
        b'{"choices": [{"message": {"content": [{"type": "text", "text": "fur, "},'
        b' {"type": "thinking", "thinking": []}, {"type": "text", "text": "whiskers"}]}}]}',
        b'{"choices": [{"message": {"content": "fur, whiskers", "reasoning": "Hm."}}]}',
        b'data: {"choices": [{"message": {"content": "fur, whiskers"}, "delta": null}]}\n\n',
    ],
)
def test_words(body: bytes) -> None:
    assert parse_answer(body) == Answer("fur, whiskers", cut=False)


@pytest.mark.parametrize(
    "body", [whole("fur, whisk", finish="length"), events("fur, whisk", finish="length")]
)
def test_an_answer_that_was_cut_off(body: bytes) -> None:
    assert parse_answer(body) == Answer("fur, whisk", cut=True)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("<think>A cat?\nYes.</think>\n\nfur, whiskers", "fur, whiskers"),
        ("<thinking>A cat?</thinking>fur", "fur"),
        ("<think></think>fur <think>more</think>, paws", "fur , paws"),
        ("A cat? Yes.</think>fur", "fur"),
        ("<think>A cat? Perhaps it is a", ""),
        ("<THINK>x</THINK>fur", "fur"),
        ("I think: fur", "I think: fur"),
    ],
)
def test_thoughts_are_left_out(said: str, words: str) -> None:
    answer = parse_answer(events(*said))
    assert answer is not None
    assert answer.text == words


def test_what_nobody_can_read_is_left_out() -> None:
    said = rb"fur\u0000,\u001b[1m\n\ud83d paws \ud83d\udc3e"
    body = b'{"choices": [{"message": {"content": "%s"}}]}' % said
    assert parse_answer(body) == Answer("fur,[1m\n paws 🐾", cut=False)


@pytest.mark.parametrize("content", [None, "", " \n", [], 3])
def test_an_empty_answer_is_one(content: object) -> None:
    body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
    assert parse_answer(body) == Answer("", cut=False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"fur, whiskers",
        b"<html><body>Welcome</body></html>",
        b"[]",
        b"{",
        b"[" * 100_000,
        b'{"choices": []}',
        b'{"choices": [3]}',
        b'{"choices": {"message": 1}}',
        b'{"response": "fur"}',
        b"data: [DONE]\n\n",
        b"data: fur\n\n",
        events("fur", ", ", "whiskers").split(b', "finish_reason": "stop"')[0],
        b"\xff\xfe\x00",
        b'{"error": "Model does not support images."}',
        events("fur").replace(b"data: [DONE]", b'data: {"error": {"message": "out of memory"}}'),
    ],
)
def test_no_answer(body: bytes) -> None:
    assert parse_answer(body) is None


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b'{"error": {"message": "model not found", "code": 404}}', "model not found"),
        (b'{"error": "Model does not support images."}', "Model does not support images."),
        (b'{"object": "error", "message": "At most 1 image(s)"}', "At most 1 image(s)"),
        (b'{"detail": "Not Found"}', "Not Found"),
        (b'{"detail": [{"msg": "field required"}]}', '[{"msg": "field required"}]'),
        (b'data: {"error": {"message": "out of memory"}}\n\n', "out of memory"),
        (b"Bad gateway\n", "Bad gateway"),
        (b"two\nlines\x1b[31m\x00 of text", "two lines[31m of text"),
        (b"<html>502</html>", ""),
        (b'{"error": {}}', ""),
        (b"", ""),
        (b"x" * 3000, "x" * 2000),
    ],
)
def test_complaints(body: bytes, complaint: str) -> None:
    assert error_text(body) == complaint


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"object": "list", "data": [{"id": "a"}, {"id": "b:3b"}]}', ["a", "b:3b"]),
        (b'{"data": [{"id": 3}, "x", {"name": "c"}]}', []),
        (b'{"data": {}}', []),
        (b"<html>", []),
        (b"[1]", []),
    ],
)
def test_names_of_models(body: bytes, names: list[str]) -> None:
    assert model_names(body) == names
