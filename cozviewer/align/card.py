"""The model card of an adapter: README.md in its folder, with the metadata of the model hub."""

from collections.abc import Mapping
from dataclasses import dataclass

from cozviewer.align.questions import AlignQuestions
from cozviewer.align.rewards import CRITIC, EXCLUSION, REPETITION, RewardSettings
from cozviewer.align.settings import PROJECTIONS, AlignSettings

LICENCES: Mapping[str, str] = {
    "Qwen/Qwen2.5-VL-3B-Instruct": "Qwen Research License: research and other noncommercial use",
    "Qwen/Qwen2.5-VL-7B-Instruct": "Apache-2.0",
    "Qwen/Qwen3-VL-2B-Instruct": "Apache-2.0",
    "Qwen/Qwen3-VL-4B-Instruct": "Apache-2.0",
    "Qwen/Qwen3-VL-8B-Instruct": "Apache-2.0",
}
"""Licences of base models, which apply to adapters for them."""


@dataclass(frozen=True)
class Card:
    """The contents of a card.

    Attributes:
        base, base_digest: The base model and the digest of its files.
        weights_digest: The digest of the adapter's weights.
        engine, field: What made the samples, and the field of work.
        photos, held_out: Number of photos, and of those that were held out.
        samples, samples_digest: Number of samples, and the digest of their images.
        critic: Name of the critic; None without one.
        rewards, questions, settings: Those of the training.
        steps: Number of finished steps.
        first, last: Mean rewards of the first and last steps, by name.
    """

    base: str
    base_digest: str
    weights_digest: str
    engine: str
    field: str
    photos: int
    held_out: int
    samples: int
    samples_digest: str
    critic: str | None
    rewards: RewardSettings
    questions: AlignQuestions
    settings: AlignSettings
    steps: int
    first: Mapping[str, float]
    last: Mapping[str, float]


def card_text(card: Card) -> str:
    """Return the card as Markdown."""
    settings, rewards = card.settings, card.rewards
    licence = LICENCES.get(card.base, "see the base model")
    weights = {CRITIC: rewards.critic, EXCLUSION: rewards.exclusion, REPETITION: rewards.repetition}
    if card.critic is None:
        weights.pop(CRITIC)
    rows = "\n".join(
        f"| {name} | {weight:g} | {_figure(card.first, name)} | {_figure(card.last, name)} |"
        for name, weight in weights.items()
    )
    one, two = card.questions.prompter.one, card.questions.prompter.two
    return f"""---
base_model: {card.base}
library_name: peft
pipeline_tag: image-text-to-text
tags: [lora, grpo, trl, chain-of-zoom]
---

# Adapter for the prompter of Chain-of-Zoom

A LoRA for {card.base}, trained by GRPO to describe crops of photos for the engine that draws their
detail (arXiv 2505.18600, section 3.3), with `cozviewer align`.

Use it with the questions that it was trained with:

    cozviewer --engine coz --prompter qwen --qwen-adapter FOLDER{_field(card.field)}

- One image: {_quoted(one)}
- With a wider view: {_quoted(two)}

## Licence

An adapter falls under the licence of its base model: {licence}.

## Data

{card.samples:,} crops of {card.photos:,} photos, {card.held_out:,} of which were held out, zoomed \
into by the engine {card.engine}. SHA-256 of the images: {card.samples_digest}

## Rewards

| reward | weight | first steps | last steps |
|---|---|---|---|
{rows}
| total | | {_figure(card.first, "reward")} | {_figure(card.last, "reward")} |

- Critic: {card.critic or "none"}; score from 0 to 100, rescaled to 0 to 1.
- Exclusion: 1 without any of these phrases, else 0: {", ".join(card.questions.phrases) or "none"}
- Repetition: minus the share of repeated groups of {rewards.ngram} words or Chinese characters.

## Settings

| setting | value |
|---|---|
| steps | {card.steps:,} |
| answers to each question | {settings.group} |
| questions of a step, on each GPU | {settings.prompts} |
| rank, alpha | {settings.rank}, {settings.alpha} |
| layers | {", ".join(PROJECTIONS)} of the language model |
| KL weight | {settings.beta:g} |
| learning rate | {settings.learning_rate:g}, constant, AdamW |
| temperature | {settings.temperature:g} |
| answer length | {settings.max_tokens} tokens |
| base weights | {settings.quantised or "not quantised"} |
| seed | {settings.seed} |

SHA-256 of the base model: {card.base_digest}
SHA-256 of the adapter: {card.weights_digest}
"""


def _field(name: str) -> str:
    return "" if name in ("photo", "auto") else f" --field {name}"


def _quoted(question: str) -> str:
    return f"“{' '.join(question.split())}”"


def _figure(means: Mapping[str, float], name: str) -> str:
    return f"{means[name]:.3f}" if name in means else "–"
