"""The settings of a training, as in Chain-of-Zoom as far as its authors published them.

Published: GRPO, rank 8, alpha 32, the seven projections of the language model, 10 000 steps (the
name of their checkpoint). Not published, and chosen here: the group of 8 and the KL weight of 0.04,
which are TRL's defaults of that time, and the learning rate, usual for a LoRA.
"""

from dataclasses import dataclass

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The linear layers of each block of the language model."""

AUTO, BF16, FP32 = PRECISIONS = ("auto", "bf16", "fp32")
"""See `AlignSettings.precision`."""


@dataclass(frozen=True, slots=True)
class AlignSettings:
    """How a prompter is trained.

    Attributes:
        steps: Number of optimizer steps.
        group: Answers to each question, which are compared with each other; at least 2.
        prompts: Questions of a step, on each GPU.
        micro_batch: Most answers in memory at the same time during a step.
        rank, alpha: Of the LoRA.
        beta: Weight of the KL divergence from the base model.
        learning_rate: Of AdamW, constant.
        temperature: Of the sampled answers.
        max_tokens: Maximum length of an answer.
        seed: The random seed.
        precision: "bf16", "fp32", or "auto": bf16 on a GPU that has it, else fp32.
        quantised: "8bit", "nf4" or "": the format of the base model's weights.
        checkpointing: Whether activations are computed again in the backward pass, to save memory.
        save_every: Steps between checkpoints.
    """

    steps: int = 10_000
    group: int = 8
    prompts: int = 1
    micro_batch: int = 4
    rank: int = 8
    alpha: int = 32
    beta: float = 0.04
    learning_rate: float = 1e-5
    temperature: float = 1.0
    max_tokens: int = 32
    seed: int = 0
    precision: str = AUTO
    quantised: str = ""
    checkpointing: bool = True
    save_every: int = 100

    @property
    def together(self) -> int:
        """Answers in memory at the same time: the largest divisor of a step's answers up to
        `micro_batch`."""
        answers = self.group * self.prompts
        return max(
            size for size in range(1, min(self.micro_batch, answers) + 1) if answers % size == 0
        )
