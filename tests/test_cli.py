"""The command `cozviewer`: which words mean what, and how it ends when something is wrong."""

import os
import shutil
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest

import cozviewer
from cozviewer import cli
from cozviewer.config.choice import EngineChoice
from cozviewer.image.tone import AUTOMATIC, Tone
from cozviewer.util.errors import Failure
from tests.packages import Packages
from tests.patience import PATIENCE
from tests.pyramid.images import encoded, noise

Opened = list[tuple[object, ...]]


@pytest.fixture
def opened(packages: Packages) -> Opened:
    """Put a viewer in place that only notes what it is asked to open."""
    calls: Opened = []

    def run_viewer(*words: object, tone: Tone, restore_engine: bool, cache_named: bool) -> int:
        assert tone == AUTOMATIC
        calls.append((*words, restore_engine, cache_named))
        return 0

    app = types.ModuleType("cozviewer.app")
    app.run_viewer = run_viewer  # type: ignore[attr-defined]
    packages.replace(app)
    return calls


def run_of(name: str, monkeypatch: pytest.MonkeyPatch, error: BaseException | None = None) -> None:
    """Let a command do nothing, or fail."""

    def run(args: object) -> int:
        if error is not None:
            raise error
        return 0

    monkeypatch.setattr(cli.COMMANDS[name], "run", run)


def test_an_image_opens_the_viewer(opened: Opened, cache_folder: Path) -> None:
    assert cli.main(["photo.jpg"]) == 0
    there = ([Path("photo.jpg")], EngineChoice(), cache_folder, False, None, None, True, False)
    assert opened == [there]


def test_several_images_are_opened_with_options_anywhere(opened: Opened) -> None:
    assert cli.main(["b.png", "--engine", "bicubic", "a.png", "--seed", "7", "c.png"]) == 0
    assert opened[0][0] == [Path("b.png"), Path("a.png"), Path("c.png")]
    assert opened[0][1] == EngineChoice(engine="bicubic", seed=7)


def test_links_to_files_are_paths(opened: Opened) -> None:
    assert cli.main(["file:///tmp/my%20photo%231.jpg", "file://localhost/tmp/%C3%A4.jpg"]) == 0
    assert opened[0][0] == [Path("/tmp/my photo#1.jpg"), Path("/tmp/ä.jpg")]


def test_no_word_opens_the_viewer_without_an_image(opened: Opened) -> None:
    assert cli.main([]) == 0
    assert opened[0][0] == []


def test_a_session_opens_the_viewer_with_its_own_engine(
    opened: Opened, cache_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["trip.cozview", "--source", "photo.jpg", "--device", "cpu"]
    assert cli.main(words) == 0
    choice = EngineChoice(device="cpu")
    there = (
        [Path("trip.cozview")],
        choice,
        cache_folder,
        False,
        Path("photo.jpg"),
        None,
        True,
        False,
    )
    assert opened == [there]
    assert cli.main(["trip.cozview", "--engine", "realesrgan"]) == 2
    assert "already defines its engine" in capsys.readouterr().err
    assert opened == [there]


def test_the_viewer_takes_options(opened: Opened) -> None:
    words = "--engine bicubic --device cpu photo.jpg --seed 7 --no-cache --allow-huge"
    assert cli.main(words.split()) == 0
    choice = EngineChoice(engine="bicubic", device="cpu", seed=7)
    assert opened == [([Path("photo.jpg")], choice, None, True, None, None, False, False)]


@pytest.mark.parametrize("words", [["./render"], ["--", "render"], ["--cache", "demo", "a.png"]])
def test_an_image_may_be_called_like_a_command(opened: Opened, words: list[str]) -> None:
    assert cli.main(words) == 0
    assert opened[0][0] in ([Path("render")], [Path("a.png")])


def test_options_may_come_before_the_command(
    opened: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--engine", "bicubic", "render", "gone.png", "-o", "out.png"]) == 2
    assert "gone.png does not exist" in capsys.readouterr().err
    assert not opened


def test_without_a_screen_one_sentence_says_what_works(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["photo.jpg"]) == 1
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert "cozviewer render" in err
    assert "cozviewer demo" in err
    assert (out, opened) == ("", [])


def test_a_machine_without_qts_libraries_gets_a_sentence(
    packages: Packages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.hide("cozviewer.app")
    assert cli.main(["photo.jpg"]) == 1
    assert "cozviewer render" in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"cozviewer {cozviewer.__version__}\n"


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {name} " in text for name in cli.COMMANDS)


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"]) == 0
    assert f"usage: cozviewer {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--nonsense"], "cozviewer --help"),
        (["a.png", "b.png", "--nonsense"], "cozviewer --help"),
        (["a.cozview", "b.png", "--source", "c.png"], "no other files"),
        (["file://elsewhere/a.png"], "another computer"),
        (["--cache"], "cozviewer --help"),
        (["render", "a.png"], "cozviewer render --help"),
        (["render", "a.png", "-o", "b.png", "c.png"], "cozviewer render --help"),
        (["chain", "--levels"], "cozviewer chain --help"),
    ],
)
def test_words_that_make_no_sense_get_a_hint(
    opened: Opened, capsys: pytest.CaptureFixture[str], words: list[str], hint: str
) -> None:
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert err.startswith("cozviewer: ")
    assert hint in err
    assert err.count("\n") == 1
    assert (out, opened) == ("", [])


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (Failure("The disk is full: free some space."), 1, "The disk is full: free some space."),
        (MemoryError(), 1, "Not enough memory"),
        (RuntimeError("boom"), 1, "Unexpected error (RuntimeError: boom)"),
        (KeyboardInterrupt(), 130, "Stopped."),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    error: BaseException,
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run_of("demo", monkeypatch, error)
    assert cli.main(["demo", "-o", "x"]) == code
    err = capsys.readouterr().err
    assert told in err
    assert err.startswith("cozviewer: ")
    assert err.count("\n") == 1


