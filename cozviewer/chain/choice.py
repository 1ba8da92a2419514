"""What a person chose to zoom with; the models are made from it in `cozviewer.assembly`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineChoice:
    """What a person chose to zoom with.

    Attributes:
        engine: "realesrgan", "nearest", "bicubic" or the path of a 4x model file.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        prompter: "none" or "text".
        prompt: The words of the "text" prompter.
        seed: Start of all randomness.
    """

    engine: str = "realesrgan"
    device: str = "auto"
    prompter: str = "none"
    prompt: str = ""
    seed: int = 0
