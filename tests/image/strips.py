"""Lets small images be read in strips, as large ones are."""

import pytest

from cozviewer.image import decode, source


def read_in_strips(patch: pytest.MonkeyPatch) -> None:
    """Decode and digest images in strips of some 1000 pixels."""
    for module in (decode, source):
        patch.setattr(module, "STRIP_PIXELS", 1000)
