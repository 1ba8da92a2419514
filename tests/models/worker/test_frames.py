"""Frames pass unchanged, and nothing else passes as a frame."""

import io
import json
import struct

import numpy as np
import pytest

from cozviewer.models.worker.frames import Frame, Garbled, Truncated, read_frame, write_frame


def written(frame: Frame) -> bytes:
    stream = io.BytesIO()
    write_frame(stream, frame)
    return stream.getvalue()


def with_header(header: object, content: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<4sIQ", b"czw1", len(text), len(content)) + text + content


def test_frames_pass_unchanged() -> None:
    rgb = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    fine = np.random.default_rng(1).random((5, 4, 3), np.float32)[:, ::2]
    empty = np.zeros((0, 4, 3), np.float32)
    stream = io.BytesIO(written(Frame({"a": 1}, [rgb, fine, empty])) + written(Frame({"b": "ü"})))
    first, second = read_frame(stream), read_frame(stream)
    assert first is not None
    assert second is not None
    assert (first.header, second.header, second.arrays) == ({"a": 1}, {"b": "ü"}, [])
    for before, after in zip((rgb, fine, empty), first.arrays, strict=True):
        assert after.dtype == np.asarray(before).dtype
        np.testing.assert_array_equal(before, after)
    assert read_frame(stream) is None


@pytest.mark.parametrize(
    "content",
    [
        b"Traceback (most recent call last):",
        struct.pack("<4sIQ", b"czw1", 1 << 31, 0),
        struct.pack("<4sIQ", b"czw1", 2, 1 << 60) + b"{}",
        with_header({}),
        with_header([]),
        with_header({"arrays": [["f8", [1]]]}, b"12345678"),
        with_header({"arrays": [["u1", [-1, -8]]]}, b"12345678"),
        with_header({"arrays": [["f4", [1 << 40, 1 << 40]]]}),
        with_header({"arrays": [["u1", [4]]]}, b"12345678"),
        with_header({"arrays": 3}),
    ],
)
def test_anything_else_is_garbled(content: bytes) -> None:
    with pytest.raises(Garbled):
        read_frame(io.BytesIO(content))


@pytest.mark.parametrize("length", [1, 15, 17, 40, 60, -1])
def test_a_stream_that_ends_within_a_frame_is_truncated(length: int) -> None:
    content = with_header({"arrays": [["u1", [8]]], "a": "b" * 40}, b"12345678")
    with pytest.raises(Truncated):
        read_frame(io.BytesIO(content[:length]))
