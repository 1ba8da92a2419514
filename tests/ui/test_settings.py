"""Settings are there at the next start, and a settings file runs no code."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from cozviewer.config.choice import CozChoice, EngineChoice, PrompterChoice
from cozviewer.config.questions import Questions
from cozviewer.ui.settings import (
    KEY,
    Preferences,
    choice_at_start,
    keep_text,
    kept_text,
    save_choice_in_use,
    save_engine_choice,
    save_preferences,
    saved_engine_choice,
    saved_preferences,
    settings_folder,
)

FULL = EngineChoice(
    "coz",
    "cpu",
    2**60,
    "nf4",
    CozChoice("/base", Path("/ä, b.pkl"), None, "paper", t5=False),
    PrompterChoice("qwen", "„Kater“", "", Path("/grpo"), "", "", Questions("A?", "B\n?"), 128),
)


def test_a_choice_is_kept() -> None:
    assert saved_engine_choice() is None
    save_engine_choice(FULL)
    assert saved_engine_choice() == FULL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"coz": {"lora": null, "vae": null}, "prompter": 1}',
        '{"engine": 3, "coz": {"lora": null, "vae": null}, '
        '"prompter": {"adapter": null, "questions": {"one": "", "two": ""}}}',
    ],
)
def test_what_cannot_be_read_counts_as_none(text: str) -> None:
    settings = QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "cozviewer", "cozviewer"
    )
    settings.setValue(KEY, text)
    settings.sync()
    assert saved_engine_choice() is None


def test_preferences_are_kept() -> None:
    assert saved_preferences() == Preferences()
    chosen = Preferences(
        language="zh_CN",
        theme="light",
        motion="reduced",
        engine="bicubic",
        device="cpu",
        numbers="fp32",
        shortcuts={"open": ("Ctrl+P", "Ctrl+,"), "quit": ()},
    )
    save_preferences(chosen)
    assert saved_preferences() == chosen
    save_preferences(Preferences())
    assert saved_preferences() == Preferences()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("theme", "pink"),
        ("motion", "1"),
        ("shortcuts", "{"),
        ("shortcuts", "[" * 100_000),
        ("shortcuts", "[1]"),
        (
            "shortcuts",
            '{"open": 3, "quit": [1], "in": [""], "out": ["1234567890"]}'.replace("0", "0" * 60),
        ),
    ],
)
def test_a_broken_preference_counts_as_the_default(name: str, text: str) -> None:
    save_preferences(Preferences(language="en"))
    keep_text(name, text)
    assert saved_preferences() == Preferences(language="en")


def test_the_engine_at_the_start_is_the_last_one_or_the_preferred() -> None:
    assert choice_at_start(Preferences()) == EngineChoice()
    last = EngineChoice("bicubic", "cuda", fidelity=0.5, numbers="bf16")
    save_choice_in_use(last)
    assert choice_at_start(Preferences()) == last
    preferred = Preferences(engine="nearest", device="cpu", numbers="fp32")
    expected = EngineChoice("nearest", "cpu", fidelity=0.5, numbers="fp32")
    assert choice_at_start(preferred) == expected
    assert choice_at_start(Preferences(numbers="fp5")) == last


def test_a_model_file_that_is_gone_is_not_started_with(tmp_path: Path) -> None:
    model = tmp_path / "mine.pth"
    save_choice_in_use(EngineChoice(str(model)))
    assert choice_at_start(Preferences()).engine == "realesrgan"
    for impossible in ("n" * 5000 + ".pth", "a\0b.pth"):
        assert choice_at_start(Preferences(engine=impossible)).engine == "realesrgan"
    model.touch()
    assert choice_at_start(Preferences()).engine == str(model)


def test_chain_of_zoom_starts_with_its_settings_or_not_at_all() -> None:
    preferred = Preferences(engine="coz")
    assert choice_at_start(preferred) == EngineChoice()
    save_engine_choice(FULL)
    save_choice_in_use(EngineChoice("bicubic", "cpu"))
    start = choice_at_start(preferred)
    assert (start.engine, start.coz, start.prompter) == ("coz", FULL.coz, FULL.prompter)
    save_choice_in_use(FULL)
    left = choice_at_start(Preferences(engine="realesrgan"))
    assert (left.engine, left.prompter.name) == ("realesrgan", "none")


class Code:
    """An object that makes a file when it is unpickled."""

    def __init__(self, made: Path) -> None:
        self._made = made

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self._made,))


@pytest.mark.parametrize(
    "disguise",
    [
        lambda raw: raw,
        lambda raw: raw.replace(rb"\0", rb"\x0"),
        lambda raw: raw.replace(rb"\0", rb"\x00").replace(b"@Variant", rb"\x40Variant"),
        lambda raw: raw.replace(rb"\0", rb"\x10000"),
        lambda raw: raw.replace(rb"\0", rb"\000"),
        lambda raw: raw.replace(rb"\0", rb"\200000"),
        lambda raw: raw.replace(rb"\0", b"\0"),
        lambda raw: raw.replace(b"@Variant", rb"plain, @Var\zi" + b'"a"nt'),
    ],
)
def test_a_settings_file_runs_no_code(
    tmp_path: Path, disguise: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    ran, path = tmp_path / "ran", settings_folder() / "cozviewer.ini"
    crafted = QSettings(str(tmp_path / "crafted.ini"), QSettings.Format.IniFormat)
    crafted.setValue("other", Code(ran))
    crafted.setValue("theme", "light")
    crafted.sync()
    content = disguise((tmp_path / "crafted.ini").read_bytes())
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert saved_preferences() == Preferences()
    assert "may contain code" in caplog.text
    assert (path.parent / "cozviewer.ini.refused").read_bytes() == content
    save_preferences(Preferences(theme="dark"))
    assert saved_preferences() == Preferences(theme="dark")
    assert not ran.exists()


def test_settings_of_other_programs_are_not_read(tmp_path: Path) -> None:
    ran, path = tmp_path / "ran", settings_folder().parent / "cozviewer.ini"
    crafted = QSettings(str(path), QSettings.Format.IniFormat)
    crafted.setValue("other", Code(ran))
    crafted.setValue("theme", "light")
    crafted.sync()
    assert saved_preferences() == Preferences()
    save_preferences(Preferences(theme="dark"))
    assert saved_preferences() == Preferences(theme="dark")
    assert not ran.exists()


@pytest.mark.parametrize(
    "text", ["@x", "a, b", "\\x0", "中\x1b\\", 'C:\\x0\\000 "q";', "\n\t\\\\x0"]
)
def test_any_text_is_kept(text: str) -> None:
    keep_text("name", text)
    assert kept_text("name") == text


def test_a_value_that_is_no_text_counts_as_empty() -> None:
    keep_text("name", "text")
    settings = QSettings(str(settings_folder() / "cozviewer.ini"), QSettings.Format.IniFormat)
    settings.setValue("name", ["a", "b"])
    settings.sync()
    assert kept_text("name") == ""
