"""Paths that the file system refuses end every command with one sentence and exit code 2."""

from pathlib import Path

import pytest

from tests.commands.conftest import Run

LONG = "n" * 300


COMMANDS = [
    ("render", "{photo}", "-o", "{odd}.png"),
    ("render", "{photo}", "-o", "{odd}/out.png"),
    ("render", "{odd}.png", "-o", "{folder}/out.png"),
    ("render", "{photo}", "-o", "{folder}/out.png", "--cache", "{odd}"),
    ("render", "{photo}", "-o", "{folder}/out.png", "--sign", "{odd}", "--sign-key", "{odd}"),
    ("render", "{photo}", "-o", "{folder}/out.png", "--coz-lora", "{odd}"),
    ("movie", "{photo}", "-o", "{odd}.webp"),
    ("chain", "{odd}", "-o", "{folder}/out"),
    ("chain", "{photo}", "-o", "{odd}"),
    ("demo", "-o", "{odd}"),
    ("export-session", "{photo}", "-o", "{odd}.cozview"),
    ("evaluate", "{odd}"),
    ("cache", "show", "--cache", "{odd}"),
    ("cache", "clear", "--cache", "{odd}"),
    ("{odd}.png",),
]


def words(command: tuple[str, ...], odd: str, photo: Path) -> list[str]:
    """Return a command with its paths filled in."""
    return [word.format(odd=odd, photo=photo, folder=photo.parent) for word in command]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_names_that_are_too_long(run: Run, photo: Path, command: tuple[str, ...]) -> None:
    ran = run(*words(command, LONG, photo))
    assert ran.code == 2
    assert ran.sentence.endswith("cannot be used (File name too long): choose another name.")


@pytest.mark.parametrize("engine", [f"{LONG}.pth", f"{LONG}/x.safetensors"])
def test_a_model_file_whose_name_is_too_long(run: Run, photo: Path, engine: str) -> None:
    ran = run("render", photo, "-o", photo.with_name("out.png"), "--engine", engine)
    assert ran.code == 2
    assert ran.sentence.endswith("cannot be used (File name too long): choose another name.")


@pytest.mark.usefixtures("gone_folder")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_current_folder_that_was_removed(run: Run, photo: Path, command: tuple[str, ...]) -> None:
    ran = run(*words(command, "name", photo))
    assert ran.code == 2
    assert ran.sentence.startswith("The current folder no longer exists, so name")


@pytest.mark.usefixtures("gone_folder")
def test_whole_paths_work_from_a_folder_that_was_removed(run: Run, photo: Path) -> None:
    out = photo.with_name("out.png")
    assert run("render", photo, "-o", out, "--engine", "bicubic", "--size", "20x10").code == 0
    assert out.is_file()
    for command in (("cache", "show"), ("models", "list")):
        assert run(*command).code == 0


@pytest.mark.parametrize("cache", ["file", "/proc/cozviewer"])
def test_a_cache_folder_that_cannot_be_made_is_done_without(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch, cache: str
) -> None:
    photo.with_name("file").touch()
    monkeypatch.setenv("COZVIEWER_CACHE", str(photo.parent / cache))
    out = photo.with_name("out.png")
    ran = run("render", photo, "-o", out, "--engine", "bicubic", "--size", "20x10")
    assert ran.code == 0
    assert "memory" in ran.err
    assert out.is_file()
    assert run("cache", "show").code == 0
