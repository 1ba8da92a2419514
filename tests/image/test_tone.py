"""The value `Tone`: its text, its checks, and the window of DICOM."""

import math

import pytest

from cozviewer.image.tone import AUTOMATIC, Tone, center_of, number_text, tone_of, window_of
from cozviewer.util.errors import BadInput

FULL = Tone((-160.0, 240.5), 2.2, "asinh", 1.5, (4, 3, 2), True)
TEXT = "window=-160:240.5,gamma=2.2,stretch=asinh,exposure=+1.5,bands=4:3:2,inverted"


@pytest.mark.parametrize(
    ("tone", "text"),
    [
        (AUTOMATIC, ""),
        (FULL, TEXT),
        (Tone(exposure=0.0), "exposure=0"),
        (Tone(exposure=-2.0), "exposure=-2"),
        (Tone(bands=(5,)), "bands=5"),
        (Tone(inverted=True), "inverted"),
        (Tone(window=(1e-30, 0.1)), "window=1e-30:0.1"),
    ],
)
def test_text_and_tone_are_each_other(tone: Tone, text: str) -> None:
    assert tone.text == text
    assert tone_of(text) == tone
    assert hash(tone_of(text)) == hash(tone)


def test_text_may_be_written_loosely() -> None:
    assert tone_of(" bands = 1 , gamma=1.0, window=0 : 10,") == Tone((0.0, 10.0), bands=(1,))
    assert tone_of("window=-0:1").text == "window=0:1"


def test_dicom_window_is_that_of_the_standard() -> None:
    """PS3.3, C.11.2.1.2.1: x <= c - 0.5 - (w-1)/2 is black, x > c - 0.5 + (w-1)/2 white."""
    assert window_of(2048, 4096) == (0.0, 4095.0)
    assert tone_of("center=40,width=400").window == (-160.0, 239.0)
    assert center_of((-160.0, 239.0)) == (40.0, 400.0)


@pytest.mark.parametrize(
    "text",
    [
        *("nonsense", "window=5", "window=1:2:3", "window=a:2", "window=nan:2", "window=3:3"),
        *("window=5:1", "window=0:inf", "gamma=0", "gamma=99", "gamma=", "stretch=cubic"),
        *("exposure=31", "exposure=nan", "bands=0", "bands=1:2", "bands=1:2:3:4", "bands=-1"),
        *("bands=9999", "bands=1:x:2", "inverted=1", "gamma=1,gamma=2", "center=4"),
        *("width=3", "center=4,width=1", "center=4,width=3,window=0:1", "gamma"),
    ],
)
def test_bad_text_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadInput) as error:
        tone_of(text)
    assert str(error.value).endswith((".", ")"))


def test_automatic_fields_are_filled_in() -> None:
    automatic = Tone((0.0, 4095.0), 1.0, "asinh", 2.0, (1, 2, 3), True)
    assert Tone(gamma=2.0).over(automatic) == Tone((0, 4095), 2.0, "asinh", 2.0, (1, 2, 3), True)
    assert FULL.over(automatic) == Tone(FULL.window, 2.2, "asinh", 1.5, (4, 3, 2), False)


def test_changed_fields_are_named() -> None:
    assert AUTOMATIC.changed == ()
    assert Tone(gamma=2.0, bands=(1,)).changed == ("gamma", "bands")


@pytest.mark.parametrize("number", [0.1, 1 / 3, 4095.0, -1000.0, 1e-300, 1e300, math.pi])
def test_numbers_keep_their_value(number: float) -> None:
    assert float(number_text(number)) == number
