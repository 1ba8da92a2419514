"""What describes a model survives the way to another process."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cozviewer.config.choice import CozChoice, EngineChoice, PisaChoice, PrompterChoice
from cozviewer.config.questions import Questions
from cozviewer.models.context import ModelContext
from cozviewer.models.worker.specs import (
    Spec,
    coz_of,
    draft_spec,
    needs_torch,
    pisa_of,
    prompter_choice_of,
    prompter_spec,
    upscaler_spec,
)
from tests.models.computers import computer


def test_all_settings_of_engines_arrive() -> None:
    coz = CozChoice("base", Path("/a/lora.pkl"), Path("/a/vae.pt"), "paper", t5=False)
    pisa = PisaChoice("folder", Path("/a/pisa.pkl"), 0.5, 1.5)
    choice = EngineChoice(engine="pisa", coz=coz, pisa=pisa)
    spec = json.loads(json.dumps(upscaler_spec(choice, ModelContext("cpu"))))
    assert (spec["engine"], coz_of(spec), pisa_of(spec)) == ("pisa", coz, pisa)


def test_all_settings_of_prompters_arrive() -> None:
    choice = PrompterChoice(
        "tags",
        adapter=Path("/a/grpo"),
        questions=Questions("one?", "two?"),
        max_tokens=7,
        ram=Path("/a/ram.pth"),
        dape=Path("/a/dape.pth"),
        ram_tags=Path("/a/tags.txt"),
    )
    for wanted in (choice, PrompterChoice()):
        spec = json.loads(json.dumps(prompter_spec(wanted, ModelContext("cpu"))))
        assert prompter_choice_of(spec) == wanted


CONTEXT = ModelContext("cpu")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (draft_spec(None), False),
        (upscaler_spec(EngineChoice("realesrgan"), CONTEXT), False),
        (upscaler_spec(EngineChoice("realesrgan"), ModelContext("cuda")), True),
        (upscaler_spec(EngineChoice("/a/model.pth"), CONTEXT), True),
        (upscaler_spec(EngineChoice("coz"), CONTEXT), True),
        (prompter_spec(PrompterChoice("qwen"), CONTEXT), True),
        (prompter_spec(PrompterChoice("server"), CONTEXT), False),
    ],
)
def test_models_that_need_torch(spec: Spec, expected: bool) -> None:
    x86 = replace(computer(), machine="x86_64")
    assert needs_torch(spec, x86) is expected
