"""Connects TRL's trainer with samples, rewards and reports. Imports torch and TRL when imported."""

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import PrinterCallback, TrainerCallback
from transformers.integrations import TensorBoardCallback, is_tensorboard_available
from trl import GRPOConfig, GRPOTrainer

from cozviewer.align.progress import StepReport, Watch, WatchedPrompt
from cozviewer.align.questions import question_about
from cozviewer.align.rewards import CRITIC, Answered, Reward, with_group_means
from cozviewer.align.samples import Sample
from cozviewer.config.questions import Questions
from cozviewer.models.align.targets import TARGETS
from cozviewer.models.qwen.answer import answer, as_shown
from cozviewer.models.qwen.loading import Vlm
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput, CozviewerError

if TYPE_CHECKING:
    from cozviewer.models.align.grpo import Training

CHECKPOINTS = 2
"""Number of checkpoints that are kept."""

UNSCORED = "unscored"
"""Name of the share of answers without a score in TRL's log."""


def run_trainer(
    vlm: Vlm, training: "Training", checkpoint: Path | None, watch: Watch, cancelled: IsCancelled
) -> tuple[int, bool]:
    """Train to the end, or until it is cancelled.

    Returns:
        The number of finished steps, and whether it was cancelled.
    """
    if not any(_is_target(name) for name, _ in vlm.model.named_modules()):
        raise BadInput(
            "This model has no layers for an adapter: choose an image-text-to-text model with "
            "projections named like those of Qwen2.5-VL."
        )
    settings = training.settings
    reports = _Reports(vlm, training, watch)
    stopping = _Stopping(cancelled)
    callbacks: list[Any] = [reports, stopping]
    if is_tensorboard_available() and _is_main_process():
        from torch.utils.tensorboard import SummaryWriter

        callbacks.append(TensorBoardCallback(SummaryWriter(training.folder / "tensorboard")))
    trainer = _Trainer(
        model=vlm.model,
        reward_funcs=[_reward_function(each, training) for each in training.rewards],
        args=_config(training, vlm.device.name, vlm.device.dtype),
        train_dataset=_dataset(training.samples, training.questions),
        processing_class=vlm.processor,
        callbacks=callbacks,
        peft_config=LoraConfig(
            task_type="CAUSAL_LM",
            r=settings.rank,
            lora_alpha=settings.alpha,
            target_modules=TARGETS,
        ),
    )
    trainer.remove_callback(PrinterCallback)
    reports.trainer = stopping.trainer = trainer
    try:
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    except CozviewerError:  # of a reward, such as a critic's server that has stopped
        trainer.save_finished_steps()
        raise
    return int(trainer.state.global_step), stopping.stopped


class _Trainer(GRPOTrainer):  # type: ignore[misc]  # TRL carries few types
    """TRL's trainer, without its connection to the hub and its model card."""

    def _send_telemetry(self) -> None:
        """Make no network connections."""

    def save_finished_steps(self) -> None:
        """Write a checkpoint after an error between two steps. Not with several processes, which
        would wait for each other."""
        if self.state.global_step and self.accelerator.num_processes == 1:
            self._save_checkpoint(self.model, trial=None)

    def create_model_card(self, *args: Any, **options: Any) -> None:
        """Write none; the command writes its own."""


