"""Sentences about rare formats that hold names from the file."""

from cozviewer.image.readers.notes import refusal, sentence


def test_names_from_the_file_stay_on_one_line() -> None:
    text = refusal("packed", "scan.dcm", {"kind": "1.2\0.3\n4"})
    assert text.startswith("scan.dcm is packed in a way that cannot be read here (1.2␀.3␊4)")
    assert "\u202e" not in sentence("first part", {"channels": "R\u202eG"})


def test_numbers_are_short() -> None:
    assert sentence("window", {"center": 100.0, "width": 1 / 3}).endswith("width 0.333333.")
