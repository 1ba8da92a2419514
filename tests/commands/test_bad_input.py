"""Bad input to any command: one message, exit code 2, and nothing written."""

import shlex
from pathlib import Path

import pytest

from tests.commands.conftest import Run

CASES: dict[str, list[tuple[str, str]]] = {
    "render photo.png -o out.png --engine bicubic": [
        ("--size 0x0", "at least 1"),
        ("--size 100000x100000", "the limit is 200"),
        ("--center 60.5,20", "photo.png ranges from 0,0 to 60,40"),
        ("--center -1,20", "photo.png ranges from 0,0 to 60,40"),
        ("--zoom 0", "greater than 0"),
        ("--zoom -4", "greater than 0"),
        ("--zoom nan", "not a number"),
        ("--zoom -inf", "limit is 2^256"),
        ("--zoom 2^300", "limit is 2^256"),
        ("--zoom 0.001", "smaller than a pixel below 1/60"),
        ("--engine magic", "realesrgan, bicubic, nearest"),
        ("--engine gone.safetensors", "gone.safetensors"),
        ("--prompter oracle", "none, text, qwen, tags or server"),
        ("--prompter text", "needs a prompt"),
        ("--seed x", "whole number"),
        ("--frobnicate", "render --help"),
        ("--zoom", "render --help"),
        ("-o out.xyz", ".png, .jpg"),
        ("-o out.webp --size 20000x10", "16383"),
        ("-o no/such/folder/out.png", "does not exist"),
        ("-o folder.png", "is a folder"),
        ("-o photo.png", "would replace the photo itself (photo.png)"),
        ("--cache photo.png", "is a file"),
        ("--cache here --no-cache", "not allowed with"),
        ("--region 1,2,3", "must be X,Y,WIDTH,HEIGHT"),
        ("--region 1,2,0,4", "has no pixels"),
        ("--region 60,0,5,5", "outside the photo: photo.png reaches from 0,0 to 60,40"),
        ("--whole --level 8", "1, 4, 16, 64"),
        ("--whole --level 0.25", "1, 4, 16, 64"),
        ("--whole --format gif", "Unknown format 'gif'"),
        ("--whole --format jpeg", "does not end with .jpg"),
        ("--whole --level 4^9", "or a smaller area"),
        ("--whole --region 1,2,3,4", "not allowed with"),
    ],
    "movie photo.png --engine bicubic": [
        ("-o zoom.avi", "cannot be a movie"),
        ("-o zoom.webp --to 5,5", "must be X,Y,M"),
        ("-o zoom.webp --to 5,5,4 --zoom 4", "remove --center and --zoom"),
        ("-o zoom.webp --to 900,5,4", "outside the photo"),
        ("-o zoom.webp --seconds 0", "--seconds must be greater than 0"),
        ("-o zoom.webp --fps 0", "The frame rate '0' must be greater than 0"),
        ("-o zoom.webp --from 5,5,4 --to 5,5,4", "are the same: choose another view"),
        ("-o zoom.mp4 --size 97x64", "choose 96x64"),
        ("-o photo.webp --codec h264 --quality 500", "The quality is 500"),
    ],
    "chain -o out --engine nearest": [
        ("gone.png", "gone.png does not exist"),
        ("nothing", "has no image"),
        ("notes.txt", "is not an image"),
        ("photo.png --levels 0", "from 1 to 128"),
        ("photo.png --engine magic", "magic"),
        ("photo.png -o photo.png", "there is a file of that name"),
        ("photo.png -o photo.png/out", "cannot be created"),
        ("photo.png --cache notes.txt", "is a file"),
        ("", "chain --help"),
    ],
    "evaluate --methods bicubic": [
        ("gone.png", "gone.png does not exist"),
        ("nothing", "has no image"),
        ("damaged", "could be read to its end"),
        ("notes.txt", "is not an image"),
        ("photo.png --levels 0", "from 1 to 12"),
        ("photo.png --levels 13", "from 1 to 12"),
        ("photo.png --levels four", "from 1 to 12"),
        ("photo.png --methods bicubic,magic", "There is no method 'magic': choose"),
        ("photo.png --methods magic+qwen", "There is no method 'magic+qwen'"),
        ("photo.png --methods bicubic,,nearest", "has an empty name"),
        ("photo.png --methods ''", "has an empty name"),
        ("photo.png --methods gone.safetensors", "gone.safetensors"),
        ("photo.png --methods coz", "model_20001.pkl"),
        ("photo.png -o report.txt", "ends in .md or .json"),
        ("photo.png -o report", "ends in .md or .json"),
        ("photo.png -o gone/report.md", "The folder gone does not exist"),
        ("photo.png -o folder.md", "folder.md is a folder"),
        ("photo.png -o notes.txt/report.md", "does not exist"),
        ("photo.png --cache notes.txt", "is a file"),
        ("", "evaluate --help"),
    ],
    "evaluate": [("photo.png --engine magic", "magic")],
    "demo -o out --engine nearest": [
        ("gone.png", "gone.png does not exist"),
        ("photo.png --center 100,100", "ranges from 0,0 to 60,40"),
        ("photo.png -o photo.png", "there is a file of that name"),
        ("photo.png --engine magic", "magic"),
    ],
    "bench": [
        ("gone.png", "gone.png does not exist"),
        ("photo.png --engine magic", "magic"),
    ],
    "export-session photo.png --engine bicubic": [
        ("-o a.png", "save it as a.cozview"),
        ("-o no/a.cozview", "does not exist"),
        ("-o a.cozview --bookmark 1,2,3", "must be NAME=X,Y,M"),
        ("-o a.cozview --bookmark =1,2,3", "must be NAME=X,Y,M"),
        ("-o a.cozview --bookmark eye=1,2", "must be X,Y,M"),
        ("-o a.cozview --bookmark eye=100,2,4", "outside the photo"),
        ("-o a.cozview --refine", "add some with --bookmark"),
        ("-o a.cozview --source b.png", "photo.png is not a session"),
    ],
}
"""For each command with good options: further arguments, and a part of the message about them."""


@pytest.fixture
def contents(photo: Path, monkeypatch: pytest.MonkeyPatch) -> dict[Path, bytes | None]:
    """Fill the current folder, and return what is in it: bytes of files, None for folders."""
    folder = photo.parent / "here"
    folder.mkdir()
    photo = photo.rename(folder / photo.name)
    monkeypatch.chdir(folder)
    for name in ("nothing", "damaged", "folder.md", "folder.png"):
        Path(name).mkdir()
    Path("notes.txt").write_text("not an image")
    Path("damaged/half.png").write_bytes(photo.read_bytes()[:60])
    return _contents()


def _contents() -> dict[Path, bytes | None]:
    return {
        path: path.read_bytes() if path.is_file() else None for path in sorted(Path().rglob("*"))
    }


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        pytest.param(command, arguments, message, id=f"{command.split()[0]} {arguments}")
        for command, rows in CASES.items()
        for arguments, message in rows
    ],
)
def test_bad_input_is_one_message(
    run: Run, contents: dict[Path, bytes | None], command: str, arguments: str, message: str
) -> None:
    ran = run(*shlex.split(f"{command} {arguments}"))
    assert ran.code == 2
    assert message in ran.sentence
    assert ran.out == ""
    assert _contents() == contents
