"""Lets small images be written in bands, as large ones are."""

import pytest

from cozviewer.export import large
from cozviewer.export.upscaling import bands
from cozviewer.pyramid import compose


def write_in_bands(patch: pytest.MonkeyPatch, above: int = 1000, rows: int | None = None) -> None:
    """Write images of more than `above` pixels in bands, of that many rows of a level."""
    patch.setattr(large, "LARGE", above)
    if rows is not None:
        for module in (compose, bands):
            patch.setattr(module, "BAND", rows)
