"""Names and paths out of files are checked before the file system sees them."""

import ntpath
from pathlib import Path, PureWindowsPath

import pytest

from cozviewer.util.errors import BadInput
from cozviewer.util.paths import (
    absolute,
    check_path,
    expanded,
    is_file_name,
    is_network_path,
)


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


def test_paths_that_files_can_have(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.png", tmp_path / "gone" / "a.png", Path("a.png")):
        check_path(path)


@pytest.mark.parametrize("name", ["n" * 256, "é" * 128, "n" * 256 + "/a.png", "a/" * 3000 + "a"])
def test_too_long_a_name(tmp_path: Path, name: str) -> None:
    for path in (tmp_path / name, Path(name)):
        with pytest.raises(BadInput, match=r"cannot be used \(File name too long\)") as caught:
            check_path(path)
        assert len(str(caught.value)) < 200


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\?b\.png is not the name of a file"):
        check_path(Path("a\0b.png"))
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    with pytest.raises(BadInput, match="choose another name"):
        check_path(circle / "a.png")


def test_a_current_folder_that_was_removed(gone_folder: Path) -> None:
    with pytest.raises(BadInput, match=r"The current folder no longer exists, so a\.png cannot"):
        check_path(Path("a.png"))
    check_path(gone_folder / "a.png")
    assert absolute(Path("a.png")) == Path("a.png")


def test_paths_from_the_root_and_from_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert absolute(Path("a.png")) == Path.cwd() / "a.png"
    assert expanded("~/a.png") == tmp_path / "a.png"
    assert expanded("~nobody-of-that-name/a.png") == Path("~nobody-of-that-name/a.png")
