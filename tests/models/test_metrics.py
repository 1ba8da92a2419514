"""Metrics with networks: available with their packages and weights, otherwise skipped."""

import os
import socket
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cozviewer.models import metrics
from cozviewer.models.metrics import ALEXNET, JUDGES, learned_metrics
from cozviewer.util.errors import BadInput
from tests.packages import Packages
from tests.pyramid.images import noise

RESULT, PARENT = noise(512, 512), noise(128, 128)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """torch's hub folder, where weights lie; empty."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path / "hub"


@pytest.fixture
def without_pyiqa(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, pyiqa=False)


def installed(monkeypatch: pytest.MonkeyPatch, **there: bool) -> None:
    """Let packages be installed, or not."""

    for name, is_there in there.items():
        Packages(monkeypatch).put(is_there, name)
    monkeypatch.setattr(metrics, "version", lambda name: "1.2.3")


def put(hub: Path, name: str, content: object) -> None:
    """Save weights."""
    (hub / name).parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, hub / name)


def alexnet() -> dict[str, torch.Tensor]:
    """The weights of an AlexNet that has learned nothing, as far as LPIPS uses them."""
    torch.manual_seed(0)
    channels, sides = (3, 64, 192, 384, 256, 256), (11, 5, 3, 3, 3)
    weights = {}
    for number, side, (before, after) in zip(
        (0, 3, 6, 8, 10), sides, pairwise(channels), strict=True
    ):
        weights[f"features.{number}.weight"] = torch.randn(after, before, side, side) / 20
        weights[f"features.{number}.bias"] = torch.randn(after)
    return weights


def fake_pyiqa(monkeypatch: pytest.MonkeyPatch, create: Callable[..., Any]) -> None:
    installed(monkeypatch, pyiqa=True, lpips=False)
    vars(sys.modules["pyiqa"])["create_metric"] = create


def test_without_packages_each_figure_says_what_it_wants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(monkeypatch, pyiqa=False, lpips=False)
    found, skipped = learned_metrics("cpu")
    assert found == []
    assert list(skipped) == ["lpips", "musiq", "maniqa", "clipiqa"]
    assert skipped["lpips"].startswith("LPIPS needs the package lpips (pip install")
    assert skipped["maniqa"].startswith("MANIQA needs the package pyiqa (pip install")


def test_without_weights_each_figure_says_where_they_belong(
    hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, pyiqa=True, lpips=True)
    found, skipped = learned_metrics("cpu")
    assert found == []
    assert str(hub / ALEXNET) in skipped["lpips"]
    for judge in JUDGES:
        assert str(hub / judge.weights) in skipped[judge.name]


@pytest.mark.usefixtures("without_pyiqa")
def test_lpips_compares_the_shrunk_result_with_its_parent(hub: Path) -> None:
    import lpips

    weights = alexnet()
    put(hub, ALEXNET, weights)
    (metric,), _ = learned_metrics("cpu")
    assert (metric.name, metric.better, metric.version) == ("lpips", "lower", "1.2.3")

    repeated = PARENT.repeat(4, axis=0).repeat(4, axis=1)
    assert metric.measure(repeated, PARENT) == pytest.approx(0, abs=1e-6)

    with pytest.warns(UserWarning, match="deprecated"):
        theirs = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False)
    for number in range(1, 6):
        part = getattr(theirs.net, f"slice{number}")
        for name, value in part.named_parameters():
            value.data.copy_(weights[f"features.{name}"])
    shrunk = RESULT.reshape(128, 4, 128, 4, 3).mean(axis=(1, 3))
    pair = [
        torch.tensor(image, dtype=torch.float32).permute(2, 0, 1)[None] / 127.5 - 1
        for image in (shrunk, PARENT)
    ]
    with torch.inference_mode():
        value = float(theirs(*pair))
    assert value > 0.01
    assert metric.measure(RESULT, PARENT) == pytest.approx(value, rel=1e-4)


class Dangerous:
    """What runs code when it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (os.environ["TORCH_HOME"] + "/harm",)


@pytest.mark.usefixtures("without_pyiqa")
def test_code_in_weights_is_not_run(hub: Path, tmp_path: Path) -> None:
    put(hub, ALEXNET, Dangerous())
    found, skipped = learned_metrics("cpu")
    assert found == []
    assert "could not be loaded" in skipped["lpips"]
    assert not (tmp_path / "harm").exists()


def test_judges_see_the_result_between_0_and_1(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def create(variant: str, device: torch.device) -> Callable[[torch.Tensor], torch.Tensor]:
        made.append((variant, str(device)))
        return lambda image: image.max() + image.shape[1] + image.shape[3]

    fake_pyiqa(monkeypatch, create)
    for judge in JUDGES:
        put(hub, judge.weights, {})
    found, skipped = learned_metrics("cpu")
    assert [metric.name for metric in found] == ["musiq", "maniqa", "clipiqa"]
    assert list(skipped) == ["lpips"]
    assert made == [("musiq", "cpu"), ("maniqa-pipal", "cpu"), ("clipiqa", "cpu")]
    white = np.full((512, 512, 3), 255, np.uint8)
    assert [metric.measure(white, PARENT) for metric in found] == [1 + 3 + 512] * 3


def test_nothing_is_downloaded_nor_printed_nor_run(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(hub, JUDGES[0].weights, Dangerous())

    def create(variant: str, device: torch.device) -> None:
        print("Downloading")
        if variant == "musiq":
            torch.load(hub / JUDGES[0].weights, weights_only=False)
        socket.create_connection(("example.org", 443))

    fake_pyiqa(monkeypatch, create)
    for judge in JUDGES[1:]:
        put(hub, judge.weights, {})
    before = (socket.getaddrinfo, dict(os.environ))
    found, skipped = learned_metrics("cpu")
    assert found == []
    assert "could not be loaded (Weights only load failed" in skipped["musiq"]
    assert not (tmp_path / "harm").exists()
    assert "its weights are not all on this computer" in skipped["maniqa"]
    assert capsys.readouterr() == ("", "")
    assert (socket.getaddrinfo, dict(os.environ)) == before


@pytest.mark.usefixtures("without_pyiqa")
def test_a_device_that_is_not_there_is_bad_input(hub: Path) -> None:
    put(hub, ALEXNET, alexnet())
    with pytest.raises(BadInput, match="no device 'abacus'"):
        learned_metrics("abacus")
