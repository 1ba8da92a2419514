"""The arithmetic of memory: what is there together, how much that is, and how it is told."""

import pytest

from cozviewer.models.memory.plan import Arrangement, Model, Part, Plan, Stage, spare

GB = 1_000_000_000

VLM = Part("model", 75 * GB // 10, GB // 10)
CLIP, T5 = Part("text_encoder", GB // 4), Part("text_encoder_3", 95 * GB // 10, 3 * GB // 10)
TRANSFORMER, VAE = Part("transformer", 42 * GB // 10, GB // 10), Part("vae", GB // 10, GB // 2)

PROMPTER = Model("prompter", "Qwen", (VLM,))
ENCODERS = Model("text encoders", "", (CLIP, T5), passing=True)
UPSCALER = Model("upscaler", "SD3, bf16", (TRANSFORMER, VAE))
MODELS = (PROMPTER, ENCODERS, UPSCALER)


def plan(
    arrangement: Arrangement, *stages: Stage, free: dict[str, int], quantised: str = ""
) -> Plan:
    device = next(iter(free))
    place = "CPU" if device == "cpu" else "RTX 3060"
    return Plan(place, device, arrangement, quantised, MODELS, stages, free)


def test_one_part_computes_while_all_lie_there() -> None:
    assert Stage(("upscaler",), "cpu", (TRANSFORMER, VAE)).need == 48 * GB // 10
    assert Stage(("prompter",), "cpu", (VLM,)).need == 76 * GB // 10


IN_TURN = (
    Stage(("prompter",), "cuda", (VLM,)),
    Stage(("text encoders",), "cuda", (CLIP,)),
    Stage(("text encoders",), "cuda", (T5,)),
    Stage(("upscaler",), "cuda", (TRANSFORMER, VAE)),
)


def test_the_peak_is_that_of_the_largest_stage() -> None:
    made = plan("in turn", *IN_TURN, free={"cuda": 11 * GB, "cpu": 30 * GB})
    assert made.peak("cuda") == 98 * GB // 10
    # What goes to a GPU is read through the memory of the CPU, part by part.
    assert made.peak("cpu") == T5.weights


def test_a_device_beside_counts_by_itself() -> None:
    aside = (*IN_TURN[:2], Stage(("text encoders",), "cpu", (T5,)), IN_TURN[3])
    made = plan("in turn", *aside, free={"cuda": 8 * GB, "cpu": 30 * GB})
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
    assert plan("in turn", *IN_TURN, free=free).fits == fits


ALL = Stage(("prompter", "text encoders", "upscaler"), "cpu", (VLM, CLIP, T5, TRANSFORMER, VAE))


def test_it_is_told_in_a_sentence() -> None:
    assert plan("together", ALL, free={"cpu": 30 * GB}).sentence == (
        "Models on the CPU, together: prompter (Qwen), text encoders, upscaler (SD3, bf16), "
        "22.1 GB at most; 30.0 GB are free."
    )
    free = {"cuda": 11 * GB, "cpu": 30 * GB}
    assert plan("in turn", *IN_TURN, free=free).sentence == (
        "Models on the RTX 3060, in turn: prompter (Qwen) 7.6 GB, then text encoders 9.8 GB, "
        "then upscaler (SD3, bf16) 4.8 GB; 11.0 GB are free."
    )
    passing = [
        Stage(("text encoders", "prompter", "upscaler"), "cuda", (part, VLM, TRANSFORMER, VAE))
        for part in (CLIP, T5)
    ]
    assert plan("passing", *passing, free=free, quantised="nf4").sentence == (
        "Models on the RTX 3060, nf4, together: prompter (Qwen), text encoders, upscaler "
        "(SD3, bf16) (the text encoders one by one), 21.8 GB at most; 11.0 GB are free."
    )


def test_what_lies_beside_is_told_too() -> None:
    aside = [Stage(("text encoders",), "cpu", (part,)) for part in (CLIP, T5)]
    made = plan("in turn", IN_TURN[0], *aside, IN_TURN[3], free={"cuda": 8 * GB, "cpu": 30 * GB})
    assert "then text encoders 9.8 GB on the CPU, then" in made.sentence


def test_it_is_a_table_for_json() -> None:
    free = {"cuda": 11 * GB, "cpu": 30 * GB}
    table = plan("in turn", *IN_TURN[2:], free=free).table()
    assert table == {
        "place": "RTX 3060",
        "arrangement": "in turn",
        "quantised": "",
        "fits": True,
        "free": free,
        "peak": {"cuda": 9_800_000_000},
        "stages": [
            {
                "models": ["text encoders"],
                "device": "cuda",
                "parts": {"text_encoder_3": 9_500_000_000},
                "need": 9_800_000_000,
            },
            {
                "models": ["upscaler"],
                "device": "cuda",
                "parts": {"transformer": 4_200_000_000, "vae": 100_000_000},
                "need": 4_800_000_000,
            },
        ],
    }