class _Reports(TrainerCallback):  # type: ignore[misc]
    """Passes TRL's log on, and answers the watched samples."""

    def __init__(self, vlm: Vlm, training: "Training", watch: Watch) -> None:
        self._vlm, self._training, self._watch = vlm, training, watch
        self.trainer: Any = None
        self._began = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        state.save_steps = args.save_steps  # a checkpoint has those of the run that wrote it
        if state.global_step == 0:
            self._answer(0)
        self._began = time.perf_counter()

    def on_save(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._answer(state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
        if not state.is_world_process_zero or not logs or "reward" not in logs:
            return
        now = time.perf_counter()
        seconds, self._began = now - self._began, now
        self._watch.on_step(
            StepReport(
                step=state.global_step,
                steps=state.max_steps,
                seconds=seconds,
                reward=_number(logs.get("reward")),
                rewards={
                    reward.name: _number(logs.get(f"rewards/{reward.name}/mean"))
                    for reward in self._training.rewards
                },
                unscored=_number(logs.get(UNSCORED)) or 0.0,
                length=_number(logs.get("completions/mean_length")) or 0.0,
                kl=_number(logs.get("kl")) or 0.0,
                loss=_number(logs.get("loss")) or 0.0,
            )
        )

    def _answer(self, step: int) -> None:
        """Report the most likely answers about the watched samples."""
        if not self.trainer.is_world_process_zero() or not self._training.watched:
            return
        model = self.trainer.accelerator.unwrap_model(self.trainer.model)
        was_training = model.training
        model.eval()
        try:
            vlm = Vlm(model, self._vlm.processor, self._vlm.device, self._vlm.label)
            words = [
                WatchedPrompt(
                    step,
                    sample,
                    answer(
                        vlm,
                        *question_about(self._training.questions, sample.images()),
                        self._training.settings.max_tokens,
                        lambda: None,
                    ),
                )
                for sample in self._training.watched
            ]
        finally:
            model.train(was_training)
        self._watch.on_prompts(words)


class _Stopping(TrainerCallback):  # type: ignore[misc]
    """Ends the training, with a checkpoint, when it is cancelled in any process."""

    def __init__(self, cancelled: IsCancelled) -> None:
        self._cancelled = cancelled
        self.trainer: Any = None
        self.stopped = False

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        accelerator = self.trainer.accelerator
        wanted = torch.tensor([int(self._cancelled())], device=accelerator.device)
        if accelerator.gather(wanted).any():
            self.stopped = True
            control.should_save = control.should_training_stop = True


def _config(training: "Training", device: str, dtype: str) -> Any:
    """Return TRL's configuration."""
    settings = training.settings
    launched = "LOCAL_RANK" in os.environ
    if device.startswith("cuda") and not launched:
        os.environ["ACCELERATE_TORCH_DEVICE"] = device
    config = GRPOConfig(
        output_dir=str(training.folder),
        max_steps=settings.steps,
        per_device_train_batch_size=settings.together,
        gradient_accumulation_steps=settings.group * settings.prompts // settings.together,
        num_generations=settings.group,
        max_completion_length=settings.max_tokens,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="constant",  # so that more steps continue a finished training
        beta=settings.beta,
        temperature=settings.temperature,
        loss_type="grpo",
        reward_weights=[reward.weight for reward in training.rewards],
        seed=settings.seed % 2**32,
        bf16=dtype == "bfloat16",
        use_cpu=device == "cpu",
        gradient_checkpointing=settings.checkpointing,
        save_strategy="steps",
        save_steps=settings.save_every,
        save_total_limit=CHECKPOINTS,
        logging_steps=1,
        ddp_find_unused_parameters=False,  # each step uses all of the LoRA
        report_to="none",
        disable_tqdm=True,
        log_level="error",
        dataloader_pin_memory=device.startswith("cuda"),
    )
    if not launched:
        config._n_gpu = 1  # one GPU, however many there are
    return config


def _dataset(samples: Sequence[Sample], questions: Questions) -> Any:
    """Return samples as TRL's rows, whose images are read when they are used: once in a batch,
    though a sample is there once for each of its answers."""

    def rows(batch: Mapping[str, Sequence[int]]) -> dict[str, list[Any]]:
        asked = {}
        for number in set(batch["number"]):
            question, shown = question_about(questions, samples[number].images())
            asked[number] = question, [as_shown(image) for image in shown]
        prompts, images = [], []
        for question, shown_images in map(asked.__getitem__, batch["number"]):
            prompts.append(
                [
                    {"role": "system", "content": [{"type": "text", "text": question}]},
                    {"role": "user", "content": [{"type": "image"} for _ in shown_images]},
                ]
            )
            images.append(list(shown_images))
        return {"prompt": prompts, "images": images, "number": list(batch["number"])}

    return Dataset.from_dict({"number": list(range(len(samples)))}).with_transform(rows)


def _reward_function(reward: Reward, training: "Training") -> Callable[..., list[float | None]]:
    """Return a reward as TRL calls it, under its own name."""

    def score(
        completions: Sequence[Any],
        number: Sequence[int],
        log_metric: Callable[[str, float], None],
        **more: Any,
    ) -> list[float | None]:
        answers = [
            Answered(training.samples[at], str(completion[0]["content"]))
            for at, completion in zip(number, completions, strict=True)
        ]
        scores = reward.score(answers)
        if reward.name == CRITIC:
            log_metric(UNSCORED, sum(each is None for each in scores) / len(scores))
        return with_group_means(scores, training.settings.group)

    score.__name__ = reward.name
    return score


def _is_target(name: str) -> bool:
    return re.fullmatch(TARGETS, name) is not None


def _number(value: Any) -> float | None:
    """Return a figure of TRL's log, which may be missing or not a number."""
    return float(value) if isinstance(value, int | float) and value == value else None


def _is_main_process() -> bool:
    return os.environ.get("RANK", "0") == "0"
