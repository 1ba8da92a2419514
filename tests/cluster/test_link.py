"""Addresses of clusters, and versions of nodes."""

from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.cluster.facts import difference, node_facts
from cozviewer.cluster.link import ClusterOptions, check_address, ray_settings
from cozviewer.util.errors import BadInput


@pytest.mark.parametrize(
    "address", ["auto", "local", "local:4", "ray://head:10001", "ray://10.0.0.1", "ray://[::1]:9"]
)
def test_addresses(address: str) -> None:
    check_address(address)
    assert ClusterOptions(address).is_local == address.startswith("local")


@pytest.mark.parametrize(
    "address", ["", "local:0", "local:x", "head:10001", "http://head", "ray://", "ray://a b:1"]
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(BadInput, match="use auto, local, local:N or ray://HOST:10001"):
        check_address(address)


def test_the_first_difference_in_versions_is_one_sentence() -> None:
    here = node_facts()
    assert difference(here, here) == ""
    assert difference(here, replace(here, node="far", python="3.9")).startswith(
        "Node far has Python 3.9, this computer "
    )
    versions = tuple((name, "" if name == "torch" else v) for name, v in here.versions)
    sentence = difference(here, replace(here, node="far", versions=versions))
    assert sentence.startswith("Node far has torch (not installed), this computer ")
    assert sentence.endswith(": install the same version on all.")


def test_the_token_of_this_user_is_sent_to_a_cluster_unless_that_is_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    assert "RAY_AUTH_MODE" not in ray_settings(local=False)
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray/auth_token").write_text("token")
    assert ray_settings(local=False)["RAY_AUTH_MODE"] == "token"
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    assert "RAY_AUTH_MODE" not in ray_settings(local=False)
