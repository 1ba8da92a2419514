"""Lets small images be written in bands, as large ones are."""

import pytest

from cozviewer.export import large


def write_in_bands(monkeypatch: pytest.MonkeyPatch, above: int = 1000) -> None:
    """Write images of more than `above` pixels in bands."""
    monkeypatch.setattr(large, "LARGE", above)
