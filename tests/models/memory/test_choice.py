"""Which plan is chosen for how much memory, and the error when none fits.

The sizes are those of Qwen2.5-VL-3B and Stable Diffusion 3 medium, in bf16.
"""

from collections.abc import Sequence

import pytest

from cozviewer.config.choice import MEMORY_MODES
from cozviewer.models.memory.choice import best_plan
from cozviewer.models.memory.plan import Model, Part, Plan
from cozviewer.util.errors import BadInput

GB = 1_000_000_000


def gb(size: float) -> int:
    return round(size * GB)


def models(quantised: str) -> Sequence[Model]:
    """The needs of the engine coz and its prompter, not in the order of use."""
    t5, vlm = {"": (9.5, 7.5), "8bit": (5.9, 4.4), "nf4": (4.3, 2.8)}[quantised]
    return [
        Model(
            "text encoders",
            "",
            (
                Part("text_encoder", gb(0.25)),
                Part("text_encoder_2", gb(1.4)),
                Part("text_encoder_3", gb(t5), gb(0.3)),
            ),
            streamed=True,
            instead="leave out the text encoder T5",
        ),
        Model("upscaler", "SD3", (Part("transformer", gb(4.2)), Part("vae", gb(0.1), gb(0.5)))),
        Model("prompter", "Qwen", (Part("model", gb(vlm), gb(0.5)),), instead="type a prompt"),
    ]


def choose(
    free: float,
    *,
    device: str = "cpu",
    memory: str = "auto",
    host: float = 64,
) -> Plan:
    return best_plan(
        models,
        place="CPU" if device == "cpu" else "RTX 3060",
        device=device,
        memory=memory,
        free={"cpu": gb(free)} if device == "cpu" else {device: gb(free), "cpu": gb(host)},
    )


@pytest.mark.parametrize(
    ("device", "free", "arrangement", "peak"),
    [
        ("cpu", 64, "together", 23.45),
        ("cpu", 24.45, "together", 23.45),
        ("cpu", 24.4, "streamed", 21.8),
        ("cpu", 22.8, "streamed", 21.8),
        ("cpu", 22.7, "sequential", 9.8),
        ("cpu", 10.8, "sequential", 9.8),
        ("cuda", 80, "together", 23.45),
        ("cuda", 23.5, "streamed", 21.8),
        ("cuda", 16, "sequential", 9.8),
        ("cuda", 11.3, "sequential", 9.8),  # a GPU of 12 GB
        ("cuda", 8.6, "sequential", 8.0),  # T5 on the CPU
    ],
)
def test_the_largest_plan_that_fits_is_chosen(
    device: str, free: float, arrangement: str, peak: float
) -> None:
    plan = choose(free, device=device)
    assert (plan.arrangement, plan.quantised) == (arrangement, "")
    assert plan.peak(device) == gb(peak)
    assert plan.fits


def test_the_stages_are_in_the_order_of_the_work() -> None:
    stages = [(stage.names, stage.need) for stage in choose(11).stages]
    assert stages == [
        (("prompter",), gb(8)),
        (("text encoders",), gb(0.25)),
        (("text encoders",), gb(1.4)),
        (("text encoders",), gb(9.8)),
        (("upscaler",), gb(4.8)),
    ]


def test_streamed_parts_are_loaded_beside_models_that_stay() -> None:
    stages = choose(23).stages
    assert {stage.names for stage in stages} == {("text encoders", "prompter", "upscaler")}
    assert [stage.need for stage in stages] == [gb(12.55), gb(13.7), gb(21.8)]


def test_t5_goes_to_the_cpu_where_the_gpu_is_too_small_for_it() -> None:
    plan = choose(8.6, device="cuda")
    places = {name: plan.device_of(name) for name in ("prompter", "text encoders", "upscaler")}
    assert places == {"prompter": "cuda", "text encoders": "cpu", "upscaler": "cuda"}
    assert plan.peak("cpu") == gb(9.8)


@pytest.mark.parametrize(
    ("memory", "free", "arrangement", "quantised"),
    [
        ("together", 80, "together", ""),
        ("together", 23.5, "streamed", ""),
        ("sequential", 80, "sequential", ""),
        ("8bit", 80, "together", "8bit"),
        ("8bit", 16, "streamed", "8bit"),
        ("8bit", 7, "sequential", "8bit"),
        ("nf4", 80, "together", "nf4"),
        ("nf4", 5.5, "sequential", "nf4"),
    ],
)
def test_a_chosen_mode_is_used(memory: str, free: float, arrangement: str, quantised: str) -> None:
    plan = choose(free, device="cuda", memory=memory)
    assert (plan.arrangement, plan.quantised) == (arrangement, quantised)


def refused(free: float, **options: object) -> str:
    with pytest.raises(BadInput) as caught:
        choose(free, **options)  # type: ignore[arg-type]
    return str(caught.value)


def test_too_little_is_refused_with_what_would_help() -> None:
    assert refused(10.7) == (
        "The text encoders would need 9.8 GB of memory on the CPU, and only 10.7 GB are free, of "
        "which 1.0 GB must stay free: close other programs, leave out the text encoder T5 or "
        "choose the engine Real-ESRGAN."
    )
    assert refused(8.4, device="cuda") == (
        "The prompter would need 8.0 GB of memory on the RTX 3060, and only 8.4 GB are free, of "
        "which 0.5 GB must stay free: close other programs, type a prompt, choose the "
        "memory mode 8bit, choose the CPU as device or choose the engine Real-ESRGAN."
    )


def test_a_gpu_is_of_no_use_without_memory_to_read_through() -> None:
    assert choose(80, device="cuda", host=10.5).fits
    said = refused(80, device="cuda", host=8)
    assert said.startswith("The text encoders would need 9.8 GB of memory on the CPU, and only 8")


@pytest.mark.parametrize(("memory", "free"), [("together", 16), ("together", 12)])
def test_a_mode_that_does_not_fit_is_not_replaced(memory: str, free: float) -> None:
    said = refused(free, device="cuda", memory=memory)
    assert said.endswith(": choose the memory mode auto, which fits.")


def test_where_nothing_fits_auto_is_not_suggested() -> None:
    for memory in MEMORY_MODES:
        assert "mode auto" not in refused(2, device="cuda", memory=memory)


def test_without_models_there_is_nothing_to_refuse() -> None:
    plan = best_plan(
        lambda quantised: [],
        place="CPU",
        device="cpu",
        memory="auto",
        free={"cpu": 0},
    )
    assert (plan.fits, plan.stages) == (True, ())
