"""Ctrl-C ends a command though the decoder of its image cannot be interrupted."""

import os
import signal
import threading
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.decoder import decode_by
from tests.patience import PATIENCE


@pytest.mark.parametrize("command", ["render", "chain", "movie", "evaluate", "export-session"])
def test_ctrl_c_while_an_image_is_decoded(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    release = threading.Event()

    def stuck(_: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        release.wait(PATIENCE)

    decode_by(monkeypatch, stuck)
    output = {"render": "out.png", "movie": "out.webp", "export-session": "out.cozview"}
    out = photo.with_name(output.get(command, "out"))
    options = [] if command == "evaluate" else ["-o", out]
    try:
        ran = run(command, photo, *options, *(["--to", "1,1,2"] if command == "movie" else []))
    finally:
        release.set()
    assert ran.code == 130
    assert "topped" in ran.sentence
    assert not out.exists()
