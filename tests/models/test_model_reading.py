"""Broken content of a model file is a refusal in a sentence, however it is broken."""

import io
import random
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from cozviewer.models.coz.checkpoint import LORA_FILE, read_checkpoint
from cozviewer.models.model_reading import is_torchscript, state_of
from cozviewer.util.errors import BadInput
from tests.mutations import edited

STATE = {"body.0.weight": torch.zeros(3, 3), "body.0.bias": torch.ones(2)}


def pickled(zipped: bool) -> bytes:
    """Return STATE as torch saves it, in its present format or the one before."""
    file = io.BytesIO()
    torch.save(STATE, file, _use_new_zipfile_serialization=zipped)
    return file.getvalue()


FILES = {"zip.pth": pickled(True), "old.pth": pickled(False), "a.safetensors": save(STATE)}


@pytest.mark.parametrize("name", FILES)
def test_a_mutated_file_is_read_or_refused(name: str) -> None:
    chance, refused = random.Random(84), 0
    for _ in range(400):
        content = edited(FILES[name], chance)
        try:
            state_of(content, Path(name))
        except BadInput:
            refused += 1
        with suppress(BadInput):
            read_checkpoint(content, Path(name), LORA_FILE)
    assert refused


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x02}q\x00(.",  # a mark without anything: IndexError in torch's reader
        b"\x80\x02e.",
        FILES["old.pth"].replace(b"storage", b"stora\x00e"),
        FILES["old.pth"][:-120],  # the list of storages is gone: AssertionError
    ],
)
def test_content_that_ends_torchs_reader_in_unusual_errors(content: bytes) -> None:
    with pytest.raises(BadInput, match=r"a\.pt is not a supported 4× model"):
        state_of(content, Path("a.pt"))
    with pytest.raises(BadInput, match=r"a\.pt does not fit this base"):
        read_checkpoint(content, Path("a.pt"), LORA_FILE)


@pytest.mark.parametrize(
    "error", [IndexError, AssertionError, KeyError, RecursionError, OverflowError]
)
def test_whatever_the_reader_raises(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def load(*_: object, **__: object) -> None:
        raise error("odd")

    monkeypatch.setattr(torch, "load", load)
    with pytest.raises(BadInput, match=r"a\.pt is not a supported 4× model"):
        state_of(b"x", Path("a.pt"))


def test_a_broken_archive_is_no_program() -> None:
    chance = random.Random(1)
    for _ in range(300):
        is_torchscript(edited(FILES["zip.pth"], chance))
