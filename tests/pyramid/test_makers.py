from collections.abc import Iterator

import pytest

from cozviewer.pyramid.makers import maker_label
from cozviewer.util.translation import install


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    install(None)


def test_words_are_translated_and_proper_names_are_not() -> None:
    assert maker_label("Bicubic") == "Bicubic"
    install(lambda context, text, disambiguation, n: f"{context}: {text}")
    assert maker_label("Bicubic") == "Engine: Bicubic"
    assert maker_label("Real-ESRGAN") == "Real-ESRGAN"