def test_debug_shows_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_of("demo", monkeypatch, RuntimeError("boom"))
    assert cli.main(["demo", "-o", "x", "--debug"]) == 1
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert err.splitlines()[-1].startswith("cozviewer: Unexpected error")


HEAVY = "{'PySide6', 'torch', 'numpy', 'PIL', 'spandrel', 'transformers'}"


@pytest.mark.parametrize("command", ["", *cli.COMMANDS])
def test_help_imports_nothing_heavy_and_is_quick(command: str) -> None:
    script = (
        "import sys; from cozviewer.cli import main; code = main(sys.argv[1:]); "
        f"heavy = {HEAVY} & set(sys.modules); sys.exit(f'imported {{heavy}}' if heavy else code)"
    )
    words = [command, "--help"] if command else ["--help"]
    # Processor time, as other work on the machine says nothing about the command; even that is
    # more where cores and caches are shared, so the best of some tries counts.
    for tries_left in (4, 3, 2, 1, 0):
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-c", script, *words], capture_output=True, text=True, check=False
        )
        after = os.times()
        assert done.returncode == 0, done.stderr
        spent = after.children_user - before.children_user
        spent += after.children_system - before.children_system
        if spent < 0.3:
            break
        assert tries_left, f"{spent} s"


@pytest.mark.parametrize("command", ["render", "chain", "demo"])
def test_no_command_imports_qt_nor_a_simple_one_torch(command: str, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(noise(60, 40), "PNG"))
    out = tmp_path / ("out.png" if command == "render" else "out")
    script = (
        "import sys; from cozviewer.cli import main; code = main(sys.argv[1:]); "
        "heavy = {'PySide6', 'torch', 'spandrel', 'transformers'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    words = [command, str(photo), "-o", str(out), "--engine", "bicubic"]
    words += ["--levels", "1"] if command == "chain" else []
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert out.exists()


def test_ctrl_c_in_a_shell_ends_with_130(tmp_path: Path) -> None:
    sample = str(Path(__file__).parents[1] / "resources" / "dandelion.jpg")
    words = ["render", sample, "-o", str(tmp_path / "out.png"), "--engine", "bicubic"]
    words += ["--zoom", "4", "--size", "6000x3600"]  # 84 tiles
    process = subprocess.Popen(
        [sys.executable, "-m", "cozviewer", *words], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Generating"):
            process.send_signal(signal.SIGINT)
            break
    rest = process.stderr.read()
    process.stderr.close()
    assert process.wait(PATIENCE) == 130, rest
    assert "cozviewer: Stopped; finished tiles are kept" in rest
    assert not (tmp_path / "out.png").exists()


def test_a_reader_that_has_gone_is_no_drama() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-m", "cozviewer", "cache", "show"],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_name_that_is_no_text_can_be_told(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    (tmp_path / "photo.png").write_bytes(encoded(noise(4, 4), "PNG"))
    os.rename(tmp_path / "photo.png", folder + b"/photo-\xff.png")
    words: list[str | bytes] = [sys.executable, "-m", "cozviewer", "render"]
    words += [folder + b"/photo-\xff.png", "-o", folder + b"/out-\xff.png", "--zoom", "1"]
    done = subprocess.run(words, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert rb"out-\udcff.png" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh", "powershell"])
def test_completion_knows_commands_and_their_options(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--print-completion", shell]) == 0
    script = capsys.readouterr().out
    for word in ("export-session", "--print-completion", "engine"):
        assert word in script


def test_bash_completes_what_is_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    assert cli.main(["--print-completion", "bash"]) == 0
    script = tmp_path / "completion"
    script.write_text(
        capsys.readouterr().out
        + """
typed() { COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _shtab_cozviewer; echo "${COMPREPLY[*]}"; }
typed cozviewer rend
typed cozviewer render --lab
typed cozviewer cache ""
"""
    )
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["render", "--label", "show clear"]
