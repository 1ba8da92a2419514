"""Metrics that use networks, for `evaluate`: LPIPS and three no-reference metrics.

Their packages are optional, and their weights must already be on this computer: the libraries would
download them and load them with code inside, both of which is prevented here.
"""

import io
import os
import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from cozviewer.evaluate.consistency import shrunk
from cozviewer.evaluate.metrics import Metric
from cozviewer.image.pixels import Rgb8
from cozviewer.models.device import pick_device
from cozviewer.models.network import first_line
from cozviewer.util.errors import CozviewerError
from cozviewer.util.paths import expanded

ALEXNET = "checkpoints/alexnet-owt-7be5be79.pth"
"""torchvision's weights in torch's hub folder; LPIPS compares features of AlexNet."""


@dataclass(frozen=True)
class Judge:
    """A no-reference metric; higher is better.

    Attributes:
        name, title, digits: As in `Metric`.
        variant: pyiqa's name of the variant in the paper's table.
        weights: Its file in torch's hub folder, under the name that pyiqa expects.
    """

    name: str
    title: str
    digits: int
    variant: str
    weights: str


JUDGES = (
    Judge("musiq", "MUSIQ", 1, "musiq", "pyiqa/musiq_koniq_ckpt-e95806b9.pth"),
    Judge("maniqa", "MANIQA", 3, "maniqa-pipal", "pyiqa/MANIQA_PIPAL-ae6d356b.pth"),
    Judge("clipiqa", "CLIPIQA", 3, "clipiqa", "clip/RN50.pt"),
)


class _Missing(Exception):
    """Why a metric is not available, as the end of a sentence."""


def learned_metrics(device: str) -> tuple[list[Metric], Mapping[str, str]]:
    """Return the metrics that are available on this computer, and why the others are not.

    torch is imported only if a package and its weights are found.

    Args:
        device: As `pick_device` takes it.

    Returns:
        The metrics, with their networks loaded; and the reasons why the others are skipped, by
        name, without a full stop.

    Raises:
        BadInput: The device does not exist.
    """
    found, skipped = [], {}
    makers = [("lpips", "LPIPS", partial(_lpips, device))]
    makers += [(judge.name, judge.title, partial(_judge, judge, device)) for judge in JUDGES]
    for name, title, make in makers:
        try:
            found.append(make())
        except _Missing as error:
            skipped[name] = f"{title} {error}"
        except CozviewerError:
            raise
        except Exception as error:  # these libraries raise any kind
            skipped[name] = f"{title} could not be loaded ({first_line(error).partition('. ')[0]})"
    return found, skipped


def _lpips(device: str) -> Metric:
    """Return LPIPS (Zhang et al., CVPR 2018; version 0.1, AlexNet) of downscaled result and parent.

    The package would download AlexNet, so it is created without and the weights are loaded here.
    """
    _require("lpips")
    weights = _weights(ALEXNET, "https://download.pytorch.org/models/")
    place = pick_device(device).name
    import lpips
    import torch

    features = torch.load(weights, map_location="cpu", weights_only=True)
    with _guarded():
        network = lpips.LPIPS(net="alex", version="0.1", pnet_rand=True, verbose=False)
    # "slice2.3.weight" in LPIPS is "features.3.weight" in torchvision.
    own = network.net.state_dict()
    network.net.load_state_dict({key: features["features" + key[key.index(".") :]] for key in own})
    network = network.to(place).eval()

    def measure(result: Rgb8, parent: Rgb8) -> float:
        pair = [_tensor(pixels, place) * 2 - 1 for pixels in (shrunk(result), parent)]
        with torch.inference_mode():
            return float(network(*pair))

    return Metric("lpips", "LPIPS", "lower", 3, measure, version=version("lpips"))


def _judge(judge: Judge, device: str) -> Metric:
    """Return a metric of pyiqa."""
    _require("pyiqa")
    _weights(judge.weights, "the address that pyiqa downloads them from")
    place = pick_device(device).name
    with _guarded():
        import pyiqa
        import torch

        network = pyiqa.create_metric(judge.variant, device=torch.device(place))

    def measure(result: Rgb8, parent: Rgb8) -> float:
        with torch.inference_mode():
            return float(network(_tensor(result, place)))

    name, title, by = judge.name, judge.title, version("pyiqa")
    return Metric(name, title, "higher", judge.digits, measure, version=by)


def _require(package: str) -> None:
    if find_spec(package) is None:
        raise _Missing(f"needs the package {package} (pip install 'cozviewer[metrics]')")


def _weights(name: str, origin: str) -> Path:
    """Return a file in torch's hub folder, located as by `torch.hub.get_dir`."""
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("TORCH_HOME") or f"{caches}/torch"
    path = expanded(home) / "hub" / name
    if not path.is_file():
        raise _Missing(f"needs its weights at {path}, from {origin}")
    return path


def _tensor(pixels: Rgb8 | NDArray[np.float64], place: str) -> Any:
    """Return (H, W, 3) pixels in 0..255 as (1, 3, H, W) float32 in 0..1."""
    import torch

    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], dtype=np.float32)
    return torch.from_numpy(planes / np.float32(255)).to(place)


@contextmanager
def _guarded() -> Iterator[None]:
    """Prevent libraries from network access, running code in weights, and terminal output."""

    def refuse(*words: object, **named: object) -> NoReturn:
        raise OSError("its weights are not all on this computer")

    from huggingface_hub import constants

    find, force = socket.getaddrinfo, "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
    forced, hub_offline = os.environ.get(force), constants.HF_HUB_OFFLINE
    socket.getaddrinfo = refuse
    constants.HF_HUB_OFFLINE = True  # otherwise it retries for half a minute
    os.environ[force] = "1"
    try:
        with (
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        socket.getaddrinfo = find
        constants.HF_HUB_OFFLINE = hub_offline
        os.environ.pop(force)
        if forced is not None:
            os.environ[force] = forced
