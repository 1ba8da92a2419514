"""Real-ESRGAN in OpenVINO with two of its blocks: most of its time goes into compiling them."""

import pytest

from cozviewer.models.realesrgan import openvino_network
from cozviewer.models.realesrgan.openvino_network import OpenVinoNetwork


def shorten(patch: pytest.MonkeyPatch) -> None:
    """Let the network have as many pieces as usual, but of one block each."""
    patch.setattr(openvino_network, "BLOCKS", 2)
    patch.setattr(openvino_network, "PER_PIECE", 1)


def forbid_compiling(patch: pytest.MonkeyPatch) -> None:
    """Fail a test that compiles the network from now on."""
    patch.setattr(OpenVinoNetwork, "_compile", lambda *_: pytest.fail("It was compiled."))
