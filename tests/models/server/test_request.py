"""Requests to chat servers: the layout, and the changes that servers require."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from cozviewer.config.questions import Questions
from cozviewer.image.pixels import Rgb8
from cozviewer.models.server.request import Layout, adapted, data_url, request_of

QUESTIONS = Questions("What is it?", "What is it, nearer?")


def decoded(url: str) -> Rgb8:
    head, data = url.split(",", 1)
    assert head == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as image:
        return np.asarray(image)


def picture(height: int, width: int) -> Rgb8:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), np.uint8)


def test_an_image_of_the_right_size_goes_as_it_is() -> None:
    for height, width in ((512, 512), (512, 300), (1, 512)):
        shown = picture(height, width)
        np.testing.assert_array_equal(decoded(data_url(shown)), shown)


def test_another_is_resized_with_its_proportions() -> None:
    for (height, width), shape in (
        ((128, 128), (512, 512)),
        ((270, 480), (288, 512)),
        ((1024, 512), (512, 256)),
        ((1, 4096), (1, 512)),
    ):
        assert decoded(data_url(picture(height, width))).shape == (*shape, 3)


def test_a_crop_is_enlarged_as_the_method_does() -> None:
    crop = picture(128, 128)
    bicubic = Image.fromarray(crop).resize((512, 512), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(decoded(data_url(crop)), np.asarray(bicubic))


def test_part_of_a_larger_array_is_encoded_as_it_looks() -> None:
    large = picture(600, 600)
    np.testing.assert_array_equal(decoded(data_url(large[5:517, 7:519])), large[5:517, 7:519])


def image(url: str) -> dict[str, object]:
    return {"type": "image_url", "image_url": {"url": url}}


def test_the_methods_layout() -> None:
    assert request_of(Layout(), "vl", QUESTIONS, None, "crop", 32) == {
        "model": "vl",
        "messages": [
            {"role": "system", "content": "What is it?"},
            {"role": "user", "content": [image("crop")]},
        ],
        "max_tokens": 32,
        "stream": True,
        "temperature": 0,
    }
    two = request_of(Layout(), "vl", QUESTIONS, "wide", "crop", 32)
    assert two["messages"] == [
        {"role": "system", "content": "What is it, nearer?"},
        {"role": "user", "content": [image("wide"), image("crop")]},
    ]


@pytest.mark.parametrize(
    ("refusal", "layout"),
    [
        ("System role not supported", Layout(system=False)),
        ("'messages[0].role' does not support 'system' with this model.", Layout(system=False)),
        ("Conversation roles must alternate user/assistant/user/...", Layout(system=False)),
        ("Developer instruction is not enabled for models/gemma-3", Layout(system=False)),
        ("No user query found in messages.", Layout(system=False)),
        ("At most 1 image(s) may be provided in one request.", Layout(wider=False)),
        ("vision model only supports a single image per message", Layout(wider=False)),
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            Layout(tokens="max_completion_tokens"),
        ),
        (
            "Unsupported value: 'temperature' does not support 0 with this model. Only the "
            "default (1) value is supported.",
            Layout(temperature=False),
        ),
        ("At most 0 image(s) may be provided in one request.", Layout()),
        ("model requires more system memory (5.5 GiB) than is available", Layout()),
        ("Model does not support images. Please use a model that does.", Layout()),
        ("", Layout()),
    ],
)
def test_what_a_server_refuses_is_laid_out_otherwise(refusal: str, layout: Layout) -> None:
    assert adapted(Layout(), refusal) == layout
    # Said again, there is nothing left to change.
    assert adapted(layout, refusal) == layout


def test_the_other_layouts() -> None:
    other = Layout(system=False, wider=False, temperature=False, tokens="max_completion_tokens")
    assert request_of(other, "vl", QUESTIONS, "wide", "crop", 32) == {
        "model": "vl",
        "messages": [
            {"role": "user", "content": [image("crop"), {"type": "text", "text": "What is it?"}]}
        ],
        "max_completion_tokens": 32,
        "stream": True,
    }


def test_a_request_is_json() -> None:
    request = request_of(Layout(), "vl", QUESTIONS, None, data_url(picture(8, 8)), 32)
    assert json.loads(json.dumps(request)) == request
