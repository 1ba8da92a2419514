"""What a person chose to zoom with; the models are made from it in `cozviewer.assembly`."""

from dataclasses import dataclass
from pathlib import Path

from cozviewer.config.questions import PHOTO, Questions

QUANTISED = ("8bit", "nf4")
"""Memory modes that quantise the models, the more exact one first. They change the pixels."""

TOGETHER, SEQUENTIAL = "together", "sequential"
MEMORY_MODES = ("auto", TOGETHER, SEQUENTIAL, *QUANTISED)
"""See `EngineChoice.memory`."""


CRISP, SOFT = DEPTHS = ("crisp", "soft")
"""See `EngineChoice.depth`."""

FROM_PHOTO, NO_TEXTURE = TEXTURES = ("photo", "off")
"""See `EngineChoice.texture`."""

AUTO, FP32, BF16, INT8 = NUMBERS = ("auto", "fp32", "bf16", "int8")
"""See `EngineChoice.numbers`."""


def memory_mode(name: str) -> str:
    """Return the current name of a memory mode; "in-turn" is the old name of "sequential"."""
    return SEQUENTIAL if name == "in-turn" else name


@dataclass(frozen=True)
class CozChoice:
    """What the engine "coz" is made of.

    Attributes:
        base: A folder with Stable Diffusion 3, or its hub name; "" takes the one that the method
            was made for.
        lora, vae: The two files of the authors.
        setting: "paper" repeats the authors' results, "best" improves on them.
        t5: Whether the largest of the three text encoders is used: without it, long prompts are
            followed less closely and 10 GB less are read.
    """

    base: str = ""
    lora: Path | None = None
    vae: Path | None = None
    setting: str = "best"
    t5: bool = True


@dataclass(frozen=True)
class PrompterChoice:
    """Who says what is in a crop.

    Attributes:
        name: "none", "text", "qwen" or "server".
        words: The words of "text"; to what the others say they are added.
        qwen: Of "qwen": a folder with an image-text-to-text model, or its hub name; "" takes the
            one that the method was made for.
        adapter: Of "qwen": a folder with an adapter for it, or None.
        server: Of "server": the address of an OpenAI-compatible server.
        server_model: Of "server": the name of the model there.
        questions: What "qwen" and "server" are asked.
        max_tokens: How long their answer may be.
    """

    name: str = "none"
    words: str = ""
    qwen: str = ""
    adapter: Path | None = None
    server: str = ""
    server_model: str = ""
    questions: Questions = PHOTO
    max_tokens: int = 32


@dataclass(frozen=True)
class EngineChoice:
    """What a person chose to zoom with.

    Attributes:
        engine: "realesrgan", "nearest", "bicubic", "coz" or the path of a 4x model file.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        seed: Start of all randomness.
        memory: How models share memory: "auto", "together" (all stay loaded), "sequential" (one at
            a time), "8bit" or "nf4" (quantised, CUDA only).
        coz: Of the engine "coz".
        prompter: Who describes what is seen.
        fidelity: How closely colour and coarse detail follow the parent, 0 (free) to 1
            (faithful). The setting "paper" is free, as the authors are.
        depth: How levels beyond the first are drawn by engines that take no words: "crisp" draws
            soft parts from further away first, "soft" each level from the one before alone.
        texture: Whether texture that levels beyond the first lack is borrowed from elsewhere in the
            "photo"; for the same engines. "off" adds nothing.
        numbers: The number format of Real-ESRGAN and model files: "fp32", "bf16", "int8" (of
            Real-ESRGAN alone), or "auto" for whichever is fastest on the device. It is no part of
            the recipe.
    """

    engine: str = "realesrgan"
    device: str = "auto"
    seed: int = 0
    memory: str = "auto"
    coz: CozChoice = CozChoice()
    prompter: PrompterChoice = PrompterChoice()
    fidelity: float = 1.0
    depth: str = CRISP
    texture: str = FROM_PHOTO
    numbers: str = AUTO

    @property
    def paper(self) -> bool:
        """Whether the authors' results are to be repeated."""
        return self.engine == "coz" and self.coz.setting == "paper"
