"""What models share: one memory manager per context, and the format that they are quantised to."""

from dataclasses import replace

import pytest

from cozviewer.config.choice import MEMORY_MODES, QUANTISED
from cozviewer.models.context import ModelContext
from cozviewer.models.memory.plan import Model, Part
from cozviewer.util.errors import BadInput
from tests.models.computers import computer


def test_models_with_the_same_context_share_one_memory_manager() -> None:
    context = ModelContext("cpu")
    assert context.memory_manager is context.memory_manager
    assert replace(context, numbers="fp32").memory_manager is not context.memory_manager


@pytest.mark.parametrize("memory", MEMORY_MODES)
def test_only_two_memory_modes_quantise(memory: str) -> None:
    assert ModelContext(memory=memory).quantised == (memory if memory in QUANTISED else "")


def test_an_unknown_memory_mode_is_refused_at_once() -> None:
    with pytest.raises(BadInput, match="Unknown memory mode '4bit'"):
        ModelContext("cpu", "4bit")


def test_the_plan_goes_to_on_plan_and_not_to_notice() -> None:
    plans: list[str] = []
    context = ModelContext(
        "cpu", notice=pytest.fail, on_plan=plans.append, hardware=computer(memory=10)
    )
    context.memory_manager.expect(
        lambda place, quantised: [Model("prompter", "", (Part("network", 1_000_000_000),))]
    )
    context.memory_manager.plan()
    assert plans == ["Models on the CPU, together: prompter, 1.0 GB at most; 10.0 GB are free."]
