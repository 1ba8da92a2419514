"""API keys: where they are found, and that they are sent only to their server."""

from types import ModuleType

import pytest

from cozviewer.models.server.address import Key, find_key, read_address
from cozviewer.util.errors import BadInput
from tests.packages import Packages

pytestmark = pytest.mark.usefixtures("no_keys")

OPENAI = "https://api.openai.com/v1"


class FakeKeyring(ModuleType):
    """The library `keyring` with one key in it, or with a fault."""

    def __init__(self, key: str | None = None, fault: Exception | None = None) -> None:
        super().__init__("keyring")
        self.key = key
        self.fault = fault
        self.asked: list[tuple[str, str]] = []

    def get_password(self, service: str, user: str) -> str | None:
        self.asked.append((service, user))
        if self.fault is not None:
            raise self.fault
        return self.key


def found(address: str) -> tuple[str, str] | None:
    key = find_key(read_address(address))
    return None if key is None else (key.value, key.origin)


def test_usually_there_is_none() -> None:
    assert found("localhost:11434") is None
    assert found(OPENAI) is None


def test_the_environment_has_one_for_the_server_that_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", " sk-mine\n")
    for address in ("localhost:11434", "https://example.org", OPENAI):
        assert found(address) == ("sk-mine", "COZVIEWER_SERVER_KEY")


def test_a_key_that_is_tied_to_a_host_goes_to_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "sk-mine")
    monkeypatch.setenv("COZVIEWER_SERVER_KEY_HOST", " Example.org")
    assert found("https://example.org/v1") == ("sk-mine", "COZVIEWER_SERVER_KEY")
    for other in ("localhost:11434", "https://example.org.evil.net", OPENAI, "https://org"):
        assert found(other) is None


def test_openais_key_is_for_openai_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    assert found(OPENAI) == ("sk-openai", "OPENAI_API_KEY")
    for other in (
        "localhost:11434",
        "https://openai.com",
        "https://api.openai.com.example.org",
        "https://example.org/api.openai.com",
    ):
        assert found(other) is None
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "sk-mine")
    assert found(OPENAI) == ("sk-mine", "COZVIEWER_SERVER_KEY")


def test_the_keyring_has_one_per_host(packages: Packages) -> None:
    keyring = FakeKeyring("sk-ring")
    packages.replace(keyring)
    assert found("https://Example.org:8443/v1") == ("sk-ring", "the keyring")
    assert keyring.asked == [("cozviewer", "example.org")]


def test_the_environment_goes_before_the_keyring(
    packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = FakeKeyring("sk-ring")
    packages.replace(keyring)
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "sk-mine")
    assert found("https://example.org") == ("sk-mine", "COZVIEWER_SERVER_KEY")
    assert keyring.asked == []


@pytest.mark.parametrize(
    "keyring",
    [
        FakeKeyring(None),
        FakeKeyring("  "),
        FakeKeyring(fault=RuntimeError("no backend")),
        FakeKeyring(fault=ImportError("no dbus")),
        ModuleType("keyring"),
    ],
    ids=["unknown", "blank", "no backend", "broken", "another library"],
)
def test_a_keyring_that_does_not_tell_has_none(keyring: ModuleType, packages: Packages) -> None:
    packages.replace(keyring)
    assert found("https://example.org") is None


def test_no_key_goes_over_the_network_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", "sk-mine")
    with pytest.raises(BadInput, match=r"to 10\.0\.0\.7 over http is not safe.*https://") as caught:
        found("http://10.0.0.7:8000")
    assert "sk-mine" not in str(caught.value)


@pytest.mark.parametrize("value", ["sk mine\r\nX: y", "sk-geheimnüs", "sk-\x07"])
def test_what_cannot_be_a_key(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COZVIEWER_SERVER_KEY", value)
    with pytest.raises(
        BadInput, match="COZVIEWER_SERVER_KEY contains invalid characters"
    ) as caught:
        found("localhost:1")
    assert "sk" not in str(caught.value)


def test_it_does_not_show_itself() -> None:
    assert "sk-mine" not in repr(Key("sk-mine", "the keyring"))
