"""Addresses of servers: what people type, and where it leads."""

import pytest

from cozviewer.models.server.address import read_address, redacted
from cozviewer.util.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("localhost:11434", "http://localhost:11434/v1"),
        (" localhost:11434/ ", "http://localhost:11434/v1"),
        ("localhost", "http://localhost/v1"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        ("10.0.0.7:1234", "http://10.0.0.7:1234/v1"),
        ("studio.local:1234/v1", "http://studio.local:1234/v1"),
        ("http://host:1234", "http://host:1234/v1"),
        ("HTTP://Host:1234/V1", "http://host:1234/V1"),
        ("http://host", "http://host/v1"),
        ("https://host/v1", "https://host/v1"),
        ("https://host/v1/", "https://host/v1"),
        ("https://host/v1/chat/completions", "https://host/v1"),
        ("https://host/v1/models/", "https://host/v1"),
        ("https://host/api/v1", "https://host/api/v1"),
        ("https://host/v1beta/openai/", "https://host/v1beta/openai"),
        # Without a port, https is used for other computers.
        ("api.openai.com", "https://api.openai.com/v1"),
        ("openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
    ],
)
def test_forms(typed: str, base: str) -> None:
    address = read_address(typed)
    assert address.base == base
    # The resulting address can be typed as well.
    assert read_address(address.base) == address


@pytest.mark.parametrize(
    ("typed", "host", "here", "encrypted"),
    [
        ("localhost:11434", "localhost", True, False),
        ("https://LOCALHOST", "localhost", True, True),
        ("gpu.localhost:1", "gpu.localhost", True, False),
        ("127.0.0.2:1", "127.0.0.2", True, False),
        ("[::1]:1", "::1", True, False),
        ("10.0.0.7:1234", "10.0.0.7", False, False),
        ("localhost.example.org:80", "localhost.example.org", False, False),
        ("https://example.org", "example.org", False, True),
    ],
)
def test_where_it_is(typed: str, host: str, here: bool, encrypted: bool) -> None:
    address = read_address(typed)
    assert (address.host, address.here, address.encrypted) == (host, here, encrypted)


@pytest.mark.parametrize(
    "typed",
    [
        "http://",
        "http:///v1",
        ":11434",
        "host:",
        "host:eleven",
        "host:0",
        "host:70000",
        "local host",
        "http://[::1",
        "host\\v1",
        "host\x00",
    ],
)
def test_invalid_addresses(typed: str) -> None:
    with pytest.raises(BadInput, match=r"is not a server address: enter one like localhost"):
        read_address(typed)


@pytest.mark.parametrize("typed", ["ftp://host", "file://host/x", "unix://host"])
def test_only_http(typed: str) -> None:
    with pytest.raises(BadInput, match=r"with http or https, not \w+:"):
        read_address(typed)


@pytest.mark.parametrize("typed", ["host:1/v1?version=3", "https://host/v1#chat"])
def test_nothing_after_the_path(typed: str) -> None:
    with pytest.raises(BadInput, match="end it before the"):
        read_address(typed)


@pytest.mark.parametrize(
    "typed", ["http://user:secret@host/v1", "secret@host:1", "https://:secret@host", "u:sec/ret@h"]
)
def test_a_password_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(BadInput, match="contains a user name or password") as caught:
        read_address(typed)
    assert "sec" not in str(caught.value)


@pytest.mark.parametrize(
    "typed",
    [
        "host:1/v1?key=secret",
        "https://host/v1#secret",
        "host:eleven?key=secret",
        "ftp://host?key=secret",
        "https://?key=secret",
        "local host?secret",
        "host\n?key=secret",
    ],
)
def test_a_key_in_an_address_is_not_repeated(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_address(typed)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("get https://u:pw@host/a?sig=x#y failed", "get https://host/a?… failed"),
        ("(http://host:1/v1#token)", "(http://host:1/v1?…"),
        ("HTTPS://key@host/v1.", "HTTPS://host/v1."),
        ("why? because https://host/v1", "why? because https://host/v1"),
    ],
)
def test_what_may_be_a_key_is_taken_out_of_text(text: str, shown: str) -> None:
    assert redacted(text) == shown
