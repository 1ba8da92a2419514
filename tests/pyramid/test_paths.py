"""Names and paths out of files are checked before the file system sees them."""

import ntpath
from pathlib import PureWindowsPath

import pytest

from cozviewer.pyramid.paths import is_file_name, is_network_path


@pytest.mark.parametrize(
    "text",
    [
        r"\\host\share\photo.jpg",
        "//host/share/photo.jpg",
        r"/\host\share\photo.jpg",
        r"\/host/share/photo.jpg",
        "//host",
        r"\\host@SSL\DavWWWRoot\photo.jpg",
        r"\\?\UNC\host\share\photo.jpg",
        "//?/UNC/host/share/photo.jpg",
        r"/\?\UNC\host\share\photo.jpg",
        r"\\.\UNC\host\share\photo.jpg",
        r"\\.\pipe\name",
        r"\??\UNC\host\share\photo.jpg",
        "/??/UNC/host/share/photo.jpg",
        "///host/share/photo.jpg",
    ],
)
def test_paths_on_other_machines(text: str) -> None:
    assert is_network_path(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "photo.jpg",
        "/home/me/photo.jpg",
        r"\photo.jpg",
        "C:/photos/photo.jpg",
        r"C:\photos\photo.jpg",
        r"..\photo.jpg",
        "../a//b.jpg",
        r"a\\b.jpg",
    ],
)
def test_paths_on_this_machine(text: str) -> None:
    assert not is_network_path(text)
    # As Windows itself divides it: no share where a drive is expected, alone and beside a session.
    assert not ntpath.splitdrive(text)[0].startswith(("\\", "/"))
    assert not str(PureWindowsPath("C:/photos") / text).startswith("\\\\")


@pytest.mark.parametrize("first", ["\\", "/"])
@pytest.mark.parametrize("second", ["\\", "/"])
def test_every_mix_of_slashes_that_leaves_the_folder_on_windows(first: str, second: str) -> None:
    text = f"{first}{second}host{first}share{second}photo.jpg"
    assert str(PureWindowsPath("C:/photos") / text).startswith("\\\\host")  # so it matters
    assert is_network_path(text)


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "..", "/", "\\", "a/b.jpg", "a\\b.jpg", "../b.jpg", "/etc/passwd", "//host/x"),
        *("a\0b.jpg", "\0", "a" * 256, "é" * 256, "half \ud800.jpg"),
    ],
)
def test_what_is_no_file_name(text: str, windows: bool) -> None:
    assert not is_file_name(text, windows=windows)


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize(
    "text",
    ["photo.jpg", ".hidden", "...jpg", "a b.jpg", "ärger 写真.png", "a" * 255, "console.jpg"],
)
def test_file_names(text: str, windows: bool) -> None:
    assert is_file_name(text, windows=windows)


@pytest.mark.parametrize(
    "text",
    [
        *("con", "NUL.jpg", "aux.tar.gz", "COM1", "lpt9.png"),
        *("12:30.jpg", "C:photo.jpg", "photo.jpg:stream", "a?.jpg", "a*.jpg", "a\nb.jpg"),
        *("photo.jpg.", "photo.jpg "),
    ],
)
def test_names_that_only_windows_refuses(text: str) -> None:
    assert is_file_name(text, windows=False)
    assert not is_file_name(text, windows=True)


def test_the_limit_counts_bytes_here_and_units_on_windows() -> None:
    assert is_file_name("é" * 127, windows=False)
    assert not is_file_name("é" * 128, windows=False)
    assert is_file_name("é" * 255, windows=True)
    assert not is_file_name("\N{EARTH GLOBE EUROPE-AFRICA}" * 128, windows=True)
