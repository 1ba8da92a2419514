"""The chosen engine and its settings; `cozviewer.assembly` creates the models from them."""

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


LARGEST_STRENGTH = 2.0
"""Of `PisaChoice`; 1 is the strength of the training."""


def memory_mode(name: str) -> str:
    """Return the current name of a memory mode; "in-turn" is the old name of "sequential"."""
    return SEQUENTIAL if name == "in-turn" else name


@dataclass(frozen=True)
class CozChoice:
    """Settings of the engine "coz".

    Attributes:
        base: A folder with Stable Diffusion 3, or its name on Hugging Face; "" is the default
            model.
        lora, vae: The two files of the authors.
        setting: "paper" reproduces the authors' results, "best" improves on them.
        t5: Whether to use the largest of the three text encoders: without it, long prompts are
            followed less closely, and 10 GB less are loaded.
    """

    base: str = ""
    lora: Path | None = None
    vae: Path | None = None
    setting: str = "best"
    t5: bool = True


@dataclass(frozen=True)
class PisaChoice:
    """Settings of the engine "pisa".

    Attributes:
        base: A folder with Stable Diffusion 2.1, or its name on Hugging Face; "" is the default
            model.
        weights: The file of the authors; None takes the one in the folder of models.
        pixel: How strongly noise, blur and compression are removed, 0 to LARGEST_STRENGTH.
        semantic: How much detail is generated, 0 to LARGEST_STRENGTH.
    """

    base: str = ""
    weights: Path | None = None
    pixel: float = 1.0
    semantic: float = 1.0


@dataclass(frozen=True)
class PrompterChoice:
    """The chosen prompter and its settings.

    Attributes:
        name: "none", "text", "qwen", "tags" or "server".
        words: The user's prompt: used alone by "text", and added to the descriptions of the others.
        qwen: For "qwen": a folder with an image-text-to-text model, or its name on Hugging Face; ""
            is the default model.
        adapter: For "qwen": a folder with an adapter for it, or None.
        ram, dape: For "tags": the checkpoints of the tagger RAM and of its fine-tuning DAPE; None
            takes the files in the folder of models, and does without DAPE if it is not there.
        ram_tags: For "tags": the list of tags, or None.
        server: For "server": the address of an OpenAI-compatible server.
        server_model: For "server": the name of the model on the server.
        questions: The questions for "qwen" and "server".
        max_tokens: Maximum length of an answer.
    """

    name: str = "none"
    words: str = ""
    qwen: str = ""
    adapter: Path | None = None
    server: str = ""
    server_model: str = ""
    questions: Questions = PHOTO
    max_tokens: int = 32
    ram: Path | None = None
    dape: Path | None = None
    ram_tags: Path | None = None


@dataclass(frozen=True)
class EngineChoice:
    """The chosen engine and all settings.

    Attributes:
        engine: "realesrgan", "nearest", "bicubic", "coz", "pisa" or the path of a 4x model file.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        seed: The random seed.
        memory: How models share memory: "auto", "together" (all stay loaded), "sequential" (one at
            a time), "8bit" or "nf4" (quantised, CUDA only).
        coz: Settings of the engine "coz".
        prompter: The prompter.
        fidelity: How closely colour and coarse detail follow the parent, 0 (free) to 1
            (faithful). The setting "paper" is free, as the authors are.
        depth: Edge sharpening from the second step on, for engines without prompts: "crisp"
            regenerates soft parts at a coarser scale first, "soft" does not.
        texture: Missing texture from the second step on, for the same engines: "photo" borrows it
            from elsewhere in the photo, "off" adds none.
        field: The field of work, a name in `fields.FIELD_NAMES`: "auto" is that of the file's kind.
            It may replace other settings, see `fields.with_field`.
        numbers: The number format of Real-ESRGAN and model files: "fp32", "bf16", "int8"
            (Real-ESRGAN only), or "auto" for the fastest on the device. Not part of the recipe.
        pisa: Settings of the engine "pisa".
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
    field: str = "auto"
    pisa: PisaChoice = PisaChoice()

    @property
    def paper(self) -> bool:
        """Whether the authors' results are reproduced."""
        return self.engine == "coz" and self.coz.setting == "paper"
