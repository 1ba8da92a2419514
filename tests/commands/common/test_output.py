"""Files that a command reads are never replaced; before others are, a person is asked."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cozviewer.commands.common import output
from tests.commands.conftest import Run, TypeIn
from tests.export.certificates import signature_in
from tests.pyramid.images import encoded, smooth

QUICK = ("--engine", "nearest")
SMALL = (*QUICK, "--size", "64x48")


@pytest.fixture
def trip(run: Run, photo: Path, tmp_path: Path) -> Path:
    """A session of the photo."""
    path = tmp_path / "trip.cozview"
    assert run("export-session", photo, "-o", path, *QUICK).code == 0
    return path


def by_link(photo: Path) -> Path:
    link = photo.with_name("link.png")
    link.symlink_to(photo)
    return link


def by_hard_link(photo: Path) -> Path:
    link = photo.with_name("hard.png")
    os.link(photo, link)
    return link


def by_detour(photo: Path) -> Path:
    folder = photo.with_name("folder")
    folder.mkdir()
    return folder / ".." / photo.name


@pytest.mark.parametrize("other", [by_link, by_hard_link, by_detour])
def test_the_photo_is_refused_by_every_name(
    run: Run, photo: Path, other: Callable[[Path], Path]
) -> None:
    before = photo.read_bytes()
    for words in (("-o", other(photo)), ("--overwrite", "-o", photo)):
        ran = run("render", photo, *words, *SMALL)
        assert ran.code == 2
        assert "would replace the photo itself (photo.png)" in ran.sentence
    assert photo.read_bytes() == before


def test_the_photo_of_a_session_is_refused(run: Run, photo: Path, trip: Path) -> None:
    before = photo.read_bytes()
    ran = run("render", trip, "-o", photo, "--size", "64x48")
    assert ran.code == 2
    assert "would replace the photo itself" in ran.sentence
    assert photo.read_bytes() == before


def test_a_session_is_replaced_by_its_own_saving_alone(
    run: Run, photo: Path, trip: Path, tmp_path: Path
) -> None:
    assert run("export-session", trip, "-o", trip).code == 0
    renamed = tmp_path / "trip.png"
    os.link(trip, renamed)
    assert "would replace the session" in run("render", trip, "-o", renamed).sentence
    photo_as_session = tmp_path / "photo.cozview"
    os.link(photo, photo_as_session)
    words = ("-o", photo_as_session, *QUICK)
    assert "would replace the photo itself" in run("export-session", photo, *words).sentence
    assert "would replace the photo itself" in run("export-session", trip, *words).sentence


def test_a_session_that_is_not_there_gets_a_sentence(run: Run, trip: Path, tmp_path: Path) -> None:
    ran = run("export-session", tmp_path / "gone.cozview", "-o", trip, *QUICK)
    assert ran.code == 2
    assert "gone.cozview" in ran.sentence
    ran = run("evaluate", tmp_path / "gone", "-o", tmp_path / "a.md")
    assert ran.code == 2
    assert "gone" in ran.sentence


def test_a_movie_does_not_replace_the_photo(run: Run, tmp_path: Path) -> None:
    photo = tmp_path / "photo.webp"
    photo.write_bytes(encoded(smooth(60, 40), "WEBP"))
    ran = run("movie", photo, "-o", photo, *SMALL)
    assert ran.code == 2
    assert "would replace the photo itself" in ran.sentence


@pytest.mark.parametrize("which", ["certificate", "key", "model"])
def test_other_inputs_are_refused_too(run: Run, photo: Path, tmp_path: Path, which: str) -> None:
    signature = signature_in(tmp_path)
    model = tmp_path / "model.safetensors"
    model.touch()
    of = {"certificate": signature.certificate, "key": signature.key, "model": model}[which]
    out = tmp_path / "out.png"
    os.link(of, out)
    words = ("--sign", signature.certificate, "--sign-key", signature.key, "--engine", model)
    assert "would replace the" in run("render", photo, "-o", out, *words).sentence
    assert out.samefile(of)


def test_a_chain_does_not_overwrite_its_photos(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("-o", out, *QUICK, "--levels", "1")
    assert run("chain", photo, *words).code == 0
    first = out / "per-scale" / "scale0"
    before = (first / "photo.png").read_bytes()
    for again in (first, first / "photo.png"):
        ran = run("chain", again, *words)
        assert ran.code == 2
        assert "would replace" in ran.sentence
    assert (first / "photo.png").read_bytes() == before
    assert run("chain", photo, *words).code == 0, "files of an earlier run are overwritten"


def test_a_demo_does_not_overwrite_its_photo(run: Run, photo: Path, tmp_path: Path) -> None:
    strip = photo.rename(tmp_path / "zoom-strip.png")
    ran = run("demo", strip, "-o", tmp_path, *QUICK)
    assert ran.code == 2
    assert "would replace the photo itself" in ran.sentence


def test_an_evaluation_does_not_overwrite_its_photos(run: Run, photo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    sheet = photo.rename(folder / "report-sheet.png")
    words = ("-o", folder / "report.md", "--levels", "1", "--methods", "nearest")
    for given in (sheet, folder):
        ran = run("evaluate", given, *words)
        assert ran.code == 2
        assert "would replace" in ran.sentence


def test_a_report_beside_the_photos_can_be_written_again(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    photo.rename(folder / "photo.png")
    report = folder / "report.md"
    report.write_text("an older report")
    ran = run("evaluate", folder, "-o", report, "--levels", "1", "--methods", "nearest")
    assert ran.code == 0, ran.err


# -- Questions


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, type_in: TypeIn) -> Callable[[str], None]:
    """Puts a person at a terminal, who answers so."""

    def put(text: str) -> None:
        monkeypatch.setattr(output, "_at_terminal", lambda: True)
        type_in(io.StringIO(text))

    return put


COMMANDS = {
    "render": ("out.png", SMALL),
    "movie": ("out.gif", (*SMALL, "--fps", "5", "--seconds", "1", "--zoom", "2")),
    "export-session": ("out.cozview", QUICK),
    "evaluate": ("out.md", ("--levels", "1", "--methods", "nearest")),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_at_a_terminal_a_person_is_asked(
    run: Run, photo: Path, tmp_path: Path, answer: Callable[[str], None], command: str
) -> None:
    name, words = COMMANDS[command]
    out = tmp_path / name
    out.write_bytes(b"old")
    for no in ("\n", "n\n", ""):
        answer(no)
        ran = run(command, photo, "-o", out, *words)
        assert ran.code == 2
        assert f"{name} exists; replace it? [y/N] " in ran.err
        assert f"{name} already exists and was not replaced" in ran.err
        assert out.read_bytes() == b"old"
    answer("y\n")
    assert run(command, photo, "-o", out, *words).code == 0
    assert out.read_bytes() != b"old"


@pytest.mark.parametrize("command", COMMANDS)
def test_who_said_overwrite_is_not_asked(
    run: Run, photo: Path, tmp_path: Path, answer: Callable[[str], None], command: str
) -> None:
    name, words = COMMANDS[command]
    out = tmp_path / name
    out.write_bytes(b"old")
    answer("n\n")
    ran = run(command, photo, "-o", out, "--overwrite", *words)
    assert ran.code == 0, ran.err
    assert "replace" not in ran.err
    assert out.read_bytes() != b"old"


def test_a_script_replaces_what_it_names(run: Run, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    out.write_bytes(b"old")
    ran = run("render", photo, "-o", out, *SMALL)
    assert ran.code == 0
    assert "replace" not in ran.err
    assert out.read_bytes() != b"old"


def test_of_a_report_the_sheet_is_asked_about_too(
    run: Run, photo: Path, tmp_path: Path, answer: Callable[[str], None]
) -> None:
    _, words = COMMANDS["evaluate"]
    (tmp_path / "out-sheet.png").write_bytes(b"old")
    answer("n\n")
    ran = run("evaluate", photo, "-o", tmp_path / "out.md", *words)
    assert "out-sheet.png exists; replace it? [y/N] " in ran.err
    assert not (tmp_path / "out.md").exists()


def test_a_session_is_saved_over_itself_without_a_question(
    run: Run, trip: Path, answer: Callable[[str], None]
) -> None:
    answer("n\n")
    ran = run("export-session", trip, "-o", trip)
    assert ran.code == 0, ran.err


@pytest.mark.parametrize("stdin", [True, False])
@pytest.mark.parametrize("stderr", [True, False])
def test_a_person_is_there_if_both_ends_are_a_terminal(
    monkeypatch: pytest.MonkeyPatch, type_in: TypeIn, stdin: bool, stderr: bool
) -> None:
    class Stream(io.StringIO):
        terminal = False

        def isatty(self) -> bool:
            return self.terminal

    for name, terminal in (("stdin", stdin), ("stderr", stderr)):
        stream = Stream()
        stream.terminal = terminal
        monkeypatch.setattr(f"sys.{name}", stream)
    assert output._at_terminal() == (stdin and stderr)
    type_in(None)
    assert not output._at_terminal()
