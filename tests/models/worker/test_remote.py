"""Models in another process do what they do in this one, and report the same."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cozviewer.assembly import make_models
from cozviewer.chain.stages import reporting_stages
from cozviewer.chain.trust.findings import Finding
from cozviewer.config.choice import CozChoice, EngineChoice, PrompterChoice
from cozviewer.config.questions import Questions
from cozviewer.image.rect import Rect
from cozviewer.models.context import ModelContext
from cozviewer.models.realesrgan.compact import compact
from cozviewer.models.shared import Pool
from cozviewer.models.worker import specs
from cozviewer.models.worker.remote import (
    VARIABLE,
    RemoteFind,
    RemoteModels,
    RemoteUpscaler,
    remote_models,
)
from cozviewer.util import translation
from cozviewer.util.cancel import never
from cozviewer.util.errors import BadInput
from tests.models.worker.conftest import Remote
from tests.models.worker.fakes import Fake, finer

RGB = np.random.default_rng(7).integers(0, 256, (30, 40, 3), np.uint8)


def test_pixels_and_progress_come_back(remote: Callable[[str], Remote]) -> None:
    engine, shares = remote("plain"), list[float]()
    assert engine.upscaler.device == ""
    assert engine.process.pid is None
    engine.upscaler.load()
    assert engine.upscaler.device == "fake"
    fine = engine.upscaler.upscale(RGB, "", 0, never, shares.append)
    np.testing.assert_array_equal(fine, finer(RGB))
    assert shares[0] == 0.25
    assert shares == sorted(shares)
    assert (engine.upscaler.name, engine.upscaler.halo) == ("Fake", 4)
    assert engine.notices == []


def test_a_prompter_and_a_detector_answer(remote: Callable[[str], Remote]) -> None:
    engine = remote("plain")
    context = ModelContext()
    local = Fake("plain", engine.folder, context, "prompter")
    prompter = engine.models.prompter(local, PrompterChoice("qwen"), context)
    assert prompter.prompt(None, RGB, never) == f"None (30, 40, 3) {RGB.sum()}"
    assert prompter.prompt(RGB[:9], RGB, never) == f"(9, 40, 3) (30, 40, 3) {RGB.sum()}"
    assert RemoteFind(engine.process)(RGB) == [Finding("face", Rect(0, 0, 40, 30))]


def test_stages_plans_and_notices_come_back(remote: Callable[[str], Remote]) -> None:
    engine, stages = remote("talk"), list[str]()
    with reporting_stages(stages.append):
        engine.upscaler.load()
    assert (stages, engine.plans, engine.notices) == (["Measuring"], ["All fits."], ["Take care."])


def test_sentences_come_back_in_the_language_of_the_window(
    remote: Callable[[str], Remote], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translation, "_lookup", lambda context, text, *_: f"{context}: {text[:8]}")
    with pytest.raises(BadInput, match=r"^Error: The file$"):
        remote("broken").upscaler.load()


def test_an_unexpected_error_comes_back_with_its_traceback(
    remote: Callable[[str], Remote],
) -> None:
    with pytest.raises(RuntimeError, match="KeyError: 'strange'") as caught:
        remote("strange").upscaler.load()
    assert "in load" in caught.value.__notes__[0]


def test_devices_and_numbers_are_unknown_before_the_process_runs(
    remote: Callable[[str], Remote],
) -> None:
    engine = remote("plain")
    assert (engine.models.devices(), engine.models.numbers("cpu")) == (("cpu",), ())


def test_every_choice_arrives() -> None:
    questions = Questions("one?", "two?")
    chosen = PrompterChoice("qwen", "", "folder", Path("adapter"), questions=questions)
    choice = EngineChoice("coz", coz=CozChoice("base", Path("lora"), Path("vae"), "paper", False))
    context = ModelContext("cpu", "sequential", "bf16", Path("cache"))
    spec = specs.upscaler_spec(choice, context)
    assert specs.context_of(spec, context.notice, context.on_plan) == context
    coz = specs.coz_of(spec)
    assert coz == choice.coz
    assert specs.prompter_choice_of(specs.prompter_spec(chosen, context)) == chosen


def test_what_only_interpolates_stays_here() -> None:
    pool = Pool(RemoteModels())
    models = make_models(EngineChoice("bicubic"), None, logging.warning, pool=pool)
    assert models.upscaler.device == "CPU"


def test_an_engine_of_a_pool_runs_there() -> None:
    pool = Pool(RemoteModels())
    remote = make_models(EngineChoice(), None, logging.warning, pool=pool)
    local = make_models(EngineChoice(), None, logging.warning)
    assert remote.recipe == local.recipe
    assert isinstance(remote.upscaler._upscaler, RemoteUpscaler)  # type: ignore[attr-defined]


def test_a_variable_turns_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0")
    assert remote_models() is None
    monkeypatch.delenv(VARIABLE)
    assert remote_models() is not None


def test_a_real_network_draws_the_same_pixels(tmp_path: Path) -> None:
    models, local = RemoteModels(), compact(cache_dir=tmp_path, notice=logging.warning)
    try:
        there = models.drafts(local, tmp_path, logging.warning)
        there.load()
        fine = there.upscale(RGB, "", 0, never)
        assert "CPU" in there.device
        assert models.devices()[0] == "cpu"
        assert "fp32" in models.numbers("cpu")
    finally:
        models.close()
    np.testing.assert_array_equal(fine, local.upscale(RGB, "", 0, never))
