"""Builds the request to a chat server: a question with one or two images.

The layout is that of the Chain-of-Zoom authors: the question is the system message, the user
message has only the images. Servers differ in what they support; parts that a server refuses by
name are left out or moved.
"""

import base64
import io
import re
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image

from cozviewer.config.questions import Questions
from cozviewer.image.pixels import Rgb8

SIDE = 512
"""Longer side in pixels of the images that are sent, as in the authors' code."""


@dataclass(frozen=True)
class ServerLimits:
    """How long a server may take and how much it may say.

    Attributes:
        silent_seconds: Timeout for the next byte; a large model is loaded before the first token.
        whole_seconds: Timeout for the complete answer.
        pauses: Seconds before the second and the third attempt.
        answer_bytes: Maximum bytes of a reply, more than any answer has even as single events.
    """

    silent_seconds: float = 120.0
    whole_seconds: float = 600.0
    pauses: tuple[float, ...] = (0.5, 2.0)
    answer_bytes: int = 1 << 20


USUAL = ServerLimits()


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a request.

    Attributes:
        system: Whether the question is the system message, not the end of the user message.
        wider: Whether the wider view is included.
        temperature: Whether the temperature is set.
        tokens: Name of the parameter for the maximum answer length.
    """

    system: bool = True
    wider: bool = True
    temperature: bool = True
    tokens: str = "max_tokens"


REFUSALS: tuple[tuple[str, dict[str, Any]], ...] = (
    # vLLM; Ollama
    (r"at most 1 image|single image|one image", {"wider": False}),
    # The templates of Gemma 1 and 2, of Mistral, of Qwen3; OpenAI's and Google's servers
    (
        r"system (role|message|prompt)|support 'system'|role 'system'|developer instruction|"
        r"roles must alternate|no user query",
        {"system": False},
    ),
    # OpenAI's newer models
    (r"max_completion_tokens", {"tokens": "max_completion_tokens"}),
    (r"temperature", {"temperature": False}),
)
"""Patterns of errors about unsupported parts of a request, and the changes that avoid them."""


def adapted(layout: Layout, refusal: str) -> Layout:
    """Return the layout that avoids an error; the same layout if none is known."""
    for pattern, change in REFUSALS:
        changed = replace(layout, **change)
        if changed != layout and re.search(pattern, refusal, re.IGNORECASE):
            return changed
    return layout


def request_of(
    layout: Layout,
    model: str,
    questions: Questions,
    previous: str | None,
    crop: str,
    max_tokens: int,
) -> dict[str, Any]:
    """Return the JSON of a request.

    Args:
        layout: Its layout.
        model: Name of the model.
        questions: The questions for one and for two images.
        previous, crop: Images as `data_url` returns them; no previous one without a wider view.
        max_tokens: Maximum length of the answer.
    """
    shown = [previous, crop] if previous is not None and layout.wider else [crop]
    question = questions.two if len(shown) == 2 else questions.one
    content: list[dict[str, Any]] = [
        {"type": "image_url", "image_url": {"url": url}} for url in shown
    ]
    messages: list[dict[str, Any]] = [{"role": "user", "content": content}]
    if layout.system:
        messages.insert(0, {"role": "system", "content": question})
    else:
        content.append({"type": "text", "text": question})
    request = {"model": model, "messages": messages, layout.tokens: max_tokens, "stream": True}
    return {**request, "temperature": 0} if layout.temperature else request


def data_url(rgb: Rgb8) -> str:
    """Return an image as a PNG in a data URL, its longer side resized to 512 (bicubic).

    Args:
        rgb: (H, W, 3) uint8.
    """
    image = Image.fromarray(rgb)
    longer = max(image.size)
    if longer != SIDE:
        size = [max(1, round(side * SIDE / longer)) for side in image.size]
        image = image.resize((size[0], size[1]), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
