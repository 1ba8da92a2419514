"""Trains a LoRA for a vision-language model by GRPO (arXiv 2402.03300), with TRL and peft.

Under `accelerate launch` every process runs `train`: each has its own prompts on its own GPU, and
only the main one writes and reports.
"""

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from cozviewer.align.progress import Watch
from cozviewer.align.rewards import Reward
from cozviewer.align.samples import Sample
from cozviewer.align.settings import AUTO, BF16, AlignSettings
from cozviewer.config.questions import Questions
from cozviewer.models.device import Device, Dtype, pick_device
from cozviewer.models.network import first_line, is_out_of_memory
from cozviewer.models.quiet import quietly
from cozviewer.models.qwen.adapter import CONFIG, WEIGHTS
from cozviewer.models.qwen.loading import Vlm, open_vlm
from cozviewer.models.upscaler import load_error
from cozviewer.util.cancel import IsCancelled
from cozviewer.util.errors import BadInput, Cancelled, CozviewerError, Failure, MissingLibrary

CHECKPOINT = "checkpoint-"
"""Start of the names of checkpoint folders, as transformers writes them."""

STATE = "trainer_state.json"

NEEDED = ("trl", "datasets", "peft")


@dataclass(frozen=True)
class Training:
    """What is trained on, and how.

    Attributes:
        samples: The samples; each step draws its questions from them.
        watched: Samples that are answered before, at each checkpoint and after.
        questions: The questions about them.
        rewards: What answers are rewarded for.
        settings: The settings.
        folder: Where checkpoints are written; a training found there is resumed.
    """

    samples: Sequence[Sample]
    watched: Sequence[Sample]
    questions: Questions
    rewards: Sequence[Reward]
    settings: AlignSettings
    folder: Path


def check_libraries() -> None:
    """Raise MissingLibrary unless the optional libraries for training are installed."""
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingLibrary("Training an adapter needs optional libraries (TRL).", "align")


def training_device(wanted: str, settings: AlignSettings) -> Device:
    """Return the device of this process with the number format to train in. Imports torch.

    Under `accelerate launch` each process has a GPU of its own.

    Raises:
        BadInput: The device does not exist, or has no such format.
    """
    place = pick_device(wanted)
    name = place.name
    if name == "cuda":  # with its number: libraries compare the names
        name = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    dtype: Dtype = "bfloat16" if settings.precision == BF16 else "float32"
    if settings.precision == AUTO and name.startswith("cuda"):
        dtype = place.dtype
    if settings.quantised and not name.startswith("cuda"):
        raise BadInput(
            f"A base model in {settings.quantised} needs an NVIDIA GPU, with bitsandbytes. Leave "
            "--memory out."
        )
    return replace(place, name=name, dtype=dtype, channels_last=False)


def last_step(folder: Path) -> int:
    """Return the step of the newest checkpoint in a folder; 0 without one."""
    found = newest_checkpoint(folder)
    return 0 if found is None else int(found.name.removeprefix(CHECKPOINT))


def train(vlm: Vlm, training: Training, watch: Watch, cancelled: IsCancelled) -> int:
    """Train, and write a checkpoint at the end; nothing is done if there are enough steps already.

    Args:
        vlm: The base model, on `training_device`; it gets the LoRA.
        training: What is trained on, and how.
        watch: Receives the reports.
        cancelled: Checked after each step.

    Returns:
        The number of finished steps.

    Raises:
        BadInput: The model has no layers for a LoRA.
        Cancelled: A checkpoint was written, from which the same call continues.
        Failure: Out of memory, or the device or the disk failed.
    """
    from transformers.utils import logging as of_transformers

    check_libraries()
    done, steps = last_step(training.folder), training.settings.steps
    if done >= steps:
        return done
    with quietly(of_transformers), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries about each other
        try:
            from cozviewer.models.align.trainer import run_trainer

            done, stopped = run_trainer(
                vlm, training, newest_checkpoint(training.folder), watch, cancelled
            )
        except CozviewerError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise Failure(
                    "Memory ran out during training. Use a smaller --micro-batch or --group, or "
                    "--memory nf4; the same command resumes from the last checkpoint."
                ) from error
            if isinstance(error, ImportError | OSError | RuntimeError):
                raise Failure(f"The training failed ({first_line(error)}).") from error
            raise
    if stopped and done < steps:
        raise Cancelled(f"Stopped after step {done} of {steps}; the same command resumes.")
    return done


def open_base(folder: Path, device: Device, quantised: str) -> Vlm:
    """Return the base model for a training.

    Args:
        folder: As `qwen_folder` returns it.
        device: From `training_device`.
        quantised: "", or a format that passed `check_quantised`.

    Raises:
        BadInput: A file is broken.
        Failure: Memory ran out.
    """
    try:
        vlm = open_vlm(folder, None, device, quantised)
        if device.dtype == "bfloat16":
            return vlm
        return Vlm(vlm.model.float(), vlm.processor, device, device.label)
    except (ImportError, OSError, MemoryError, RuntimeError) as error:
        raise load_error(folder.name, error) from error


def newest_checkpoint(folder: Path) -> Path | None:
    """Return the newest complete checkpoint; the trainer's state is written last."""
    names = (STATE, CONFIG, WEIGHTS)
    found = [
        path
        for path in folder.glob(f"{CHECKPOINT}*")
        if path.name.removeprefix(CHECKPOINT).isdecimal()
        and all((path / name).is_file() for name in names)
    ]
    return max(found, key=lambda path: int(path.name.removeprefix(CHECKPOINT)), default=None)
