"""The model card of an adapter."""

from cozviewer.align.card import Card, card_text
from cozviewer.align.questions import questions_for
from cozviewer.align.rewards import RewardSettings
from cozviewer.align.settings import AlignSettings
from cozviewer.config.questions import PHOTO

CARD = Card(
    base="Qwen/Qwen2.5-VL-3B-Instruct",
    base_digest="b" * 64,
    weights_digest="w" * 64,
    engine="realesrgan",
    field="microscopy",
    photos=20,
    held_out=2,
    samples=2000,
    samples_digest="s" * 64,
    critic="InternVL2_5-8B-MPO-hf",
    rewards=RewardSettings(),
    questions=questions_for("microscopy", PHOTO),
    settings=AlignSettings(),
    steps=10_000,
    first={"critic": 0.4, "exclusion": 0.9, "repetition": -0.2, "reward": 0.75},
    last={"critic": 0.6, "exclusion": 1.0, "repetition": 0.0, "reward": 1.1},
)


def test_the_card_names_base_data_rewards_settings_licence_and_digests() -> None:
    text = card_text(CARD)

    assert "base_model: Qwen/Qwen2.5-VL-3B-Instruct\n" in text
    assert "noncommercial" in text
    assert "2,000 crops of 20 photos, 2 of which were held out" in text
    assert "| critic | 1 | 0.400 | 0.600 |" in text
    assert "| total | | 0.750 | 1.100 |" in text
    assert "| KL weight | 0.04 |" in text
    assert "--field microscopy" in text
    assert all(letter * 64 in text for letter in "bws")
    assert PHOTO.two in text


def test_without_a_critic_there_is_no_line_for_it() -> None:
    from dataclasses import replace

    text = card_text(replace(CARD, critic=None, field="photo", base="my-model"))

    assert "| critic" not in text
    assert "- Critic: none" in text
    assert "see the base model" in text
    assert "--field" not in text
