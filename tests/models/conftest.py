"""The real network, loaded once for all tests, a tiny one of the other kind, and a real photo."""

from pathlib import Path

import numpy as np
import pytest
from skimage import data

from cozviewer.chain.protocols import never
from cozviewer.models.engines import make_upscaler
from cozviewer.models.realesrgan import realesrgan
from cozviewer.models.upscaler import NetworkUpscaler
from cozviewer.pyramid.pixels import Rgb8, RgbFloat
from tests.models.tiny_sd3 import save_tiny_sd3


@pytest.fixture(scope="session")
def engine() -> NetworkUpscaler:
    """Real-ESRGAN on the CPU."""
    upscaler = realesrgan("cpu", cache_dir=None, notice=pytest.fail)
    upscaler.load()
    return upscaler


@pytest.fixture(scope="session")
def crop() -> Rgb8:
    """(96, 96, 3): the middle of a face."""
    return np.ascontiguousarray(data.astronaut()[90:186, 180:276])


@pytest.fixture(scope="session")
def enlarged(engine: NetworkUpscaler, crop: Rgb8) -> RgbFloat:
    """`crop` by Real-ESRGAN."""
    return engine.upscale(crop, "", 0, never)


@pytest.fixture(scope="session")
def bicubic(crop: Rgb8) -> RgbFloat:
    """`crop` by bicubic interpolation."""
    return make_upscaler("bicubic").upscale(crop, "", 0, never)


@pytest.fixture(scope="session")
def tiny_sd3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Stable Diffusion 3; not to be written to."""
    return save_tiny_sd3(tmp_path_factory.mktemp("tiny") / "sd3")
