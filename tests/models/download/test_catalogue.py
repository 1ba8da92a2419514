"""Which models are here: what a choice of Chain-of-Zoom lacks."""

from dataclasses import replace
from pathlib import Path

from cozviewer.config.choice import CozChoice, EngineChoice, PisaChoice, PrompterChoice
from cozviewer.models.coz.checkpoint import ENCODER_FILE, LORA_FILE
from cozviewer.models.download.catalogue import missing_files
from tests.models.tiny_sd2 import save_tiny_sd2
from tests.models.tiny_sd3 import save_tiny_sd3


def test_nothing_is_here_on_a_new_computer(tmp_path: Path) -> None:
    choice = EngineChoice("coz", prompter=PrompterChoice("qwen", adapter=tmp_path / "grpo"))
    assert missing_files(choice, tmp_path) == ("base", "lora", "vae", "qwen", "adapter")


def test_pisa_lacks_its_base_and_its_file(tmp_path: Path) -> None:
    choice = EngineChoice("pisa")
    assert missing_files(choice, tmp_path) == ("sd2", "pisa")
    base, own = save_tiny_sd2(tmp_path / "sd2"), tmp_path / "pisa" / "pisa_sr.pkl"
    choice = replace(choice, pisa=PisaChoice(str(base)))
    assert missing_files(choice, tmp_path) == ("pisa",)
    own.parent.mkdir()
    own.touch()
    assert missing_files(choice, tmp_path) == ()
    named = replace(choice, pisa=PisaChoice(str(base), tmp_path / "none"))
    assert missing_files(named, tmp_path) == ("pisa",)


def test_files_are_found_where_they_are_named_or_by_themselves(tmp_path: Path) -> None:
    base, own = tmp_path / "sd3", tmp_path / "coz"
    save_tiny_sd3(base)
    own.mkdir()
    (own / LORA_FILE).touch()
    named = tmp_path / "encoder.pt"
    named.touch()
    choice = EngineChoice("coz", coz=CozChoice(str(base), vae=named))
    assert missing_files(choice, tmp_path) == ()
    assert missing_files(replace(choice, coz=CozChoice(str(base))), tmp_path) == ("vae",)
    (own / ENCODER_FILE).touch()
    assert missing_files(replace(choice, coz=CozChoice(str(base))), tmp_path) == ()
