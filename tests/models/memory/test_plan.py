"""Memory plans: what is loaded together, how much that needs, and the sentence about it."""

import pytest

from cozviewer.models.memory.plan import Arrangement, Model, Part, Plan, Stage, spare

GB = 1_000_000_000

VLM = Part("model", 75 * GB // 10, GB // 10)
CLIP, T5 = Part("text_encoder", GB // 4), Part("text_encoder_3", 95 * GB // 10, 3 * GB // 10)
TRANSFORMER, VAE = Part("transformer", 42 * GB // 10, GB // 10), Part("vae", GB // 10, GB // 2)

PROMPTER = Model("prompter", "Qwen", (VLM,))
ENCODERS = Model("text encoders", "", (CLIP, T5), streamed=True)
UPSCALER = Model("upscaler", "SD3, bf16", (TRANSFORMER, VAE))
MODELS = (PROMPTER, ENCODERS, UPSCALER)


def plan(
    arrangement: Arrangement, *stages: Stage, free: dict[str, int], quantised: str = ""
) -> Plan:
    device = next(iter(free))
    place = "CPU" if device == "cpu" else "RTX 3060"
    return Plan(place, device, arrangement, quantised, MODELS, stages, free)


def test_one_part_runs_while_all_are_loaded() -> None:
    assert Stage(("upscaler",), "cpu", (TRANSFORMER, VAE)).need == 48 * GB // 10
    assert Stage(("prompter",), "cpu", (VLM,)).need == 76 * GB // 10


SEQUENTIAL = (
    Stage(("prompter",), "cuda", (VLM,)),
    Stage(("text encoders",), "cuda", (CLIP,)),
    Stage(("text encoders",), "cuda", (T5,)),
    Stage(("upscaler",), "cuda", (TRANSFORMER, VAE)),
)


def test_the_peak_is_that_of_the_largest_stage() -> None:
    made = plan("sequential", *SEQUENTIAL, free={"cuda": 11 * GB, "cpu": 30 * GB})
    assert made.peak("cuda") == 98 * GB // 10
    # What goes to a GPU is read through the memory of the CPU, part by part.
    assert made.peak("cpu") == T5.weights


def test_each_device_has_its_own_peak() -> None:
    aside = (*SEQUENTIAL[:2], Stage(("text encoders",), "cpu", (T5,)), SEQUENTIAL[3])
    made = plan("sequential", *aside, free={"cuda": 8 * GB, "cpu": 30 * GB})
    assert (made.peak("cuda"), made.peak("cpu")) == (76 * GB // 10, 98 * GB // 10)
    assert made.device_of("upscaler") == "cuda"


@pytest.mark.parametrize(
    ("free", "fits"),
    [
        ({"cuda": 103 * GB // 10, "cpu": 105 * GB // 10}, True),
        ({"cuda": 103 * GB // 10 - 1, "cpu": 105 * GB // 10}, False),
        ({"cuda": 103 * GB // 10, "cpu": 105 * GB // 10 - 1}, False),
    ],
)
def test_it_fits_with_something_to_spare(free: dict[str, int], fits: bool) -> None:
    assert (spare("cpu"), spare("cuda:1")) == (GB, GB // 2)
    assert plan("sequential", *SEQUENTIAL, free=free).fits == fits


ALL = Stage(("prompter", "text encoders", "upscaler"), "cpu", (VLM, CLIP, T5, TRANSFORMER, VAE))


def test_a_plan_is_described_in_a_sentence() -> None:
    assert plan("together", ALL, free={"cpu": 30 * GB}).sentence == (
        "Models on the CPU, together: prompter (Qwen), text encoders, upscaler (SD3, bf16), "
        "22.1 GB at most; 30.0 GB are free."
    )
    free = {"cuda": 11 * GB, "cpu": 30 * GB}
    assert plan("sequential", *SEQUENTIAL, free=free).sentence == (
        "Models on the RTX 3060, one at a time: prompter (Qwen) 7.6 GB, then text encoders 9.8 GB, "
        "then upscaler (SD3, bf16) 4.8 GB; 11.0 GB are free."
    )
    streamed = [
        Stage(("text encoders", "prompter", "upscaler"), "cuda", (part, VLM, TRANSFORMER, VAE))
        for part in (CLIP, T5)
    ]
    assert plan("streamed", *streamed, free=free, quantised="nf4").sentence == (
        "Models on the RTX 3060, nf4, together: prompter (Qwen), text encoders, upscaler "
        "(SD3, bf16) (the text encoders one by one), 21.8 GB at most; 11.0 GB are free."
    )


def test_the_sentence_names_another_device() -> None:
    aside = [Stage(("text encoders",), "cpu", (part,)) for part in (CLIP, T5)]
    made = plan(
        "sequential", SEQUENTIAL[0], *aside, SEQUENTIAL[3], free={"cuda": 8 * GB, "cpu": 30 * GB}
    )
    assert "then text encoders 9.8 GB on the CPU, then" in made.sentence
