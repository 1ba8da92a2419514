"""Whatever has become of stdout and stderr, the image is saved."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

PATIENCE = 300

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")


def rendered(
    photo: Path, output: Path, redirections: str, *options: str, unbuffered: str = ""
) -> subprocess.CompletedProcess[str]:
    """Save a view of a photo in a shell that redirects the streams."""
    words = [sys.executable, "-m", "cozviewer", "render", str(photo), "-o"]
    words += [str(output), "--zoom", "4", "--size", "90x70", "--engine", "bicubic", *options]
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirections}', "sh", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )


@pytest.mark.parametrize("report", ["", "--json"])
@pytest.mark.parametrize(
    ("redirections", "code"),
    [
        ("2>&-", 0),
        (">&-", 0),
        (">&- 2>&-", 0),
        ("<&- >&- 2>&-", 0),
        pytest.param("2>/dev/full", 0, marks=FULL),
        pytest.param(">/dev/full", 1, marks=FULL),
        pytest.param(">/dev/full 2>&1", 1, marks=FULL),
    ],
)
def test_the_image_is_saved_and_is_nothing_but_an_image(
    photo: Path, tmp_path: Path, redirections: str, code: int, report: str
) -> None:
    output = tmp_path / "view.png"
    # Python builds its streams in two ways; take both.
    unbuffered = "1" if report else ""
    options = [report] if report else []
    done = rendered(photo, output, redirections, *options, unbuffered=unbuffered)
    assert done.returncode == code, done.stderr
    with Image.open(output) as image:
        image.load()
        assert image.size == (90, 70)
    assert list(tmp_path.glob(".*")) == []
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    if redirections == ">/dev/full":
        assert "The result could not be printed" in done.stderr


@pytest.mark.parametrize(("stream", "code"), [("stdout", 1), ("stderr", 0)])
def test_a_reader_that_has_gone_does_not_stop_the_work(
    photo: Path, tmp_path: Path, stream: str, code: int
) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    words = [sys.executable, "-m", "cozviewer", "render", str(photo), "-o"]
    words += [str(tmp_path / "view.png"), "--size", "90x70", "--engine", "bicubic"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: write_end}
    done = subprocess.run(words, text=True, timeout=PATIENCE, check=False, **streams)  # type: ignore[call-overload]
    os.close(write_end)
    assert done.returncode == code
    assert not done.stderr or "Exception" not in done.stderr
    assert (tmp_path / "view.png").exists()


def test_a_program_without_a_console_has_no_streams_at_all(photo: Path, tmp_path: Path) -> None:
    script = (
        "import sys; sys.stdin = sys.stdout = sys.stderr = None; "
        "from cozviewer.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    words = ["render", str(photo), "-o", str(tmp_path / "view.png")]
    done = subprocess.run(
        [sys.executable, "-c", script, *words, "--size", "90x70", "--engine", "bicubic"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "view.png").exists()


def test_an_error_is_still_told_where_it_can_be(photo: Path, tmp_path: Path) -> None:
    done = rendered(photo, tmp_path / "view.png", ">&-", "--zoom", "none")
    assert done.returncode == 2
    assert "The zoom 'none'" in done.stderr


def test_control_characters_of_a_name_are_shown_as_signs(tmp_path: Path) -> None:
    name = "evil\x1b]0;title\x07\u202egnp.png"
    done = subprocess.run(
        [sys.executable, "-m", "cozviewer", "render", name, "-o", str(tmp_path / "out.png")],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "Opening evil␛]0;title␇<U+202E>gnp.png",
        "cozviewer: evil␛]0;title␇<U+202E>gnp.png does not exist: check the path.",
    ]
