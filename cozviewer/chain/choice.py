"""What a person chose to zoom with; the models are made from it in `cozviewer.assembly`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EngineChoice:
    """What a person chose to zoom with.

    Attributes:
        engine: "realesrgan", "nearest", "bicubic", "coz" or the path of a 4x model file.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        prompter: "none" or "text".
        prompt: The words of the "text" prompter.
        seed: Start of all randomness.
        coz_base: Of "coz": a folder with Stable Diffusion 3, or its hub name; "" takes the one
            that the method was made for.
        coz_lora, coz_vae: Of "coz": the two files of its authors.
        setting: Of "coz": "paper" repeats the authors' results, "best" improves on them.
    """

    engine: str = "realesrgan"
    device: str = "auto"
    prompter: str = "none"
    prompt: str = ""
    seed: int = 0
    coz_base: str = ""
    coz_lora: Path | None = None
    coz_vae: Path | None = None
    setting: str = "best"

    @property
    def paper(self) -> bool:
        """Whether the authors' results are to be repeated."""
        return self.engine == "coz" and self.setting == "paper"
