"""The real network, loaded once for all tests, a tiny one of the other kind, and a real photo."""

import errno
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.models.context import ModelContext
from cozviewer.models.engines import make_upscaler
from cozviewer.models.number_formats import supported_formats
from cozviewer.models.realesrgan.engine import realesrgan
from cozviewer.models.upscaler import HALO, NetworkUpscaler
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import never
from tests.models.tiny_qwen import save_adapter, save_tiny_qwen
from tests.models.tiny_ram import saved_ram
from tests.models.tiny_sd2 import save_tiny_sd2, saved_pisa
from tests.models.tiny_sd3 import save_tiny_sd3
from tests.packages import Packages


@pytest.fixture(scope="session")
def engine() -> NetworkUpscaler:
    """Real-ESRGAN on the CPU, in fp32 on every machine."""
    upscaler = realesrgan(ModelContext("cpu", numbers="fp32", notice=pytest.fail))
    upscaler.load()
    return upscaler


@pytest.fixture(scope="session")
def quick_engine() -> NetworkUpscaler:
    """Real-ESRGAN on the CPU, in bf16 where it has that: less than half the time of fp32."""
    numbers = "bf16" if "bf16" in supported_formats("cpu") else "fp32"
    return realesrgan(ModelContext("cpu", numbers=numbers, notice=pytest.fail))


@pytest.fixture(scope="session")
def reference() -> NetworkUpscaler:
    """Real-ESRGAN on the CPU, in fp32, with zeros beyond its edges as in training."""
    return realesrgan(ModelContext("cpu", numbers="fp32", notice=pytest.fail), open_edges=False)


@dataclass(frozen=True)
class Part:
    """A part of a photo, and what is drawn of it.

    Attributes:
        pixels: (40, 40, 3).
        within: What Real-ESRGAN draws of its `middle` if it sees what lies around the part.
        closed: How far what it draws of the part alone is from that, with zeros beyond the edges.
    """

    pixels: Rgb8
    within: RgbFloat
    closed: float

    def difference(self, fine: RgbFloat) -> float:
        """Return how far what was drawn of the part alone is from `within`, on average."""
        return float(np.abs(middle(fine) - self.within).mean())


def middle(fine: RgbFloat) -> RgbFloat:
    """Return what is farther from the edges of a run than its context, at x4."""
    edge = STEP_SCALE * HALO
    return fine[edge:-edge, edge:-edge]


@pytest.fixture(scope="session")
def part(reference: NetworkUpscaler) -> Part:
    """A part of a photo of stars."""
    wide = np.ascontiguousarray(data.hubble_deep_field()[308:388, 308:388])
    pixels = np.ascontiguousarray(wide[20:60, 20:60])
    whole, alone = (reference.upscale(each, "", 0, never) for each in (wide, pixels))
    found = Part(pixels, middle(whole[80:240, 80:240]), 0.0)
    return replace(found, closed=found.difference(alone))


@pytest.fixture(scope="session")
def crop() -> Rgb8:
    """(40, 40, 3): a part of a face."""
    return np.ascontiguousarray(data.astronaut()[130:170, 220:260])


@pytest.fixture(scope="session")
def enlarged(engine: NetworkUpscaler, crop: Rgb8) -> RgbFloat:
    """`crop` by Real-ESRGAN."""
    return engine.upscale(crop, "", 0, never)


@pytest.fixture(scope="session")
def bicubic(crop: Rgb8) -> RgbFloat:
    """`crop` by bicubic interpolation."""
    return make_upscaler("bicubic").upscale(crop, "", 0, never)


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk on which no file can take its place."""

    def full(source: object, target: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch, packages: Packages) -> None:
    """Neither the environment nor a keyring of whoever runs the tests has a key of a server."""
    for name in ("COZVIEWER_SERVER_KEY", "COZVIEWER_SERVER_KEY_HOST", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    packages.hide("keyring")


@pytest.fixture(scope="session")
def tiny_sd3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Stable Diffusion 3; not to be written to."""
    return save_tiny_sd3(tmp_path_factory.mktemp("tiny") / "sd3")


@pytest.fixture(scope="session")
def tiny_qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Qwen2.5-VL that talks without end; not to be written to."""
    return save_tiny_qwen(tmp_path_factory.mktemp("tiny") / "qwen")


@pytest.fixture(scope="session")
def tiny_adapter(tiny_qwen: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an adapter for the tiny Qwen2.5-VL; not to be written to."""
    return save_adapter(tmp_path_factory.mktemp("tiny") / "adapter", tiny_qwen)


@pytest.fixture(scope="session")
def tiny_ram(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of a tiny RAM and DAPE; not to be written to."""
    return saved_ram(tmp_path_factory.mktemp("tiny") / "tags")


@pytest.fixture(scope="session")
def tiny_sd2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Stable Diffusion 2.1; not to be written to."""
    return save_tiny_sd2(tmp_path_factory.mktemp("tiny") / "sd2")


@pytest.fixture(scope="session")
def tiny_pisa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of PiSA-SR for it; not to be written to."""
    return saved_pisa(tmp_path_factory.mktemp("tiny") / "pisa_sr.pkl")
