"""The reader of ncnn files: what it reads, and every kind of damage that it refuses."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cozviewer.models.realesrgan.ncnn_format import Convolution, read_bin, read_param
from cozviewer.util.errors import BadInput
from tests.models.networks import bin_bytes, param_text, random_weights

PARAM = """7767517
7 8
Input                    input.1                  0 1 data
Convolution              Conv_0                   1 1 data 703 0=4 1=3 4=1 5=1 6=108
Split                    splitncnn_0              1 2 703 703_splitncnn_0 703_splitncnn_1
Convolution              Conv_1                   1 1 703_splitncnn_1 705 0=2 1=3 4=1 5=1 6=72 \
9=2 -23310=1,2.000000e-01
Concat                   Concat_3                 2 1 703_splitncnn_0 705 706
Interp                   Resize_4                 1 1 706 707 0=1 1=2.000000e+00 2=2.000000e+00
Convolution              Conv_5                   1 1 707 output 0=3 1=3 4=1 5=1 6=162
"""
"""In the layout of the real file: every kind of layer that matters."""

LAYERS = [Convolution(3, 4, None), Convolution(4, 2, 0.2), Convolution(6, 3, None)]


def replaced(old: str, new: str) -> bytes:
    assert old in PARAM
    return PARAM.replace(old, new, 1).encode()


def test_a_param_file_lists_its_convolutions() -> None:
    assert read_param(PARAM.encode()) == LAYERS


def test_line_ends_of_windows_do_no_harm() -> None:
    assert read_param(PARAM.replace("\n", "\r\n").encode()) == LAYERS


@pytest.mark.parametrize("kind", ["<f2", "<f4"])
def test_weights_come_back_as_they_were_stored(kind: str) -> None:
    weights = random_weights(LAYERS, kind)
    for read, stored in zip(read_bin(bin_bytes(weights), LAYERS), weights, strict=True):
        assert read.kernel.dtype == np.dtype(kind)
        np.testing.assert_array_equal(read.kernel, stored.kernel)
        np.testing.assert_array_equal(read.bias, stored.bias)


def test_an_odd_number_of_half_floats_is_padded_to_four_bytes() -> None:
    layers = [Convolution(1, 1, None), Convolution(1, 1, None)]
    weights = random_weights(layers)
    content = bin_bytes(weights)
    assert len(content) == 2 * (4 + 18 + 2 + 4)
    np.testing.assert_array_equal(read_bin(content, layers)[1].bias, weights[1].bias)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "magic"),
        (b"\x89PNG\r\n\x1a\n", "magic"),
        (b"7767517\n", "a line is truncated"),
        (b"7767517\n1 1\nConvolution c\n", "a line is truncated"),
        (replaced("7767517", "7767518"), "magic"),
        (PARAM.partition("Concat")[0].encode(), "it should have 7 layers and has 4"),
        (PARAM.encode() + b"Split more 1 1 output again\n", "it should have 7 layers and has 8"),
        (replaced("7 8", "7 9"), "it should have 9 blobs and has 8"),
        (replaced("706 707 0=1", "706 706 0=1"), "it should have 8 blobs and has 7"),
        (replaced("7 8", "7"), "not enough values"),
        (replaced("7 8", "seven 8"), "seven"),
        (replaced("1 1 707 output 0=3", "1 1 0=3"), "Conv_5 is incomplete"),
        (replaced("1 1 707", "-1 1 707"), "Conv_5 is incomplete"),
        (replaced("Interp ", "PReLU "), "Resize_4 is a PReLU"),
        (replaced("0=3 1=3 4=1", "0=3 1=5 4=1"), "Conv_5 is not a plain 3x3"),
        (replaced("0=3 1=3 4=1", "0=3 1=3 4=0"), "Conv_5 is not a plain 3x3"),
        (replaced("1=3 4=1 5=1 6=162", "1=3 4=1 6=162"), "Conv_5 is not a plain 3x3"),
        (replaced("5=1 6=162", "5=1 6=162 2=2"), "Conv_5 is not a plain 3x3"),
        (replaced("5=1 6=162", "5=1 6=162 3=2"), "Conv_5 is not a plain 3x3"),
        (replaced("5=1 6=162", "5=1 6=162 8=1"), "Conv_5 is not a plain 3x3"),
        (replaced("5=1 6=162", "5=1 6=162 11=1"), "Conv_5 is not a plain 3x3"),
        (replaced("6=162", "6=163"), "Conv_5 has 163 weights for 3 channels"),
        (replaced("6=162", "6=-162"), "Conv_5 has -162 weights"),
        (replaced("0=3 1=3", "0=0 1=3"), "Conv_5 has 162 weights for 0 channels"),
        (replaced("0=3 1=3", "0=x 1=3"), "invalid literal"),
        (replaced("9=2", "9=3"), "Conv_1 has an unsupported activation"),
        (replaced("-23310=1,", "-23310=2,"), "Conv_1 has an unsupported activation"),
    ],
)
def test_a_damaged_param_file_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=rf"This ncnn .param file is not supported.*{reason}"):
        read_param(content)


COMPACT = """7767517
7 8
Input                    input.1                  0 1 data
Split                    splitncnn_input0         1 2 data data_0 data_1
Convolution              Conv_0                   1 1 data_0 54 0=4 1=3 4=1 5=1 6=108
PReLU                    PRelu_1                  1 1 54 56 0=4
Convolution              Conv_2                   1 1 56 105 0=48 1=3 4=1 5=1 6=1728
PixelShuffle             DepthToSpace_3           1 1 105 106 0=4
BinaryOp                 Add_4                    2 1 106 data_1 output
"""
"""A network with an activation that stores its slopes."""

COMPACT_LAYERS = [Convolution(3, 4, None, prelu=True), Convolution(4, 48, None)]


def test_a_prelu_belongs_to_the_convolution_before_it() -> None:
    assert read_param(COMPACT.encode()) == COMPACT_LAYERS


def test_the_slopes_of_a_prelu_are_stored_after_its_convolution() -> None:
    weights = random_weights(COMPACT_LAYERS)
    content = bin_bytes(weights)
    for read, stored in zip(read_bin(content, COMPACT_LAYERS), weights, strict=True):
        np.testing.assert_array_equal(read.kernel, stored.kernel)
        assert (read.slopes is None) == (stored.slopes is None)
        if stored.slopes is not None:
            np.testing.assert_array_equal(read.slopes, stored.slopes)
    for end in range(0, len(content), 2):
        with pytest.raises(BadInput, match=r"truncated in convolution [12] of 2"):
            read_bin(content[:end], COMPACT_LAYERS)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("1 1 54 56", "1 1 data_1 56", "PRelu_1 is a PReLU that does not follow a convolution"),
        ("56 0=4", "56 0=3", "PRelu_1 is a PReLU without a slope for each channel"),
        ("56 0=4", "56 0=1", "PRelu_1 is a PReLU without a slope for each channel"),
        ("56 0=4", "56 0=4 1=2", "PRelu_1 is a PReLU without a slope for each channel"),
        ("56 0=4", "56", "PRelu_1 is a PReLU without a slope for each channel"),
        ("6=108", "6=108 9=2 -23310=1,0.2", "Conv_0 has two activations"),
        ("PixelShuffle  ", "PReLU  ", "DepthToSpace_3 is a PReLU without a slope"),
    ],
)
def test_a_prelu_that_is_not_understood_is_refused(old: str, new: str, reason: str) -> None:
    assert old in COMPACT
    with pytest.raises(BadInput, match=reason):
        read_param(COMPACT.replace(old, new, 1).encode())


@given(st.binary(max_size=200) | st.text(alphabet="01 =,-x\n", max_size=200).map(str.encode))
def test_no_bytes_make_the_param_reader_fail_otherwise(content: bytes) -> None:
    for start in (b"", b"7767517\n1 1\nConvolution c 0 1 out "):
        try:
            read_param(start + content)
        except BadInput:
            continue


def test_a_bin_file_cut_off_anywhere_is_refused() -> None:
    content = bin_bytes(random_weights(LAYERS))
    for end in range(0, len(content), 2):
        with pytest.raises(BadInput, match=r"truncated in convolution [1-3] of 3"):
            read_bin(content[:end], LAYERS)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content + bytes(4), "4 bytes more"),
        (lambda content: b"\x48\x4b\x0d\x00" + content[4:], r"convolution 1.*0x000d4b48"),
        (lambda content: content[4:], "convolution 1"),
    ],
)
def test_a_bin_file_of_another_network_is_refused(
    damage: Callable[[bytes], bytes], reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        read_bin(damage(bin_bytes(random_weights(LAYERS))), LAYERS)


def test_what_the_tests_write_is_what_the_reader_reads() -> None:
    assert read_param(param_text(LAYERS).encode()) == LAYERS
