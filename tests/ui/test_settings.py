"""What was named for Chain-of-Zoom is there at the next start."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from cozviewer.config.choice import CozChoice, EngineChoice, PrompterChoice
from cozviewer.config.questions import Questions
from cozviewer.ui.settings import KEY, save_engine_choice, saved_engine_choice

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
