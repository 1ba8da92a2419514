"""Models that two pyramids share: one for a key, one at work at a time."""

import gc
from dataclasses import replace
from threading import Event, Thread

import numpy as np
import pytest

from cozviewer.assembly import make_models
from cozviewer.chain.protocols import Upscaler
from cozviewer.config.choice import EngineChoice
from cozviewer.models.prompters import TextPrompter
from cozviewer.models.shared import Pool
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import Cancelled
from tests.chain.fakes import FakeUpscaler
from tests.patience import PATIENCE

CROP = np.zeros((4, 4, 3), np.uint8)


def test_one_key_is_one_model_as_long_as_somebody_holds_it() -> None:
    pool, made = Pool(), list[FakeUpscaler]()

    def make() -> Upscaler:
        made.append(FakeUpscaler())
        return made[-1]

    first, second = pool.upscaler("a", make), pool.upscaler("a", make)
    other = pool.upscaler("b", make)
    assert first is second
    assert other is not first
    assert len(made) == 2
    del first, second
    gc.collect()
    pool.upscaler("a", make)
    assert len(made) == 3


def test_a_shared_model_is_the_model_to_all_who_ask() -> None:
    pool, upscaler, prompter = Pool(), FakeUpscaler(), TextPrompter("cat")
    shared = pool.upscaler("a", lambda: upscaler)
    for name in ("name", "halo", "generative", "accepts_prompt", "identity", "device"):
        assert getattr(shared, name) == getattr(upscaler, name)
    shared.load()
    assert upscaler.loads == 1
    made = shared.upscale(CROP, "dog", 7, never)
    np.testing.assert_array_equal(made, FakeUpscaler().upscale(CROP, "dog", 7, never))
    assert (upscaler.asked[0].prompt, upscaler.asked[0].seed) == ("dog", 7)
    said = pool.prompter("a", lambda: prompter)
    assert (said.name, said.identity) == (prompter.name, prompter.identity)
    assert said.prompt(None, CROP, never) == "cat"


def test_one_works_at_a_time_and_who_waits_may_leave() -> None:
    pool, begun, go_on = Pool(), Event(), Event()

    def wait(number: int) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    slow = pool.upscaler("slow", lambda: FakeUpscaler(before=wait))
    idle = FakeUpscaler()
    other = pool.upscaler("other", lambda: idle)
    worker = Thread(target=lambda: slow.upscale(CROP, "", 0, never))
    worker.start()
    assert begun.wait(PATIENCE)
    looks = iter([False, True])
    patience: IsCancelled = lambda: next(looks)  # noqa: E731
    with pytest.raises(Cancelled):
        other.upscale(CROP, "", 0, patience)
    assert not idle.asked
    go_on.set()
    worker.join()
    other.upscale(CROP, "", 0, never)
    assert idle.asked


def test_another_seed_or_fidelity_takes_the_same_engine_and_makes_other_pyramids() -> None:
    pool, choice = Pool(), EngineChoice("realesrgan")
    first, *others = (
        make_models(wanted, None, print, pool=pool)
        for wanted in (choice, replace(choice, seed=1), replace(choice, fidelity=0.5))
    )
    for other in others:
        assert other.upscaler is first.upscaler
        assert other.recipe.digest != first.recipe.digest
    apart = make_models(replace(choice, engine="nearest"), None, print, pool=pool)
    assert apart.upscaler is not first.upscaler
    exact = make_models(replace(choice, numbers="fp32"), None, print, pool=pool)
    assert exact.upscaler is not first.upscaler
    assert exact.recipe.digest == first.recipe.digest
    assert make_models(choice, None, print).upscaler is not first.upscaler
